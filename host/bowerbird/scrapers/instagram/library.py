"""The one door to instaloader: kept for one session, so that the page's tokens and connections serve a series.

What it raises of an account's state leaves at once, even where the library itself would swallow it and ask on.
"""

from __future__ import annotations

import sys
from typing import Any

from instaloader import (
    AbortDownloadException,
    ConnectionException,
    Instaloader,
    InstaloaderContext,
    Profile,
    ProfileNotExistsException,
    QueryReturnedNotFoundException,
    RateController,
)

from bowerbird.errors import JobError
from bowerbird.redact import redact
from bowerbird.scrapers.instagram import refusals
from bowerbird.scrapers.instagram.pace import Turn
from bowerbird.scrapers.instagram.session import cookies_of
from bowerbird.scraping import LentSession

TIMEOUT = 30.0  # seconds without a byte from the platform
_ONLY_SIGNED_IN = "Instagram shows its profile pages to no visitor from here at present."
_POST = "xdt_api__v1__media__shortcode__web_info"  # where the query for one post keeps its answer

Node = dict[str, Any]


class _Paced(RateController):  # type: ignore[misc]  # followed nowhere, see pyproject.toml
    """Asks our own turn before each request; instaloader's sleeps of minutes are the worker's budget here."""

    def wait_before_query(self, query_type: str) -> None:
        self._context.turn.take()


class Context(InstaloaderContext):  # type: ignore[misc]
    """instaloader's way to the platform, with one try for each request, no sleep of its own, and no chatter."""

    turn: Turn

    def __init__(self, session: LentSession | None) -> None:
        super().__init__(
            sleep=False,
            quiet=True,
            user_agent=session.user_agent if session and session.user_agent else None,
            max_connection_attempts=1,
            request_timeout=TIMEOUT,
            rate_controller=_Paced,
            fatal_status_codes=[302],
        )
        self.account = session.account if session else ""
        self.missing_page = False
        self._start_at: str | None = None
        self._last_answer: Node = {}
        if session:
            self.load_session(session.account, cookies_of(session))

    def error(self, msg: Any, repeat_at_end: bool = True) -> None:
        """What it complains of, for the log; nothing is kept for an end that never comes."""
        sys.stderr.write(redact(str(msg)) + "\n")

    def get_json(
        self,
        path: str,
        params: Node,
        host: str = "www.instagram.com",
        session: Any = None,
        response_headers: Node | None = None,
        use_post: bool = False,
    ) -> Node:
        """Ask an API. Raises JobError for what concerns the account, else what instaloader raises."""
        heard: Node = {} if response_headers is None else response_headers
        try:
            return dict(super().get_json(path, params, host, session, heard, use_post))
        except (AbortDownloadException, ConnectionException) as error:
            known = refusals.refusal_of_account(error, self.account, _retry_after(heard))
            if known:
                raise known from error
            raise

    def get_page_data(self, path: str) -> list[Node]:
        """Read a page as a visitor; whether there is one is kept."""
        self.missing_page = False
        try:
            return list(super().get_page_data(path))
        except QueryReturnedNotFoundException:
            self.missing_page = True
            raise
        except AbortDownloadException as error:
            # it is the visitor who was sent to the login, not the session
            raise JobError("blocked", _ONLY_SIGNED_IN, detail=redact(str(error))) from error

    def graphql_query(self, query_hash: str, variables: Node, referer: str | None = None) -> Node:
        """Ask an old query, from the place in its list at which to start."""
        return dict(super().graphql_query(query_hash, self._placed(variables), referer))

    def doc_id_graphql_query(
        self, doc_id: str, variables: Node, referer: str | None = None, web_api: bool = False
    ) -> Node:
        """Ask a query, from the place in its list at which to start; its answer is kept for `knows_no_such_post`."""
        answer = super().doc_id_graphql_query(doc_id, self._placed(variables), referer, web_api)
        self._last_answer = answer if isinstance(answer, dict) else {}
        return self._last_answer

    def start_at(self, after: str | None) -> None:
        """Let the next list begin there: making a list asks for its first page, whether or not that one is wanted."""
        self._start_at = after

    def started(self) -> bool:
        """Whether a list took up the place; it is forgotten."""
        taken, self._start_at = self._start_at is None, None
        return taken

    def _placed(self, variables: Node) -> Node:
        is_list = "first" in variables or "page_size" in (variables.get("data") or {})
        if self._start_at is None or not is_list:
            return variables
        after, self._start_at = self._start_at, None
        return {**variables, "after": after, "before": None, "first": 12, "last": None}

    def knows_no_such_post(self) -> bool:
        """Whether the platform's last answer says that a post isn't there, and not something that nobody foresaw."""
        return _POST in (self._last_answer.get("data") or {})


def _retry_after(headers: Node) -> float | None:
    named = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(float(named), 86400.0) if named.isdigit() else None


class Library:
    """instaloader for one session, or for a visitor."""

    def __init__(self, session: LentSession | None) -> None:
        self.session = session
        self.context = Context(session)
        self.loader = Instaloader(sleep=False, quiet=True, max_connection_attempts=1)
        self.loader.close()
        self.loader.context = self.context
        # one session for all files, so that a connection serves many; it has no cookie of an account
        self.cdn = self.context.get_anonymous_session()
        self.cdn.headers["Accept-Encoding"] = "identity"

    @property
    def account(self) -> str:
        """Whose session it is; '' for a visitor."""
        return self.context.account

    def profile(self, name: str) -> Any:
        """A profile by its name. Raises JobError `gone`, `scraper_outdated` and what refuses."""
        try:
            found = Profile.from_username(self.context, name)
        except ProfileNotExistsException as error:
            if self.context.missing_page:
                raise JobError(
                    "gone", f"Instagram has no profile {name}: it was renamed or deleted.", refusals.ANOTHER_NAME
                ) from error
            raise refusals.outdated(f"the page of a profile holds no profile: {error}") from error
        if self.account and str(found.userid) == self.context.user_id:
            # a profile knows its own account by name only, and shows it what is private
            self.context.username = found.username
        return found

    def own_profile(self) -> Any:
        """The profile of the session's account. Raises JobError `session_expired`, and what refuses."""
        try:
            found = Profile.own_profile(self.context)
            self.context.username = found.username
        except (TypeError, AttributeError, AssertionError) as error:
            raise refusals.expired(self.account) from error
        return found

    def has_page(self, path: str) -> bool:
        """Whether a visitor finds a page there: one request."""
        try:
            self.context.get_page_data(path)
        except QueryReturnedNotFoundException:
            return False
        return True

    def leads_to(self, url: str) -> str:
        """Where a share link leads, as a visitor is sent: one request. '' where it leads nowhere."""
        self.context.turn.take()
        answer = self.cdn.get(url, allow_redirects=False)
        return str(answer.headers.get("Location", ""))

    def close(self) -> None:
        """Close connections."""
        self.context.close()
        self.cdn.close()

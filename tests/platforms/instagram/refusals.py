"""Every way in which Instagram says no, in its own words: as answers, as states of an account, and as fault rules.

`platforms.refuse(ME.username, CHECKPOINT)` lets the platform meet an account so;
`platforms.fault(rate_limited(skip=5))` lays one over whatever is asked, with the keywords of any fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from tests.platforms import faults
from tests.platforms.exchange import Answer, Headers, Request, compact, json_answer, redirect
from tests.platforms.faults import Fault, Match
from tests.platforms.instagram.accounts import APP_HOST, COOKIE_HOST, LOGIN_PAGE, session_of, viewer

# how an account can be met, for `platforms.refuse`
EXPIRED = "expired"
CHECKPOINT = "checkpoint"
CHALLENGE = "challenge"
FEEDBACK = "feedback"
WAIT = "please wait"
LIMITED = "rate limited"

CHALLENGE_PAGE = "https://www.instagram.com/challenge/"
_CHALLENGED = f"{CHALLENGE_PAGE}AXH1k/abcdef/"
_WAIT = "Please wait a few minutes before you try again."

_BODIES: dict[str, dict[str, Any]] = {
    "login_required": {"message": "login_required", "error_title": "You've Been Logged Out", "status": "fail"},
    "please_wait": {"message": _WAIT, "require_login": True, "igweb_rollout": True, "status": "fail"},
    "rate_limited": {"message": _WAIT, "status": "fail"},
    "checkpoint": {
        "message": "checkpoint_required",
        "checkpoint_url": _CHALLENGED,
        "lock": True,
        "flow_render_type": 0,
        "status": "fail",
    },
    "challenge": {"message": "challenge_required", "challenge": {"url": _CHALLENGED, "lock": True}, "status": "fail"},
    "feedback": {
        "message": "feedback_required",
        "feedback_title": "Try Again Later",
        "feedback_message": "We limit how often you can do certain things on Instagram to protect our community.",
        "spam": True,
        "status": "fail",
    },
    "gone": {"message": "Media not found or unavailable", "status": "fail"},
}
_STATUS = {"login_required": 403, "please_wait": 401, "rate_limited": 429}  # all others: 400

_FREE = re.compile(r"/(accounts/login|challenge)/.*")  # where a refused session may go all the same
_API = re.compile(r"/(api|graphql|web)/.*|/graphql/query")


def says(what: str) -> Answer:
    """Answer as the API does; `what` is a key of the bodies above."""
    return json_answer(_BODIES[what], _STATUS.get(what, 400))


def to_login(request: Request) -> Answer:
    """Lead to the login page, as www does with whoever is not logged in."""
    return redirect(f"{LOGIN_PAGE}?next={quote(f'https://{request.host}{request.target}', safe='')}")


def _on_api(what: str) -> Callable[[Request], Answer | None]:
    return lambda request: says(what) if _API.fullmatch(request.path) else None


def _logged_out(request: Request) -> Answer:
    return says("login_required") if request.host == APP_HOST else to_login(request)


def _checkpoint(request: Request) -> Answer:
    return says("checkpoint") if _API.fullmatch(request.path) else redirect(_CHALLENGED)


def _challenge(request: Request) -> Answer:
    return says("challenge") if request.host == APP_HOST else redirect(_CHALLENGED)


_STATES: Mapping[str, Callable[[Request], Answer | None]] = {
    EXPIRED: _logged_out,
    CHECKPOINT: _checkpoint,
    CHALLENGE: _challenge,
    FEEDBACK: _on_api("feedback"),
    WAIT: _on_api("please_wait"),
    LIMITED: lambda _: says("rate_limited"),
}


def of_session(request: Request) -> Answer | None:
    """Refuse a request whose session no longer holds or whose account is refused; None: let it pass."""
    if not session_of(request) or _FREE.fullmatch(request.path):
        return None
    account = viewer(request)
    if account is None:
        return _logged_out(request)
    state = request.changes.refused.get(account.username)
    return _STATES[state](request) if state else None


def _rule(what: str, match: Match, headers: Headers = ()) -> Fault:
    json_type = ("Content-Type", "application/json; charset=utf-8")
    everywhere = {"host": "*.instagram.com", **match}  # not the CDN, which is another domain
    return faults.status(_STATUS.get(what, 400), compact(_BODIES[what]), (json_type, *headers), **everywhere)


def login_required(**match: Match) -> Fault:
    """403 as i.instagram.com says it to a dead session."""
    return _rule("login_required", {"host": APP_HOST, **match})


def login_redirect(**match: Match) -> Fault:
    """302 to the login page as www says it to a dead session."""
    return faults.redirect(f"{LOGIN_PAGE}?next=https%3A%2F%2Fwww.instagram.com%2F", **{"host": COOKIE_HOST, **match})


def please_wait(**match: Match) -> Fault:
    """401 to a visitor, and to a session that is watched."""
    return _rule("please_wait", match)


def rate_limited(retry_after: int | None = None, **match: Match) -> Fault:
    """429; the real platform names no time, but one can be given in seconds."""
    return _rule("rate_limited", match, (("Retry-After", str(retry_after)),) if retry_after is not None else ())


def checkpoint(**match: Match) -> Fault:
    """400: the account must be confirmed."""
    return _rule("checkpoint", match)


def challenge(**match: Match) -> Fault:
    """400: the account must pass a challenge."""
    return _rule("challenge", match)


def challenge_redirect(**match: Match) -> Fault:
    """302 to the challenge page."""
    return faults.redirect(_CHALLENGED, **{"host": COOKIE_HOST, **match})


def feedback(**match: Match) -> Fault:
    """400: the account did too much of something."""
    return _rule("feedback", match)


def gone(**match: Match) -> Fault:
    """400: no such post, or not for you."""
    return _rule("gone", match)

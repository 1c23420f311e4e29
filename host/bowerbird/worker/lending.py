"""Whose session an attempt gets, and where a fresh one comes from: the vault, or a browser that is asked.

The worker alone opens the vault for a scraper; what it lends travels in the assignment, through the child's pipe.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from functools import cached_property
from typing import Literal, TypeVar

from bowerbird.clock import seconds_until
from bowerbird.errors import RequestError
from bowerbird.queue import browsers, leases
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Failed, LentSession
from bowerbird.sessions import policy
from bowerbird.sessions.vault import SessionState, Vault
from bowerbird.settings import Settings
from bowerbird.worker.outcome import NeedsSession, Outcome

log = logging.getLogger("bowerbird.worker")

# Seconds to wait for a browser's answer; it reads its cookies in milliseconds.
PATIENCE = 3.0
POLL = 0.05
# What a browser brought so many seconds ago is as fresh as what it would bring now.
FRESH = 300.0
# What a site says to strangers and may not say to people who are signed in.
SAID_TO_STRANGERS = frozenset(
    ("login_needed", "session_expired", "age_restricted", "blocked", "private", "members_only")
)


# What makes a session one that is no longer lent.
_DEAD: dict[str, Literal["expired", "challenge"]] = {"session_expired": "expired", "challenge": "challenge"}
Kept = TypeVar("Kept")


class Lender:
    """The sessions of one attempt. `is_over` says that nobody waits for its answers any more."""

    def __init__(self, settings: Settings, db: sqlite3.Connection, job: ClaimedJob, is_over: Callable[[], bool]):
        self._vault = Vault(settings)
        self._db = db
        self._job = job
        self._is_over = is_over
        self._need = policy.need(job.target)
        self._site = policy.platform_host(job.target).removeprefix("www.")
        self._place = "a private window" if job.incognito else "your browser"
        self._last_step = " and click on Bowerbird's button there" if job.incognito else ""

    @cached_property
    def _platform(self) -> str:
        """Under which name sessions are kept; of other sites' pages that costs a list, which few jobs need."""
        return policy.platform_of(self._job.target)

    def first(self) -> LentSession | None:
        """The session to begin with: a fresh one where the site shows nothing without, none where it may not need it.

        A job that already needed one gets it at once.
        """
        if self._need == "always":
            return self._fresh_of_vault() or self._ask(self._only_signed_in()) or self._of_vault()
        if self._need == "if_there" or (self._need == "after_refusal" and self._job.account):
            return self._of_vault()
        return None

    def note(self, code: str, used: LentSession | None) -> None:
        """Remember what the site said of the session that was used: nothing more is asked with a dead one."""
        state = _DEAD.get(code)
        if used is None or state is None:
            return
        log.info("job=%s platform=%s account=%s session=%s", self._job.id, used.platform, used.account, state)
        whose = {"platform": used.platform, "account": used.account}
        _told(lambda: self._vault.set_state(**whose, state=state, incognito=used.incognito), None)

    def another(self, outcome: Outcome, used: LentSession | None) -> LentSession | None:
        """The session to try the same once more with; None where that can't help, or where there is none."""
        if not isinstance(outcome, Failed) or self._need == "never":
            return None
        if used is None:
            return self._for_stranger(outcome)
        if outcome.code == "login_needed":
            return self._of_another_account(used)
        if outcome.code != "session_expired":
            return None
        return self._ask(outcome.message or self._only_signed_in(), used.account)

    def verdict(self, outcome: Outcome, used: LentSession | None) -> Outcome:
        """How the attempt ends: what only a person's visit to the site can mend waits for that."""
        if not isinstance(outcome, Failed) or self._need == "never":
            return outcome
        if outcome.code == "session_expired" or (outcome.code == "login_needed" and self._may_wait(used)):
            return self.missing(outcome.message, again=used is not None and outcome.code == "session_expired")
        if outcome.code == "challenge" and used:
            step = f"Open {self._site} in {self._place} and answer its question"
            return self._waiting(outcome.code, outcome.message, step)
        return outcome

    def missing(self, message: str = "", *, again: bool = False) -> NeedsSession:
        """The job waits until somebody signs in."""
        code = "session_expired" if again else "login_needed"
        step = f"Open {self._site} in {self._place} and sign in{' again' if again else ''}{self._last_step}"
        return self._waiting(code, message or self._only_signed_in(), step)

    @property
    def needs_one(self) -> bool:
        """Whether nothing is shown without a session."""
        return self._need == "always"

    def newer(self, moment: str) -> tuple[str, ...]:
        """The accounts of which a session that may be used was stored since."""
        return tuple(one.account for one in self._usable() if one.stored_at >= moment)

    def _waiting(self, code: str, message: str, step: str) -> NeedsSession:
        return NeedsSession(Failed(code=code, message=message, hint=f"{step}: this goes on by itself."))

    def _only_signed_in(self) -> str:
        return f"{policy.title(self._platform)} shows this only to people who are signed in."

    def _may_wait(self, used: LentSession | None) -> bool:
        """A member does not hold up its list, unless the whole list needs a session; a person acts on single jobs."""
        return self.needs_one or (used is None and self._job.parent_id is None)

    def _for_stranger(self, outcome: Failed) -> LentSession | None:
        if outcome.code not in SAID_TO_STRANGERS:
            return None
        return self._of_vault() or self._ask(outcome.message or self._only_signed_in())

    def _fresh_of_vault(self) -> LentSession | None:
        fresh = any(seconds_until(one.stored_at) > -FRESH for one in self._usable())
        return self._of_vault() if fresh else None

    def _usable(self) -> list[SessionState]:
        if not self._vault.is_there:
            return []
        known: list[SessionState] = _told(self._vault.listed, [])
        mine = (self._platform, self._job.incognito)
        return [one for one in known if (one.platform, one.incognito) == mine and one.state == "ok"]

    def _of_vault(self) -> LentSession | None:
        """Of the account that the job had before, else of any."""
        account = self._job.account or None
        return (self._lent(account) if account else None) or self._lent()

    def _of_another_account(self, used: LentSession) -> LentSession | None:
        """What one person saved is shown to that account alone, whichever signed in last."""
        others = (one.account for one in self._usable() if one.account != used.account)
        return next(filter(None, map(self._lent, others)), None)

    def _lent(self, account: str | None = None) -> LentSession | None:
        """A private window's for what was clicked in one; the ordinary one's for everything else."""
        return _told(lambda: self._vault.lend(self._platform, account, incognito=self._job.incognito), None)

    def _ask(self, reason: str, account: str | None = None) -> LentSession | None:
        """A session that a browser brings now. Without an answer the question stays open for whoever connects later."""
        privately = self._job.incognito
        if leases.was_asked_lately(self._db, self._platform, incognito=privately):
            return None
        wanted = leases.wanted_for(self._job.target, reason, account, incognito=privately)
        question = leases.ask(self._db, wanted)
        if not browsers.hosts(self._db) or self._answer(question) not in ("stored", "other_account"):
            return None
        return self._lent()

    def _answer(self, question: int) -> str | None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not self._is_over():
            result = leases.result_of(self._db, question)
            if result is not None:
                return result
            time.sleep(POLL)
        return None


def _told(ask: Callable[[], Kept], otherwise: Kept) -> Kept:
    """What the vault answers; where it can't be opened that is told once, in the log, and there are no sessions."""
    try:
        return ask()
    except RequestError as error:
        log.warning("code=%s %s", error.code, error.message)
        return otherwise

"""Asks a platform whether a session still holds: in a scraper child, within the account's budget."""

from __future__ import annotations

import contextlib
import logging
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from bowerbird.database import open_writer
from bowerbird.errors import BowerbirdError, JobError, RequestError
from bowerbird.logs import CHILD_LOG, logs_folder
from bowerbird.queue import browsers, budgets
from bowerbird.queue.preferences import effective
from bowerbird.scraping import Failed, Finished, LentSession, Requested, SessionCheck, SessionChecked
from bowerbird.sessions import policy
from bowerbird.sessions.vault import SessionState, Vault
from bowerbird.settings import Settings
from bowerbird.worker.children import Child

log = logging.getLogger("bowerbird.worker")

LONGEST = 120.0  # seconds until a check that says nothing more is ended
TICK = 0.25

# what a platform says of the session itself -> its state in the vault; anything else says nothing of it
_VERDICTS = {"session_expired": "expired", "login_needed": "expired", "challenge": "challenge"}


class Checks:
    """The checks that browsers asked for, one at a time, in a thread of its own. `stir` is called when one is done."""

    def __init__(self, settings: Settings, stir: Callable[[], None]) -> None:
        self._settings = settings
        self._stir = stir
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        """Whether one is under way."""
        return self._thread is not None and self._thread.is_alive()

    def look(self, db: sqlite3.Connection) -> None:
        """Begin the next one, if there is one and none is under way."""
        check = None if self.runs else browsers.next_check(db)
        if check:
            self._thread = threading.Thread(target=self._run, args=(check,), daemon=True)
            self._thread.start()

    def _run(self, check: browsers.Check) -> None:
        with contextlib.suppress(RequestError, sqlite3.Error), contextlib.closing(self._open()) as db:
            try:
                browsers.check_done(db, check, check_session(db, self._settings, check.platform, check.account).state)
            except BowerbirdError as error:
                log.info("platform=%s check=%s", check.platform, error.code)
                browsers.check_done(db, check, error.code, error)
            except Exception:
                log.exception("platform=%s check ended unexpectedly", check.platform)
                browsers.check_done(db, check, "internal", RequestError("internal"))
        self._stir()

    def _open(self) -> sqlite3.Connection:
        return open_writer(self._settings.database)


def forget_asked(db: sqlite3.Connection, settings: Settings) -> None:
    """Remove the sessions that the person gave up on the site; what waits for them says so."""
    for asked in browsers.asked_about(db, "forget_session"):
        try:
            vault = Vault(settings)
            gone = vault.forget(asked.platform, asked.account) if vault.is_there else 0
        except RequestError as error:
            browsers.check_done(db, asked, error.code, error)
            continue
        browsers.forgotten(db, asked.platform, asked.account)
        browsers.check_done(db, asked, "forgotten" if gone else "not_found")


def check_session(db: sqlite3.Connection, settings: Settings, platform: str, account: str | None) -> SessionState:
    """Find out, and note it in the vault. Returns the session as it is now.

    Raises RequestError `not_found` (no such session), `bad_request` (nobody can ask that platform), `busy` (it asked
    for a pause that is not over); JobError where the answer says nothing of the session, such as `network`.
    """
    settings = effective(db, settings)
    scraper = policy.checker(platform)
    vault = Vault(settings)
    lent = vault.lend_for_check(platform, account)
    if lent is None:
        raise RequestError("not_found", f"There is no sign-in of {policy.title(platform)} that could be read.")
    held = budgets.held(db, platform, lent.account)
    if held:
        raise RequestError("busy", f"{policy.title(platform)} gets a pause until {held}.", "Check again after that.")
    said = _ask(db, settings, scraper, lent)
    if isinstance(said, SessionChecked):
        vault.set_state(platform, lent.account, "ok", username=said.account)
    elif said.code in _VERDICTS:
        vault.set_state(platform, lent.account, _VERDICTS[said.code])  # type: ignore[arg-type]
    else:
        raise JobError(said.code, said.message, said.hint, retry_after=said.retry_after, detail=said.detail)
    same = (platform, lent.account, False)
    return next(one for one in vault.listed() if (one.platform, one.account, one.incognito) == same)


def _ask(db: sqlite3.Connection, settings: Settings, scraper: str, lent: LentSession) -> SessionChecked | Failed:
    pace = budgets.pace_of(db, settings, lent.platform, lent.account)
    checked: SessionChecked | None = None
    with _child(settings, scraper) as (child, folder):
        child.begin(SessionCheck(folder=str(folder), session=lent, pace=pace))
        until = time.monotonic() + LONGEST
        for event in child.events(TICK):
            if isinstance(event, Requested):
                budgets.spend(db, settings, lent.platform, lent.account, event.requests)
            if isinstance(event, SessionChecked):
                checked = event
            if isinstance(event, Failed):
                return _refused(db, lent, event)
            if isinstance(event, Finished) or time.monotonic() > until:
                break
    return checked or Failed(code="timeout", message="")


def _refused(db: sqlite3.Connection, lent: LentSession, failure: Failed) -> Failed:
    if failure.code == "rate_limited":
        budgets.refuse(db, lent.platform, lent.account, failure.retry_after, random.random())  # noqa: S311 - no secret
    return failure


@contextlib.contextmanager
def _child(settings: Settings, scraper: str) -> Iterator[tuple[Child, Path]]:
    """A child of its own, and its folder: both are gone afterwards."""
    # the child's home, not the archive: nothing of a check is ever kept
    home = settings.home / "scrapers"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="check-", dir=home))
    try:
        with _log(settings) as log:
            child = Child(scraper, settings, log)
            try:
                yield child, folder
            finally:
                child.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _log(settings: Settings) -> BinaryIO:
    return (logs_folder(settings) / CHILD_LOG).open("ab")

"""A host that has been greeted says that it is there, and tells its browser what sessions are needed and how they are.

This goes on whether the browser watches jobs or not: a job that waits for a session is started by nobody else. What it
needs is imported when it begins, which is after the first answer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from bowerbird.database import open_progress, open_reader
from bowerbird.errors import RequestError
from bowerbird.queue.wake import worker_is_running
from bowerbird.settings import Settings

INTERVAL = 0.5
REOPEN = 1.0
# How often the row is written while somebody may read it: two may be lost within browsers.FRESH_SECONDS.
HEARTBEAT = 3.0

Event = dict[str, Any]
_STATES = {"stored": "ok", "checked": "ok", "expired": "expired", "challenge": "challenge", "forgotten": "forgotten"}
EXPOSED = {
    "event": "warning",
    "code": "bad_session",
    "message": "Other people on this computer could read the key of your stored sign-ins. Now they can't.",
    "hint": "If others use this computer: sign out of the sites and in again.",
}


class Presence:
    """A thread with connections of its own, from the greeting to the end of the connection."""

    def __init__(self, settings: Settings, send: Callable[[Event], None]) -> None:
        self.host_id = os.urandom(8).hex()
        self._settings = settings
        self._send = send
        self._browser = ""
        self._ended = threading.Event()
        self._is_begun = False
        self._written = -HEARTBEAT
        self._note: int | None = None
        self._vault_stamp: tuple[int, ...] | None = None

    def begin(self, browser: str) -> None:
        """From now on; greeting again changes nothing."""
        if self._is_begun:
            return
        self._is_begun, self._browser = True, browser[:200]
        self.refresh()
        threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        """The browser is gone: nobody need wait for its answer."""
        self._ended.set()
        if self._is_begun:
            from bowerbird.queue import browsers

            with contextlib.suppress(RequestError, sqlite3.Error), self._writer() as db:
                browsers.leave(db, self.host_id)

    def refresh(self) -> None:
        """Say that this host is there, unless it was said just now. Before the worker is woken, and while it runs.

        Not more often than somebody reads it: only the worker checkpoints, so without it each write lengthens the log.
        """
        if not self._is_begun or time.monotonic() < self._written + HEARTBEAT:
            return
        from bowerbird.queue import browsers

        with contextlib.suppress(RequestError, sqlite3.Error), self._writer() as db:
            browsers.greet(db, self.host_id, self._browser)
            self._written = time.monotonic()

    @contextlib.contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(open_progress(self._settings.database)) as db:
            yield db

    def _run(self) -> None:
        self._ask_again()
        with contextlib.suppress(OSError):
            while not self._ended.is_set():
                with contextlib.suppress(RequestError, sqlite3.Error):
                    self._attend_while_it_works()
                self._ended.wait(REOPEN)

    def _ask_again(self) -> None:
        """What waits for a session is asked of a browser that was not there before."""
        from bowerbird.queue import leases

        with contextlib.suppress(RequestError, sqlite3.Error), self._writer() as db:
            leases.ask_again(db)

    def _attend_while_it_works(self) -> None:
        with contextlib.closing(open_reader(self._settings.database)) as db:
            told, version = 0, -1
            while not self._ended.is_set():
                newest = db.execute("PRAGMA data_version").fetchone()[0]
                if newest != version:
                    told, version = self._tell_needed(db, told), newest
                self._tell_changed()
                if sys.platform == "win32" or worker_is_running(self._settings):
                    self.refresh()
                self._ended.wait(INTERVAL)

    def _tell_needed(self, db: sqlite3.Connection, told: int) -> int:
        from bowerbird.queue import browsers

        for asked in browsers.needed(db, told):
            event = {
                "event": "session_needed", "request_id": asked.request_id, "platform_host": asked.platform_host,
                "account": asked.account, "reason": asked.reason,
            }  # fmt: skip
            self._send({**event, "incognito": True} if asked.incognito else event)
            told = asked.request_id
        return told

    def _tell_changed(self) -> None:
        """Notes of the vault's trail that came since; a look at the file says whether there can be any."""
        stamp = self._stamp()
        if stamp == self._vault_stamp and self._note is not None:
            return
        self._vault_stamp = stamp
        if stamp is None:
            self._note = 0
            return
        from bowerbird.sessions.vault import Vault

        vault = Vault(self._settings)
        if self._note is None:
            self._note = vault.newest_note()
        for note in vault.audit(self._note):
            self._note = note.id
            if note.event == "exposed":
                self._send(EXPOSED)
            elif note.event in _STATES:
                self._send(
                    {
                        "event": "session",
                        "platform": note.platform,
                        "account": note.account,
                        "state": _STATES[note.event],
                    }
                )

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = (self._settings.home / "vault.db").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

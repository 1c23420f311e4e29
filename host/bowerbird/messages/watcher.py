"""Events for a browser that watches: what changed in the queue, at most 4 times a second for each job."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.model import QueueCounts, to_builtins
from bowerbird.settings import Settings

# A job's row holds its newest state only, so that one look in this time is at most 4 events a second and job.
INTERVAL = 0.25
# Seconds until an archive that could not be read is opened anew.
REOPEN = 1.0


class Watcher:
    """A thread with a connection of its own, while somebody watches."""

    def __init__(self, settings: Settings, send: Callable[[dict[str, Any]], None]) -> None:
        self._settings = settings
        self._send = send
        self._ended: threading.Event | None = None

    def watch(self, wanted: bool) -> None:
        """Begin or end; either again has no effect."""
        if not wanted:
            self.end()
        elif self._ended is None:
            self._ended = threading.Event()
            begun = threading.Event()
            threading.Thread(target=self._run, args=(self._ended, begun), daemon=True).start()
            # what happens after the reply is seen, however long the thread takes to look for the first time
            begun.wait(REOPEN)

    def end(self) -> None:
        """Send no more events."""
        if self._ended is not None:
            self._ended.set()
        self._ended = None

    def _run(self, ended: threading.Event, begun: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while not ended.is_set():
                self._follow_while_it_works(ended, begun)
                ended.wait(REOPEN)

    def _follow_while_it_works(self, ended: threading.Event, begun: threading.Event) -> None:
        with contextlib.suppress(RequestError, sqlite3.Error), contextlib.closing(self._open()) as db:
            self._follow(db, ended, begun)

    def _open(self) -> sqlite3.Connection:
        return open_reader(self._settings.database)

    def _follow(self, db: sqlite3.Connection, ended: threading.Event, begun: threading.Event) -> None:
        from bowerbird.queue import events, reads

        revision = reads.newest_revision(db)
        counts = reads.counts(db)
        self._send_counts(counts)
        warned = events.newest(db)
        begun.set()
        version = -1
        while not ended.wait(INTERVAL):
            newest = db.execute("PRAGMA data_version").fetchone()[0]
            if newest == version:
                continue
            changed, revision = reads.changed_since(db, self._settings, revision)
            # A full page: the rest comes with the next look, whether something else changes or not.
            version = newest if len(changed) < reads.MOST_JOBS else -1
            for job in changed:
                self._send({"event": "job", "job": to_builtins(job)})
            warned = self._send_warnings(db, warned)
            counts = self._send_if_new(reads.counts(db), counts)

    def _send_if_new(self, now: QueueCounts, before: QueueCounts) -> QueueCounts:
        if now != before:
            self._send_counts(now)
        return now

    def _send_counts(self, counts: QueueCounts) -> None:
        self._send({"event": "queue", "queue": to_builtins(counts)})

    def _send_warnings(self, db: sqlite3.Connection, warned: int) -> int:
        from bowerbird.queue import events

        for one in reversed(events.warnings(db, after=warned)):
            self._send({"event": "warning", "code": one.code, "message": one.message, "hint": one.hint or ""})
            warned = one.id
        return warned

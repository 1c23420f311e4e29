"""What a person sees of a running job: collected, and written down at most four times a second.

A small job is over before that, and costs one write for all that it said.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time

from bowerbird.errors import RequestError
from bowerbird.queue import transitions
from bowerbird.scraping import Progress

# Seconds between two writes of one job.
WRITE_EVERY = 0.25


class Display:
    """The newest state of one job. `db` is a connection for what may be lost."""

    def __init__(self, db: sqlite3.Connection, job_id: str) -> None:
        self._db = db
        self._job_id = job_id
        self._unwritten: dict[str, object] = {}
        self._next_write = time.monotonic() + WRITE_EVERY

    def operation(self, text: str) -> None:
        """What the job does now; how fast it did something else is over."""
        self._unwritten |= {"current_operation": text, "speed": None, "eta": None}

    def title(self, title: str | None, kind: str | None) -> None:
        """What the platform calls it, and its kind where the URL did not tell."""
        told = {"title": title, "kind": kind}
        self._unwritten |= {name: value for name, value in told.items() if value is not None}

    def progress(self, event: Progress) -> None:
        """How far the job is."""
        if event.fraction is not None:
            self._unwritten["progress"] = round(100 * event.fraction, 1)
        names = ("bytes_downloaded", "bytes_total", "speed", "eta")
        self._unwritten |= {name: getattr(event, name) for name in names}

    def tick(self) -> None:
        """Write what is new, where it is time for that."""
        if self._unwritten and time.monotonic() >= self._next_write:
            self._next_write = time.monotonic() + WRITE_EVERY
            self.write()

    def write(self) -> None:
        """Write what is new. An archive that is busy for a moment is no reason to lose a download."""
        if not self._unwritten:
            return
        with contextlib.suppress(RequestError):
            transitions.show(self._db, self._job_id, self._unwritten)
            self._unwritten = {}

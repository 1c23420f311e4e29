"""Starts the worker when there is work: after a request that brings some, and when the time of a waiting job comes."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time

from bowerbird.errors import RequestError
from bowerbird.settings import Settings

# A worker that was started holds its lock within this many seconds, and then sees by itself what came meanwhile.
WORKER_STARTS = 2.0
# How often it is looked whether a time has come; jobs wait for minutes or days.
LOOK = 60.0


class Waker:
    """Wakes the worker of one archive, at once or by a thread that looks at the clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._next = 0.0
        self._ended = threading.Event()

    def start(self) -> None:
        """Look at the clock from now on."""
        threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def wake(self) -> None:
        """Start the worker unless it runs or is just starting. Raises OSError where no process can be started."""
        from bowerbird.queue.wake import wake_worker, worker_is_running

        if worker_is_running(self._settings) or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + WORKER_STARTS
        wake_worker(self._settings)

    def wake_if_due(self) -> None:
        """Start the worker where something could go on now: it died, the machine was off, or a time has come."""
        from bowerbird.clock import now
        from bowerbird.database import open_reader
        from bowerbird.queue.reads import is_idle

        with contextlib.closing(open_reader(self._settings.database)) as db:
            idle = is_idle(db, now())
        if not idle:
            self.wake()

    def _run(self) -> None:
        while not self._ended.wait(LOOK):
            with contextlib.suppress(OSError, sqlite3.Error, RequestError):
                self.wake_if_due()

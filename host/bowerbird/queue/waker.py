"""Starts the worker when there is work: after a request that brings some, and when what jobs wait for is there.

Host and site hold one each; a time that comes and a disk that has room again tell nobody by themselves.
"""

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
# How often a worker is started to ask the name server: a cable may be plugged in and lead nowhere.
LINE_LOOK = 300.0


class Waker:
    """Wakes the worker of one archive, at once or by a thread that looks at the clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._next = 0.0
        self._was_free: int | None = None
        self._had_way = False
        self._next_line = 0.0
        self._ended = threading.Event()

    def start(self) -> None:
        """Look at the clock from now on."""
        threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def wake(self) -> None:
        """Start the worker unless it runs or is just starting. What fails is tried again when it is next looked."""
        from bowerbird.queue.wake import wake_worker, worker_is_running

        if worker_is_running(self._settings) or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + WORKER_STARTS
        if not wake_worker(self._settings):
            import logging

            logging.getLogger("bowerbird.queue").warning("code=internal no worker could be started")

    def wake_if_due(self) -> None:
        """Start the worker where something could go on: it died, the machine was off, a time has come, or space."""
        from bowerbird.archive import pieces, thumbnails, trash
        from bowerbird.clock import now
        from bowerbird.database import open_reader
        from bowerbird.queue.jumps import any_ahead
        from bowerbird.queue.preferences import effective
        from bowerbird.queue.reads import is_idle
        from bowerbird.queue.updates import asked, waiting_jobs
        from bowerbird.queue.waiting import one_that_waits_for

        with contextlib.closing(open_reader(self._settings.database)) as db:
            floor = effective(db, self._settings).disk_floor
            is_due = (
                not is_idle(db, now())
                or any_ahead(db)
                or asked(db)
                or waiting_jobs(db)
                or trash.is_due(db)
                or thumbnails.any_missing(db)
                or pieces.any_due(db)
                or (one_that_waits_for(db, "disk") and self._has_room_again(floor))
                or (one_that_waits_for(db, "network") and self._may_be_connected())
            )
        if is_due:
            self.wake()

    def _has_room_again(self, floor: int) -> bool:
        """Whether more is free than when a worker was last started for it: how much is enough nobody knows."""
        from bowerbird.archive.space import STEP, free_bytes

        free = free_bytes(self._settings.archive)
        is_tried = self._was_free is not None and free < self._was_free + STEP
        if free <= floor or is_tried:
            return False
        self._was_free = free
        return True

    def _may_be_connected(self) -> bool:
        """Whether a worker should look: a way out is there again, or has been for some time since the last one did."""
        from bowerbird.connection import has_way

        had_way, self._had_way = self._had_way, bool(self._settings.proxy) or has_way()
        if not self._had_way or (had_way and time.monotonic() < self._next_line):
            return False
        self._next_line = time.monotonic() + LINE_LOOK
        return True

    def _run(self) -> None:
        while not self._ended.wait(LOOK):
            with contextlib.suppress(OSError, sqlite3.Error, RequestError):
                self.wake_if_due()

"""Whether there is a connection, for the attempt that failed without one and for the jobs that wait for it.

A name server that does not answer takes its time, so each look is a thread that nobody has to wait for.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable

from bowerbird.connection import is_cut_off
from bowerbird.queue.waiting import one_that_waits_for
from bowerbird.settings import Settings

log = logging.getLogger("bowerbird.worker")

# What a cut line looks like from within a library.
OF_THE_LINE = frozenset(("network", "timeout"))
# Seconds between two looks while a job waits.
LOOK = 10.0
# How soon it is noticed that nobody wants to know any more.
TICK = 0.25


class _Look:
    """One look; `is_cut` is None until it is over. `then` is called in its thread."""

    def __init__(self, url: str, proxy: str | None, then: Callable[[], None] = lambda: None) -> None:
        self.is_cut: bool | None = None
        self._ask = (url, proxy)
        self._then = then
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Until it is over, or so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        self.is_cut = self._find()
        self._then()

    def _find(self) -> bool:
        try:
            return is_cut_off(*self._ask)
        except Exception:
            log.exception("It could not be found out whether there is a connection")
            return False


def is_cut(url: str, settings: Settings, is_given_up: Callable[[], bool]) -> bool:
    """Whether there is no connection; False too where that is not known yet and `is_given_up`."""
    look = _Look(url, settings.proxy)
    while look.is_cut is None and not is_given_up():
        look.wait(TICK)
    return bool(look.is_cut)


class Line:
    """The worker's own look while jobs wait; `stir` is called when one is over."""

    def __init__(self, settings: Settings, stir: Callable[[], None]) -> None:
        self._settings = settings
        self._stir = stir
        self._look: _Look | None = None
        self._next_look = 0.0

    @property
    def runs(self) -> bool:
        """Whether a look is under way, or what it found is not yet taken."""
        return self._look is not None

    def is_back(self, db: sqlite3.Connection) -> bool:
        """Whether trying again makes sense; False too where nothing waits for it, or a look is not over yet."""
        if self._look:
            return self._is_taken(self._look)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK
            url = one_that_waits_for(db, "network")
            self._look = _Look(url, self._settings.proxy, self._stir) if url else None
        return False

    def _is_taken(self, look: _Look) -> bool:
        if look.is_cut is None:
            return False
        self._look = None
        return not look.is_cut

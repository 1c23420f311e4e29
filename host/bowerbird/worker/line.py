"""Whether the line is back for the jobs that wait for it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable

from bowerbird.connection import is_cut_off
from bowerbird.queue.waiting import one_that_waits_for
from bowerbird.settings import Settings

# Seconds between two looks while a job waits.
LOOK = 10.0


class Line:
    """Looks in a thread, for a name server that does not answer takes its time; `stir` is called when one has ended."""

    def __init__(self, settings: Settings, stir: Callable[[], None]) -> None:
        self._proxy = settings.proxy
        self._stir = stir
        self._look: threading.Thread | None = None
        self._next_look = 0.0
        self._is_back = False

    @property
    def runs(self) -> bool:
        """Whether a look is under way, or what it found is not yet taken."""
        return self._is_back or self._is_looking()

    def is_back(self, db: sqlite3.Connection) -> bool:
        """Whether trying again makes sense; False too where nothing waits for it, or a look is not over yet."""
        if self._is_looking():
            return False
        if self._is_back:
            self._is_back = False
            return True
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK
            self._begin(one_that_waits_for(db, "network"))
        return False

    def _is_looking(self) -> bool:
        return self._look is not None and self._look.is_alive()

    def _begin(self, url: str | None) -> None:
        if url:
            self._look = threading.Thread(target=self._run, args=(url,), daemon=True)
            self._look.start()

    def _run(self, url: str) -> None:
        self._is_back = not is_cut_off(url, self._proxy)
        self._stir()

"""Updates the libraries when somebody asked for it: nothing of a scraper runs meanwhile, and then all goes on."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable

import msgspec

from bowerbird.database import open_writer
from bowerbird.errors import RequestError
from bowerbird.install import libraries
from bowerbird.queue import updates
from bowerbird.queue.updates import Asked
from bowerbird.settings import Settings
from bowerbird.worker.children import ChildPool
from bowerbird.worker.library_versions import library_of

log = logging.getLogger("bowerbird.worker")


class Updating:
    """The update that is asked for, in a thread of its own. `stir` is called when it is over."""

    def __init__(self, settings: Settings, pool: ChildPool, stir: Callable[[], None]) -> None:
        self._settings = settings
        self._pool = pool
        self._stir = stir
        self._thread: threading.Thread | None = None
        self._asked: Asked | None = None

    @property
    def runs(self) -> bool:
        """Whether one is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def holds(self) -> bool:
        """Whether no scraper may begin: one is asked for, or under way."""
        return self._asked is not None or self.runs

    def look(self, db: sqlite3.Connection) -> None:
        """See whether one is asked for."""
        self._asked = updates.asked(db)

    def begin(self, db: sqlite3.Connection) -> None:
        """Begin what is asked for, unless it is under way, be it by a worker that died. No scraper works any more."""
        if self._asked is None or self.runs or libraries.is_under_way():
            return
        self._pool.retire(idle_seconds=0)
        begun = updates.begin(db, self._asked, libraries.versions())
        if begun is None:
            self._stir()
            return
        self._thread = threading.Thread(target=self._run, args=(begun,), name="update", daemon=True)
        self._thread.start()

    def _run(self, begun: Asked) -> None:
        code = self._code(begun)
        library_of.cache_clear()
        done = msgspec.structs.replace(begun.update, code=code, after=libraries.versions())
        log.info("update=%s", code)
        with contextlib.suppress(RequestError, sqlite3.Error), contextlib.closing(self._open()) as db:
            updates.finish(db, begun, done)
        self._stir()

    def _code(self, begun: Asked) -> str:
        try:
            return libraries.update(self._settings, begun.update.before)
        except Exception:
            log.exception("the update ended unexpectedly")
            return "failed"

    def _open(self) -> sqlite3.Connection:
        return open_writer(self._settings.database)

"""Noticing that others wrote into the archive, without reading a table."""

from __future__ import annotations

import contextlib
import sqlite3
import time

from bowerbird.worker.stir import Stir

POLL = 0.1


class Changes:
    """Commits of other connections, by `PRAGMA data_version` (sqlite.org/pragma.html#pragma_data_version)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = 0
        self._seen = self._version()

    def _version(self) -> int:
        # Whoever locks the whole archive for a moment has not committed yet.
        with contextlib.suppress(sqlite3.OperationalError):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])
        return self._seen

    def wait(self, stir: Stir, most: float = 1.0) -> None:
        """Return when something was committed or `stir` is rung, at the latest after `most` seconds."""
        deadline = time.monotonic() + most
        while time.monotonic() < deadline and not stir.wait(POLL):
            version = self._version()
            if version != self._seen:
                self._seen = version
                return

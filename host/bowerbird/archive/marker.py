"""Which capture was the newest while a worker ran, noted beside the archive, so that lost writes are noticed.

SQLite opens an archive whose `-wal` file was deleted without a word, as it was before the writes that lay there
(sqlite.org/wal.html#walfile). A worker that ends well folds them in and forgets the note. One that was killed leaves
it; where the capture that it names is not in the archive then, rows were lost. The note is not flushed: it is for files
that somebody removes, and what survives a power cut is SQLite's own part.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import msgspec

# The code of the line in the log.
WRITES_LOST = "writes_lost"
MESSAGE = "What was captured last is not in the archive any more: its newest rows are lost."
HINT = "Save again what you miss. This happens when archive.db-wal is removed, or an older copy is put back."


class Marker:
    """The note of one archive folder. Where it can't be written there is none: nothing else depends on it."""

    def __init__(self, archive: Path) -> None:
        self._file = archive / ".newest-capture"
        self._noted: str | None = None

    def note(self, db: sqlite3.Connection) -> None:
        """Name the newest capture; writes only where it is another one than before."""
        row = db.execute("SELECT key FROM captures ORDER BY id DESC LIMIT 1").fetchone()
        if row is None or row["key"] == self._noted:
            return
        with contextlib.suppress(OSError):
            self._file.write_bytes(msgspec.json.encode(row["key"]))
            self._noted = row["key"]

    def is_broken(self, db: sqlite3.Connection) -> bool:
        """Whether the capture that is named is gone; False where none is named."""
        try:
            key = msgspec.json.decode(self._file.read_bytes(), type=str)
        except (OSError, msgspec.MsgspecError):
            return False
        return db.execute("SELECT 1 FROM captures WHERE key = ?", (key,)).fetchone() is None

    def forget(self) -> None:
        """From now on nothing is named: all is in the one file, or was told."""
        self._noted = None
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)

"""Connections that attempts take one after the other, so that the next one begins at once.

To open and close two takes 9 of the 75 ms of a small video: `python -m tests.bench --only playlist`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bowerbird.database import open_progress, open_writer


class Pair(NamedTuple):
    """What one attempt writes with; `progress` for what may be lost in a power cut, and need not wait for the disk."""

    db: sqlite3.Connection
    progress: sqlite3.Connection

    def close(self) -> None:
        """Use neither of them again."""
        self.progress.close()
        self.db.close()


class Connections:
    """As many pairs as there ever were attempts at once. `lent` may be called from any thread."""

    def __init__(self) -> None:
        self._idle: deque[Pair] = deque()

    @contextlib.contextmanager
    def lent(self, path: Path) -> Iterator[Pair]:
        """A pair for whoever asks alone; it is kept unless something went wrong. Raises as open_writer."""
        pair = self._kept() or _opened(path)
        is_well = False
        try:
            yield pair
            is_well = not (pair.db.in_transaction or pair.progress.in_transaction)
        finally:
            if is_well:
                self._idle.append(pair)
            else:
                pair.close()

    def close(self) -> None:
        """Close those that nobody uses."""
        while pair := self._kept():
            pair.close()

    def _kept(self) -> Pair | None:
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        return None


def _opened(path: Path) -> Pair:
    db = open_writer(path)
    try:
        return Pair(db, open_progress(path))
    except BaseException:
        db.close()
        raise

"""What the handlers of one connection share."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable

from bowerbird.database import SCHEMA_VERSION, file_identity, open_writer, save_removed_log
from bowerbird.messages.presence import Presence
from bowerbird.queue.waker import Waker
from bowerbird.settings import Settings


class Desk:
    """Settings, archive, watcher, waker, presence, and what waits for after the answer."""

    def __init__(self, settings: Settings, watch: Callable[[bool], None], waker: Waker, presence: Presence) -> None:
        self.settings = settings
        self.watch = watch
        self.waker = waker
        self.presence = presence
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._afterwards: list[Callable[[], None]] = []

    @property
    def db(self) -> sqlite3.Connection:
        """The archive, opened at its first use. Raises RequestError as open_writer."""
        if self._db is None:
            self._db = open_writer(self.settings.database)
            self._file = file_identity(self.settings.database)
        return self._db

    def look_at_archive(self) -> None:
        """Let go of an archive that was replaced, moved or upgraded since it was opened: rows would go nowhere."""
        if self._db is None:
            return
        same_version = self._db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        has_moved = file_identity(self.settings.database) != self._file
        if not same_version or has_moved or save_removed_log(self.settings.database):
            self.drop_archive()

    def drop_archive(self) -> None:
        """Close the archive after an error: the next request opens it anew, and works again when the cause is gone."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None

    def wake(self) -> None:
        """Start the worker unless it runs; it sees that this browser is there to be asked for a session."""
        self.presence.refresh()
        self.waker.wake()

    def later(self, do: Callable[[], None]) -> None:
        """Do this after the answer is written: whoever clicked waits for the answer only."""
        self._afterwards.append(do)

    def do_afterwards(self) -> None:
        """Do what was put off. What fails is not tried again."""
        while self._afterwards:
            self._afterwards.pop(0)()

"""The file of the vault: for its owner only, opened for a moment each time, with the audit trail in it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from bowerbird.clock import now
from bowerbird.database import as_request_error, transaction
from bowerbird.errors import RequestError
from bowerbird.sessions import keys
from bowerbird.settings import Settings

# Of no session: `exposed`, others could read the key or the vault, and can no more; `rotated`, there is a new key.
Event = Literal["stored", "used", "checked", "expired", "challenge", "forgotten", "exposed", "rotated"]

MOST_NOTES = 5000  # rows of the audit trail
VERSION = 1
_COLUMNS = "platform, account, username, state, state_at, sealed, store_id, incognito, stored_at, used_at, expires_at"
_TABLES = (
    """
    CREATE TABLE sessions (
        platform TEXT NOT NULL, account TEXT NOT NULL, username TEXT, state TEXT NOT NULL, state_at TEXT NOT NULL,
        sealed BLOB NOT NULL, store_id TEXT, incognito INTEGER NOT NULL DEFAULT 0, stored_at TEXT NOT NULL,
        used_at TEXT, expires_at TEXT, PRIMARY KEY (platform, account, incognito)) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS audit (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL)
    """,
)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail."""

    id: int
    at: str
    platform: str
    account: str
    event: Event


class VaultFile:
    """vault.db of one home. Any thread may open it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.home / "vault.db"
        self.was_exposed = False

    @property
    def is_there(self) -> bool:
        """Whether anything was ever stored."""
        return self._path.exists()

    @contextlib.contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection. Raises RequestError `busy`, `disk_full` or `internal`."""
        try:
            self._make_private()
            with contextlib.closing(sqlite3.connect(self._path, isolation_level=None, timeout=3)) as db:
                db.row_factory = sqlite3.Row
                # what is forgotten is not left on the pages
                db.execute("PRAGMA secure_delete=1")
                if _version(db) < VERSION:
                    _bring_up(db)
                if self.was_exposed:
                    note(db, "", "", "exposed")
                yield db
        except OSError:
            raise _unopened() from None
        except sqlite3.Error as error:
            told = as_request_error(error)
            raise told if told.code in ("busy", "disk_full") else _unopened() from None
        except RequestError as error:
            raise _unopened() if error.code == "archive_unavailable" else error from None

    def _make_private(self) -> None:
        """The file exists, for nobody else, before SQLite opens it: its journal gets the same mode."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        self.was_exposed = keys.close_to_others(self._settings) | _closed(self._path)


def note(db: sqlite3.Connection, platform: str, account: str, event: Event) -> None:
    """A line of the audit trail, which keeps the newest MOST_NOTES; never what a session holds."""
    db.execute(
        "INSERT INTO audit (at, platform, account, event) VALUES (?, ?, ?, ?)", (now(), platform, account, event)
    )
    db.execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?", (MOST_NOTES,))


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _bring_up(db: sqlite3.Connection) -> None:
    """Make the tables; in the first version an account had one session, of whichever window."""
    with transaction(db):
        if _version(db) >= VERSION:
            return  # another process was first
        is_older = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sessions'").fetchone() is not None
        if is_older:
            db.execute("ALTER TABLE sessions RENAME TO sessions_before")
        for table in _TABLES:
            db.execute(table)
        if is_older:
            db.execute(f"INSERT INTO sessions ({_COLUMNS}) SELECT {_COLUMNS} FROM sessions_before")
            db.execute("DROP TABLE sessions_before")
        db.execute(f"PRAGMA user_version={VERSION}")


def _closed(path: Path) -> bool:
    """Take a file out of the reach of others; whether it was within."""
    if os.name == "nt" or not path.stat().st_mode & 0o077:
        return False
    path.chmod(0o600)
    return True


def _unopened() -> RequestError:
    return RequestError(
        "internal",
        "The stored sign-ins can't be opened.",
        "Move vault.db out of Bowerbird's settings folder: the sites are asked for again.",
    )

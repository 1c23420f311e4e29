"""The one way to open archive.db.

SQLite before 3.51.3 can lose rows when two processes checkpoint and write at the same instant
(sqlite.org/wal.html#walresetbug), so only the worker checkpoints; every other connection has `wal_autocheckpoint=0`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from bowerbird.errors import RequestError

APPLICATION_ID = 0x426F7765
SCHEMA_VERSION = 11
BUSY_MILLISECONDS = 3000
# Seconds between two tries to write.
BUSY_STEP = 0.001


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection whose commits survive a power cut. Never checkpoints.

    Raises RequestError `archive_unavailable` where the archive is missing, foreign, damaged or of another version.
    """
    return _open(path, "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0")


def open_progress(path: Path) -> sqlite3.Connection:
    """A connection for what may be lost in a power cut, such as a percentage. Otherwise as open_writer."""
    return _open(path, "PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=0")


def open_keeper(path: Path) -> sqlite3.Connection:
    """The worker's own connection: as open_writer, and the only kind that checkpoints."""
    return _open(path, "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=1000")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write. Raises as open_writer."""
    return _open(path, "PRAGMA wal_autocheckpoint=0", "PRAGMA query_only=1")


def _open(path: Path, *pragmas: str) -> sqlite3.Connection:
    if not path.is_file():
        raise RequestError("archive_unavailable", "There is no archive yet.", "Run: bowerbird install")
    try:
        db = _connect(path)
    except sqlite3.Error as error:
        raise as_request_error(error) from error
    try:
        check_identity(db)
        for pragma in pragmas:
            db.execute(pragma)
    except sqlite3.Error as error:
        db.close()
        raise as_request_error(error) from error
    except RequestError:
        db.close()
        raise
    return db


def _connect(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys=1")
    return db


def check_identity(db: sqlite3.Connection) -> None:
    """Refuse what is not an archive of this version: a 0-byte or foreign file is never adopted. Raises RequestError."""
    check_is_archive(db)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version < SCHEMA_VERSION:
        raise RequestError("archive_unavailable", "The archive is of an older version.", "Run: bowerbird install")


def check_is_archive(db: sqlite3.Connection) -> None:
    """Refuse a file that no Bowerbird, or a newer one, has written. Raises RequestError `archive_unavailable`."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise RequestError(
            "archive_unavailable",
            "archive.db is not a Bowerbird archive.",
            "Move that file away, then run: bowerbird install",
        )
    if db.execute("PRAGMA user_version").fetchone()[0] > SCHEMA_VERSION:
        raise RequestError(
            "archive_unavailable",
            "A newer Bowerbird wrote this archive.",
            "Update Bowerbird on this machine.",
        )


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that has its name later; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One write that happens wholly or not at all. Raises RequestError `busy`, `disk_full` or `archive_unavailable`."""
    try:
        _begin(db)
    except sqlite3.Error as error:
        raise as_request_error(error) from error
    try:
        yield db
        db.execute("COMMIT")
    except sqlite3.Error as error:
        roll_back(db)
        raise as_request_error(error) from error
    except BaseException:
        roll_back(db)
        raise


def _begin(db: sqlite3.Connection) -> None:
    """Wait for the write lock in steps of a millisecond.

    SQLite's own waiting grows to 100 ms a step, and writes here take 1 or 2 (measured: p99 of an acknowledgement beside
    a busy worker 36 ms with it).
    """
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    db.execute("PRAGMA busy_timeout=0")
    try:
        while not _has_begun(db, patient=time.monotonic() < until):
            time.sleep(BUSY_STEP)
    finally:
        db.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _has_begun(db: sqlite3.Connection, *, patient: bool) -> bool:
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if patient and "locked" in str(error):
            return False
        raise
    return True


def roll_back(db: sqlite3.Connection) -> None:
    """End a transaction without effect; SQLite has already done so after some errors."""
    with contextlib.suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")


# What SQLite says -> our code; first match counts. sqlite.org/rescode.html
_SAYINGS = (
    ("locked", "busy"),
    ("busy", "busy"),
    ("disk is full", "disk_full"),
    ("readonly", "archive_unavailable"),
)


def as_request_error(error: sqlite3.Error) -> RequestError:
    """SQLite's error as one that is told to people."""
    said = str(error).lower()
    code = next((code for words, code in _SAYINGS if words in said), "archive_unavailable")
    if "readonly" in said:
        return RequestError(
            code, "The archive folder can't be written.", "Check the folder's permissions, then try again."
        )
    if "malformed" in said or "not a database" in said:
        return RequestError(code, "archive.db is damaged.", "Run: bowerbird doctor")
    return RequestError(code)

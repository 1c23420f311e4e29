"""The one way to open archive.db.

SQLite before 3.51.3 can lose rows when two processes checkpoint and write at the same instant
(sqlite.org/wal.html#walresetbug), so only the worker checkpoints; every other connection has `wal_autocheckpoint=0`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bowerbird.errors import RequestError

APPLICATION_ID = 0x426F7765
# The number of the newest script in archive/schema/.
SCHEMA_VERSION = 20
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
    """The worker's own connection: as open_progress, and the only kind that checkpoints.

    What it writes follows from what others wrote with open_writer: a claim that is lost in a power cut is made again.
    """
    _staying.give_up()
    return _open(path, "PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=1000")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write, to an archive on a read-only disk too. Raises as open_writer."""
    mode = "immutable=1" if _is_at_rest(path) else "mode=rw"
    return _open(path, "PRAGMA wal_autocheckpoint=0", "PRAGMA query_only=1", mode=mode)


def _open(path: Path, *pragmas: str, mode: str = "mode=rw") -> sqlite3.Connection:
    if not path.is_file():
        raise RequestError("archive_unavailable", "There is no archive yet.", "Run: bowerbird install")
    try:
        _staying.save_removed_log(path)
        db = _connect(path, mode)
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
    if mode == "mode=rw":
        _staying.see_to(path)
    return db


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{mode}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys=1")
    return db


def _is_at_rest(path: Path) -> bool:
    """Whether nobody can be writing: on a read-only disk, all of it in the one file; an empty log holds nothing.

    There SQLite can't make the files that a WAL needs, and reads only what it is told not to change
    (sqlite.org/wal.html#read_only_databases).
    """
    return not os.access(path.parent, os.W_OK) and not _size(path.with_name(f"{path.name}-wal"))


def has_log(path: Path) -> bool:
    """Whether the archive's log has its name, as it has while anybody is connected; else it was removed beneath us."""
    return path.with_name(f"{path.name}-wal").exists()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class _Staying:
    """One connection of a process that is never closed, so that no other one is the last.

    Whoever closes the last connection of all processes folds the log into the file, whatever `wal_autocheckpoint` says
    (sqlite.org/wal.html#ckpt); that, too, is the worker's to do. At the end of a process Python would close what is
    left, but for what a thread holds that never returns. The worker itself gives it up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[int, int] | None, sqlite3.Connection] = {}
        self._holder: threading.Thread | None = None
        self._is_wanted = True

    def see_to(self, path: Path) -> None:
        """Let one stay that is connected to this file, and no other one."""
        identity = file_identity(path)
        with self._lock:
            if not self._is_wanted or identity in self._held:
                return
            self._let_go()
            self._held[identity] = db = _connect(path, "mode=rw")
            db.execute("PRAGMA wal_autocheckpoint=0")
            # what was never read from holds no lock
            db.execute("PRAGMA user_version").fetchone()
            if self._holder is None:
                self._holder = threading.Thread(target=_hold, args=(self._held,), name="archive", daemon=True)
                self._holder.start()

    def save_removed_log(self, path: Path) -> bool:
        """Where somebody removed the log beneath us, fold what lies in it into the file; whether that was so.

        The one case in which another process than the worker checkpoints: with the last connection the rows would go.
        """
        with self._lock:
            held = self._held.get(file_identity(path))
            if held is None or has_log(path):
                return False
            held.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._let_go()
            return True

    def give_up(self) -> None:
        """From now on this process is one that checkpoints."""
        with self._lock:
            self._is_wanted = False
            self._let_go()

    def _let_go(self) -> None:
        for db in self._held.values():
            db.close()
        self._held.clear()


def _hold(_held: object) -> None:
    threading.Event().wait()


_staying = _Staying()
# For whoever opens an archive in another way: to be called before it is closed.
stay_connected = _staying.see_to
# Of a process that keeps a connection: to be called before each write. Raises sqlite3.Error.
save_removed_log = _staying.save_removed_log


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


# Threads of one process take turns without polling: with four attempts a third of the worker's time went into waiting.
_writing = threading.Lock()


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One write that happens wholly or not at all. Raises RequestError `busy`, `disk_full` or `archive_unavailable`."""
    # Whoever holds it too long may write elsewhere: SQLite's own lock decides.
    is_ours = _writing.acquire(timeout=BUSY_MILLISECONDS / 1000)
    try:
        with _wholly_or_not(db):
            yield db
    finally:
        if is_ours:
            _writing.release()


@contextlib.contextmanager
def _wholly_or_not(db: sqlite3.Connection) -> Iterator[None]:
    try:
        _begin(db)
    except sqlite3.Error as error:
        raise as_request_error(error) from error
    try:
        yield
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


def json_list(values: Iterable[object]) -> str:
    """Values for one parameter of a statement, which `json_each` takes apart again (sqlite.org/json1.html)."""
    return msgspec.json.encode(list(values)).decode()


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

"""The schema of archive.db, as migrations that sqlite-utils records: each file of `schema/` once, in their order.

A released migration is never changed. SCHEMA_VERSION is the number of the newest.
"""

from __future__ import annotations

import contextlib
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bowerbird.archive.marker import Marker
from bowerbird.database import APPLICATION_ID, SCHEMA_VERSION, as_request_error, check_is_archive, stay_connected
from bowerbird.errors import RequestError

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

SCHEMAS = Path(__file__).with_name("schema")


def _migrations() -> Migrations:
    from sqlite_utils import Migrations

    steps = Migrations("bowerbird")
    for script in sorted(SCHEMAS.glob("*.sql")):
        steps(name=script.stem)(partial(_apply, script))
    return steps


def _apply(script: Path, db: Database) -> None:
    for statement in _statements(script):
        db.conn.execute(statement)


def _statements(script: Path) -> list[str]:
    """The single statements of a script; a trigger's body keeps its semicolons."""
    found, begun = [], ""
    for line in script.read_text("utf-8").splitlines():
        begun += line + "\n"
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


def ensure_archive(path: Path) -> None:
    """Create archive.db, or bring it to this version. Safe to call again and from several processes.

    Raises RequestError `archive_unavailable` where a file is there that is no archive, or a newer one.
    """
    if path.exists() and _version(path) == SCHEMA_VERSION:
        return
    from filelock import FileLock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(".setup.lock")):
            step = _upgrade if path.exists() else _create
            step(path)
    except sqlite3.Error as error:
        raise as_request_error(error) from error
    except OSError as error:
        raise RequestError(
            "archive_unavailable",
            "The archive folder can't be written.",
            "Check the folder's permissions and the disk.",
        ) from error


def _version(path: Path) -> int:
    """The schema version of an existing archive. Raises RequestError for a foreign, empty, damaged or newer file."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as db:
            check_is_archive(db)
            stay_connected(path)
            return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise as_request_error(error) from error


def _create(path: Path) -> None:
    """Build the file under another name first, so that a 0-byte archive.db can only be somebody's accident."""
    new = path.with_name("archive.db.new")
    for leftover in (new, new.with_name(new.name + "-wal"), new.with_name(new.name + "-shm")):
        leftover.unlink(missing_ok=True)
    _migrate(new)
    Marker(path.parent).forget()
    new.replace(path)


def _upgrade(path: Path) -> None:
    if _version(path) < SCHEMA_VERSION:
        _migrate(path)


def _migrate(path: Path) -> None:
    from sqlite_utils import Database

    from bowerbird.archive.words import indexable

    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
        db.create_function("indexable", 1, indexable, deterministic=True)
        db.execute("PRAGMA journal_mode=WAL")
        # Beside a worker that checkpoints this must not (sqlite.org/wal.html#walresetbug).
        db.execute("PRAGMA wal_autocheckpoint=0")
        _migrations().apply(Database(db))
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

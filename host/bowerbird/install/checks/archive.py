"""The archive folder, its database and its disk; the folder of settings and keys."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bowerbird.archive.space import free_bytes, size
from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.checks.check import Check
from bowerbird.install.files import shown
from bowerbird.queue.preferences import effective
from bowerbird.settings import Settings

QUICK_CHECK_SECONDS = 3.0
# The worker checkpoints at 4 MB; a burst of captures without one writes some dozens.
LARGE_WAL = 256 * 10**6
# sqlite.org/wal.html#walresetbug
_WAL_RESET_MENDED = (3, 51, 3)


def check_archive_folder(settings: Settings) -> Iterator[Check]:
    """Whether new files can be made where they will have to be."""
    name, place = "archive folder", shown(settings.archive)
    if not settings.archive.is_dir():
        yield Check(name, "fail", f"There is no folder {place}.", "Run: bowerbird install")
    elif not _is_writable(settings.archive):
        yield Check(name, "fail", f"{place} can't be written.", "Check its permissions, or that its disk is mounted.")
    else:
        yield Check(name, "ok", place)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError:
        return False
    return True


def check_database(settings: Settings) -> Iterator[Check]:
    """Whether archive.db is ours, of this version, and sound as far as can be read in some seconds."""
    name = "archive.db"
    try:
        with contextlib.closing(open_reader(settings.database)) as db:
            yield _soundness(name, db)
            yield from _log_of_writes(settings.database)
    except RequestError as error:
        yield Check(name, "fail", error.message, _database_cure(error))


def _database_cure(error: RequestError) -> str:
    """The doctor's own step, where the error's one is to ask the doctor."""
    if "bowerbird doctor" not in error.hint:
        return error.hint
    return "Stop the browser and all of Bowerbird, put back a backup of the archive folder, or ask for help with it."


def _soundness(name: str, db: sqlite3.Connection) -> Check:
    version = f"schema {db.execute('PRAGMA user_version').fetchone()[0]}"
    deadline = time.monotonic() + QUICK_CHECK_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    try:
        said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        return Check(name, "ok", f"{version}; no fault in what was read in {QUICK_CHECK_SECONDS:g} seconds")
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said == "ok":
        return Check(name, "ok", f"{version}; sound")
    return Check(name, "fail", f"It is damaged: {said}.", "Put back a backup of the archive folder.")


def _log_of_writes(database: Path) -> Iterator[Check]:
    """Only the worker checkpoints: where none has run for long the -wal file grows, and reading becomes slow."""
    with contextlib.suppress(OSError):
        written = database.with_name(database.name + "-wal").stat().st_size
        if written > LARGE_WAL:
            message = f"{size(written)} of writes wait to be brought into archive.db; only the worker does that."
            yield Check("write-ahead log", "warn", message, "Run: bowerbird work --until-idle")


def check_sqlite(_settings: Settings) -> Iterator[Check]:
    """Which SQLite reads and writes; the fault of older ones is out of reach here, and that is worth saying."""
    message = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < _WAL_RESET_MENDED:
        message += "; its fault of two programs checkpointing at once can't happen, since only the worker checkpoints"
    yield Check("SQLite", "ok", message)


def check_disk(settings: Settings) -> Iterator[Check]:
    """Whether there is room for more."""
    if not settings.archive.is_dir():
        return
    free, floor = free_bytes(settings.archive), _floor(settings)
    message = f"{size(free)} free; saving stops below {size(floor)}"
    if free < floor:
        yield Check("disk", "fail", message, "Free some space; jobs that wait for it go on by themselves.")
    else:
        yield Check("disk", "warn" if free < 2 * floor else "ok", message)


def _floor(settings: Settings) -> int:
    """What counts on the site counts here."""
    with contextlib.suppress(RequestError), contextlib.closing(open_reader(settings.database)) as db:
        return effective(db, settings).disk_floor
    return settings.disk_floor


def check_home(settings: Settings) -> Iterator[Check]:
    """Whether settings and keys have a folder that nobody else can read."""
    name, place = "settings folder", shown(settings.home)
    if not settings.home.is_dir():
        yield Check(name, "fail", f"There is no folder {place}.", "Run: bowerbird install")
    elif os.name != "nt" and settings.home.stat().st_mode & 0o077:
        yield Check(name, "warn", f"Others on this computer can look into {place}.", "Run: bowerbird install")
    elif not _is_writable(settings.home):
        yield Check(name, "fail", f"{place} can't be written.", "Check its permissions.")
    else:
        yield Check(name, "ok", place)

"""The archive folder, its database and its disk; the folder of settings and keys."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.checks.check import Check
from bowerbird.install.files import shown
from bowerbird.settings import Settings

QUICK_CHECK_SECONDS = 3.0
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
    except RequestError as error:
        yield Check(name, "fail", error.message, _database_cure(error))


def _database_cure(error: RequestError) -> str:
    """The doctor's own step, where the error's one is to ask the doctor."""
    if "bowerbird doctor" not in error.hint:
        return error.hint
    return "Stop the browser and all of Bowerbird, put back a backup of the archive folder, or ask for help with it."


def _soundness(name: str, db: sqlite3.Connection) -> Check:
    deadline = time.monotonic() + QUICK_CHECK_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    try:
        said = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        return Check(name, "ok", f"no fault in what could be read in {QUICK_CHECK_SECONDS:g} seconds")
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said == "ok":
        return Check(name, "ok", "sound")
    return Check(name, "fail", f"It is damaged: {said}.", "Put back a backup of the archive folder.")


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
    free = shutil.disk_usage(settings.archive).free
    message = f"{free / 1024**3:.1f} GB free; saving stops below {settings.disk_floor_mb / 1024:.1f} GB"
    if free < settings.disk_floor:
        yield Check("disk", "fail", message, "Free some space; jobs that wait for it go on by themselves.")
    else:
        yield Check("disk", "warn" if free < 2 * settings.disk_floor else "ok", message)


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

"""When the archive can't be written the browser hears so at once, keeps its captures, and all is well again later."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.settings import Settings
from tests.messages.client import Host, a_capture
from tests.messages.conftest import StartHost

Rows = Callable[..., list[tuple[Any, ...]]]
Trouble = Callable[[Path], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def moved_away(database: Path) -> Iterator[None]:
    """No archive where it should be."""
    with _replaced(database, None):
        yield


@contextlib.contextmanager
def empty(database: Path) -> Iterator[None]:
    """A file of 0 bytes."""
    with _replaced(database, b""):
        yield


@contextlib.contextmanager
def rubbish(database: Path) -> Iterator[None]:
    """No database at all."""
    with _replaced(database, b"This is a shopping list.\n" * 1000):
        yield


@contextlib.contextmanager
def foreign(database: Path) -> Iterator[None]:
    """Somebody else's database."""
    with _replaced(database, None):
        with contextlib.closing(sqlite3.connect(database)) as db:
            db.execute("CREATE TABLE recipes (name TEXT)")
        yield


@contextlib.contextmanager
def newer(database: Path) -> Iterator[None]:
    """An archive that a later version has changed."""
    before = _pragma(database, "user_version")
    _pragma(database, f"user_version={before + 1}")
    yield
    _pragma(database, f"user_version={before}")


@contextlib.contextmanager
def damaged(database: Path) -> Iterator[None]:
    """An archive whose pages are overwritten."""
    whole = _at_rest(database)
    database.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    yield
    database.write_bytes(whole)


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another program holds the archive."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


@contextlib.contextmanager
def folder_is_a_file(database: Path) -> Iterator[None]:
    """A file where the folder should be."""
    folder, kept = database.parent, database.parent.with_name("kept")
    folder.rename(kept)
    folder.touch()
    yield
    folder.unlink()
    kept.rename(folder)


@contextlib.contextmanager
def _replaced(database: Path, content: bytes | None) -> Iterator[None]:
    whole = _at_rest(database)
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    yield
    for path in database.parent.glob("archive.db*"):
        path.unlink()
    database.write_bytes(whole)


def _at_rest(database: Path) -> bytes:
    """The archive's bytes, with nothing left in its write-ahead log."""
    _pragma(database, "wal_checkpoint(TRUNCATE)")
    return database.read_bytes()


def _pragma(database: Path, text: str) -> int:
    with contextlib.closing(sqlite3.connect(database)) as db:
        row = db.execute(f"PRAGMA {text}").fetchone()
        return int(row[0]) if row else 0


UNAVAILABLE = [moved_away, empty, rubbish, foreign, newer, damaged, folder_is_a_file]
# What is in the memory of a process that has it open already is not harmed by an overwritten page.
WHILE_OPEN = [trouble for trouble in UNAVAILABLE if trouble is not damaged]
CASES = [pytest.param(trouble, False, id=trouble.__name__) for trouble in UNAVAILABLE]
CASES += [pytest.param(trouble, True, id=f"{trouble.__name__} while open") for trouble in WHILE_OPEN]


@pytest.mark.parametrize(("trouble", "opened"), CASES)
def test_an_archive_that_cannot_be_used_is_said_to_be_and_then_works_again(
    host: Host, settings: Settings, rows: Rows, trouble: Trouble, opened: bool
) -> None:
    """A capture is refused with `archive_unavailable` and no path; when the cause is gone the same host keeps it."""
    capture = a_capture(1)
    before = [a_capture(2)] if opened else []
    for one in before:
        host.ask("capture", captures=[one])
    assert host.is_alive()  # what the capture put off is over
    with trouble(settings.database):
        refused = [host.ask("capture", captures=[capture]) for _ in range(2)]
        refused += [host.ask("hello", protocol=1, extension="0.1.0", browser="x"), host.ask("jobs")]
    for reply in refused:
        assert reply["error"]["code"] == "archive_unavailable"
        assert reply["error"]["hint"]
        assert str(settings.archive) not in str(reply)
    assert host.ask("capture", captures=[capture])["captures"][0]["status"] == "queued"
    assert {key for (key,) in rows("SELECT key FROM captures")} == {one["key"] for one in [capture, *before]}


def test_a_held_archive_is_busy_and_then_works(host: Host, settings: Settings, rows: Rows) -> None:
    """While another program holds the archive the answer is `busy`, not silence."""
    host.ask("capture", captures=[a_capture(1)])
    with locked(settings.database):
        assert host.ask("capture", captures=[a_capture(2)])["error"]["code"] == "busy"
        assert host.ask("identify", urls=[])["ok"]
    assert host.ask("capture", captures=[a_capture(3)])["ok"]
    assert rows("SELECT count(*) FROM jobs") == [(2,)]


def as_somebody_with_limits() -> tuple[str, ...]:
    """What makes the superuser obey a file's permissions."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to give up the superuser's rights")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")


def test_a_read_only_archive_is_said_to_be_and_then_works(start_host: StartHost, settings: Settings) -> None:
    """Without the right to write there is `archive_unavailable`; with it again the same host keeps the capture."""
    _at_rest(settings.database)
    paths = [settings.database, settings.archive]
    for path in paths:
        path.chmod(0o500)
    host = start_host(before=as_somebody_with_limits())
    refused = host.ask("capture", captures=[a_capture()])
    for path in paths:
        path.chmod(0o700)
    assert refused["error"]["code"] == "archive_unavailable"
    assert "permissions" in refused["error"]["hint"] or "doctor" in refused["error"]["hint"]
    assert host.ask("capture", captures=[a_capture()])["ok"]


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_a_full_disk_is_an_error_and_what_was_acknowledged_is_there(host: Host, settings: Settings, rows: Rows) -> None:
    """When no byte more can be written captures are refused, the host lives, and goes on when there is room."""
    acknowledged = [one["key"] for one in host.ask("capture", captures=[a_capture(1)])["captures"]]
    size = max(path.stat().st_size for path in settings.archive.glob("archive.db*"))
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (size + 60_000, resource.RLIM_INFINITY))
    codes = set()
    for number in range(2, 200):
        reply = host.ask("capture", captures=[a_capture(number)])
        if not reply["ok"]:
            codes.add(reply["error"]["code"])
            continue
        acknowledged += [one["key"] for one in reply["captures"]]
    assert codes
    assert codes <= {"disk_full", "archive_unavailable"}
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    acknowledged += [one["key"] for one in host.ask("capture", captures=[a_capture(999)])["captures"]]
    assert sorted(acknowledged) == sorted(key for (key,) in rows("SELECT key FROM captures"))
    assert rows("PRAGMA integrity_check") == [("ok",)]


# The host inherits the worker's lease, so that no worker starts in there.
FULL_DISK = """
set -e
mount -t tmpfs -o size=2m none "$1"
cp "$2"/archive.db "$1"/
exec 9> "$1"/.worker.lock
flock 9
shift 2
exec "$@"
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_a_disk_without_room_is_disk_full(environment: dict[str, str], settings: Settings, tmp_path: Path) -> None:
    """On a small disk that really fills up the refusal is `disk_full` and its hint says to free space."""
    if subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine lets nobody mount")
    _at_rest(settings.database)
    small = tmp_path / "small"
    small.mkdir()
    before = ("unshare", "-rm", "sh", "-c", FULL_DISK, "sh", str(small), str(settings.archive))
    led_there = {**environment, "BOWERBIRD_ARCHIVE": str(small), "BOWERBIRD_PROXY": "http://127.0.0.1:9"}
    with Host(led_there, before=before) as host:
        replies = [host.ask("capture", captures=[a_capture(n * 100 + k) for k in range(100)]) for n in range(60)]
        assert host.is_alive()
    refused = [reply["error"] for reply in replies if not reply["ok"]]
    assert replies[0]["ok"]
    assert {error["code"] for error in refused} == {"disk_full"}
    assert "space" in refused[0]["hint"]

"""What others do with archive.db while it is used: reading for long, copying, packing, locking, taking files away."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.worker.lease import lease
from tests.messages.client import Host, a_capture
from tests.messages.test_archive_troubles import locked, newer
from tests.platforms import youtube
from tests.worker.machine import BACKGROUND, FOR_EVER, PATIENCE, Machine, eventually

PICTURE = "https://media.example/clips/{}/one.jpg"
FRAMES = 150


@contextlib.contextmanager
def backup(database: Path) -> Iterator[None]:
    """Copies of the archive, one after the other."""
    with _over_and_over(database, lambda db: _copy(db, database.with_name("copy.db"))):
        yield


@contextlib.contextmanager
def packing(database: Path) -> Iterator[None]:
    """VACUUM, again and again."""
    with _over_and_over(database, lambda db: db.execute("VACUUM")):
        yield


@contextlib.contextmanager
def reading(database: Path) -> Iterator[None]:
    """Somebody who began to read and does not come to an end."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM jobs").fetchone()
        yield


def _copy(db: sqlite3.Connection, path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as copy:
        db.backup(copy)


@contextlib.contextmanager
def _over_and_over(database: Path, do: Callable[[sqlite3.Connection], object]) -> Iterator[None]:
    ended, failed = threading.Event(), []

    def run() -> None:
        with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as db:
            db.execute("PRAGMA wal_autocheckpoint=0")
            try:
                while not ended.wait(0.02):
                    do(db)
            except sqlite3.Error as error:
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not failed


@pytest.mark.parametrize("while_", [backup, packing, reading], ids=lambda one: one.__name__)
def test_nobody_is_refused_meanwhile(
    machine: Machine, while_: Callable[[Path], contextlib.AbstractContextManager[None]]
) -> None:
    """Promise 1: every capture is acknowledged and there, whoever copies, packs or reads the archive meanwhile."""
    with Host(machine.environment) as host, while_(machine.settings.database):
        replies = [host.ask("capture", captures=[a_capture(url=PICTURE.format(n))]) for n in range(FRAMES)]
        assert all(reply["ok"] for reply in replies)
    keys = {one["key"] for reply in replies for one in reply["captures"]}
    assert {row["key"] for row in machine.rows("SELECT key FROM captures")} == keys
    assert machine.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_log_is_small_again_when_all_is_done(machine: Machine) -> None:
    """Promise 8: what grew while somebody read goes from the log when the worker has nothing to do."""
    log = machine.settings.database.with_name("archive.db-wal")
    with reading(machine.settings.database):
        for number in range(FRAMES):
            machine.save(f"https://www.youtube.com/watch?v={number:011d}")
        machine.db.execute("UPDATE jobs SET status = 'failed'")
        assert log.stat().st_size > 500_000
    machine.work()
    assert log.stat().st_size == 0


def test_deleted_log_takes_nothing_along(machine: Machine) -> None:
    """Promise 1: somebody removes archive.db-wal beneath a host; what was acknowledged before and after is there."""
    captures = [a_capture(url=PICTURE.format(n)) for n in range(6)]
    machine.db.close()
    with lease(machine.settings), Host(machine.environment) as host:
        told = [host.ask("capture", captures=[one]) for one in captures[:3]]
        machine.settings.database.with_name("archive.db-wal").unlink()
        told += [host.ask("capture", captures=[one]) for one in captures[3:]]
    acknowledged = {one["key"] for reply in told if reply["ok"] for one in reply["captures"]}
    with contextlib.closing(sqlite3.connect(machine.settings.database)) as db:
        kept = {key for (key,) in db.execute("SELECT key FROM captures")}
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert acknowledged <= kept


@pytest.mark.parametrize(("trouble", "words"), [(newer, "newer Bowerbird"), (locked, "busy")])
def test_worker_says_why_it_cannot_begin(
    machine: Machine, trouble: Callable[[Path], contextlib.AbstractContextManager[None]], words: str
) -> None:
    """Promise 2: an archive of a later version, or one that somebody holds, ends a worker with a sentence."""
    machine.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    machine.db.close()
    with trouble(machine.settings.database):
        said = machine.work(*FOR_EVER)
    assert machine.status == 1
    assert "Traceback" not in said
    assert words in said, said


def test_file_that_may_not_grow_is_told_and_then_goes_on(machine: Machine) -> None:
    """Promise 2: where the system lets no file grow the job waits for space; where it does again, the job is done."""
    job_id = machine.save(f"https://www.youtube.com/watch?v={youtube.BIG}")
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))"
    program = f"{small}; import sys; from bowerbird.cli import main; sys.exit(main(['work', '--until-idle']))"
    machine.set(max_retries=0)
    with contextlib.suppress(subprocess.TimeoutExpired):
        machine.start("-c", program).communicate(timeout=PATIENCE)
    ended = machine.job(job_id)
    assert ended.status in ("waiting", "failed")
    assert ended.error is not None
    assert ended.error.hint
    assert machine.one("SELECT count(*) FROM files") == 0
    machine.stop()
    if ended.status == "failed":
        machine.act(job_id, "retry")
    machine.start(*BACKGROUND)
    eventually(lambda: machine.job(job_id).status == "completed", "it goes on")
    machine.check_whole()

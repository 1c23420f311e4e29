"""Writes that were lost with a `-wal` file are noticed and said."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.archive.marker import WRITES_LOST, Marker
from bowerbird.archive.migrations import ensure_archive
from bowerbird.database import open_writer
from bowerbird.install.checks.archive import check_database
from bowerbird.queue import events, pausing
from tests.platforms import StandIn
from tests.queue.conftest import video_url
from tests.worker.machine import FOR_EVER, Machine, eventually


def _marker(machine: Machine) -> Path:
    return machine.archive / ".newest-capture"


@pytest.fixture
def killed(machine: Machine) -> Machine:
    """An archive whose worker was killed after a capture that lies in the -wal file alone."""
    pausing.pause_queue(machine.db)
    machine.save(video_url(1))
    worker = machine.start(*FOR_EVER)
    first = eventually(lambda: _marker(machine).exists() and _marker(machine).read_bytes())
    machine.save(video_url(2))
    eventually(lambda: _marker(machine).read_bytes() not in (b"", first))
    worker.kill()
    worker.wait()
    return machine


def _copy(killed: Machine, folder: Path, platforms: StandIn, *names: str) -> Machine:
    (folder / "archive").mkdir(parents=True)
    for name in names:
        shutil.copy(killed.archive / name, folder / "archive" / name)
    return Machine(folder, platforms)


@pytest.fixture
def without_log(killed: Machine, tmp_path: Path, platforms: StandIn) -> Iterator[Machine]:
    """The same, of which somebody removed the -wal file."""
    copy = _copy(killed, tmp_path / "copy", platforms, "archive.db", ".newest-capture")
    yield copy
    copy.db.close()


def _found(machine: Machine) -> list[str]:
    return [check.state for check in check_database(machine.settings) if check.name == "last captures"]


def test_lost_writes_are_said(without_log: Machine) -> None:
    """The doctor fails; the next worker says so once, to whoever watches too; then the doctor still remembers."""
    assert _found(without_log) == ["fail"]
    for _ in range(2):
        without_log.work()
    assert [told.code for told in events.warnings(without_log.db)] == [WRITES_LOST]
    assert _found(without_log) == ["warn"]


def test_a_killed_worker_alone_loses_nothing(killed: Machine) -> None:
    """Where the -wal file is there nothing is said; a worker that ends well leaves no note."""
    assert _found(killed) == []
    killed.work()
    assert events.warnings(killed.db) == ()
    assert _found(killed) == []
    assert not _marker(killed).exists()


def test_a_new_archive_has_lost_nothing(tmp_path: Path) -> None:
    """Whoever moves archive.db away and begins anew is not told of what was in it; nor is a torn note believed."""
    note = tmp_path / ".newest-capture"
    note.write_bytes(b'"some key"')
    ensure_archive(tmp_path / "archive.db")
    assert not note.exists()
    note.write_bytes(b'"some k')
    with contextlib.closing(open_writer(tmp_path / "archive.db")) as db:
        assert not Marker(tmp_path).is_broken(db)

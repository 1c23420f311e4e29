"""Only the worker writes into archive.db itself; all others write into its log."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.queue.wake import lock_path
from tests.messages.client import Host, a_capture
from tests.platforms import web
from tests.worker.machine import Machine

BEYOND_ONE_CHECKPOINT = (
    200  # captures; each writes a dozen pages and more, and SQLite checkpoints after 1,000 by itself
)


def _state(machine: Machine) -> tuple[str, bytes]:
    """The file's content, and the salts of its log: a checkpoint changes one (sqlite.org/fileformat2.html)."""
    path = machine.settings.database
    log = _content(path.with_name(path.name + "-wal"))
    return hashlib.sha256(_content(path)).hexdigest(), log[16:24]


def _content(path: Path) -> bytes:
    """Read by another process: a process that closes a file drops all its locks on it, SQLite's too."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


@contextlib.contextmanager
def _no_worker(machine: Machine) -> Iterator[None]:
    with lock_path(machine.settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _command(machine: Machine, *arguments: str) -> None:
    program = "import sys; from bowerbird.cli import main; sys.exit(main(sys.argv[1:]))"
    subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=machine.environment,
        check=False,  # a doctor that finds something says so by its code
        capture_output=True,
        timeout=60,
    )


@pytest.mark.parametrize("last", [False, True], ids=["beside others", "as the last one"])
def test_host_and_commands_leave_the_file_alone(machine: Machine, last: bool) -> None:
    """Hosts, commands and the doctor change only the log, however much they write, and at the last close of all too."""
    with _no_worker(machine):
        with Host(machine.environment) as host:
            host.ask("capture", captures=[a_capture(0)])
            before = _state(machine)
            if last:
                machine.db.close()
            for number in range(BEYOND_ONE_CHECKPOINT):
                host.ask("capture", captures=[a_capture(number)])
            assert _state(machine) == before
        assert _state(machine) == before
        for command in (("save", "https://example.org/a.jpg"), ("jobs",), ("doctor",)):
            _command(machine, *command)
            assert _state(machine) == before, command


def test_worker_folds_the_log_into_the_file(machine: Machine) -> None:
    """What others wrote is in the file when the worker ends, and the log is empty."""
    with _no_worker(machine), Host(machine.environment) as host:
        host.ask("capture", captures=[a_capture(number, url=web.small(number)) for number in range(20)])
    before = _content(machine.settings.database)
    machine.work()
    assert _content(machine.settings.database) != before
    log = machine.settings.database.with_name("archive.db-wal")
    assert not log.exists() or log.stat().st_size == 0

"""The worker is started detached."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from bowerbird.queue import wake
from bowerbird.queue.waker import Waker
from tests.queue.conftest import Queue

_REPORT = """
import os, sys
links = {n: os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")}
told = [os.getsid(0) == os.getpid(), [links[n] for n in "012"], os.path.basename(sys.argv[2]) in str(links.values())]
open(sys.argv[1] + ".new", "w").write(repr(told))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


def _await(path: Path) -> str:
    for _ in range(500):
        if path.exists():
            return path.read_text()
        time.sleep(0.01)
    raise AssertionError("the program did not start")


def test_started_program_is_on_its_own(tmp_path: Path) -> None:
    """It has a session of its own and nothing of our pipes: a browser that closes does not reach it."""
    pipe = os.pipe()
    name = str(Path(f"/proc/self/fd/{pipe[0]}").readlink())
    wake.start_detached([sys.executable, "-c", _REPORT, str(tmp_path / "report"), name])
    told = _await(tmp_path / "report")
    for end in pipe:
        os.close(end)
    assert told == repr([True, ["/dev/null"] * 3, False])


def test_ended_programs_leave_the_process_table(tmp_path: Path) -> None:
    """A host that lives for days collects no dead workers."""
    before = set(wake._started)
    wake.start_detached([sys.executable, "-c", _REPORT, str(tmp_path / "first"), "-"])
    _await(tmp_path / "first")
    (first,) = wake._started - before
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    wake.start_detached([sys.executable, "-c", _REPORT, str(tmp_path / "second"), "-"])
    _await(tmp_path / "second")
    assert first not in wake._started
    with pytest.raises(ChildProcessError):
        os.waitpid(first, os.WNOHANG)


def test_a_worker_that_cannot_be_started_is_told(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed is safe, so whoever wakes the worker goes on; it hears that none was started."""

    def refuse(argv: list[str], handed: int | None = None) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(wake, "start_detached", refuse)
    assert wake.wake_worker(queue.settings) is False
    Waker(queue.settings).wake()


def test_one_worker_is_enough(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who holds the lease is the worker; nobody else is started beside it."""
    started: list[list[str]] = []
    monkeypatch.setattr(wake, "start_detached", lambda argv, handed=None: started.append(argv))
    with FileLock(wake.lock_path(queue.settings)):
        assert wake.worker_is_running(queue.settings)
        wake.wake_worker(queue.settings)
        assert started == []
    assert not wake.worker_is_running(queue.settings)
    wake.wake_worker(queue.settings)
    assert len(started) == 1

"""How much memory an attempt holds, and what becomes of one that holds too much."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bowerbird.worker import memory
from tests.worker.machine import eventually

MEGABYTE = 1 << 20
_HOLDS = f"kept = b'x' * (60 * {MEGABYTE}); print('held', flush=True)"
_CHILD = f"{_HOLDS}; import time; time.sleep(60)"
_FAMILY = (
    f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {_CHILD!r}]); {_HOLDS}; child.wait()"
)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a session")
def test_all_processes_of_a_session_count() -> None:
    """A scraper's memory is its own and that of all that it started."""
    with subprocess.Popen([sys.executable, "-c", _FAMILY], stdout=subprocess.PIPE, start_new_session=True) as family:
        assert family.stdout
        for _ in range(2):
            assert family.stdout.readline() == b"held\n"
        assert 120 * MEGABYTE < memory.held(family.pid) < 240 * MEGABYTE
        subprocess.run(["pkill", "-s", str(family.pid)], check=True)
    assert eventually(lambda: memory.held(family.pid) == 0)


def test_one_attempt_leaves_room_for_others() -> None:
    """An attempt may hold a gigabyte on any machine, and nowhere more than three."""
    assert 1 << 30 <= memory.allowed() <= 3 << 30

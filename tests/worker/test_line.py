"""A computer without a connection: jobs wait for it, and no try is used up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bowerbird.connection import is_cut_off
from tests.platforms import youtube
from tests.worker.machine import BACKGROUND, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
# Linux: a flag of an interface is set by ioctl, netdevice(7)
PLUG_IN = """
import fcntl, socket, struct
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
"""


@pytest.fixture
def unplugged(tmp_path: Path) -> str:
    """An interpreter that has no network at all, not even to itself."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("this system lets nobody have a network of his own")
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec unshare -rn "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    return str(program)


def test_without_a_connection_a_job_waits_and_loses_no_try(machine: Machine, unplugged: str) -> None:
    """What is asked for on the train is fetched at home: the reason is told, and no try was counted."""
    here, machine.python = machine.python, unplugged
    job_id = machine.save(WATCH + youtube.SILENT)
    said = machine.work()
    job = machine.job(job_id)
    assert (job.status, job.wait_reason) == ("waiting", "network")
    assert job.error
    assert job.error.message in said
    assert "no connection" in job.error.message
    machine.python = here
    machine.work()
    assert machine.job(job_id).status == "completed"
    assert machine.one("SELECT retry_count FROM jobs") == 0
    assert [row["outcome"] for row in machine.rows("SELECT outcome FROM attempts ORDER BY id")] == ["failed", "done"]


def test_a_worker_notices_that_the_connection_is_back(machine: Machine, unplugged: str) -> None:
    """What waits goes on by itself; a proxy that answers nobody is no cut line, so that its tries count again."""
    machine.set(max_retries=1)
    machine.python = unplugged
    job_id = machine.save(WATCH + youtube.SILENT)
    worker = machine.start(*BACKGROUND)
    machine.until(job_id, lambda job: job.wait_reason == "network")
    inside = ["nsenter", "--preserve-credentials", "-U", "-n", "-t", str(worker.pid)]
    subprocess.run([*inside, sys.executable, "-c", PLUG_IN], check=True)
    job = eventually(lambda: (job := machine.job(job_id)).status == "failed" and job, "the tries are used up")
    assert job.error.code == "network"
    assert "It was tried again once." in job.error.message


def test_a_cut_line_is_told_from_a_site_that_is_not_there(unplugged: str) -> None:
    """A name that nobody knows, and an address at which nobody answers, say nothing of the connection here."""
    assert not is_cut_off("https://127.0.0.1:9/", None)
    assert not is_cut_off("https://no-such-host.invalid/", "http://127.0.0.1:9")
    assert not is_cut_off("https://" + "x" * 300, "http://127.0.0.1:9")
    asked = "from bowerbird.connection import has_way, is_cut_off; print(has_way(), is_cut_off({!r}, {!r}))"
    for url, proxy in (("https://www.youtube.com/", None), ("https://192.0.2.7/", None), ("x:", "http://127.0.0.1:9")):
        said = subprocess.run([unplugged, "-c", asked.format(url, proxy)], capture_output=True, text=True, check=True)
        assert said.stdout == "False True\n"

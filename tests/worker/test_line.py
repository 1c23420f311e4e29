"""A computer without a connection: jobs wait for it, and no try is used up."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from bowerbird import connection
from bowerbird.connection import is_cut_off
from bowerbird.worker import line
from bowerbird.worker.line import Line
from tests.faults.namespace import without_network
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
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(without_network([sys.executable]))} "$@"\n')
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
    assert [row["outcome"] for row in machine.rows("SELECT outcome FROM attempts ORDER BY id")] == ["cutoff", "done"]


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


Asked = dict[str, int | str]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the name servers answer: an address, or the number of an error; there is a way out for IPv4 alone."""
    known: Asked = {}

    def look_up(host: str, _port: int, **_how: object) -> list[tuple[object, ...]]:
        answer = known[host]
        if isinstance(answer, int):
            raise socket.gaierror(answer, "as it was set")
        family = socket.AF_INET6 if ":" in answer else socket.AF_INET
        return [(family, socket.SOCK_DGRAM, 0, "", (answer, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(connection, "_leads", lambda family, _address: family == socket.AF_INET)
    return known


@pytest.mark.parametrize(
    ("site", "well_known", "is_cut"),
    [
        ("203.0.113.5", 0, False),
        ("2001:db8::5", 0, False),
        (socket.EAI_AGAIN, "203.0.113.6", False),
        (socket.EAI_NONAME, "203.0.113.6", False),
        (socket.EAI_NONAME, socket.EAI_NONAME, True),
        (socket.EAI_AGAIN, socket.EAI_AGAIN, True),
    ],
    ids=["it is there", "not by our way", "its own is broken", "no such name", "a router that says no", "no answer"],
)
def test_names_alone_say_whether_the_line_is_cut(
    names: Asked, site: int | str, well_known: int | str, is_cut: bool
) -> None:
    """A site's own name may be wrong or broken; where no name at all is known the line is cut, way out or not."""
    names.update({"site.example": site, connection.WELL_KNOWN: well_known})
    assert is_cut_off("https://site.example/a", None) == is_cut


def test_one_job_that_no_way_leads_to_keeps_no_other_waiting(machine: Machine, names: Asked) -> None:
    """Whichever of them is asked for, all that wait go on once there is a way."""
    names.update({"2606:4700::1111": "2606:4700::1111", "www.youtube.com": "203.0.113.7"})
    odd = machine.save("http://[2606:4700::1111]/a.mp4")
    machine.save(WATCH + youtube.SILENT)
    machine.db.execute("UPDATE jobs SET status = 'waiting', wait_reason = 'network'")
    assert machine.job(odd).status == "waiting"
    own = Line(msgspec.structs.replace(machine.settings, proxy=None), lambda: None)
    assert eventually(lambda: own.is_back(machine.db), "it is back")


def test_a_look_that_fails_is_over(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a system's resolver raises, no attempt waits for it for ever, and the log says why."""

    def fail(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(line, "is_cut_off", fail)
    assert line.is_cut("https://site.example/", machine.settings, lambda: False) is False
    assert "MemoryError" in caplog.text


def test_a_look_that_takes_its_time_holds_nobody_up(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job is cancelled, and a worker ends, while a name server does not answer."""
    silent = threading.Event()
    monkeypatch.setattr(line, "is_cut_off", lambda *_: silent.wait(60))
    asked = iter((False, False, True))
    assert line.is_cut("https://site.example/", machine.settings, lambda: next(asked)) is False
    silent.set()

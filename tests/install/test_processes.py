"""Worker and site end when they are asked to; nobody else ever is."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from bowerbird.install import processes, site
from bowerbird.install.installation import install, uninstall
from bowerbird.install.processes import is_pid_file, stop_processes
from bowerbird.queue.wake import worker_is_running
from bowerbird.settings import Settings
from bowerbird.worker.lease import lease
from tests.end_to_end.eventually import eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the registry")


def free_port() -> int:
    """A loopback port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installed Bowerbird with a port of its own."""
    settings = msgspec.structs.replace(settings, port=free_port())
    monkeypatch.setenv("BOWERBIRD_PORT", str(settings.port))
    install(settings, ["chromium"])
    return settings


@pytest.fixture
def running(installed: Settings) -> Iterator[Settings]:
    """The same with its worker and its site running."""
    worker = subprocess.Popen([sys.executable, "-m", "bowerbird.worker"], stdin=subprocess.DEVNULL)
    pages = subprocess.Popen([sys.executable, "-m", "bowerbird.pages"], stdin=subprocess.DEVNULL)
    for _ in range(300):
        if worker_is_running(installed) and site.is_running(installed) and list(installed.home.glob("worker.*.pid")):
            break
        time.sleep(0.05)
    yield installed
    for process in (worker, pages):
        process.kill()
        process.wait()


def test_uninstall_ends_worker_and_site(running: Settings) -> None:
    """Uninstalling leaves no process behind, and says which it has stopped."""
    report = uninstall(running)
    assert {"worker: stopped", f"site on port {running.port}: stopped"} <= set(report.lines)
    assert not worker_is_running(running)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", running.port))


def test_stop_ends_worker_and_site_and_nothing_else(running: Settings) -> None:
    """`bowerbird stop` says what it has ended, leaves all files where they are, and finds nothing the second time."""
    names = {path.name for path in running.home.iterdir() if not is_pid_file(path.name)}
    stop = [sys.executable, "-m", "bowerbird", "stop"]
    said = subprocess.run(stop, capture_output=True, text=True, check=True, timeout=60).stdout
    assert sorted(said.splitlines()) == [f"site on port {running.port}: stopped", "worker: stopped"]
    assert not worker_is_running(running)
    assert names <= {path.name for path in running.home.iterdir()}
    again = subprocess.run(stop, capture_output=True, text=True, check=True, timeout=60).stdout
    assert again == "Nothing of Bowerbird runs in the background.\n"


def test_stop_finds_a_worker_that_was_started_just_now(installed: Settings) -> None:
    """`save` starts one in the background, which takes a moment; `stop` right behind it is no lie."""
    bowerbird = [sys.executable, "-m", "bowerbird"]
    subprocess.run([*bowerbird, "save", "https://a.example/film.mp4"], capture_output=True, check=True, timeout=60)
    said = subprocess.run([*bowerbird, "stop"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == "worker: stopped\n"
    assert not worker_is_running(installed)


LAST_WISH = """
import signal, sys
from bowerbird.install.processes import note_process
from bowerbird.queue.wake import wake_worker
from bowerbird.settings import load_settings
settings = load_settings()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(not wake_worker(settings)))
note_process(settings, "site")
print(1, flush=True)
input()
"""


@pytest.mark.parametrize("end", [stop_processes, uninstall])
def test_a_worker_that_a_site_starts_while_it_ends_is_ended_too(
    installed: Settings, person: Path, end: Callable[[Settings], object]
) -> None:
    """Whoever was asked to end all leaves nobody who works on with files that are gone."""
    with subprocess.Popen([sys.executable, "-c", LAST_WISH], stdin=-1, stdout=-1) as site_process:
        assert site_process.stdout
        site_process.stdout.readline()
        end(installed)
        assert site_process.wait() == 0
    whose = f"HOME={person}".encode()
    assert [path for path in Path("/proc").glob("[0-9]*") if whose in _environment(path) and _is_worker(path)] == []


def _environment(process: Path) -> list[bytes]:
    with contextlib.suppress(OSError):
        return (process / "environ").read_bytes().split(b"\0")
    return []


def _is_worker(process: Path) -> bool:
    with contextlib.suppress(OSError):
        return b"bowerbird.worker" in (process / "cmdline").read_bytes()
    return False


def test_a_second_site_is_ended_too(running: Settings) -> None:
    """One on another port, in somebody's terminal, would make keys anew for an archive that nobody has any more."""
    other = msgspec.structs.replace(running, port=free_port())
    command = [sys.executable, "-m", "bowerbird.pages", str(other.port)]
    second = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    eventually(lambda: site.is_running(other), said="the second site")
    stopped = stop_processes(running)
    assert {f"site on port {running.port}", f"site on port {other.port}"} <= set(stopped)
    assert second.wait(10) is not None
    assert not site.is_running(running)


def test_a_number_left_behind_is_not_used(installed: Settings) -> None:
    """The number of a worker that died may be anybody's by now, so it is left alone."""
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    for name in ("worker", f"site.{installed.port}"):
        (installed.home / f"{name}.pid").write_text(str(stranger.pid))
    assert stop_processes(installed) == []
    assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_a_file_of_another_program_is_none_of_ours(installed: Settings) -> None:
    """A home may be a folder with other things in it: whoever else holds a number there is left alone."""
    other = installed.home / "daemon.pid"
    holds = "import fcntl, os, sys; f = open(sys.argv[1], 'w'); f.write(str(os.getpid())); f.flush();"
    holds += "fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(other)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as stranger:
        assert stranger.stdout
        stranger.stdout.readline()
        assert stop_processes(installed) == []
        assert stranger.poll() is None
        stranger.communicate(b"\n")


NOTES = """
from bowerbird.install.processes import note_process
from bowerbird.settings import load_settings
note_process(load_settings(), "worker")
print(1, flush=True)
input()
"""


def test_a_worker_that_is_about_to_end_is_ended_beside_its_successor(installed: Settings) -> None:
    """Between giving up the archive and its end a worker still runs, and so does the one that came after it."""
    command = [sys.executable, "-c", NOTES]
    with contextlib.ExitStack() as both:
        workers = [both.enter_context(subprocess.Popen(command, stdin=-1, stdout=-1)) for _ in range(2)]
        for worker in workers:
            assert worker.stdout
            worker.stdout.readline()
        assert stop_processes(installed) == ["worker"]
        assert [worker.wait() for worker in workers] == [-signal.SIGTERM] * 2


def test_the_next_process_takes_away_what_dead_ones_left(installed: Settings) -> None:
    """Whoever kills workers, or tries many ports, does not gather a file for each."""
    for port in ("8001", "8002", "8003"):
        command = [sys.executable, "-c", NOTES.replace("worker", "site")]
        subprocess.run(command, input=b"\n", stdout=-1, check=True, env=os.environ | {"BOWERBIRD_PORT": port})
    subprocess.run([sys.executable, "-c", NOTES], input=b"\n", stdout=-1, check=True)
    assert [path.name.split(".")[0] for path in installed.home.glob("*.pid")] == ["worker"]
    assert stop_processes(installed) == []
    assert not list(installed.home.glob("*.pid"))


def test_a_number_left_behind_is_not_used_beside_another_homes_worker(
    installed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a worker of another home has the archive does not make an old number of ours a worker."""
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (installed.home / "worker.pid").write_text(str(stranger.pid))
    with lease(installed):
        assert stop_processes(installed) == []
    assert stranger.poll() is None
    stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_nothing_runs(person: Path, settings: Settings) -> None:
    """Where nothing was ever installed there is nothing to stop, and nothing is made."""
    assert stop_processes(settings) == []
    subprocess.run([sys.executable, "-m", "bowerbird", "stop"], capture_output=True, check=True, timeout=60)
    assert os.listdir(person) == ["bin"]  # noqa: PTH208 - the names are what matters

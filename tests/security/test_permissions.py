"""What is private is nobody else's to read, even where everything was started without any care."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.install.processes import stop_processes
from tests.messages.client import Host, a_capture
from tests.platforms import instagram
from tests.platforms import web as sites
from tests.security.test_canary import sign_in
from tests.worker.machine import PATIENCE, Machine, eventually, machine, platforms

__all__ = ["machine", "platforms"]

CARELESS = ("sh", "-c", 'umask 000; exec "$@"', "sh")


@pytest.fixture
def quick(machine: Machine) -> Iterator[Machine]:
    """Without pauses; what is started in the background ends with the test."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    yield machine
    stop_processes(machine.settings)


def everything(machine: Machine) -> set[Path]:
    """All files and folders of an archive and its home."""
    return {path for folder in (machine.archive, machine.settings.home) for path in folder.rglob("*")}


def open_to_others(paths: set[Path]) -> list[str]:
    """What can be read, changed or entered by somebody else; a worker may take leftovers away meanwhile."""
    modes = []
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            modes.append((path.name, path.lstat()))
    return [name for name, found in modes if not stat.S_ISLNK(found.st_mode) and found.st_mode & 0o077]


def test_nothing_is_open_to_others_after_a_careless_start(quick: Machine) -> None:
    """Host, worker, child and site under umask 000: journal, media, keys, vault, logs and leftovers are ours alone."""
    before = everything(quick)
    with Host(quick.environment, before=CARELESS) as host:
        assert host.ask("hello", protocol=1, extension="0.1.0", browser="Firefox 140")["ok"]
        sign_in(host, "www.instagram.com")
        wanted = (sites.ONE_MP4, f"https://www.instagram.com/p/{instagram.CAROUSEL}/")
        receipts = host.ask("capture", captures=[a_capture(url=url) for url in wanted])["captures"]
        host.ask("open", what="dashboard")
        for one in receipts:
            eventually(lambda job=one["job_id"]: quick.job(job).status == "completed", wanted)
    made = everything(quick) - before
    assert {"vault.db", "signin.key", "metadata.json", "logs", "scrapers"} <= {path.name for path in made}
    assert open_to_others(made) == []


@pytest.mark.parametrize("command", [("work", "--until-idle"), ("save", sites.ONE_MP4)])
def test_what_a_careless_command_makes_is_ours(quick: Machine, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A new archive and home, made by a command under umask 000, are nobody else's to read."""
    quick.environment |= {"BOWERBIRD_HOME": str(tmp_path / "new-home"), "BOWERBIRD_ARCHIVE": str(tmp_path / "new")}
    run = [*CARELESS, sys.executable, "-c", "import sys; from bowerbird.cli import main; sys.exit(main(sys.argv[1:]))"]
    subprocess.run([*run, *command], env=quick.environment, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    made = {one for folder in ("new", "new-home") for one in (tmp_path / folder, *(tmp_path / folder).rglob("*"))}
    assert "archive.db" in {path.name for path in made}
    assert open_to_others(made) == []


def test_nothing_that_was_saved_can_be_run(quick: Machine) -> None:
    """No file of the archive is executable, whatever the server said of it."""
    job = quick.save(sites.ONE_MP4)
    quick.work()
    assert quick.job(job).status == "completed"
    files = [path for path in quick.archive.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)] == []
    assert os.access(files[0], os.R_OK)

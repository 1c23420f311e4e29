"""What is private is nobody else's to read, even where everything was started without any care."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.install.processes import stop_processes
from tests.messages.client import Host, a_capture
from tests.platforms import instagram
from tests.platforms import web as sites
from tests.security.test_canary import sign_in
from tests.worker.machine import Machine, eventually, machine, platforms

__all__ = ["machine", "platforms"]

CARELESS = ("sh", "-c", 'umask 000; exec "$@"', "sh")


@pytest.fixture
def quick(machine: Machine) -> Iterator[Machine]:
    """Without pauses; what is started in the background ends with the test."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    yield machine
    stop_processes(machine.settings)


def open_to_others(folder: Path) -> list[str]:
    """What lies in a folder and can be read, changed or entered by somebody else; the folder itself too."""
    found = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


def test_nothing_is_open_to_others_after_a_careless_start(quick: Machine) -> None:
    """Host, worker, child and site under umask 000: archive, journal, media, keys, vault, logs and leftovers are ours."""
    for folder in (quick.settings.home, quick.archive):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    for path in quick.archive.iterdir():
        path.unlink() if path.name.endswith(("-wal", "-shm")) and not path.stat().st_size else path.chmod(0o600)
    with Host(quick.environment, before=CARELESS) as host:
        assert host.ask("hello", protocol=1, extension="0.1.0", browser="Firefox 140")["ok"]
        sign_in(host, "www.instagram.com")
        wanted = (sites.ONE_MP4, f"https://www.instagram.com/p/{instagram.CAROUSEL}/")
        receipts = host.ask("capture", captures=[a_capture(url=url) for url in wanted])["captures"]
        host.ask("open", what="dashboard")
        for one in receipts:
            eventually(lambda job=one["job_id"]: quick.job(job).status == "completed", wanted)
    made = {path.name for folder in (quick.archive, quick.settings.home) for path in folder.rglob("*")}
    assert {"archive.db", "vault.db", "signin.key", "metadata.json", "logs"} <= made
    assert open_to_others(quick.archive) == []
    assert [path for path in open_to_others(quick.settings.home) if not path.startswith("user")] == []


def test_nothing_that_was_saved_can_be_run(quick: Machine) -> None:
    """No file of the archive is executable, whatever the server said of it."""
    job = quick.save(sites.ONE_MP4)
    quick.work()
    assert quick.job(job).status == "completed"
    files = [path for path in quick.archive.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)] == []
    assert os.access(files[0], os.R_OK)

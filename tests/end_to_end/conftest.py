"""A machine of its own for each test: home, archive, host, and the stand-in in place of the network."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bowerbird.install.launcher import host_program
from bowerbird.settings import load_settings
from tests.new_archive import make_archive
from tests.platforms import StandIn

_PASSED_ON = ("PATH", "LANG", "LC_ALL")


@dataclass(frozen=True)
class Machine:
    """Where Bowerbird is installed for one test. `environment` is that of the browser, and so of the host."""

    home: Path
    archive: Path
    environment: dict[str, str]
    platforms: StandIn
    host_program: Path

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What archive.db answers."""
        with contextlib.closing(sqlite3.connect(f"file:{self.archive / 'archive.db'}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql)]

    def one(self, sql: str) -> dict[str, Any]:
        """The one row that archive.db answers."""
        (row,) = self.rows(sql)
        return row

    def running(self, program: str) -> bool:
        """Whether a process of this machine has `program` in its command line."""
        return any(program in line for line in _processes(self.environment["BOWERBIRD_HOME"]).values())


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """An installed Bowerbird whose whole network is the stand-in; everything that it started ends with the test."""
    with StandIn() as platforms:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "HOME": str(tmp_path / "home"),
            "BOWERBIRD_HOME": str(tmp_path / "settings"),
            "BOWERBIRD_ARCHIVE": str(tmp_path / "archive"),
            "BOWERBIRD_PROXY": platforms.url,
            "BOWERBIRD_CA_BUNDLE": platforms.ca_file,
            "BOWERBIRD_PORT": str(_free_port()),
            "BOWERBIRD_DISK_FLOOR_MB": "1",
        }
        settings = load_settings(environment)
        for folder in (tmp_path / "home", settings.home, settings.archive):
            folder.mkdir(parents=True, exist_ok=True)
        make_archive(settings.database)
        try:
            yield Machine(tmp_path / "home", settings.archive, environment, platforms, host_program())
        finally:
            _end_all(environment["BOWERBIRD_HOME"])


@pytest.fixture
def installed_chromium() -> None:
    """Skips where there is no Chromium that lets itself be driven."""
    _need("chromium")


@pytest.fixture
def installed_firefox() -> None:
    """Skips where there is no Firefox ESR."""
    _need("firefox-esr")


def _need(program: str) -> None:
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed: on Debian, apt install {program}")
    if "/snap/" in str(Path(found).resolve()):
        pytest.skip(f"{program} is a snap here, which can't start a program of the person")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _processes(home: str) -> dict[int, str]:
    """The command line of each process of this BOWERBIRD_HOME: browser, host, and what is detached from both."""
    wanted = f"BOWERBIRD_HOME={home}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def _end_all(home: str) -> None:
    """Ends the worker and the site that a test left."""
    for process in _processes(home):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)

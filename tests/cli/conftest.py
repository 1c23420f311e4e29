"""The real `bowerbird` program with an archive of its own, and the stand-in in place of the network."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bowerbird.install.processes import stop_processes
from bowerbird.settings import Settings
from tests.messages.conftest import free_port, no_worker
from tests.platforms import StandIn

__all__ = ["no_worker"]

PATIENCE = 120.0  # seconds until a command counts as hung
PROGRAM = str(Path(sys.executable).with_name("bowerbird"))


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Stdout as one JSON object a line, and nothing else there."""
        return [json.loads(line) for line in self.stdout.splitlines()]


Run = Callable[..., Said]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """What is started within can be ended by Ctrl-C: a shell that starts tests in the background has SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    """One stand-in for all commands."""
    with StandIn() as platforms:
        yield platforms


@pytest.fixture
def platforms(stand_in: StandIn) -> Iterator[StandIn]:
    """The stand-in without faults."""
    stand_in.clear()
    yield stand_in
    stand_in.clear()


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Where home and archive will be; what a command leaves running ends with the test."""
    own = Settings(archive=tmp_path / "archive", home=tmp_path / "home", port=free_port())
    own.home.mkdir()
    own.archive.mkdir()
    yield own
    stop_processes(own)


@pytest.fixture
def environment(settings: Settings, platforms: StandIn) -> dict[str, str]:
    """The variables that lead a command to this archive and to the stand-in."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(settings.home),
        "BOWERBIRD_HOME": str(settings.home),
        "BOWERBIRD_ARCHIVE": str(settings.archive),
        "BOWERBIRD_PORT": str(settings.port),
        "BOWERBIRD_DISK_FLOOR_MB": "0",
        "BOWERBIRD_MAX_RETRIES": "0",
        **platforms.environment,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """`run("save", url, NAME="value")`: one command without a terminal, with variables changed."""

    def command(*arguments: str | bytes, **changes: str) -> Said:
        done = subprocess.run(
            [PROGRAM, *arguments],
            env={**environment, **changes},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace"))

    return command


@pytest.fixture
def rows(settings: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """`rows(sql, *values)`: what is in the archive now."""

    def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(settings.database)) as db:
            found = db.execute(sql, values).fetchall()
            db.commit()
            return found

    return ask

"""An archive of its own for one measurement, with nothing left running afterwards."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bowerbird.archive.migrations import ensure_archive
from bowerbird.install.processes import stop_processes
from bowerbird.queue.wake import lock_path
from bowerbird.settings import Settings
from tests.messages.conftest import free_port

PROGRAM = str(Path(sys.executable).with_name("bowerbird"))


@dataclass(frozen=True)
class Place:
    """An installed archive, and the variables that lead programs to it."""

    settings: Settings
    environment: dict[str, str]


@contextlib.contextmanager
def place(**variables: str) -> Iterator[Place]:
    """A fresh place; ends its worker and site."""
    folder = Path(tempfile.mkdtemp(prefix="bowerbird-bench-"))
    settings = Settings(archive=folder / "archive", home=folder / "home", port=free_port())
    settings.home.mkdir()
    ensure_archive(settings.database)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "BOWERBIRD_HOME": str(settings.home),
        "BOWERBIRD_ARCHIVE": str(settings.archive),
        "BOWERBIRD_PORT": str(settings.port),
        **variables,
    }
    try:
        yield Place(settings, environment)
    finally:
        stop_processes(settings)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def no_worker(settings: Settings) -> Iterator[None]:
    """Hold the worker's lease, so that none starts and none is measured."""
    with lock_path(settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(place: Place, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One command, which must end well."""
    return subprocess.run([PROGRAM, *arguments], env=place.environment, capture_output=True, check=True, timeout=600)

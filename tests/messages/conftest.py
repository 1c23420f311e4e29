"""An archive without a worker, and hosts for it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import later
from bowerbird.install.processes import stop_processes
from bowerbird.queue.wake import lock_path
from bowerbird.settings import Settings
from tests.messages.client import Host
from tests.new_archive import make_archive

StartHost = Callable[..., Host]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with an archive that is installed. What a test starts in the background ends with it."""
    own = Settings(archive=tmp_path / "archive", home=tmp_path / "home", port=free_port())
    own.home.mkdir()
    make_archive(own.database)
    yield own
    stop_processes(own)


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The variables that lead a process to this archive."""
    return leading_to(settings)


def leading_to(settings: Settings) -> dict[str, str]:
    """The variables that lead a process to the archive of these settings, and nothing of the caller's."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(settings.home),
        "BOWERBIRD_HOME": str(settings.home),
        "BOWERBIRD_ARCHIVE": str(settings.archive),
        "BOWERBIRD_PORT": str(settings.port),
        "BOWERBIRD_DISK_FLOOR_MB": "0",
    }


@pytest.fixture
def no_worker(settings: Settings) -> Iterator[None]:
    """Holds the worker's lease, so that no worker starts and jobs stay as they are."""
    with worker_kept_away(settings):
        yield


@contextlib.contextmanager
def worker_kept_away(settings: Settings) -> Iterator[None]:
    """Take the worker's lease while the block runs."""
    with lock_path(settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def start_host(environment: dict[str, str], no_worker: None) -> Iterator[StartHost]:
    """`start_host()`: a host of this archive, ended with the test."""
    with contextlib.ExitStack() as hosts:

        def start(*arguments: Any, **changes: Any) -> Host:
            return hosts.enter_context(Host(environment, *arguments, **changes))

        yield start


@pytest.fixture
def host(start_host: StartHost) -> Host:
    """One host that has not been asked anything."""
    return start_host()


@pytest.fixture
def rows(settings: Settings) -> Callable[..., list[tuple[Any, ...]]]:
    """`rows(sql, *values)`: what is in the archive now."""

    def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(settings.database)) as db:
            found = db.execute(sql, values).fetchall()
            db.commit()
            return found

    return ask


@pytest.fixture
def need(rows: Callable[..., list[tuple[Any, ...]]]) -> Callable[..., int]:
    """`need(account)`: what the worker writes when a job needs a session; the number of the request."""

    def ask(account: str | None = None) -> int:
        payload = {"platform": "instagram", "platform_host": "www.instagram.com", "account": account, "reason": "Why."}
        rows("INSERT INTO requests (kind, payload, created_at) VALUES ('session', ?, ?)", json.dumps(payload), later(0))
        return int(rows("SELECT max(id) FROM requests")[0][0])

    return ask

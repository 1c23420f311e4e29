"""The child that is started while the worker itself still starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest

from bowerbird.errors import RequestError
from bowerbird.worker import children
from bowerbird.worker.ahead import start_ahead
from bowerbird.worker.lease import lease
from bowerbird.worker.loop import Worker
from tests.platforms import youtube
from tests.worker.machine import Machine, eventually

VIDEO = f"https://www.youtube.com/watch?v={youtube.SILENT}"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[BinaryIO]:
    """Where children write what libraries print."""
    with (tmp_path / "log").open("wb") as opened:
        yield opened


def test_nothing_is_started_for_an_empty_queue(machine: Machine, log: BinaryIO) -> None:
    """A child that nobody needs costs 80 MB."""
    assert start_ahead(machine.settings, log) is None


def test_nothing_is_started_beside_another_worker(machine: Machine, log: BinaryIO) -> None:
    """That one has children of its own."""
    machine.save(VIDEO)
    with lease(machine.settings):
        assert start_ahead(machine.settings, log) is None


@pytest.mark.parametrize(("url", "scraper"), [(VIDEO, "yt_dlp"), ("https://example.org/one.jpg", "files")])
def test_the_first_scraper_of_the_next_job_is_started(machine: Machine, log: BinaryIO, url: str, scraper: str) -> None:
    """Which one it is says the table of routes."""
    machine.save(url)
    child = start_ahead(machine.settings, log)
    assert child
    process = psutil.Process(child._process.pid)
    eventually(process.cmdline, "the program that the new process becomes")
    assert scraper in process.cmdline()
    child.kill()


def test_the_child_does_the_first_job_and_ends_with_the_worker(
    machine: Machine, log: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no second process beside the one that works."""
    job_id = machine.save(VIDEO)
    child = start_ahead(machine.settings, log)
    assert child
    monkeypatch.setattr(children, "Child", None)
    worker = Worker(machine.settings, log, linger=0.0)
    worker.adopt(child)
    worker.run()
    assert machine.job(job_id).status == "completed"
    assert child._process.returncode is not None


def test_a_worker_that_may_not_work_ends_the_child(machine: Machine, log: BinaryIO) -> None:
    """Another one was faster: nothing of ours stays."""
    machine.save(VIDEO)
    child = start_ahead(machine.settings, log)
    assert child
    worker = Worker(machine.settings, log, linger=0.0)
    worker.adopt(child)
    with lease(machine.settings), pytest.raises(RequestError, match="runs already"):
        worker.run()
    eventually(lambda: child._process.returncode is not None, "the child ended")

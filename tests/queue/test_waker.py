"""Who starts the worker when nobody asks for anything."""

from __future__ import annotations

import time

import msgspec
import pytest

from bowerbird import connection
from bowerbird.archive import space
from bowerbird.clock import later
from bowerbird.queue import transitions, wake
from bowerbird.queue.waker import Waker
from tests.queue.conftest import NETWORK, Queue, video_url

MB = 1024 * 1024


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The workers that were started."""
    found: list[object] = []
    monkeypatch.setattr(wake, "wake_worker", found.append)
    monkeypatch.setattr("bowerbird.queue.waker.WORKER_STARTS", 0.0)
    return found


def _waiting(queue: Queue, reason: str, seconds: float | None = None) -> None:
    queue.save(video_url(1))
    transitions.wait(queue.db, queue.claimed().id, reason, seconds, NETWORK)


def test_nobody_is_started_for_an_empty_queue(queue: Queue, started: list[object]) -> None:
    """A look that finds nothing costs nothing more."""
    Waker(queue.settings).wake_if_due()
    assert not started


@pytest.mark.parametrize(("seconds", "count"), [(0.0, 1), (3600.0, 0)])
def test_a_time_that_has_come_starts_the_worker(
    queue: Queue, started: list[object], seconds: float, count: int
) -> None:
    """A job that waits for a later time starts nobody before."""
    _waiting(queue, "schedule", seconds)
    assert queue.one("SELECT not_before FROM jobs") <= later(seconds)
    Waker(queue.settings).wake_if_due()
    assert len(started) == count


def test_space_that_is_there_again_starts_the_worker(
    queue: Queue, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the floor it is tried once, and again whenever 64 MB more are free; never for the same space twice."""
    _waiting(queue, "disk")
    waker = Waker(queue.settings)
    floor = queue.settings.disk_floor
    tried = []
    for free in (floor, floor + MB, floor + 2 * MB, floor + 66 * MB, floor + 10 * MB, floor + 200 * MB):
        monkeypatch.setattr(space, "free_bytes", lambda _, free=free: free)
        waker.wake_if_due()
        tried.append(len(started))
    assert tried == [0, 1, 1, 2, 2, 3]


def test_a_way_out_that_is_there_again_starts_the_worker(
    queue: Queue, started: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once where there was none before, else every five minutes: only a worker may ask the name server."""
    _waiting(queue, "network")
    waker = Waker(msgspec.structs.replace(queue.settings, proxy=None))
    tried = []
    for has_way, passed in ((False, 0), (True, 60), (True, 120), (False, 180), (True, 240), (True, 500), (True, 541)):
        monkeypatch.setattr(connection, "has_way", lambda has_way=has_way: has_way)
        monkeypatch.setattr(time, "monotonic", lambda passed=passed: 1000.0 + passed)
        waker.wake_if_due()
        tried.append(len(started))
    assert tried == [0, 1, 1, 1, 2, 2, 3]


def test_nobody_is_started_for_space_that_no_job_waits_for(queue: Queue, started: list[object]) -> None:
    """A job that waits for a person is none of the disk's."""
    _waiting(queue, "confirm")
    Waker(queue.settings).wake_if_due()
    assert not started


@pytest.mark.parametrize(
    "left",
    [
        "INSERT INTO requests (kind, job_id, created_at) VALUES ('retry_updated', 'one', '')",
        """INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at, thumbnails_at,
           pieces_due) VALUES ('web', 'one', 'post', 'u', 'f', '', '', '', 1)""",
    ],
    ids=["a try after an update", "small pictures of pieces"],
)
def test_what_a_worker_left_undone_starts_another(queue: Queue, started: list[object], left: str) -> None:
    """Where one died between two steps the next one does the second."""
    queue.db.execute(left)
    Waker(queue.settings).wake_if_due()
    assert len(started) == 1

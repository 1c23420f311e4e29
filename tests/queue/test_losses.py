"""What becomes of jobs whose attempts ended with the worker."""

from __future__ import annotations

import msgspec
import pytest

from bowerbird.clock import now, seconds_until
from bowerbird.queue import losses
from bowerbird.queue.actions import act
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from tests.queue.conftest import Queue, video_url


def _die(queue: Queue, job_id: str) -> None:
    """A worker begins the job, and dies."""
    queue.db.execute(
        "UPDATE jobs SET status = 'running', not_before = NULL, started_at = ? WHERE id = ?", (now(), job_id)
    )
    queue.db.execute("INSERT INTO attempts (job_id, number, started_at) VALUES (?, 1, ?)", (job_id, now()))
    assert losses.recover(queue.db, queue.settings) == 1


@pytest.mark.parametrize(("retries", "deaths"), [(0, 3), (1, 6), (3, 12)])
def test_job_that_ends_each_worker_is_set_aside(queue: Queue, retries: int, deaths: int) -> None:
    """Three deaths of the worker count like a failed try; after the last the job fails, and says what happened."""
    queue.settings = msgspec.structs.replace(queue.settings, max_retries=retries)
    job_id = queue.save(video_url(1))
    for _ in range(deaths):
        assert queue.job(job_id).status == "pending"
        _die(queue, job_id)
    job = queue.job(job_id)
    assert job.status == "failed"
    assert job.error
    assert "ended each time" in job.error.message
    act(queue.db, queue.settings, [job_id], "retry")
    _die(queue, job_id)
    assert queue.job(job_id).status == "pending"


def test_what_ends_in_another_way_is_no_suspect(queue: Queue) -> None:
    """Only deaths in a row count: an attempt that came to an end of its own begins the count anew."""
    job_id = queue.save(video_url(1))
    for _ in range(2):
        _die(queue, job_id)
    queue.db.execute(
        "INSERT INTO attempts (job_id, number, started_at, ended_at, outcome) VALUES (?, 1, '', '', 'failed')",
        (job_id,),
    )
    _die(queue, job_id)
    assert losses.in_a_row(queue.db, job_id) == 1


def test_suspect_runs_alone(queue: Queue) -> None:
    """After three deaths a job rests, goes on only when nothing else runs, and nothing begins beside it."""
    suspect, innocent = queue.save(video_url(1)), queue.save(video_url(2))
    for _ in range(3):
        _die(queue, suspect)
    until = queue.job(suspect).not_before
    assert until
    assert 0 < seconds_until(until) <= queue.settings.retry_delay
    queue.db.execute("UPDATE jobs SET not_before = NULL")
    limits = Limits(2, 2)
    beside = claim(queue.db, Crowd(running={"youtube": 1}, fresh={"youtube": 1}), limits)
    assert beside
    assert (beside.id, beside.is_suspected) == (innocent, False)
    queue.db.execute("UPDATE jobs SET not_before = NULL")
    alone = claim(queue.db, Crowd(), limits)
    assert alone
    assert (alone.id, alone.is_suspected) == (suspect, True)
    queue.save(video_url(3))
    assert claim(queue.db, Crowd(is_closed=True), limits) is None

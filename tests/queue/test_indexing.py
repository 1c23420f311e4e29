"""New jobs are found by their words as soon as a worker looked, and whoever captures does not wait for that."""

from __future__ import annotations

import pytest

from bowerbird.queue import actions, indexing, pausing
from bowerbird.queue.history import Asked, history
from tests.queue.conftest import Queue, capture, video_url
from tests.worker.machine import Machine, machine, platforms

__all__ = ["machine", "platforms"]

SOUND = "INSERT INTO jobs_fts (jobs_fts) VALUES ('integrity-check')"


def _found(queue: Queue, words: str) -> list[str]:
    return [job.id for job in history(queue.db, queue.settings, Asked(words=words)).jobs]


def _titled(queue: Queue, number: int, title: str) -> str:
    (receipt,) = queue.take(capture(video_url(number), page_title=title))
    assert receipt.job_id
    return receipt.job_id


def test_new_jobs_are_found(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few at a time, until none is new; then there is nothing to write."""
    monkeypatch.setattr(indexing, "BATCH", 2)
    ids = [_titled(queue, number, "Tide tables") for number in range(3)]
    assert _found(queue, "tide") == []
    indexing.index_new(queue.db)
    assert _found(queue, "tide") == ids[1::-1]
    indexing.index_new(queue.db)
    assert _found(queue, "tide") == ids[::-1]
    before = queue.db.total_changes
    indexing.index_new(queue.db)
    assert queue.db.total_changes == before


def test_what_changes_or_goes_before_it_is_found(queue: Queue) -> None:
    """A title that came meanwhile is the one that counts; of a job that was deleted meanwhile nothing is left."""
    kept, deleted = _titled(queue, 1, "Old name"), _titled(queue, 2, "Old name")
    queue.db.execute("UPDATE jobs SET title = 'Glaze test' WHERE id = ?", (kept,))
    actions.act(queue.db, queue.settings, [deleted], "cancel")
    actions.act(queue.db, queue.settings, [deleted], "delete")
    indexing.index_new(queue.db)
    assert (_found(queue, "glaze"), _found(queue, "old")) == ([kept], [])
    queue.db.execute(SOUND)


def test_number_of_a_deleted_job_is_used_again(queue: Queue) -> None:
    """A job that gets the number of the one before, which was deleted, is new all the same."""
    gone = _titled(queue, 1, "Old name")
    indexing.index_new(queue.db)
    actions.act(queue.db, queue.settings, [gone], "cancel")
    actions.act(queue.db, queue.settings, [gone], "delete")
    new = _titled(queue, 2, "Tide tables")
    indexing.index_new(queue.db)
    assert (_found(queue, "tide"), _found(queue, "old")) == ([new], [])


def test_the_worker_sees_to_it(machine: Machine) -> None:
    """Also to jobs that can't begin yet."""
    pausing.pause_queue(machine.db)
    job_id = machine.save(video_url(1))
    machine.work()
    page = history(machine.db, machine.settings, Asked(words="watch"))
    assert [(job.id, job.status) for job in page.jobs] == [(job_id, "pending")]

"""Lists of thousands of members: whoever captures something meanwhile gets in between."""

from __future__ import annotations

import contextlib

import pytest

from bowerbird.database import open_writer
from bowerbird.queue import batches, bulk, intake, pausing, requests, transitions
from bowerbird.queue.actions import act
from tests.queue.conftest import NETWORK, PLAYLIST, Queue, capture, video_url

MANY = 1000


class _Killed(BaseException):
    """What ends a process in the middle."""


@pytest.fixture
def long_list(queue: Queue) -> str:
    """A list with more members than one commit may change."""
    return queue.list_of(*(video_url(n) for n in range(MANY)))


def _act(queue: Queue, job_id: str, action: str) -> None:
    act(queue.db, queue.settings, [job_id], action)


def _statuses(queue: Queue, list_id: str) -> dict[str, int]:
    sql = "SELECT status, count(*) AS n FROM jobs WHERE parent_id = ? GROUP BY status"
    return {row["status"]: row["n"] for row in queue.rows(sql, list_id)}


def _state(queue: Queue, list_id: str) -> tuple[object, ...]:
    sql = "SELECT status, priority, count(*) AS n FROM jobs WHERE id = ? OR parent_id = ? GROUP BY 1, 2 ORDER BY 1, 2"
    return tuple(tuple(row.values()) for row in queue.rows(sql, list_id, list_id))


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "raise", "lower", "delete"])
def test_captures_get_in_between(queue: Queue, long_list: str, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two commits somebody else can write at once, whatever is done with a long list."""
    if action == "resume":
        _act(queue, long_list, "pause")
    taken: list[str] = []
    with contextlib.closing(open_writer(queue.settings.database)) as other:
        monkeypatch.setattr("bowerbird.database.BUSY_MILLISECONDS", 0)

        def click(_seconds: float) -> None:
            taken.append(intake.take(other, queue.settings, [capture(video_url(MANY + len(taken)))])[0].status)

        monkeypatch.setattr(batches.time, "sleep", click)
        _act(queue, long_list, action)
    assert set(taken) == {"queued"}
    assert len(taken) >= MANY // batches.BATCH - 1


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "raise", "lower", "delete"])
def test_what_was_cut_short_is_completed_by_the_same_click(
    queue: Queue, long_list: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle and clicked again, the list is as if nothing had happened."""
    if action == "resume":
        _act(queue, long_list, "pause")
    [(before, priority, _)] = queue.db.execute(
        "SELECT status, priority, count(*) FROM jobs WHERE parent_id = ? GROUP BY 1, 2", (long_list,)
    ).fetchall()
    calls: list[float] = []

    def cut_short(seconds: float) -> None:
        calls.append(seconds)
        if len(calls) == 2:
            raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(batches.time, "sleep", cut_short)
        with pytest.raises(_Killed):
            _act(queue, long_list, action)
    _act(queue, long_list, action)
    change = {"raise": 10, "lower": -10}.get(action, 0)
    status = {"pause": "paused", "cancel": "cancelled", "resume": "pending"}.get(action, before)
    above = {"pause": "paused", "cancel": "cancelled"}.get(action, "running")
    expected = {(status, priority + change, MANY), (above, priority + 1 + change, 1)}
    assert set(_state(queue, long_list)) == (set() if action == "delete" else expected)


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_member_that_is_claimed_meanwhile_is_ended(
    queue: Queue, long_list: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that begins while the others are done with is ended by the worker, as those that ran before."""
    claimed: list[str] = []

    def claim(_seconds: float) -> None:
        if not claimed:
            claimed.append(queue.claimed().id)

    monkeypatch.setattr(batches.time, "sleep", claim)
    _act(queue, long_list, action)
    assert [(one.kind, one.job_id) for one in requests.open_requests(queue.db) if one.kind == action] == [
        (action, claimed[0])
    ]
    assert sum(_statuses(queue, long_list).values()) - 1 == _statuses(queue, long_list).get(
        "paused" if action == "pause" else "cancelled"
    )


def test_click_on_a_long_paused_list_leaves_it_to_the_worker(queue: Queue, long_list: str) -> None:
    """Whoever clicks a long list that is paused is answered at once; the worker lets it go on."""
    _act(queue, long_list, "pause")
    assert queue.save(PLAYLIST) == long_list
    assert [(one.kind, one.job_id) for one in requests.open_requests(queue.db)] == [("resume", long_list)]
    _act(queue, long_list, "pause")
    assert not requests.open_requests(queue.db)
    queue.save(PLAYLIST)
    pausing.resume_whole(queue.db, long_list)
    assert (queue.job(long_list).status, _statuses(queue, long_list)) == ("running", {"pending": MANY})


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_job_that_is_wanted_again_is_not_ended_by_an_old_request(queue: Queue, action: str) -> None:
    """Retried or resumed before the worker came to it, an older cancel or pause has no effect any more."""
    job_id = queue.save(video_url(1))
    queue.claimed()
    _act(queue, job_id, action)
    if action == "cancel":
        transitions.cancel(queue.db, job_id)
        _act(queue, job_id, "retry")
    else:
        pausing.settle_pause(queue.db, job_id)
        _act(queue, job_id, "resume")
    assert queue.job(job_id).status == "pending"
    assert not [one for one in requests.open_requests(queue.db) if one.kind == action]


def test_failed_member_of_a_paused_list_waits_for_the_list(queue: Queue) -> None:
    """Trying all again that failed does not start what the person paused; it is tried when the list goes on."""
    list_id = queue.list_of(video_url(1), video_url(2))
    transitions.fail(queue.db, queue.claimed().id, NETWORK)
    _act(queue, list_id, "pause")
    assert bulk.retry_failed(queue.db) == 1
    assert _statuses(queue, list_id) == {"paused": 2}
    assert queue.claim() is None
    _act(queue, list_id, "resume")
    assert _statuses(queue, list_id) == {"pending": 2}

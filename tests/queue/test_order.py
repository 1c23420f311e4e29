"""The order of the queue: priorities, moves and positions."""

from __future__ import annotations

import random

import pytest

from bowerbird.errors import RequestError
from bowerbird.queue import order, reads
from bowerbird.queue.actions import act, move, step
from tests.queue.conftest import Queue, capture, video_url


def _saved(queue: Queue, count: int) -> list[str]:
    return [str(one.job_id) for one in queue.take(*(capture(video_url(n)) for n in range(1, count + 1)))]


def _turns(queue: Queue) -> list[str]:
    """The pending jobs in the order in which they are claimed."""
    rows = queue.rows("SELECT id FROM jobs WHERE status = 'pending' ORDER BY priority DESC, place, seq")
    return [row["id"] for row in rows]


def test_raised_job_goes_first_and_lowered_last(queue: Queue) -> None:
    """Raise puts a job before all that was not raised, lower behind; one step takes the other back."""
    a, b, c = _saved(queue, 3)
    act(queue.db, queue.settings, [c], "raise")
    act(queue.db, queue.settings, [a], "lower")
    assert _turns(queue) == [c, b, a]
    assert [queue.job(one).position for one in (c, b, a)] == [1, 2, 3]
    act(queue.db, queue.settings, [a], "raise")
    act(queue.db, queue.settings, [c], "lower")
    assert _turns(queue) == [a, b, c]


def test_raising_has_an_end(queue: Queue) -> None:
    """However often somebody presses the button, nothing overflows."""
    (job_id,) = _saved(queue, 1)
    for _ in range(30):
        act(queue.db, queue.settings, [job_id], "raise")
    assert queue.one("SELECT priority FROM jobs") == order.FARTHEST


def test_raised_list_goes_before_single_clicks(queue: Queue) -> None:
    """The members of a raised list are raised with it."""
    list_id = queue.list_of(video_url(8), video_url(9))
    (single,) = _saved(queue, 1)
    assert _turns(queue)[0] == single
    act(queue.db, queue.settings, [list_id], "raise")
    assert _turns(queue)[-1] == single


MOVES = {
    "to the top": ("d", None, None, "dabce"),
    "before": ("d", "b", None, "adbce"),
    "behind": ("a", None, "c", "bcade"),
    "behind the last": ("b", None, "e", "acdeb"),
    "several": ("ec", "b", None, "acebd"),
    "several to the top": ("bd", None, None, "bdace"),
}


@pytest.mark.parametrize(("moved", "before", "after", "expected"), MOVES.values(), ids=MOVES)
def test_jobs_are_moved(queue: Queue, moved: str, before: str | None, after: str | None, expected: str) -> None:
    """Jobs come just where they were put, several of them in their present order; the claim follows."""
    names = dict(zip("abcde", _saved(queue, 5), strict=True))
    ids = [names[one] for one in moved]
    move(queue.db, queue.settings, ids, before=names.get(before or ""), after=names.get(after or ""))
    assert _turns(queue) == [names[one] for one in expected]
    assert queue.claimed().id == names[expected[0]]


def test_moved_job_takes_the_priority_of_its_place(queue: Queue) -> None:
    """A job that is put among raised ones is as urgent as these."""
    a, b, c = _saved(queue, 3)
    act(queue.db, queue.settings, [b], "raise")
    move(queue.db, queue.settings, [c], before=b)
    assert _turns(queue) == [c, b, a]


def test_moved_list_takes_its_members(queue: Queue) -> None:
    """Of a list whose members are queued the members move, in their order."""
    list_id = queue.list_of(video_url(8), video_url(9))
    (single,) = _saved(queue, 1)
    members = [job.id for job in queue.members(list_id)]
    move(queue.db, queue.settings, [list_id])
    assert _turns(queue) == [*members, single]


def test_what_comes_later_stays_later(queue: Queue) -> None:
    """A new capture goes behind everything that was moved to the end."""
    a, b = _saved(queue, 2)
    move(queue.db, queue.settings, [a], after=b)
    new = queue.save(video_url(9))
    assert _turns(queue) == [b, a, new]


def test_hundreds_of_moves_into_one_gap(queue: Queue) -> None:
    """The order is right after more moves than fit between two places, and few other rows are written."""
    ids = _saved(queue, 300)
    chance = random.Random(7)
    expected = list(ids)
    for _ in range(150):
        moved = chance.choice(expected[2:])
        expected.remove(moved)
        expected.insert(1, moved)
        written = queue.db.total_changes
        move(queue.db, queue.settings, [moved], before=expected[2])
        assert queue.db.total_changes - written < 200
    assert _turns(queue) == expected


REFUSED = (("pending", "self", "bad_request"), ("completed", "other", "wrong_state"), ("pending", "none", "not_found"))


@pytest.mark.parametrize(("status", "beside", "code"), REFUSED)
def test_move_that_can_not_be(queue: Queue, status: str, beside: str, code: str) -> None:
    """What no longer waits for its turn, or a place that there is not, is refused without effect."""
    moved, other = _saved(queue, 2)
    queue.db.execute("UPDATE jobs SET status = ? WHERE id = ?", (status, moved))
    before = queue.rows("SELECT * FROM jobs")
    with pytest.raises(RequestError) as refused:
        move(queue.db, queue.settings, [moved], before={"self": moved, "other": other, "none": "x"}[beside])
    assert refused.value.code == code
    assert queue.rows("SELECT * FROM jobs") == before


def test_positions_are_exact_in_a_long_queue(queue: Queue) -> None:
    """Each job of a page tells its exact place, across priorities and moves, by walks along one index."""
    _saved(queue, 1500)
    queue.db.execute("UPDATE jobs SET priority = (seq % 3) * 5 - 5")
    queue.db.execute("UPDATE jobs SET place = 7 WHERE seq % 10 = 0")
    turns = {job_id: number for number, job_id in enumerate(_turns(queue), 1)}
    page = reads.jobs(queue.db, queue.settings, reads.JobFilter(limit=500))
    assert len(page.jobs) == 500
    assert {job.id: job.position for job in page.jobs} == {job.id: turns[job.id] for job in page.jobs}
    following = reads.next_up(queue.db, queue.settings, 60)
    assert [(job.id, job.position) for job in following] == list(turns.items())[:60]


def test_positions_sort_and_look_up_nothing(queue: Queue) -> None:
    """Counting is done in the index alone, so that 100,000 pending jobs cost milliseconds."""
    asked: list[str] = []
    queue.take(*(capture(video_url(n)) for n in range(1, 4)))
    queue.db.set_trace_callback(asked.append)
    reads.jobs(queue.db, queue.settings)
    queue.db.set_trace_callback(None)
    counting = [sql for sql in asked if "count(*)" in sql]
    assert counting
    for sql in counting:
        plan = [row["detail"] for row in queue.rows(f"EXPLAIN QUERY PLAN {sql}") if "jobs" in row["detail"]]
        assert all("COVERING INDEX jobs_order" in step for step in plan), plan


def test_steps_go_one_place_at_a_time(queue: Queue) -> None:
    """Up and down pass one neighbour each, also one of another priority, and stop at the ends."""
    a, b, c = _saved(queue, 3)
    act(queue.db, queue.settings, [a], "raise")
    for direction, job_id, expected in (
        ("up", a, [a, b, c]), ("up", c, [a, c, b]), ("up", c, [c, a, b]), ("down", a, [c, b, a]),
        ("down", a, [c, b, a]), ("down", c, [b, c, a]),
    ):  # fmt: skip
        step(queue.db, queue.settings, job_id, direction)  # type: ignore[arg-type]
        assert _turns(queue) == expected
    assert [job.id for job in reads.next_up(queue.db, queue.settings, 2)] == [b, c]
    with pytest.raises(RequestError):
        step(queue.db, queue.settings, str(act(queue.db, queue.settings, [a], "cancel")[0].id), "up")


def test_a_step_passes_the_nearest_of_another_priority(queue: Queue) -> None:
    """Where the neighbour is more or less urgent, it is that one which is passed, not the first or last of all."""
    a, b, c, d = _saved(queue, 4)
    for job_id, action in ((a, "raise"), (b, "raise"), (b, "raise"), (d, "lower")):
        act(queue.db, queue.settings, [job_id], action)
    assert _turns(queue) == [b, a, c, d]
    step(queue.db, queue.settings, c, "up")
    assert _turns(queue) == [b, c, a, d]
    step(queue.db, queue.settings, b, "down")
    assert _turns(queue) == [c, b, a, d]

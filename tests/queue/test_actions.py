"""What a person does with jobs."""

from __future__ import annotations

import re

import pytest

from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.queue import members, reads, requests, transitions
from bowerbird.queue.actions import act, move
from tests.queue.conftest import NETWORK, Queue, video_url

URLS = tuple(video_url(n) for n in range(1, 5))

# action, the job's status, whether it can be done
POSSIBLE = (
    ("cancel", "pending", True),
    ("cancel", "waiting", True),
    ("cancel", "paused", True),
    ("cancel", "failed", True),
    ("cancel", "cancelled", True),
    ("cancel", "completed", False),
    ("retry", "failed", True),
    ("retry", "cancelled", True),
    ("retry", "waiting", True),
    ("retry", "pending", False),
    ("retry", "running", False),
    ("retry", "completed", False),
    ("continue", "waiting", True),
    ("continue", "failed", False),
    ("continue", "running", False),
    ("delete", "completed", True),
    ("delete", "pending", True),
    ("delete", "running", False),
    ("pause", "pending", True),
    ("pause", "waiting", True),
    ("pause", "paused", True),
    ("pause", "completed", False),
    ("pause", "failed", False),
    ("resume", "paused", True),
    ("resume", "pending", False),
    ("resume", "completed", False),
    ("raise", "pending", True),
    ("raise", "paused", True),
    ("raise", "completed", False),
    ("lower", "waiting", True),
    ("lower", "cancelled", False),
    ("explode", "pending", False),
)
# The first of the queue's order is the first step of a walk.
FIRST_OF_ALL = "SEARCH jobs USING COVERING INDEX jobs_order (status=?)"
LEADS_TO = {
    "cancel": "cancelled",
    "retry": "pending",
    "continue": "pending",
    "pause": "paused",
    "resume": "pending",
}


def _act(queue: Queue, job_id: str, action: str) -> Job:
    return act(queue.db, queue.settings, [job_id], action)[0]


@pytest.mark.parametrize(("action", "status", "possible"), POSSIBLE)
def test_action_and_state(queue: Queue, action: str, status: str, possible: bool) -> None:
    """Each action is possible in some states, leads to one, and is otherwise refused without effect."""
    job_id = queue.save(URLS[0])
    queue.db.execute("UPDATE jobs SET status = ?", (status,))
    before = queue.rows("SELECT * FROM jobs")
    if not possible:
        with pytest.raises(RequestError) as refused:
            _act(queue, job_id, action)
        assert refused.value.code == ("bad_request" if action == "explode" else "wrong_state")
        assert queue.rows("SELECT * FROM jobs") == before
        return
    job = _act(queue, job_id, action)
    assert job.status == LEADS_TO.get(action, status)


def test_all_or_none(queue: Queue) -> None:
    """Where one of several jobs can't be acted on, none is."""
    good, done = queue.save(URLS[0]), queue.save(URLS[1])
    transitions.complete(queue.db, done, None)
    with pytest.raises(RequestError, match="wrong_state"):
        act(queue.db, queue.settings, [good, done], "cancel")
    assert queue.job(good).status == "pending"
    with pytest.raises(RequestError, match="not_found"):
        act(queue.db, queue.settings, [good, "nonsense"], "cancel")
    assert queue.job(good).status == "pending"


def test_same_job_twice_is_acted_on_once(queue: Queue) -> None:
    """A job that is named twice is one job."""
    job_id = queue.save(URLS[0])
    assert len(act(queue.db, queue.settings, [job_id, job_id], "delete")) == 1


def test_running_job_is_cancelled_by_the_worker(queue: Queue) -> None:
    """What runs is the worker's: cancelling it is a request that survives the worker's death."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    assert _act(queue, job_id, "cancel").status == "running"
    assert [(one.kind, one.job_id) for one in requests.open_requests(queue.db)] == [("cancel", job_id)]


def test_cancelled_job_shows_nothing_of_its_trouble(queue: Queue) -> None:
    """A cancelled job has no error, no time and no percentage."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    transitions.retry_later(queue.db, job_id, 60, NETWORK)
    job = _act(queue, job_id, "cancel")
    assert (job.error, job.not_before, job.progress, job.items_total) == (None, None, 0, None)
    assert job.completed_at is not None


def test_retry_begins_with_all_its_tries(queue: Queue) -> None:
    """A job that is tried again by hand has all its automatic tries before it."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    for _ in range(3):
        transitions.retry_later(queue.db, job_id, -1, NETWORK)
    transitions.fail(queue.db, job_id, NETWORK)
    job = _act(queue, job_id, "retry")
    assert (job.status, job.error, job.completed_at) == ("pending", None, None)
    assert queue.claimed().tries == 0


def test_completed_job_has_no_error(queue: Queue) -> None:
    """What succeeded at last shows no trouble of before."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    transitions.retry_later(queue.db, job_id, -1, NETWORK)
    transitions.complete(queue.db, job_id, None)
    assert queue.job(job_id).error is None


def test_cancelled_list_takes_its_members_along(queue: Queue) -> None:
    """Members that are not done are cancelled with their list: at once, or by the worker where they run."""
    list_id = queue.list_of(*URLS)
    running, done = queue.claimed().id, queue.claimed().id
    transitions.complete(queue.db, done, None)
    assert _act(queue, list_id, "cancel").status == "cancelled"
    assert [member.status for member in queue.members(list_id)] == ["running", "completed", "cancelled", "cancelled"]
    assert ("cancel", running) in [(one.kind, one.job_id) for one in requests.open_requests(queue.db)]
    transitions.cancel(queue.db, running)
    assert queue.job(list_id).status == "cancelled"


def test_members_found_after_a_cancel_are_cancelled_too(queue: Queue) -> None:
    """A list that is being read finds members until its attempt ends; none of them runs."""
    list_id = queue.save("https://www.youtube.com/playlist?list=PLwalks00000")
    parent = queue.claimed()
    _act(queue, list_id, "cancel")
    queue.page(parent, *URLS)
    transitions.cancel(queue.db, list_id)
    assert queue.job(list_id).status == "cancelled"
    assert {member.status for member in queue.members(list_id)} == {"cancelled"}
    assert queue.claim(most=1000) is None


def test_retried_list_tries_what_failed(queue: Queue) -> None:
    """Retry of a completed list tries the members that failed, and only these."""
    list_id = queue.list_of(*URLS[:2])
    first, second = queue.claimed().id, queue.claimed().id
    transitions.complete(queue.db, first, None)
    transitions.fail(queue.db, second, NETWORK)
    assert queue.job(list_id).status == "completed"
    job = _act(queue, list_id, "retry")
    assert (job.status, job.items_done, job.items_failed) == ("running", 1, 0)
    assert queue.claimed().id == second
    transitions.complete(queue.db, second, None)
    assert queue.job(list_id).status == "completed"


def test_retry_of_a_list_that_asks_tries_what_failed(queue: Queue) -> None:
    """A list that waits for a word still does after its failed members were tried again."""
    list_id = queue.list_of(*URLS[:2], cursor="2", total=9)
    first, second = queue.claimed().id, queue.claimed().id
    transitions.complete(queue.db, first, None)
    transitions.fail(queue.db, second, NETWORK)
    assert _act(queue, list_id, "retry").status == "waiting"
    assert queue.claimed().id == second
    transitions.complete(queue.db, second, None)
    job = queue.job(list_id)
    assert (job.status, job.wait_reason, job.items_done) == ("waiting", "confirm", 2)


def test_retried_member_reopens_its_list(queue: Queue) -> None:
    """A completed list runs again while a member does."""
    list_id = queue.list_of(*URLS[:2])
    first, second = queue.claimed().id, queue.claimed().id
    transitions.complete(queue.db, first, None)
    transitions.fail(queue.db, second, NETWORK)
    _act(queue, second, "retry")
    assert queue.job(list_id).status == "running"


def test_retried_cancelled_list_goes_on(queue: Queue) -> None:
    """A list that was cancelled goes on with its members where it was."""
    list_id = queue.list_of(*URLS[:2])
    _act(queue, list_id, "cancel")
    assert _act(queue, list_id, "retry").status == "running"
    assert {member.status for member in queue.members(list_id)} == {"pending"}


def test_retry_reaches_a_list_within_a_list(queue: Queue) -> None:
    """Retry of the outer list tries what failed in the inner one."""
    outer = queue.list_of("https://www.youtube.com/playlist?list=PLinner00000", URLS[3])
    inner = queue.claimed()
    queue.page(inner, URLS[0], URLS[1])
    members.finish_listing(queue.db, inner.id)
    queue.db.execute("UPDATE jobs SET status = 'running' WHERE status = 'pending'")
    good, bad = (member.id for member in queue.members(inner.id))
    transitions.complete(queue.db, good, None)
    transitions.fail(queue.db, bad, NETWORK)
    transitions.complete(queue.db, queue.members(outer)[1].id, None)
    assert queue.job(outer).status == "completed"
    _act(queue, outer, "retry")
    assert [queue.job(one).status for one in (outer, inner.id, bad)] == ["running", "running", "pending"]


def test_deleted_member_leaves_a_cancelled_list_cancelled(queue: Queue) -> None:
    """Removing one row of the history changes no other job's state."""
    list_id = queue.list_of(*URLS[:2])
    _act(queue, list_id, "cancel")
    _act(queue, queue.members(list_id)[0].id, "delete")
    assert queue.job(list_id).status == "cancelled"


def test_deleted_list_is_gone_with_all_below_it(queue: Queue) -> None:
    """Deleting a list deletes its members, of inner lists too; the captures stay."""
    outer = queue.list_of("https://www.youtube.com/playlist?list=PLinner00000", URLS[3])
    inner = queue.claimed()
    queue.page(inner, URLS[0], URLS[1])
    members.finish_listing(queue.db, inner.id)
    _act(queue, outer, "delete")
    assert queue.one("SELECT count(*) FROM jobs") == 0
    assert queue.rows("SELECT job_id FROM captures") == [{"job_id": None}]
    assert ("discard", outer) in [(one.kind, one.job_id) for one in requests.open_requests(queue.db)]


@pytest.mark.parametrize("kept", [0, 1])
def test_what_changes_after_a_deletion_is_seen(queue: Queue, kept: int) -> None:
    """Who follows the changes misses none because the newest jobs were taken out of the history."""
    for number in range(kept):
        queue.save(video_url(number))
    doomed = [queue.save(video_url(number)) for number in range(10, 15)]
    for job_id in doomed:
        act(queue.db, queue.settings, [job_id], "cancel")
    _, seen = reads.changed_since(queue.db, queue.settings, 0)
    act(queue.db, queue.settings, doomed, "delete")
    _, seen = reads.changed_since(queue.db, queue.settings, seen)
    fresh = queue.save(video_url(20))
    changed, _ = reads.changed_since(queue.db, queue.settings, seen)
    assert fresh in [job.id for job in changed]


@pytest.mark.parametrize("action", ["pause", "resume", "raise", "cancel", "delete", "move"])
def test_action_on_one_job_looks_at_its_family_only(queue: Queue, action: str) -> None:
    """However many jobs there are, no statement walks through all that are in one state."""
    first, second = queue.save(URLS[0]), queue.save(URLS[1])
    if action == "resume":
        _act(queue, first, "pause")
    asked: list[str] = []
    queue.db.set_trace_callback(asked.append)
    if action == "move":
        move(queue.db, queue.settings, [second])
    else:
        _act(queue, first, action)
    queue.db.set_trace_callback(None)
    looks = [sql for sql in asked if re.match(r"\s*(SELECT|UPDATE|INSERT|DELETE|WITH)", sql) and "count(*)" not in sql]
    steps = [step["detail"] for sql in looks for step in queue.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert steps
    walks = r"SCAN jobs$|SEARCH jobs USING (COVERING )?INDEX jobs_(order|status|claim) \(status=\?\)"
    assert [step for step in steps if re.search(walks, step)] in ([], [FIRST_OF_ALL]), steps

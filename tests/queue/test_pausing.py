"""Pausing one job, a list, or the whole queue."""

from __future__ import annotations

import pytest

from bowerbird.clock import later
from bowerbird.queue import members, pausing, reads, requests, transitions
from bowerbird.queue.actions import act
from bowerbird.queue.waiting import can_go_on
from bowerbird.scraping import Failed
from tests.queue.conftest import NETWORK, Queue, capture, video_url

URLS = tuple(video_url(n) for n in range(1, 4))
NO_SESSION = Failed(code="session_expired", message="The site no longer accepts the sign-in.", hint="Sign in.")


def _act(queue: Queue, job_id: str, action: str) -> str:
    return act(queue.db, queue.settings, [job_id], action)[0].status


def test_paused_job_is_not_claimed_and_goes_back_into_its_turn(queue: Queue) -> None:
    """A paused job is passed over and keeps no worker; resumed it is where it was, before what came later."""
    first, second = queue.save(URLS[0]), queue.save(URLS[1])
    assert _act(queue, first, "pause") == "paused"
    assert queue.job(second).position == 1
    assert queue.claimed().id == second
    transitions.complete(queue.db, second, None)
    assert reads.is_idle(queue.db, later(900))
    later_one = queue.save(URLS[2])
    assert _act(queue, first, "resume") == "pending"
    assert [queue.claimed().id, queue.claimed().id] == [first, later_one]


def test_waiting_job_waits_again(queue: Queue) -> None:
    """What waited for a time waits for it again, with its reason and its sentence."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    transitions.wait(queue.db, job_id, "rate_limit", 3600, Failed(code="rate_limited", message="Slowly."))
    before = queue.job(job_id)
    assert _act(queue, job_id, "pause") == "paused"
    assert transitions.resume_due(queue.db) == 0
    _act(queue, job_id, "resume")
    assert [getattr(queue.job(job_id), name) for name in ("status", "wait_reason", "not_before", "error")] == [
        before.status, before.wait_reason, before.not_before, before.error,
    ]  # fmt: skip


@pytest.mark.parametrize("reason", ["session", "disk"])
def test_what_came_during_the_pause_need_not_be_waited_for(queue: Queue, reason: str) -> None:
    """A sign-in, or space, that comes while the job is paused lets it go on as soon as it is resumed."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    transitions.wait(queue.db, job_id, reason, None, NO_SESSION)  # type: ignore[arg-type]
    _act(queue, job_id, "pause")
    if reason == "session":
        transitions.resume_sessions(queue.db, "youtube", "1001")
    else:
        transitions.resume_reason(queue.db, "disk")
    assert queue.job(job_id).status == "paused"
    assert _act(queue, job_id, "resume") == "pending"


def test_running_job_is_paused_by_the_worker(queue: Queue) -> None:
    """What runs is the worker's: a request says what is wanted, and survives the worker's death."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    assert _act(queue, job_id, "pause") == "running"
    assert [(one.kind, one.job_id) for one in requests.open_requests(queue.db)] == [("pause", job_id)]
    transitions.recover(queue.db)
    pausing.settle_pause(queue.db, job_id)
    assert queue.job(job_id).status == "paused"
    assert queue.claim() is None
    assert _act(queue, job_id, "resume") == "pending"


def test_pause_that_was_taken_back_stops_nothing(queue: Queue) -> None:
    """Resumed before the worker saw it, the job is not paused."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    _act(queue, job_id, "pause")
    _act(queue, job_id, "resume")
    assert not pausing.is_wanted(queue.db, job_id)
    pausing.settle_pause(queue.db, job_id)
    assert queue.job(job_id).status == "running"


@pytest.mark.parametrize("ending", ["completed", "failed", "pending"])
def test_attempt_that_ended_by_itself_before_the_pause(queue: Queue, ending: str) -> None:
    """What came to its end meanwhile stays there; what would be tried again is paused."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    _act(queue, job_id, "pause")
    if ending == "completed":
        transitions.complete(queue.db, job_id, None)
    elif ending == "failed":
        transitions.fail(queue.db, job_id, NETWORK)
    else:
        transitions.retry_later(queue.db, job_id, 30, NETWORK)
    pausing.settle_pause(queue.db, job_id)
    assert queue.job(job_id).status == ("paused" if ending == "pending" else ending)


def test_paused_list_takes_its_members_along(queue: Queue) -> None:
    """Members of a paused list are paused with it and come back with it, but for one that was paused by itself."""
    list_id = queue.list_of(*URLS)
    first, second, third = (job.id for job in queue.members(list_id))
    assert queue.claimed().id == first
    _act(queue, third, "pause")
    assert _act(queue, list_id, "pause") == "paused"
    assert [job.status for job in queue.members(list_id)] == ["running", "paused", "paused"]
    pausing.settle_pause(queue.db, first)
    assert queue.claim() is None
    assert _act(queue, list_id, "resume") == "running"
    assert [job.status for job in queue.members(list_id)] == ["pending", "pending", "paused"]
    assert {queue.claimed().id, queue.claimed().id} == {first, second}


def test_members_found_after_a_pause_are_paused_too(queue: Queue) -> None:
    """A list that is being read finds members until its attempt ends; all come back when it is resumed."""
    list_id = queue.save("https://www.youtube.com/playlist?list=PLwalks00000")
    parent = queue.claimed()
    _act(queue, list_id, "pause")
    queue.page(parent, *URLS, cursor="3")
    pausing.settle_pause(queue.db, list_id)
    assert [queue.job(list_id).status, *{job.status for job in queue.members(list_id)}] == ["paused", "paused"]
    _act(queue, list_id, "resume")
    assert [queue.job(list_id).status, *{job.status for job in queue.members(list_id)}] == ["pending", "pending"]
    assert queue.claimed().cursor == "3"


def test_list_whose_last_member_ended_during_the_pause_ends(queue: Queue) -> None:
    """A paused list keeps its state; it ends when it is resumed and nothing is left of it."""
    list_id = queue.list_of(URLS[0])
    member = queue.claimed()
    _act(queue, list_id, "pause")
    transitions.complete(queue.db, member.id, None)
    assert queue.job(list_id).status == "paused"
    assert _act(queue, list_id, "resume") == "completed"


def test_cancelled_while_paused(queue: Queue) -> None:
    """A paused job can be cancelled, and tried again as if it had never been paused."""
    list_id = queue.list_of(*URLS)
    _act(queue, list_id, "pause")
    assert _act(queue, list_id, "cancel") == "cancelled"
    assert {job.status for job in queue.members(list_id)} == {"cancelled"}
    assert queue.one("SELECT count(*) FROM jobs WHERE paused_by IS NOT NULL OR paused_from IS NOT NULL") == 0
    assert _act(queue, list_id, "retry") == "running"


def test_paused_queue_begins_nothing(queue: Queue) -> None:
    """While the queue is paused captures are taken, nothing is claimed or waited for, and counts say so."""
    job_id = queue.save(URLS[0])
    waiting = queue.save(URLS[1])
    queue.db.execute("UPDATE jobs SET status = 'waiting', not_before = ? WHERE id = ?", (later(-1), waiting))
    pausing.pause_queue(queue.db)
    pausing.pause_queue(queue.db)
    other = queue.save(URLS[2])
    assert queue.claim() is None
    assert reads.is_idle(queue.db, later(900))
    assert not can_go_on(queue.db, [job_id, waiting], later(900))
    assert [queue.job(one).status for one in (job_id, other)] == ["pending", "pending"]
    assert reads.counts(queue.db).is_paused
    pausing.resume_queue(queue.db)
    assert not reads.counts(queue.db).is_paused
    assert queue.claimed().id == job_id


def test_paused_member_keeps_its_list_open(queue: Queue) -> None:
    """A list is not at its end while one of its members is paused."""
    list_id = queue.list_of(*URLS[:2])
    first, second = (job.id for job in queue.members(list_id))
    _act(queue, second, "pause")
    queue.claimed()
    transitions.complete(queue.db, first, None)
    assert queue.job(list_id).status == "running"
    members.finish_listing(queue.db, list_id)
    assert queue.job(list_id).status == "running"


def test_a_fresh_click_resumes_what_is_paused(queue: Queue) -> None:
    """Whoever asks again for something that was paused gets it, in its old turn; the same click sent again does not."""
    sent = capture(URLS[0])
    job_id = queue.take(sent)[0].job_id
    assert job_id
    _act(queue, job_id, "pause")
    queue.take(sent)
    assert queue.job(job_id).status == "paused"
    again = queue.take(capture(URLS[0]))[0]
    assert (again.status, again.job_id) == ("already_queued", job_id)
    assert queue.claimed().id == job_id


def test_a_fresh_click_resumes_one_member(queue: Queue) -> None:
    """Of a paused list only the member that was clicked goes on."""
    list_id = queue.list_of(*URLS)
    _act(queue, list_id, "pause")
    clicked = queue.save(URLS[1])
    assert clicked in {member.id for member in queue.members(list_id)}
    assert queue.job(list_id).status == "paused"
    assert queue.claimed().id == clicked
    assert queue.claim() is None
    transitions.complete(queue.db, clicked, None)
    _act(queue, list_id, "resume")
    assert [queue.claimed().target.url, queue.claimed().target.url] == [URLS[0], URLS[2]]


def test_a_click_while_its_attempt_ends_takes_the_pause_back(queue: Queue) -> None:
    """What is still to be stopped for a pause goes on when its attempt has ended."""
    job_id = queue.save(URLS[0])
    queue.claimed()
    _act(queue, job_id, "pause")
    queue.save(URLS[0])
    pausing.settle_pause(queue.db, job_id)
    transitions.give_back(queue.db, job_id)
    assert queue.job(job_id).status == "pending"


def test_a_click_does_not_end_the_queues_pause(queue: Queue) -> None:
    """The whole queue goes on when the person says so, not when something is clicked."""
    pausing.pause_queue(queue.db)
    queue.save(URLS[0])
    queue.save(URLS[0])
    assert queue.claim() is None

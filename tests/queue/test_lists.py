"""Members of lists, and how they add up in the list's own row."""

from __future__ import annotations

import pytest

from bowerbird.clock import later
from bowerbird.model import ErrorReport
from bowerbird.queue import actions, members, reads, transitions
from bowerbird.queue.waiting import can_go_on, troubled_since
from bowerbird.scraping import ListPage, Member
from tests.queue.conftest import GONE, NETWORK, PLAYLIST, Queue, video_url

URLS = tuple(video_url(n) for n in range(1, 5))


def _complete(queue: Queue, job_id: str) -> None:
    queue.db.execute("UPDATE jobs SET status = 'running' WHERE id = ?", (job_id,))
    transitions.complete(queue.db, job_id, None)


def _fail(queue: Queue, job_id: str) -> None:
    queue.db.execute("UPDATE jobs SET status = 'running' WHERE id = ?", (job_id,))
    transitions.fail(queue.db, job_id, GONE)


def test_list_is_completed_with_its_last_member(queue: Queue) -> None:
    """A list runs until its last member is at an end, and shows how far it is."""
    list_id = queue.list_of(*URLS[:2])
    first, second = queue.members(list_id)
    _complete(queue, first.id)
    job = queue.job(list_id)
    assert (job.status, job.progress, job.items_done, job.items_total) == ("running", 50, 1, 2)
    assert (job.title, job.current_operation) == ("Walks", "1 of 2 saved")
    _complete(queue, second.id)
    job = queue.job(list_id)
    assert (job.status, job.progress, job.items_done, job.current_operation) == ("completed", 100, 2, None)


def test_failed_member_does_not_stop_the_list(queue: Queue) -> None:
    """A member that can't be had is a failed child with its reason, and the list is completed."""
    list_id = queue.list_of(*URLS[:2])
    first, second = queue.members(list_id)
    _fail(queue, first.id)
    _complete(queue, second.id)
    job = queue.job(list_id)
    assert (job.status, job.items_done, job.items_failed, job.error) == ("completed", 1, 1, None)
    assert queue.members(list_id)[0].error == ErrorReport(code="gone", message=GONE.message, hint=GONE.hint)


def test_list_without_one_good_member_fails(queue: Queue) -> None:
    """A list of which nothing could be had fails with the first reason."""
    list_id = queue.list_of(*URLS[:2])
    for member in queue.members(list_id):
        _fail(queue, member.id)
    job = queue.job(list_id)
    assert job.status == "failed"
    assert job.error == ErrorReport(
        code="gone", message="None of 2 could be saved. The first: This is gone.", hint=GONE.hint
    )


def test_empty_list_is_completed_and_says_so(queue: Queue) -> None:
    """A list without members is done at once."""
    job = queue.job(queue.list_of())
    assert (job.status, job.progress, job.items_total) == ("completed", 100, 0)
    assert job.current_operation == "Nothing is in this list"


def test_archived_members_are_counted_not_fetched(queue: Queue) -> None:
    """What is in the archive is no job again, but counts as done."""
    queue.archive(URLS[0])
    list_id = queue.list_of(*URLS[:2])
    assert [member.url for member in queue.members(list_id)] == [URLS[1]]
    assert (queue.job(list_id).items_done, queue.job(list_id).items_total) == (1, 2)


def test_forced_list_fetches_all(queue: Queue) -> None:
    """With force archived members are jobs too, and these know it."""
    queue.archive(URLS[0])
    list_id = queue.list_of(*URLS[:2], force=True)
    assert len(queue.members(list_id)) == 2
    assert queue.claimed().options.force


def test_member_that_comes_twice_is_one(queue: Queue) -> None:
    """A list may name a video twice, on one page or on two; it is saved once."""
    list_id = queue.save(PLAYLIST)
    parent = queue.claimed()
    queue.page(parent, URLS[0], URLS[1], URLS[0], cursor="3")
    queue.page(parent, URLS[1], URLS[2])
    members.finish_listing(queue.db, list_id)
    assert [member.url for member in queue.members(list_id)] == list(URLS[:3])


def test_member_that_is_known_to_be_gone_has_its_reason(queue: Queue) -> None:
    """Where the platform says at once that a member can't be had, no attempt is made."""
    list_id = queue.save(PLAYLIST)
    gone = ErrorReport(code="private", message="This is private.", hint="Ask.")
    page = ListPage(members=(Member(url=URLS[0], error=gone), Member(url=URLS[1])), cursor=None)
    members.add_page(queue.db, queue.settings, queue.claimed(), page)
    members.finish_listing(queue.db, list_id)
    assert queue.members(list_id)[0].error == gone
    assert queue.claimed().target.url == URLS[1]
    assert queue.claim(most=1000) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1/x.mp4", "file:///etc/passwd", "nonsense"])
def test_member_with_a_bad_address_is_a_failed_child(queue: Queue, url: str) -> None:
    """An address that we refuse is refused inside a list too."""
    list_id = queue.list_of(url, URLS[1])
    bad = queue.members(list_id)[0]
    assert bad.status == "failed"
    assert bad.error is not None
    assert bad.error.message


def test_crash_between_the_pages_goes_on_behind_the_last(queue: Queue) -> None:
    """What the cursor says is behind us is not asked for again, and counts once."""
    queue.archive(URLS[0])
    list_id = queue.save(PLAYLIST)
    queue.page(queue.claimed(), *URLS[:2], cursor="2")
    assert transitions.recover(queue.db) == 1
    again = queue.claimed()
    assert again.cursor == "2"
    queue.page(again, *URLS[2:])
    members.finish_listing(queue.db, list_id)
    assert (queue.job(list_id).items_done, queue.job(list_id).items_total) == (1, 4)


def test_crash_after_the_last_page_counts_nothing_twice(queue: Queue) -> None:
    """A list that is read again from its start has each member once and counts what is archived once."""
    queue.archive(URLS[0])
    list_id = queue.save(PLAYLIST)
    queue.page(queue.claimed(), *URLS)
    assert transitions.recover(queue.db) == 1
    queue.page(queue.claimed(), *URLS)
    members.finish_listing(queue.db, list_id)
    assert (queue.job(list_id).items_done, queue.job(list_id).items_total) == (1, 4)
    assert len(queue.members(list_id)) == 3


def test_crash_while_members_run_leaves_the_list_running(queue: Queue) -> None:
    """A list whose members are queued is not read again after a crash."""
    list_id = queue.list_of(*URLS[:2])
    member = queue.claimed()
    assert transitions.recover(queue.db) == 1
    assert queue.job(list_id).status == "running"
    assert queue.claimed().id == member.id


def test_long_list_asks_before_it_goes_on(queue: Queue) -> None:
    """A list longer than the limit waits for a word when the newest are saved, with the numbers."""
    list_id = queue.list_of(*URLS[:2], cursor="2", total=1204)
    for member in queue.members(list_id):
        _complete(queue, member.id)
    job = queue.job(list_id)
    assert (job.status, job.wait_reason) == ("waiting", "confirm")
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("limit_reached", "2 of 1,204 saved: continue?")
    assert not can_go_on(queue.db, [list_id], later(900))


def test_continued_list_takes_the_next_ones(queue: Queue) -> None:
    """Continue goes on at the cursor, for as many as the limit says."""
    list_id = queue.list_of(*URLS[:2], cursor="2", total=9)
    for member in queue.members(list_id):
        _complete(queue, member.id)
    actions.act(queue.db, queue.settings, [list_id], "continue")
    claimed = queue.claimed()
    assert (claimed.id, claimed.cursor, claimed.items_limit) == (list_id, "2", 2 + queue.settings.max_items)
    assert queue.job(list_id).error is None


def test_chosen_number_is_not_asked_about(queue: Queue) -> None:
    """Who said how many are wanted is not asked for more."""
    list_id = queue.list_of(*URLS[:2], cursor="2", total=9, max_items=2)
    for member in queue.members(list_id):
        _complete(queue, member.id)
    job = queue.job(list_id)
    assert (job.status, job.items_done, job.items_total) == ("completed", 2, 2)


def test_list_within_a_list_adds_up_to_the_top(queue: Queue) -> None:
    """The outer list is done when the inner one is."""
    outer = queue.list_of("https://www.youtube.com/playlist?list=PLinner00000", URLS[3])
    inner = queue.claimed()
    assert inner.parent_id == outer
    queue.page(inner, URLS[0])
    members.finish_listing(queue.db, inner.id)
    _complete(queue, queue.members(outer)[1].id)
    assert queue.job(outer).status == "running"
    assert can_go_on(queue.db, [outer], later(0))
    _complete(queue, queue.members(inner.id)[0].id)
    assert (queue.job(inner.id).status, queue.job(outer).status) == ("completed", "completed")


def test_waiting_member_is_trouble_that_is_told(queue: Queue) -> None:
    """A list with a member that needs a person does not go on by itself, and the member is named."""
    list_id = queue.list_of(URLS[0])
    member = queue.claimed().id
    transitions.wait(queue.db, member, "session", None, NETWORK)
    assert queue.job(list_id).status == "running"
    assert not can_go_on(queue.db, [list_id], later(900))
    assert reads.is_idle(queue.db, later(900))
    assert troubled_since(queue.db, later(-60)) == [member]

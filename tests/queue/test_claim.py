"""Which job is next."""

from __future__ import annotations

from typing import Any

import pytest

from bowerbird.clock import later, now
from bowerbird.queue import budgets, reads, streams, transitions
from bowerbird.queue.claim import _GOES_FIRST, FIRST, OPEN_PLATFORMS, goes_first
from bowerbird.queue.waiting import can_go_on
from bowerbird.scraping import ListPage
from tests.queue.conftest import PLAYLIST, Queue, capture, video_url

PICTURE = "https://example.org/picture.jpg"


def _pause(queue: Queue, seconds: float, platform: str = "youtube", account: str = "") -> None:
    queue.db.execute(
        "INSERT INTO budgets (platform, account, not_before, updated_at) VALUES (?, ?, ?, '')",
        (platform, account, later(seconds)),
    )


def test_priority_goes_before_age(queue: Queue) -> None:
    """The highest priority is claimed first, and of equals the oldest."""
    first, second, urgent = (queue.save(video_url(n)) for n in range(3))
    queue.db.execute("UPDATE jobs SET priority = 1 WHERE id = ?", (urgent,))
    assert [queue.claimed().id for _ in range(3)] == [urgent, first, second]
    assert queue.claim(most=1000) is None


def test_priority_goes_before_age_across_platforms(queue: Queue) -> None:
    """Platforms have one order together."""
    first = queue.save(PICTURE)
    second = queue.save(video_url(1))
    third = queue.save(PICTURE + "?2")
    assert [queue.claimed().id for _ in range(3)] == [first, second, third]


def test_single_capture_goes_before_members_of_a_list(queue: Queue) -> None:
    """Who clicks a video does not wait until a long list is done."""
    queue.list_of(*(video_url(n) for n in range(5)))
    clicked = queue.save(video_url(100))
    assert queue.claimed().id == clicked


def test_platform_has_a_limit_of_its_own(queue: Queue) -> None:
    """A platform with as many attempts as it may have is passed over."""
    queue.save(video_url(1))
    other = queue.save(PICTURE)
    claimed = queue.claim({"youtube": 2}, most=2)
    assert claimed is not None
    assert claimed.id == other
    assert queue.claim({"youtube": 2, "web example.org": 1}, most=2) is None


def test_each_host_of_the_web_has_a_limit_of_its_own(queue: Queue) -> None:
    """A thousand files of one host that has its limit keep no other host's file waiting."""
    queue.take(*(capture(f"{PICTURE}?{n}") for n in range(1000)))
    other = queue.save("https://example.com/picture.jpg")
    claimed = queue.claim({"web example.org": 2}, most=2)
    assert claimed is not None
    assert claimed.id == other
    assert queue.claim({"web example.org": 2, "web example.com": 2}, most=2) is None


def test_list_that_is_streamed_lets_clicks_through(queue: Queue) -> None:
    """From its first member on such a list is as urgent as members are; what a person clicks goes first."""
    queue.save("https://www.instagram.com/someone/", max_items=9)
    parent = queue.claimed()
    streams.describe(queue.db, parent, ListPage(members=(), cursor="page 2"), "instaloader")
    assert not goes_first(queue.db, parent)
    clicked = queue.save("https://www.instagram.com/p/Cabcdefghij/")
    assert not goes_first(queue.db, parent)
    queue.db.execute("UPDATE jobs SET updated_at = ? WHERE id = ?", (later(-60), clicked))
    assert goes_first(queue.db, parent)
    transitions.give_back(queue.db, parent.id)
    assert [queue.claimed().id] == [clicked]


def test_two_jobs_of_one_target_never_run_at_once(queue: Queue) -> None:
    """The second job for a target is claimed when the first has ended, and others are not held up."""
    first = queue.save(video_url(1))
    assert queue.claimed().id == first
    queue.list_of(video_url(1), video_url(2))
    claimed = queue.claimed()
    assert claimed.target_key.endswith(video_url(2)[-11:])
    assert queue.claim(most=1000) is None
    transitions.complete(queue.db, first, None)
    assert queue.claimed().target_key == queue.one("SELECT target_key FROM jobs WHERE id = ?", first)


def test_job_is_not_claimed_before_its_time(queue: Queue) -> None:
    """`not_before` holds until it has come."""
    job_id = queue.save(video_url(1))
    queue.db.execute("UPDATE jobs SET not_before = ?", (later(60),))
    assert queue.claim() is None
    queue.db.execute("UPDATE jobs SET not_before = ?", (later(-1),))
    assert queue.claimed().id == job_id


def test_claim_makes_running_and_clears_the_last_trouble(queue: Queue) -> None:
    """A claimed job runs, shows nothing of the try before, and begins at 0."""
    queue.save(video_url(1))
    queue.db.execute(
        "UPDATE jobs SET error_code = 'network', error_message = 'x', hint = 'y', progress = 80, bytes_downloaded = 9,"
        " bytes_total = 10, speed = 3, eta = 1, not_before = ?",
        (now(),),
    )
    job = queue.job(queue.claimed().id)
    assert (job.status, job.error, job.progress, job.bytes_downloaded, job.bytes_total) == (
        "running",
        None,
        0,
        None,
        None,
    )
    assert (job.speed, job.eta, job.not_before) == (None, None, None)


def test_paused_platform_is_left_alone_and_others_go_on(queue: Queue) -> None:
    """While a platform's pause lasts none of its jobs is claimed."""
    queue.save(video_url(1))
    other = queue.save(PICTURE)
    _pause(queue, 60)
    assert queue.claimed().id == other
    assert queue.claim() is None
    assert budgets.refused(queue.db) == {("youtube", "")}
    queue.db.execute("UPDATE budgets SET not_before = ?", (later(-1),))
    assert queue.claim() is not None


@pytest.mark.parametrize(("pause", "idle"), [(60, False), (3600, True)])
def test_long_pause_keeps_no_worker(queue: Queue, pause: float, idle: bool) -> None:
    """Jobs of a platform that is paused for long are no reason to stay, or to wait for in a terminal."""
    job_id = queue.save(video_url(1))
    _pause(queue, pause)
    assert reads.is_idle(queue.db, later(900)) is idle
    assert can_go_on(queue.db, [job_id], later(900)) is not idle


def test_cancelled_meanwhile_is_not_claimed(queue: Queue) -> None:
    """A job that somebody cancels is not claimed."""
    job_id = queue.save(video_url(1))
    transitions.cancel(queue.db, job_id)
    assert queue.claim() is None


HOT_STATEMENTS = {
    "platforms": (OPEN_PLATFORMS, {"moment": "x"}),
    "first": (FIRST, {"platform": "youtube", "moment": "x", "alone": True, "full": "[]"}),
    "goes first": (_GOES_FIRST, {"platform": "youtube", "moment": "x", "since": "x", "id": "x"}),
    "due": (reads._IS_DUE, {"platform": "youtube", "moment": "x"}),
    "goes on": (reads._GOES_ON, {"soon": "x"}),
}


@pytest.mark.parametrize(("sql", "values"), HOT_STATEMENTS.values(), ids=HOT_STATEMENTS)
def test_long_queue_costs_no_more(queue: Queue, sql: str, values: Any) -> None:
    """The statements of a claim go by indices and sort nothing: a hundred thousand jobs cost what a hundred cost."""
    plan = [row["detail"] for row in queue.db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    steps = [step for step in plan if "jobs" in step]
    assert steps
    assert all("SEARCH" in step and "INDEX" in step for step in steps), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_jobs_of_a_full_host_are_passed_over_in_the_index(queue: Queue) -> None:
    """The host stands in it, so of a hundred thousand files of a slow one no row is read: a tenth of the time."""
    queue.take(*(capture(f"https://big.example/{n}.jpg") for n in range(50)))
    assert queue.claim({"web big.example": 2}, most=2) is None
    columns = [column["name"] for column in queue.rows("PRAGMA index_info(jobs_claim)")]
    assert columns == ["platform", "priority", "place", "seq", "host"]


def test_what_waits_is_found_by_its_reason(queue: Queue) -> None:
    """However many are paused, it costs one look whether something waits for the disk."""
    asked: list[str] = []
    queue.db.set_trace_callback(asked.append)
    transitions.resume_reason(queue.db, "disk")
    queue.db.set_trace_callback(None)
    plan = [step["detail"] for sql in asked for step in queue.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert plan == ["SEARCH jobs USING INDEX jobs_reasons (wait_reason=?)"]


def test_list_itself_is_claimed_like_any_other(queue: Queue) -> None:
    """A list is claimed once; while its members run it is not an attempt."""
    list_id = queue.list_of(video_url(1))
    assert queue.job(list_id).status == "running"
    assert queue.claimed().parent_id == list_id
    assert queue.save(PLAYLIST + "&index=2") == list_id

"""Asking browsers for a session, and whose session an attempt uses."""

from __future__ import annotations

import pytest

from bowerbird.clock import later
from bowerbird.queue import browsers, leases, requests, transitions
from bowerbird.scraping import Failed
from bowerbird.targets import identify
from tests.queue.conftest import Queue, video_url

STORIES = "https://www.instagram.com/stories/garden.notes/"
WANTED = leases.Wanted(platform="instagram", platform_host="www.instagram.com", reason="Sign in.")
EXPIRED = Failed(code="session_expired", message="The sign-in has ended.", hint="Sign in again.")
LOGIN = Failed(code="login_needed", message="Only for people who are signed in.", hint="Sign in.")


def _answer(queue: Queue, question: int, result: str) -> None:
    queue.db.execute("UPDATE requests SET done_at = ?, result = ? WHERE id = ?", (later(0), result, question))


def test_question_names_the_site_and_the_reason() -> None:
    """A browser learns which site is meant, and a person why."""
    assert leases.wanted_for(identify(STORIES), "Sign in.") == WANTED


def test_question_is_passed_on_and_answered(queue: Queue) -> None:
    """What hosts pass on is what was asked; the worker sees the answer."""
    question = leases.ask(queue.db, WANTED)
    (needed,) = browsers.needed(queue.db)
    assert (needed.request_id, needed.platform_host, needed.reason) == (question, "www.instagram.com", "Sign in.")
    assert leases.result_of(queue.db, question) is None
    browsers.stored(queue.db, "instagram", "1001")
    assert leases.result_of(queue.db, question) == "stored"


def test_question_is_no_work_for_the_worker(queue: Queue) -> None:
    """An open question keeps no worker, and none carries it out."""
    leases.ask(queue.db, WANTED)
    assert not requests.any_open(queue.db)
    assert requests.open_requests(queue.db) == []


def test_asking_again_replaces_the_question(queue: Queue) -> None:
    """There is one open question for each account, and it is new to every host."""
    first = leases.ask(queue.db, WANTED)
    second = leases.ask(queue.db, WANTED)
    assert [needed.request_id for needed in browsers.needed(queue.db)] == [second]
    assert second > first


@pytest.mark.parametrize(("result", "lately"), [("no_session", True), (None, True), ("stored", False)])
def test_same_question_is_not_asked_at_once_again(queue: Queue, result: str | None, lately: bool) -> None:
    """What nobody could answer a moment ago is not asked for each member of a list."""
    question = leases.ask(queue.db, WANTED)
    if result:
        _answer(queue, question, result)
    assert leases.was_asked_lately(queue.db, "instagram") is lately
    assert not leases.was_asked_lately(queue.db, "tiktok")
    queue.db.execute("UPDATE requests SET created_at = ?", (later(-leases.LATELY_SECONDS - 1),))
    assert not leases.was_asked_lately(queue.db, "instagram")


def test_browser_that_connects_is_asked_for_what_jobs_wait_for(queue: Queue) -> None:
    """One question for each site for which jobs wait, unless it is open already."""
    for url in (STORIES, STORIES.replace("garden", "moss"), video_url(1)):
        queue.save(url)
        transitions.wait(queue.db, queue.claimed().id, "session", None, LOGIN)
    assert leases.ask_again(queue.db) == 2
    assert {needed.platform: needed.reason for needed in browsers.needed(queue.db)} == {
        "instagram": LOGIN.message, "youtube": LOGIN.message,
    }  # fmt: skip
    assert leases.ask_again(queue.db) == 0


def test_site_behind_very_many_waiting_jobs_is_asked_for_too(queue: Queue) -> None:
    """However many jobs wait for one site, the others are asked for, and each site of the web by itself."""
    urls = [video_url(n) for n in range(150)] + ["https://forum.example/1", "https://other.example/1", STORIES]
    for url in urls:
        queue.save(url)
    queue.db.execute("UPDATE jobs SET status = 'waiting', wait_reason = 'session'")
    assert leases.ask_again(queue.db) == 4
    assert leases.ask_again(queue.db) == 0


def test_session_lets_go_on_what_waits_for_it(queue: Queue) -> None:
    """A stored session makes the jobs of its platform pending that wait for one, and no others."""
    stories, video, limited = queue.save(STORIES), queue.save(video_url(1)), queue.save(video_url(2))
    for _ in range(3):
        job = queue.claimed()
        queue.db.execute("UPDATE jobs SET account = '1001' WHERE id = ?", (job.id,))
        transitions.wait(queue.db, job.id, "rate_limit" if job.id == limited else "session", None, LOGIN)
    assert transitions.resume_sessions(queue.db, "youtube", "1001") == 1
    assert [queue.job(job_id).status for job_id in (stories, video, limited)] == ["waiting", "pending", "waiting"]
    assert queue.one("SELECT account FROM jobs WHERE id = ?", video) == "1001"
    assert transitions.resume_sessions(queue.db, "youtube", "1001") == 0


@pytest.mark.parametrize(
    ("account", "failure", "goes_on"),
    [
        ("1001", EXPIRED, False),
        ("1002", EXPIRED, True),
        ("1001", LOGIN, True),
        ("", EXPIRED, True),
        (None, LOGIN, True),
    ],
)
def test_job_waits_for_the_account_that_it_had(queue: Queue, account: str, failure: Failed, goes_on: bool) -> None:
    """What ran with one account does not go on with another one's sign-in, unless the site asked for another."""
    job_id = queue.save(STORIES)
    queue.claimed()
    queue.db.execute("UPDATE jobs SET account = ?", (account,))
    transitions.wait(queue.db, job_id, "session", None, failure)
    assert transitions.resume_sessions(queue.db, "instagram", "1002") == goes_on
    assert queue.job(job_id).status == ("pending" if goes_on else "waiting")
    assert queue.one("SELECT account FROM jobs") == account


def test_session_of_any_site_lets_pages_go_on(queue: Queue) -> None:
    """Sites without a name of their own are pages of the web."""
    page = queue.save("https://forum.example/threads/1/")
    transitions.wait(queue.db, queue.claimed().id, "session", None, LOGIN)
    assert transitions.resume_sessions(queue.db, "forum.example", "") == 1
    assert queue.job(page).status == "pending"


def test_account_that_is_in_use_is_not_used_twice(queue: Queue) -> None:
    """Two jobs that find out late that they need the same account run one after the other."""
    first, second = queue.save("https://www.instagram.com/p/AAAAA1/"), queue.save("https://www.instagram.com/p/AAAAA2/")
    queue.db.execute("UPDATE jobs SET status = 'running'")
    assert leases.use_account(queue.db, first, "instagram", "1001", alone=True)
    assert not leases.use_account(queue.db, second, "instagram", "1001", alone=True)
    assert leases.use_account(queue.db, second, "instagram", "1002", alone=True)
    assert leases.use_account(queue.db, second, "instagram", "1001", alone=False)
    assert queue.rows("SELECT DISTINCT account FROM jobs") == [{"account": "1001"}]

"""Sessions as the worker lends them: who gets one, when a browser is asked, and what waits for one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird.clock import later, now
from bowerbird.database import open_writer
from bowerbird.model import Job
from bowerbird.queue import browsers, transitions
from bowerbird.sessions.vault import Vault
from tests.evidence import files_with
from tests.platforms import faults, instagram, youtube
from tests.worker.machine import BACKGROUND, PATIENCE, Machine, eventually
from tests.worker.signed_in import ME, YOUTUBE_CANARY, state_of, store_instagram, store_youtube, turns

WATCH = "https://www.youtube.com/watch?v="
STORIES = f"https://www.instagram.com/stories/{instagram.GARDEN}/"


def profile(count: int) -> str:
    """A public profile with so many posts."""
    return f"https://www.instagram.com/{instagram.profile_of(count)}/"


@contextlib.contextmanager
def browser(machine: Machine, answer: str, renewals: int = 0) -> Iterator[list[str]]:
    """A browser that is connected and answers; what it was asked for."""
    asked: list[str] = []
    ended = threading.Event()

    def attend() -> None:
        with contextlib.closing(open_writer(machine.settings.database)) as db:
            last = 0
            while not ended.wait(0.05):
                browsers.greet(db, "host", "Firefox")
                for needed in browsers.needed(db, last):
                    last = needed.request_id
                    asked.append(needed.platform)
                    if answer == "session":
                        store_instagram(machine, renewals)
                        browsers.stored(db, needed.platform, ME)
                    else:
                        browsers.refused(db, needed.request_id, "host")

    thread = threading.Thread(target=attend)
    browsers.greet(machine.db, "host", "Firefox")
    thread.start()
    try:
        yield asked
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def swift(machine: Machine) -> Machine:
    """Without the pauses between requests."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    return machine


def _ended(machine: Machine, job_id: str) -> Job:
    machine.start(*BACKGROUND)
    return machine.until(job_id, lambda job: job.status not in ("pending", "running"))


def _instagram(machine: Machine) -> list[Any]:
    return machine.platforms.seen("*instagram.com")


@pytest.mark.parametrize("video", [youtube.AGE, youtube.PRIVATE])
def test_session_is_used_after_the_site_asks_for_it(machine: Machine, video: str) -> None:
    """YouTube is asked without a session first, and once more with it where it says that one is needed."""
    store_youtube(machine)
    job = _ended(machine, machine.save(WATCH + video))
    assert (job.status, job.error) == ("completed", None)
    first, second = turns(machine)
    assert (first[1], second) == ("", ("yt_dlp", "tuber", None))
    assert first[2] in ("age_restricted", "private")
    assert machine.one("SELECT account FROM jobs") == "tuber"
    cookies = [bool(dict(entry.cookies).get("LOGIN_INFO")) for entry in machine.platforms.seen("www.youtube.com")]
    assert cookies.index(True) > 0
    assert not any(cookies[: cookies.index(True)])


def test_session_is_not_used_where_it_is_not_needed(machine: Machine) -> None:
    """A public video is fetched as anybody."""
    store_youtube(machine)
    assert _ended(machine, machine.save(WATCH + youtube.SILENT)).status == "completed"
    assert not [entry for entry in machine.platforms.seen("*") if entry.cookies and "LOGIN_INFO" in dict(entry.cookies)]


def test_refusal_without_a_session_is_told_as_it_is(machine: Machine) -> None:
    """Where no session can be had the reason and its advice are what the site said."""
    job = _ended(machine, machine.save(WATCH + youtube.AGE))
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "age_restricted")
    assert len(turns(machine)) == 1


def test_session_that_the_site_ended_is_waited_for(machine: Machine) -> None:
    """Where YouTube clears the sign-in while it is used, and the video needs one, the job waits for the next visit."""
    store_youtube(machine)
    machine.platforms.fault(faults.rotated_cookies(cookie="LOGIN_INFO"))
    job = _ended(machine, machine.save(WATCH + youtube.AGE))
    assert (job.status, job.wait_reason) == ("waiting", "session")
    assert job.error is not None
    assert (job.error.code, job.error.hint) == (
        "session_expired",
        "Open youtube.com in your browser and sign in again: this goes on by itself.",
    )
    assert state_of(machine) == ["expired"]


def test_item_that_did_not_need_the_session_is_saved_all_the_same(machine: Machine) -> None:
    """A public video arrives although the site ended the sign-in, which is not lent any more."""
    store_youtube(machine)
    machine.platforms.fault(faults.rotated_cookies(cookie="LOGIN_INFO"))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.db.execute("UPDATE jobs SET account = 'tuber'")
    job = _ended(machine, job_id)
    assert (job.status, job.error) == ("completed", None)
    assert turns(machine) == [("yt_dlp", "tuber", None)]
    assert state_of(machine) == ["expired"]


def test_session_leaves_no_trace(machine: Machine) -> None:
    """No byte of a session is in the archive, in a log, in an argument or in a variable of a process."""
    store_youtube(machine)
    job_id = machine.save(WATCH + youtube.AGE)
    worker = machine.start(*BACKGROUND)
    seen: set[str] = set()

    def is_done() -> bool:
        for process in [*machine.children()]:
            with contextlib.suppress(Exception):
                seen.update((*process.cmdline(), *process.environ().values()))
        return machine.job(job_id).status == "completed"

    eventually(is_done)
    worker.terminate()
    said, _ = worker.communicate(timeout=PATIENCE)
    assert YOUTUBE_CANARY not in said + "".join(seen)
    assert files_with(YOUTUBE_CANARY.encode(), machine.archive, machine.settings.home) == []


def test_private_parts_wait_for_a_session_and_go_on(swift: Machine) -> None:
    """Stories without a session: the site is asked nothing, the job waits, says what to do, and goes on by itself."""
    job_id = swift.save(STORIES)
    job = _ended(swift, job_id)
    assert (job.status, job.wait_reason) == ("waiting", "session")
    assert job.error is not None
    assert job.error.code == "login_needed"
    assert job.error.message == "Instagram shows this only to people who are signed in."
    assert job.error.hint == "Open instagram.com in your browser and sign in: this goes on by itself."
    assert _instagram(swift) == []
    assert [needed.platform for needed in browsers.needed(swift.db)] == ["instagram"]
    store_instagram(swift)
    transitions.resume_sessions(swift.db, "instagram", ME)
    job = swift.until(job_id, lambda job: job.status not in ("pending", "running"))
    assert (job.status, job.error) == ("completed", None)
    assert job.items_done >= 1
    assert swift.one("SELECT account FROM jobs WHERE parent_id IS NULL") == ME
    swift.check_whole()


def test_browser_is_asked_before_the_first_request(swift: Machine) -> None:
    """Where a browser is connected it brings a fresh session, and the job does not wait."""
    with browser(swift, "session") as asked:
        job = _ended(swift, swift.save(STORIES))
    assert (job.status, asked) == ("completed", ["instagram"])


def test_browser_that_has_none_is_believed(swift: Machine) -> None:
    """Where the browser has no session the job waits at once."""
    with browser(swift, "nothing") as asked:
        job = _ended(swift, swift.save(STORIES))
    assert (job.status, job.wait_reason, asked) == ("waiting", "session", ["instagram"])


def test_list_goes_on_where_its_session_died(swift: Machine) -> None:
    """What was saved stays, the job waits, and with a fresh session it goes on at its cursor: nothing twice."""
    store_instagram(swift)
    job_id = swift.save(profile(40))
    swift.start(*BACKGROUND)
    swift.until(job_id, lambda job: job.items_done >= 5)
    swift.platforms.expire(instagram.ME.username)
    job = swift.until(job_id, lambda job: job.status == "waiting")
    assert job.wait_reason == "session"
    assert job.error is not None
    assert job.error.code == "session_expired"
    assert job.error.hint == "Open instagram.com in your browser and sign in again: this goes on by itself."
    assert [one.state for one in Vault(swift.settings).listed()] == ["expired"]
    saved = job.items_done
    assert 5 <= saved < 40
    renewals = swift.platforms.renew(instagram.ME.username)
    store_instagram(swift, renewals)
    transitions.resume_sessions(swift.db, "instagram", ME)
    job = swift.until(job_id, lambda job: job.status == "completed")
    assert (job.items_done, job.items_failed, job.items_total) == (40, 0, 40)
    assert swift.one("SELECT count(*) FROM items") == 40
    assert len(swift.members(job_id)) == 40
    swift.check_whole()


def test_dead_session_is_replaced_at_once_where_a_browser_is_there(swift: Machine) -> None:
    """A browser that has a newer session brings it, and the job does not even wait."""
    store_instagram(swift)
    renewals = swift.platforms.renew(instagram.ME.username)
    with browser(swift, "session", renewals):
        job_id = swift.save(profile(14))
        job = _ended(swift, job_id)
    assert job.status == "completed"
    assert [code for _, _, code in turns(swift)] == ["session_expired", None]


def test_challenge_stops_everything_with_that_session(swift: Machine) -> None:
    """A check by a person: the job waits and says so, and no further request carries that session."""
    store_instagram(swift)
    swift.platforms.refuse(instagram.ME.username, instagram.refusals.CHECKPOINT)
    job = _ended(swift, swift.save(STORIES))
    assert (job.status, job.wait_reason) == ("waiting", "session")
    assert job.error is not None
    assert job.error.code == "challenge"
    assert job.error.hint == "Open instagram.com in your browser and answer its question: this goes on by itself."
    assert [one.state for one in Vault(swift.settings).listed()] == ["challenge"]
    asked = len(_instagram(swift))
    second = swift.save(STORIES.replace(instagram.GARDEN, instagram.MOSS))
    swift.until(second, lambda job: job.status == "waiting")
    assert len(_instagram(swift)) == asked


def test_budget_that_is_used_up_is_waited_out(swift: Machine) -> None:
    """A list stops cleanly when its account asked enough, waits until the window is over, and that is no failed try."""
    store_instagram(swift)
    swift.set(instagram_delay_min=0.001, instagram_delay_max=0.001)
    swift.db.execute(
        "INSERT INTO budgets (platform, account, window_at, spent, streak, used_at, updated_at)"
        " VALUES ('instagram', ?, ?, 144, 144, ?, '')",
        (ME, now(), now()),
    )
    job_id = swift.save(profile(40))
    job = _ended(swift, job_id)
    assert (job.status, job.wait_reason) == ("waiting", "rate_limit")
    assert job.error is not None
    assert job.error.message == "Instagram gets a pause, so that it does not lock the account."
    assert job.not_before == swift.one("SELECT rests_until FROM budgets WHERE account = ?", ME)
    assert later(600) < job.not_before < later(661)
    assert 0 < job.items_done < 40
    assert swift.one("SELECT retry_count FROM jobs WHERE id = ?", job_id) == 0
    assert len([entry for entry in _instagram(swift) if entry.host != "scontent.cdninstagram.com"]) == 6


def test_too_fast_holds_the_account_and_nobody_else(swift: Machine) -> None:
    """After 429 the account rests, restarts included, and another account's jobs go on."""
    store_instagram(swift)
    swift.platforms.refuse(instagram.ME.username, instagram.refusals.LIMITED)
    first = swift.save(profile(14))
    job = _ended(swift, first)
    assert (job.status, job.wait_reason) == ("waiting", "rate_limit")
    swift.platforms.accept(instagram.ME.username)
    asked = len(_instagram(swift))
    second = swift.save(profile(15))
    job = swift.until(second, lambda job: job.status == "waiting")
    assert job.not_before == swift.one("SELECT not_before FROM budgets WHERE account = ?", ME)
    assert len(_instagram(swift)) == asked
    Vault(swift.settings).forget("instagram")
    store_instagram(swift, account=instagram.SECOND)
    third = swift.save(profile(16))
    assert swift.until(third, lambda job: job.status not in ("pending", "running")).status == "completed"


def test_second_run_of_a_profile_costs_little(swift: Machine) -> None:
    """An unchanged profile that was seen whole is known after its first page."""
    store_instagram(swift)
    first = swift.save(profile(40))
    assert _ended(swift, first).status == "completed"
    asked = len(_instagram(swift))
    again = swift.save(profile(40))
    job = swift.until(again, lambda job: job.status == "completed")
    assert len(_instagram(swift)) - asked <= 5
    assert job.items_done >= 12
    assert swift.one("SELECT count(*) FROM items") == 40


def test_what_another_account_saved_is_asked_for_with_that_one(swift: Machine) -> None:
    """Of two that are stored the newest is not the one: the other is used; where it is not there, the job waits."""
    store_instagram(swift)
    saved = f"https://www.instagram.com/{instagram.SECOND.username}/saved/"
    job = _ended(swift, swift.save(saved))
    assert job.error is not None
    assert (job.status, job.wait_reason, job.error.code) == ("waiting", "session", "login_needed")
    store_instagram(swift, account=instagram.SECOND)
    store_instagram(swift)
    transitions.resume_sessions(swift.db, "instagram", str(instagram.SECOND.pk))
    done = swift.until(job.id, lambda job: job.status in ("completed", "failed"))
    assert (done.status, done.error) == ("completed", None)
    assert [account for _, account, _ in turns(swift)][-2:] == [ME, str(instagram.SECOND.pk)]

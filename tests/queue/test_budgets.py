"""How much may be asked of a platform: decided from what is stored, and stored across restarts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from bowerbird.clock import as_text, later, seconds_until
from bowerbird.queue import budgets
from bowerbird.queue.budgets import Limits, Usage, after_refusal, after_requests, held_until, pace
from bowerbird.queue.retry import FIRST_PAUSE, LONGEST_PAUSE
from bowerbird.scraping import Pace
from bowerbird.settings import load_settings
from tests.queue.conftest import Queue, video_url

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
LIMITS = Limits(delay_min=5, delay_max=10, requests=150, stretch=600)
MINUTE = timedelta(minutes=1)
PROFILE = "https://www.instagram.com/some.body/"


def _at(minutes: float) -> str:
    return as_text(NOON + minutes * MINUTE)


def test_window_begins_with_its_first_request() -> None:
    """Requests of eleven minutes add up; the first one after them begins a new count."""
    used = after_requests(after_requests(Usage(), LIMITS, 40, NOON), LIMITS, 60, NOON + 10 * MINUTE)
    assert (used.spent, used.window_at) == (100, _at(0))
    assert pace(used, LIMITS, NOON + 10 * MINUTE).requests == 50
    used = after_requests(used, LIMITS, 7, NOON + 11 * MINUTE)
    assert (used.spent, used.window_at) == (7, _at(11))


def test_window_that_is_used_up_is_waited_out() -> None:
    """Nothing is asked until eleven minutes after the window's first request, and then the whole again."""
    used = after_requests(after_requests(Usage(), LIMITS, 1, NOON), LIMITS, 149, NOON + 4 * MINUTE)
    assert held_until(used, NOON + 4 * MINUTE) == NOON + 11 * MINUTE
    assert held_until(used, NOON + 11 * MINUTE) is None
    assert pace(used, LIMITS, NOON + 11 * MINUTE) == Pace(delay_min=5, delay_max=10, requests=150)


def test_long_stretch_is_followed_by_a_rest() -> None:
    """After 600 requests without half an hour's pause there is one, and the stretch begins anew."""
    used, moment = Usage(), NOON
    for _ in range(6):
        moment += 11 * MINUTE
        used = after_requests(used, LIMITS, 100, moment)
    assert held_until(used, moment) == moment + budgets.RESTED
    rested = moment + budgets.RESTED
    assert held_until(used, rested) is None
    assert after_requests(used, LIMITS, 1, rested).streak == 1


def test_stretch_limits_an_attempt_too() -> None:
    """What may be asked is the less of window and stretch."""
    used = Usage(window_at=_at(0), spent=10, streak=590, used_at=_at(0))
    assert pace(used, LIMITS, NOON).requests == 10


def test_without_limits_nothing_is_held() -> None:
    """A platform without numbers is never waited for."""
    used = after_requests(Usage(), Limits(), 10_000, NOON)
    assert held_until(used, NOON) is None
    assert pace(used, Limits(), NOON) == Pace()


@pytest.mark.parametrize(
    ("strikes", "asked", "chance", "seconds"),
    [
        (0, None, 0.5, FIRST_PAUSE),
        (1, None, 0.5, 2 * FIRST_PAUSE),
        (2, None, 0.0, 3 * FIRST_PAUSE),
        (2, None, 1.0, 5 * FIRST_PAUSE),
        (50, None, 0.5, LONGEST_PAUSE),
        (0, 7200.0, 0.5, 7200.0),
        (0, 1.0, 0.5, FIRST_PAUSE),
        (0, 1e9, 0.5, budgets.LONGEST_ASKED),
    ],
)
def test_refusals_double_the_pause(strikes: int, asked: float | None, chance: float, seconds: float) -> None:
    """Each refusal doubles the pause and spreads it; what the platform asked for counts where it is longer."""
    usage = after_refusal(Usage(strikes=strikes), asked, NOON, chance)
    assert usage.strikes == strikes + 1
    assert held_until(usage, NOON) == NOON + timedelta(seconds=seconds)


def test_shorter_pause_does_not_end_a_longer_one() -> None:
    """Of two pauses the later end counts."""
    usage = after_refusal(after_refusal(Usage(), 7200.0, NOON, 0.5), None, NOON, 0.5)
    assert held_until(usage, NOON) == NOON + timedelta(hours=2)


@pytest.mark.parametrize(
    ("stored", "most"),
    [
        (Usage(not_before=_at(60 * 24 * 365)), timedelta(days=1)),
        (Usage(rests_until=_at(60 * 24 * 365)), budgets.RESTED),
    ],
)
def test_clock_that_was_set_back_holds_nothing_for_ever(stored: Usage, most: timedelta) -> None:
    """A time that no pause can reach is cut to the longest one."""
    assert held_until(stored, NOON) == NOON + most


def test_window_of_another_clock_is_none() -> None:
    """A window that begins in the future is begun anew."""
    used = Usage(window_at=_at(600), spent=150, used_at=_at(600), streak=600)
    assert pace(used, LIMITS, NOON).requests == 150


def test_instagram_has_the_delays_of_the_settings() -> None:
    """Five to ten seconds unless chosen otherwise; the least is kept whatever the greatest is; both at 0 lift all."""
    settings = load_settings({"BOWERBIRD_HOME": "/nowhere"})
    limits = budgets.limits_of(settings, "instagram")
    assert (limits.delay_min, limits.delay_max, limits.requests) == (5, 10, budgets.INSTAGRAM_REQUESTS)
    raised = budgets.limits_of(msgspec.structs.replace(settings, instagram_delay_min=20.0), "instagram")
    assert (raised.delay_min, raised.delay_max) == (20, 20)
    none = msgspec.structs.replace(settings, instagram_delay_min=0.0, instagram_delay_max=0.0)
    assert budgets.limits_of(none, "instagram") == Limits()
    assert budgets.limits_of(settings, "tiktok").delay_max == 2
    assert budgets.limits_of(settings, "youtube") == Limits()


def test_budget_is_kept(queue: Queue) -> None:
    """What one attempt spends is missing to the next, whichever process that is in."""
    budgets.spend(queue.db, queue.settings, "instagram", "1001", 100)
    budgets.spend(queue.db, queue.settings, "instagram", "1001", 30)
    assert budgets.pace_of(queue.db, queue.settings, "instagram", "1001").requests == 20
    assert budgets.pace_of(queue.db, queue.settings, "instagram", "1002").requests == 150
    budgets.spend(queue.db, queue.settings, "instagram", "1001", 20)
    until = budgets.held(queue.db, "instagram", "1001")
    assert until is not None
    assert 600 < seconds_until(until) <= 660
    assert budgets.held(queue.db, "instagram", "1002") is None


def test_own_rest_ends_nothing_that_runs(queue: Queue) -> None:
    """Only a refusal of the platform does."""
    budgets.spend(queue.db, queue.settings, "instagram", "1001", 150)
    assert budgets.refused(queue.db) == frozenset()
    budgets.refuse(queue.db, "instagram", "1001", None, 0.5)
    assert budgets.refused(queue.db) == {("instagram", "1001")}


def test_success_forgives(queue: Queue) -> None:
    """After something went well the next refusal is a first one; the pause that was asked for still holds."""
    for _ in range(3):
        budgets.refuse(queue.db, "instagram", "1001", None, 0.5)
    budgets.forgive(queue.db, "instagram", "1001")
    usage = budgets.usage_of(queue.db, "instagram", "1001")
    assert usage.strikes == 0
    assert usage.not_before is not None


def test_elsewhere_accounts_share_one_budget(queue: Queue) -> None:
    """YouTube counts this computer's address, whoever is signed in."""
    budgets.refuse(queue.db, "youtube", "me", None, 0.5)
    assert budgets.held(queue.db, "youtube", "") == budgets.held(queue.db, "youtube", "somebody")
    queue.save(video_url(1))
    assert queue.claim() is None


def test_host_that_is_held_leaves_all_others_alone(queue: Queue) -> None:
    """Pages of the web are of many sites: one that asked for a pause gets it, and the others go on."""
    held, other = (queue.save(f"https://{host}.example/page") for host in ("slow", "quick"))
    target = queue.claimed().target
    assert budgets.payer(target, "somebody") == "slow.example"
    queue.db.execute("UPDATE jobs SET status = 'pending' WHERE id = ?", (held,))
    budgets.refuse(queue.db, "web", budgets.payer(target, None), None, 0.5)
    assert queue.claimed().id == other
    assert queue.claim() is None
    assert budgets.refused(queue.db) == {("web", "slow.example")}


def test_held_account_is_not_claimed_and_others_are(queue: Queue) -> None:
    """A job whose account has to wait is passed over; one of another account is not, nor one of nobody's yet."""
    held, other, unknown = (queue.save(f"{PROFILE}?{number}".replace("some", f"some{number}")) for number in range(3))
    budgets.refuse(queue.db, "instagram", "1001", None, 0.5)
    for job_id, account in ((held, "1001"), (other, "1002")):
        queue.db.execute("UPDATE jobs SET account = ? WHERE id = ?", (account, job_id))
    assert queue.claimed().id == other
    queue.db.execute("UPDATE jobs SET status = 'completed' WHERE id = ?", (other,))
    assert queue.claimed().id == unknown
    queue.db.execute("UPDATE jobs SET status = 'completed' WHERE id = ?", (unknown,))
    assert queue.claim() is None
    queue.db.execute("UPDATE budgets SET not_before = ?", (later(-1),))
    assert queue.claimed().id == held


def test_account_runs_one_job_at_a_time(queue: Queue) -> None:
    """On Instagram the second job of an account waits for the first, one of another account does not."""
    first, second, other = (queue.save(f"https://www.instagram.com/p/AAAAA{number}/") for number in range(3))
    for job_id, account in ((first, "1001"), (second, "1001"), (other, "1002")):
        queue.db.execute("UPDATE jobs SET account = ? WHERE id = ?", (account, job_id))
    assert [queue.claimed().id for _ in range(2)] == [first, other]
    assert queue.claim(most=1000) is None
    queue.db.execute("UPDATE jobs SET status = 'completed' WHERE id = ?", (first,))
    assert queue.claimed().id == second


def test_job_of_nobody_yet_runs_without_company(queue: Queue) -> None:
    """While nobody knows whose session a job will need, no other job of the platform runs beside it."""
    first = queue.save("https://www.instagram.com/p/AAAAA1/")
    queue.save("https://www.instagram.com/p/AAAAA2/")
    assert queue.claimed().id == first
    assert queue.claim(most=1000) is None

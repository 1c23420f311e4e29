"""Whether a failed attempt is tried again: a table."""

from __future__ import annotations

import pytest

from bowerbird.errors import JOB_ADVICE
from bowerbird.model import Failed
from bowerbird.queue.retry import FIRST_PAUSE, LONGEST_DELAY, LONGEST_PAUSE, MOST_PAUSES, Decision, Policy, decide

POLICY = Policy(most=3, delay=30.0)
TRIED_AGAIN = {"network", "timeout", "incomplete", "internal"}
WAITS = {
    "session_expired": "session",
    "rate_limited": "rate_limit",
    "upcoming": "schedule",
    "disk_full": "disk",
    "limit_reached": "confirm",
}


def _decided(code: str, tries: int = 0, chance: float = 0.5, retry_after: float | None = None) -> Decision:
    return decide(Failed(code=code, message="", retry_after=retry_after), tries, POLICY, chance)


@pytest.mark.parametrize("code", sorted(JOB_ADVICE))
def test_each_code_has_its_consequence(code: str) -> None:
    """What passes is tried again, what needs somebody or a time waits, the rest fails at once."""
    decision = _decided(code)
    expected = "pending" if code in TRIED_AGAIN else "waiting" if code in WAITS else "failed"
    assert (decision.status, decision.wait_reason) == (expected, WAITS.get(code))


@pytest.mark.parametrize(("tries", "seconds"), [(0, 30.0), (1, 60.0), (2, 120.0)])
def test_delay_doubles(tries: int, seconds: float) -> None:
    """Each automatic try comes after twice the time of the one before."""
    assert _decided("network", tries).seconds == seconds


@pytest.mark.parametrize("tries", [3, 4, 100])
def test_tries_are_used_up(tries: int) -> None:
    """After three automatic tries the job fails."""
    assert _decided("network", tries) == Decision(status="failed")


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 22.5), (0.5, 30.0), (1.0, 37.5)])
def test_delays_are_spread_by_a_quarter(chance: float, seconds: float) -> None:
    """Jobs that failed together do not come back together, and none much too early or late."""
    assert _decided("timeout", chance=chance).seconds == seconds


def test_delay_has_an_end() -> None:
    """No automatic try is more than an hour and a quarter away."""
    decision = decide(Failed(code="network", message=""), 19, Policy(most=20, delay=86_400), 1.0)
    assert decision.seconds == LONGEST_DELAY * 1.25


@pytest.mark.parametrize(
    ("tries", "asked", "seconds"),
    [
        (0, None, FIRST_PAUSE),
        (1, None, 2 * FIRST_PAUSE),
        (9, None, LONGEST_PAUSE),
        (0, 7200.0, 7200.0),
        (0, 1.0, FIRST_PAUSE),
    ],
)
def test_pause_is_what_the_platform_asked_or_longer(tries: int, asked: float | None, seconds: float) -> None:
    """A platform is left alone as long as it asked, longer each time, and never shorter than ours."""
    assert _decided("rate_limited", tries, retry_after=asked).seconds == seconds


def test_pauses_have_an_end() -> None:
    """A platform that still refuses after many pauses will not change its mind."""
    assert _decided("rate_limited", MOST_PAUSES).status == "failed"


def test_what_has_not_begun_is_looked_at_when_it_begins() -> None:
    """The time that the platform names is the time of the next look, else a quarter of an hour."""
    assert _decided("upcoming", retry_after=7200.0).seconds == 7200.0
    assert _decided("upcoming").seconds == 900.0


@pytest.mark.parametrize("code", ["session_expired", "disk_full"])
def test_waits_for_a_person_without_a_time(code: str) -> None:
    """What a person has to do has no time at which it is done."""
    assert _decided(code).seconds is None

"""Whether a failed attempt is tried again: a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.clock import later
from bowerbird.errors import JOB_ADVICE, RequestError
from bowerbird.queue import actions
from bowerbird.queue.retry import (
    FIRST_PAUSE,
    LONGEST_DELAY,
    LONGEST_PAUSE,
    LONGEST_WAIT,
    MOST_PAUSES,
    Decision,
    Policy,
    decide,
    gave_up,
    policy_of,
)
from bowerbird.scraping import Failed
from bowerbird.settings import load_settings
from tests.queue.conftest import Queue, video_url

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


# code, automatic tries before, status, seconds
CHOSEN = (
    ("network", 0, "pending", 30.0),
    ("network", 1, "pending", 600.0),
    ("network", 2, "failed", None),
    ("internal", 0, "failed", None),
    ("timeout", 2, "pending", 28.0),
    ("rate_limited", 0, "waiting", 3600.0),
    ("rate_limited", 1, "failed", None),
)


@pytest.mark.parametrize("form", ["variable", "config.toml"])
@pytest.mark.parametrize(("code", "tries", "status", "seconds"), CHOSEN)
def test_schedule_can_be_chosen_for_each_error(
    tmp_path: Path, form: str, code: str, tries: int, status: str, seconds: float | None
) -> None:
    """Times of one's own hold for the codes that they name; the rest goes by number and first delay."""
    environment = {"BOWERBIRD_HOME": str(tmp_path), "BOWERBIRD_RETRY_DELAY": "7"}
    if form == "variable":
        environment["BOWERBIRD_RETRY_DELAYS"] = "network=30,10m internal=never rate_limited=1h"
    else:
        table = 'network = [30, "10m"]\ninternal = "never"\nrate_limited = "1h"\n'
        (tmp_path / "config.toml").write_text(f"[retry_delays]\n{table}")
    decision = decide(Failed(code=code, message=""), tries, policy_of(load_settings(environment)), 0.5)
    assert (decision.status, decision.seconds) == (status, seconds)


@pytest.mark.parametrize("text", ["gone=30s", "network=soon", "network=2d", "network", "network=-1", "network=25h"])
def test_schedule_that_can_not_be(tmp_path: Path, text: str) -> None:
    """A code that is not tried again, or what is no time, is told with an example."""
    with pytest.raises(RequestError, match="network=30s,2m,10m"):
        load_settings({"BOWERBIRD_HOME": str(tmp_path), "BOWERBIRD_RETRY_DELAYS": text})


def test_who_gave_up_says_after_how_many_tries() -> None:
    """The last reason stays, with how often it was tried again; what was tried once says only the reason."""
    failure = Failed(code="network", message="The connection failed.", hint="Check it.")
    told = gave_up(failure, 3)
    assert told.message == "The connection failed. It was tried again 3 times."
    assert told.hint == "Check it."
    assert gave_up(failure, 0) == failure


def test_premiere_of_another_century_is_not_waited_for_as_long() -> None:
    """No platform's clock lets a job wait for more than a year."""
    assert _decided("upcoming", retry_after=1e10).seconds == LONGEST_WAIT


# status, wait reason, and the most that is believed
BELIEVED = (("pending", None, 4500.0), ("waiting", "rate_limit", 30 * 3600.0), ("waiting", "schedule", LONGEST_WAIT))


def test_person_puts_a_job_off(queue: Queue) -> None:
    """A job waits until the time that was named, and goes at once when that is taken back or has passed."""
    job_id = queue.save(video_url(1))
    put_off = actions.schedule(queue.db, queue.settings, job_id, later(3600))
    assert (put_off.status, put_off.wait_reason) == ("waiting", "schedule")
    assert queue.claim() is None
    for when in (None, later(-5)):
        actions.schedule(queue.db, queue.settings, job_id, later(3600))
        assert actions.schedule(queue.db, queue.settings, job_id, when).status == "pending"
    for wrong in ("tomorrow", "2999-01-01"):
        with pytest.raises(RequestError, match=r"time|year"):
            actions.schedule(queue.db, queue.settings, job_id, wrong)
    queue.claimed()
    with pytest.raises(RequestError, match="running"):
        actions.schedule(queue.db, queue.settings, job_id, later(60))

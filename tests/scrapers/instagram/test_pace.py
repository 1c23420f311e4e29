"""How fast Instagram is asked, by a clock of the test's own: what arrives elsewhere says it only roughly."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from bowerbird.errors import JobError
from bowerbird.scrapers.instagram.pace import TELL_EVERY, Turn
from bowerbird.scraping import Pace, Requested

LEAST, MOST = 5.0, 10.0


class Clock:
    """Time that goes on only when somebody sleeps, or works."""

    def __init__(self) -> None:
        self.now = 1000.0

    def go_on(self, seconds: float) -> None:
        """So much time passes."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """In place of the computer's."""
    made = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    monkeypatch.setattr(time, "sleep", made.go_on)
    return made


@pytest.mark.parametrize("spent", [0.0, 3.0, 60.0])
def test_the_next_request_waits_its_time(clock: Clock, spent: float) -> None:
    """No sooner than the shortest delay and no later than the longest; what was spent on files counts as a pause."""
    turn = Turn(Pace(delay_min=LEAST, delay_max=MOST), lambda event: None)
    made = []
    for _ in range(50):
        turn.take()
        made.append(clock.now)
        clock.go_on(spent)
    assert made[0] == 1000.0
    assert all(max(LEAST, spent) <= later - sooner <= max(MOST, spent) for sooner, later in pairwise(made))


def test_the_last_request_of_the_attempt_before_counts(clock: Clock) -> None:
    """A new attempt of the same process asks no sooner than the old one would have."""
    turn = Turn(Pace(delay_min=LEAST, delay_max=LEAST), lambda event: None, last=clock.now - 1)
    turn.take()
    assert clock.now == 1000.0 + LEAST - 1


def test_requests_are_counted_and_end_with_the_budget(clock: Clock) -> None:
    """Each is told, some at a time; behind the last that is allowed comes an error, not a request."""
    told: list[int] = []

    def report(event: object) -> None:
        assert isinstance(event, Requested)
        told.append(event.requests)

    turn = Turn(Pace(delay_min=0, delay_max=0, requests=TELL_EVERY + 1), report)
    for _ in range(TELL_EVERY + 1):
        turn.take()
    with pytest.raises(JobError) as refused:
        turn.take()
    turn.tell()
    assert (refused.value.code, told) == ("rate_limited", [TELL_EVERY, 1])

"""How things are said."""

from __future__ import annotations

from typing import get_args

import pytest

from bowerbird.clock import later
from bowerbird.pages import words
from bowerbird.worker.outcome import Outcome


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (486_000_000, "486 MB"),
        (999_600, "1.0 MB"),
        (7_200_000_000, "7.2 GB"),
        (412e9, "412 GB"),
        (None, ""),
    ],
)
def test_sizes_are_decimal(count: float | None, said: str) -> None:
    """A size has at most three figures and a unit."""
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (312_000_000, 486_000_000, "312 of 486 MB"),
        (1_900_000, 7_200_000_000, "1.9 MB of 7.2 GB"),
        (5_000_000, None, "5.0 MB"),
        (None, 5, ""),
        (0, 5, ""),
    ],
)
def test_progress_names_a_shared_unit_once(done: int | None, total: int | None, said: str) -> None:
    """How much of how much is told as briefly as it can be."""
    assert words.so_far(done, total) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (59.9, "0:59"), (1471, "24:31"), (3737, "1:02:17"), (None, "")]
)
def test_places_in_a_video(seconds: float | None, said: str) -> None:
    """Hours only where there are any."""
    assert words.playtime(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (870, "870"),
        (9_999, "9,999"),
        (12_400, "12 K"),
        (211_000, "211 K"),
        (4_711_000, "4.7 M"),
        (2.1e9, "2.1 B"),
        (None, ""),
    ],
)
def test_rough_counts(number: int | None, said: str) -> None:
    """A large count is told by its size."""
    assert words.rough(number) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("20251202", "2 December 2025"), ("2025-12-02", "2 December 2025"), ("soon", "soon"), (None, "")],
)
def test_upload_days(text: str | None, said: str) -> None:
    """A day is written out, and what is none stays as the platform said it."""
    assert words.upload_day(text) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "just now"), (-250, "4 min ago"), (-8000, "2 h ago"), (20, "20 s"), (400 * 86400, "")]
)
def test_near_times_by_their_distance(seconds: float, said: str) -> None:
    """What was just now is told by how long ago it was; the far future by its day."""
    assert words.span(20) == "20 s"
    assert said in words.ago(later(seconds)) or seconds == 20


@pytest.mark.parametrize("text", ["c", "2026-13-45", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_a_browser_made_up_stays_as_it_is(text: str) -> None:
    """When a click was is what the browser says; a page is shown whatever that is."""
    assert words.full_time(text) == text


def test_every_end_of_an_attempt_has_words() -> None:
    """What the worker writes down is a name of a program; what a page says is not."""
    written = {type_.__name__.lower() for type_ in get_args(Outcome)} | {"lost", None}
    assert set(words.OUTCOMES) == written
    assert words.outcome("needssession") == "it needs you to sign in"
    assert words.outcome("of another version") == "of another version"

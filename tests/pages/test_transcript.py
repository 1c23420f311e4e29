"""Cues become paragraphs."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bowerbird.pages.prose import spoken
from bowerbird.pages.transcript import LONGEST_SECONDS, paragraphs
from bowerbird.scraping import Chapter, Cue


def test_a_paragraph_ends_with_a_sentence() -> None:
    """After half a minute the next full stop ends the paragraph."""
    cues = [Cue(3.0 * n, 3.0, "so it goes." if n % 4 == 3 else "and on") for n in range(24)]
    assert [one.second for one in paragraphs(cues)] == [0, 36]


def test_speech_without_full_stops_is_divided_anyway() -> None:
    """Automatic captions know no sentences; no paragraph is longer than 45 seconds."""
    found = paragraphs([Cue(2.0 * n, 2.0, "words") for n in range(100)])
    assert all(one.cues[-1].start - one.second < LONGEST_SECONDS for one in found)
    assert len(found) > 3


def test_a_pause_divides() -> None:
    """Long silence ends a paragraph."""
    assert [one.second for one in paragraphs([Cue(0, 2, "a"), Cue(9, 2, "b")])] == [0, 9]


def test_a_chapter_begins_a_paragraph() -> None:
    """The title of a chapter stands above what is said first in it; one in which nothing is said is skipped."""
    cues = [Cue(1.0 * n, 1.0, "x") for n in range(20)]
    chapters = [Chapter(start=0, title="One"), Chapter(start=8, title="Two"), Chapter(start=99, title="Silent")]
    assert [(one.second, one.heading) for one in paragraphs(cues, chapters)] == [(0, "One"), (8, "Two")]


def test_two_cues_of_one_second_have_one_address() -> None:
    """Addresses within the page are unique."""
    html = "".join(map(spoken, paragraphs([Cue(1.1, 0.4, "a"), Cue(1.6, 0.4, "b"), Cue(1.9, 9.0, "c.")])))
    assert re.findall(r'id="t=1"|>[abc]', html) == ['id="t=1"', ">a", ">b", ">c"]
    apart = [Cue(1.0, 0.4, "a"), Cue(1.9, 0.4, "b")]
    beside = paragraphs(apart, [Chapter(start=1.9, title="Two")])
    assert len(beside) == 2
    assert "".join(map(spoken, beside)).count('id="t=1"') == 1


@given(st.lists(st.floats(0, 5000), max_size=60), st.lists(st.floats(0, 5000), max_size=5))
def test_no_word_is_lost(starts: list[float], chapters: list[float]) -> None:
    """Whatever the times are, every cue is there once and in its order."""
    cues = [Cue(start, 1.0, str(n)) for n, start in enumerate(sorted(starts))]
    found = paragraphs(cues, [Chapter(start=start, title="c") for start in chapters])
    assert [cue.text for one in found for cue in one.cues] == [cue.text for cue in cues]

"""Subtitle files become cues."""

from __future__ import annotations

import pytest

from bowerbird.scrapers import captions
from bowerbird.scraping import Cue

VTT = """WEBVTT
Kind: captions

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:03.500 align:start position:0%
<c.yellow>Roses</c> &amp; <00:00:02.000><c>tulips</c>
in bloom

01:00:03.500 --> 01:00:05.000
<v Anna>3 < 4</v>

00:05.000 --> 00:06.000

"""


def test_vtt_is_read() -> None:
    """Times, tags, entities, settings and line ends are understood; empty cues are left out."""
    assert captions.cues_of(VTT, "vtt") == (Cue(1.0, 2.5, "Roses & tulips in bloom"), Cue(3603.5, 1.5, "3 < 4"))


def test_srt_is_read() -> None:
    """SubRip differs only in the comma."""
    assert captions.cues_of("1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n\r\n", "srt") == (Cue(1.0, 1.0, "Hi"),)


def test_json3_is_read() -> None:
    """YouTube's segments are joined; events without words are left out."""
    text = '{"events":[{"tStartMs":1500,"dDurationMs":500,"segs":[{"utf8":"a "},{"utf8":"b\\n"}]},{"tStartMs":9}]}'
    assert captions.cues_of(text, "json3") == (Cue(1.5, 0.5, "a b"),)


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"events": 3}', '{"events": [3]}'])
def test_broken_json3_is_an_error(text: str) -> None:
    """A page instead of the file is told, not taken for an empty transcript."""
    with pytest.raises(ValueError, match="json3"):
        captions.cues_of(text, "json3")


def test_rolling_captions_are_said_once() -> None:
    """Automatic captions repeat the line before; every line is kept once, with its first time."""
    rolling = (
        Cue(0, 2, "welcome to"),
        Cue(2, 0.01, "welcome to"),
        Cue(2.01, 2, "welcome to the garden"),
        Cue(4.01, 2, "the garden"),
        Cue(6, 2, "mind the stones"),
        Cue(20, 2, "mind the stones"),
    )
    assert [(cue.start, cue.text) for cue in captions.without_rolling(rolling)] == [
        (0, "welcome to"),
        (2.01, "the garden"),
        (6, "mind the stones"),
        (20, "mind the stones"),
    ]


def test_cue_is_one_line_of_plain_text() -> None:
    """Line ends, control characters and halves of characters do not survive."""
    assert captions.plain("a\n b\x00\x1b[31m \ud800") == "a b[31m"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"events":[{{"tStartMs":{one},"dDurationMs":1,"segs":[{{"utf8":"x"}}]}}]}}'
        for one in ("1" + "0" * 400, "1e308", "-5", '"x"')
    ]
    + ["WEBVTT\n\n" + "9" * 400 + ":00:00.000 --> " + "9" * 400 + ":00:01.000\nx\n"],
)
def test_cue_without_a_place_is_left_out(text: str) -> None:
    """A time that no video has is no time; at worst the file counts as one that can't be read."""
    try:
        assert captions.cues_of(text, "json3" if text.startswith("{") else "vtt") == ()
    except ValueError:
        return


@pytest.mark.parametrize("time", [float("inf"), float("nan"), -1.0, 1e300])
def test_only_times_of_a_video_are_places(time: float) -> None:
    """Neither the start nor the length of a cue may be endless."""
    assert captions.with_places([Cue(time, 1, "a"), Cue(1, time, "b"), Cue(1, 1, "c")]) == (Cue(1, 1, "c"),)

"""Which tracks are wanted, and what is said when none comes."""

from __future__ import annotations

import pytest

from bowerbird.errors import JobError
from bowerbird.model import Origin
from bowerbird.scrapers import transcripts
from bowerbird.scrapers.transcripts import Outcome, Track, Transcript, collect, events_of, wanted_tracks
from bowerbird.scraping import Cue, Noted, TranscriptReady, Warned

CUES = (Cue(0.0, 1.0, "hi"),)


def track(language: str, origin: Origin = "manual", cues: tuple[Cue, ...] = CUES) -> Track:
    """A track that can be had."""
    return Track(language, origin, lambda: cues)


def refused(language: str, code: str) -> Track:
    """A track that can't be had."""

    def fetch() -> tuple[Cue, ...]:
        raise JobError(code)

    return Track(language, "manual", fetch)


OFFERED = [track("de"), track("en-GB"), track("en", "automatic"), track("ja"), track("fr", "translated")]


@pytest.mark.parametrize(
    ("languages", "wanted"),
    [
        (("en",), [("en-GB", "manual")]),
        (("ja", "de"), [("ja", "manual"), ("de", "manual")]),
        (("de", "de"), [("de", "manual")]),
        (("fr",), []),
        (("e",), []),
        (("all",), [("de", "manual"), ("en-GB", "manual"), ("ja", "manual"), ("en", "automatic")]),
    ],
)
def test_wanted_tracks(languages: tuple[str, ...], wanted: list[tuple[str, str]]) -> None:
    """Languages in their order with their variants, manual before automatic, never a translation."""
    assert [(one.language, one.origin) for one in wanted_tracks(OFFERED, languages)] == wanted


def test_first_languages_stay_when_a_later_one_fails() -> None:
    """What was fetched before an error is kept, and the error is known."""
    outcome = collect(lambda: [track("en"), refused("de", "rate_limited")], ("en", "de"))
    assert [one.language for one in outcome.transcripts] == ["en"]
    assert outcome.error
    assert outcome.error.code == "rate_limited"


def test_empty_transcript_is_no_transcript() -> None:
    """A platform that sends an empty file withholds it."""
    outcome = collect(lambda: [track("en", cues=())], ("en",))
    assert outcome.error
    assert outcome.error.code == "scraper_outdated"


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome(), "No transcript: the site has none for this."),
        (Outcome(offered=("ja",)), "No transcript in en: the site has ja."),
        (Outcome(error=JobError("rate_limited")), "No transcript: the site asks for a pause."),
    ],
)
def test_missing_transcript_is_said(outcome: Outcome, sentence: str) -> None:
    """A person reads why there is none."""
    assert Noted(sentence) in list(events_of(outcome, ("en",)))


def test_error_beside_a_transcript_is_a_warning() -> None:
    """With one language there and another refused, the item says nothing but the log does."""
    outcome = Outcome((Transcript("en", "manual", CUES),), ("en", "de"), JobError("network"))
    assert [type(one) for one in events_of(outcome, ("en", "de"))] == [TranscriptReady, Warned]


FOUND = {
    "extractor_key": "Youtube",
    "subtitles": {
        "en": [{"ext": "vtt", "url": "u:vtt"}, {"ext": "json3", "url": "u:json3"}],
        "live_chat": [{"ext": "json", "url": "u"}],
    },
    "automatic_captions": {"de": [{"ext": "vtt", "url": "u:de"}], "en-orig": [{"ext": "vtt", "url": "u:orig"}]},
}


def test_second_way_knows_what_was_spoken() -> None:
    """Of yt-dlp's automatic captions only the original counts; the rest are translations."""
    tracks = transcripts.tracks_of_subtitles(FOUND, lambda _: b"")
    assert [(one.language, one.origin) for one in tracks] == [("en", "manual"), ("en", "automatic")]
    assert len(transcripts.tracks_of_subtitles({**FOUND, "extractor_key": "Vimeo"}, lambda _: b"")) == 3


def test_second_way_prefers_exact_times() -> None:
    """json3 is taken before vtt."""
    asked: list[str] = []

    def read(url: str) -> bytes:
        asked.append(url)
        return b'{"events":[{"tStartMs":0,"dDurationMs":1000,"segs":[{"utf8":"hi"}]}]}'

    assert transcripts.tracks_of_subtitles(FOUND, read)[0].fetch() == CUES
    assert asked == ["u:json3"]

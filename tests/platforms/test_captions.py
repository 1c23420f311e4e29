"""youtube-transcript-api, unmodified, reads the stand-in's captions."""

from __future__ import annotations

from html import unescape

import pytest
import requests
from youtube_transcript_api import YouTubeTranscriptApi
from youtube_transcript_api import _errors as errors

from tests.platforms import StandIn, faults, youtube


@pytest.fixture
def transcripts(platforms: StandIn) -> YouTubeTranscriptApi:
    """The library, with nothing but the environment to find its way."""
    return YouTubeTranscriptApi(http_client=requests.Session())


def test_tracks_are_listed(transcripts: YouTubeTranscriptApi) -> None:
    """Manual and automatic tracks are told apart."""
    listed = [(one.language_code, one.is_generated) for one in transcripts.list(youtube.GARDEN)]
    assert listed == [("en", False), ("de", False), ("en", True)]


def test_text_and_times_are_right(transcripts: YouTubeTranscriptApi) -> None:
    """The text is plain after one more un-escaping, the times are seconds."""
    second = transcripts.fetch(youtube.GARDEN, languages=["en"])[1]
    assert (unescape(second.text), second.start, second.duration) == ("The roses & tulips are in bloom.", 3.0, 3.0)


def test_cost_is_two_requests_and_one_for_each_track(transcripts: YouTubeTranscriptApi, platforms: StandIn) -> None:
    """The page, the player and the track: three requests."""
    transcripts.fetch(youtube.GARDEN, languages=["de"])
    assert [one.target.partition("?")[0] for one in platforms.log] == [
        "/watch",
        "/youtubei/v1/player",
        "/api/timedtext",
    ]


def test_japanese_is_kept(transcripts: YouTubeTranscriptApi) -> None:
    """Text beyond ASCII arrives unchanged."""
    assert transcripts.fetch(youtube.JAPANESE, languages=["ja"])[0].text == "東京の路地裏を歩く"


def test_translation_is_a_track_of_its_own(transcripts: YouTubeTranscriptApi) -> None:
    """A translated track differs from its source."""
    track = transcripts.list(youtube.GARDEN).find_transcript(["en"]).translate("fr").fetch()
    assert track[0].text == "[fr] Welcome to the garden."


@pytest.mark.parametrize(
    ("video_id", "error"),
    [
        (youtube.SILENT, errors.TranscriptsDisabled),
        (youtube.JAPANESE, errors.NoTranscriptFound),
        (youtube.REMOVED, errors.VideoUnavailable),
        (youtube.PRIVATE, errors.VideoUnplayable),
        (youtube.MEMBERS, errors.VideoUnplayable),
        (youtube.AGE, errors.AgeRestricted),
        (youtube.BOT, errors.RequestBlocked),
        (youtube.TOKEN_CAPTIONS, errors.PoTokenRequired),
    ],
)
def test_refusal_is_the_library_s_own(transcripts: YouTubeTranscriptApi, video_id: str, error: type[Exception]) -> None:
    """Each refusal is recognised by the library."""
    with pytest.raises(error):
        transcripts.fetch(video_id, languages=["en"])


def test_rate_limit_is_a_blocked_address(transcripts: YouTubeTranscriptApi, platforms: StandIn) -> None:
    """429 on the captions alone is what the library calls a blocked address."""
    platforms.fault(faults.status(429, path="/api/timedtext*"))
    with pytest.raises(errors.IpBlocked):
        transcripts.fetch(youtube.GARDEN)

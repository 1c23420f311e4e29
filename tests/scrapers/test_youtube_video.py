"""A YouTube video through the unmodified yt-dlp, in a real child, over the stand-in."""

from __future__ import annotations

import hashlib
import json

import av
import pytest

from bowerbird.scraping import FileReady, ItemFound, Noted, TranscriptReady, Warned
from tests.platforms import StandIn, faults, youtube
from tests.scrapers.conftest import Events, Scrape, video

MEDIA = {"host": "*.googlevideo.com"}
CAPTIONS = "/api/timedtext*"


def itags(platforms: StandIn) -> set[str]:
    """Which streams were asked for."""
    return {one.target.partition("itag=")[2].partition("&")[0] for one in platforms.seen(**MEDIA)}


def test_best_video_is_one_playable_file(scrape: Scrape, platforms: StandIn) -> None:
    """Separate streams are merged into one file that browsers play, with its size, hash and duration."""
    events = scrape(video(youtube.GARDEN))
    assert events.finished, events
    file = events.file("video")
    path = scrape.folder / file.name
    with av.open(str(path)) as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}
    assert file.name in ("media.mp4", "media.webm")
    assert (file.size, file.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    assert file.duration
    assert round(file.duration) == 24
    assert not platforms.flagged


def test_only_our_names_are_left(scrape: Scrape) -> None:
    """The folder holds the finished files and nothing else, whatever the title says."""
    events = scrape(video(youtube.HOSTILE), transcripts=("en",))
    assert events.finished, events
    assert {path.name for path in scrape.folder.iterdir()} == {one.name for one in events.of(FileReady)}
    assert {path.name for path in scrape.folder.iterdir()} == {"media.webm", "thumbnail.webp", "metadata.json"}


def test_item_is_described(scrape: Scrape) -> None:
    """Title, creator, day, counts, chapters and hashtags come before the files."""
    events = scrape(video(youtube.GARDEN))
    item = events.one(ItemFound)
    assert (item.platform, item.platform_id, item.kind) == ("youtube", youtube.GARDEN, "video")
    assert (item.title, item.duration, item.upload_date) == ("A walk in the garden", 24.0, "2026-05-05")
    assert (item.view_count, item.like_count) == (1200, 34)
    assert [one.title for one in item.chapters] == ["The gate", "Roses", "The pond"]
    assert item.hashtags == ("garden", "walk")
    assert item.creator
    assert (item.creator.platform_id, item.creator.handle) == (youtube.GARDENERS, "@gardeners")
    kinds = [type(one) for one in events]
    assert kinds.index(ItemFound) < kinds.index(FileReady)


@pytest.mark.parametrize(
    ("quality", "expected"),
    [("best", "313"), ("2160", "313"), ("1440", "271"), ("1080", "248"), ("720", "247"), ("480", "135")],
)
def test_quality_is_the_highest_that_is_allowed(
    quality: str, expected: str, scrape: Scrape, platforms: StandIn
) -> None:
    """Of the offered heights, the best up to the wished one is fetched."""
    assert scrape(video(youtube.UHD), quality=quality).finished
    assert expected in itags(platforms)


def test_audio_only_fetches_no_picture(scrape: Scrape, platforms: StandIn) -> None:
    """Only a sound stream is asked for, and a sound is what lands."""
    events = scrape(video(youtube.GARDEN), audio_only=True)
    assert events.file("audio").duration
    assert len(platforms.seen(**MEDIA)) == 1


def test_thumbnail_is_a_picture(scrape: Scrape) -> None:
    """The platform's picture is kept with its size."""
    thumbnail = scrape(video(youtube.GARDEN)).file("thumbnail")
    assert (thumbnail.name, thumbnail.width, thumbnail.height) == ("thumbnail.webp", 320, 180)


def test_missing_thumbnail_loses_nothing(scrape: Scrape, platforms: StandIn) -> None:
    """A picture that is not there leaves the video as it is."""
    platforms.fault(faults.status(404, host="i.ytimg.com"))
    events = scrape(video(youtube.SILENT))
    assert events.finished
    assert [one.file_type for one in events.of(FileReady)] == ["video", "metadata"]


def test_picture_is_waited_for(scrape: Scrape, platforms: StandIn) -> None:
    """It comes beside the media, and is part of the item also where it comes last."""
    platforms.fault(faults.late(0.7, host="i.ytimg.com"))
    assert scrape(video(youtube.SILENT)).file("thumbnail").width == 320


def test_page_instead_of_a_thumbnail_is_not_kept(scrape: Scrape, platforms: StandIn) -> None:
    """HTML under a picture's name never lands."""
    platforms.fault(faults.page(host="i.ytimg.com"))
    events = scrape(video(youtube.SILENT))
    assert events.finished
    assert sorted(path.name for path in scrape.folder.iterdir()) == ["media.webm", "metadata.json"]


def test_metadata_is_whole_and_clean(scrape: Scrape) -> None:
    """What yt-dlp said is kept, without addresses of the media, headers and paths."""
    scrape(video(youtube.GARDEN))
    text = (scrape.folder / "metadata.json").read_text("utf-8")
    told = json.loads(text)
    assert (told["id"], told["channel_follower_count"], len(told["chapters"])) == (youtube.GARDEN, 1200, 3)
    assert told["formats"]
    assert "googlevideo.com" not in text
    assert "http_headers" not in text
    assert str(scrape.folder) not in text


def test_refresh_fetches_no_media(scrape: Scrape, platforms: StandIn) -> None:
    """With media False only the counts and metadata.json are renewed."""
    platforms.publish(youtube.GARDEN, 5)
    events = scrape(video(youtube.GARDEN), media=False, transcripts=("en",))
    assert events.one(ItemFound).view_count == 1205
    assert [one.name for one in events.of(FileReady)] == ["metadata.json"]
    assert not platforms.seen(**MEDIA)
    assert not platforms.seen("i.ytimg.com")


@pytest.mark.parametrize("video_id", [youtube.CHALLENGE, youtube.CIPHER])
def test_challenges_are_solved(video_id: str, scrape: Scrape) -> None:
    """deno, which came with the dependencies, solves what the platform's script asks."""
    assert scrape(video(video_id)).finished


# --- transcripts ---


def test_manual_transcripts_come_in_the_wished_languages(scrape: Scrape) -> None:
    """Each language that is there comes once, manual before automatic."""
    found = scrape(video(youtube.GARDEN), transcripts=("de", "en", "fr")).of(TranscriptReady)
    assert [(one.language, one.origin) for one in found] == [("de", "manual"), ("en", "manual")]
    assert found[0].cues[0].text == "Willkommen im Garten."
    assert (found[0].cues[1].start, found[0].cues[1].duration) == (3.0, 3.0)


def test_automatic_transcript_where_there_is_no_other(scrape: Scrape) -> None:
    """What the platform heard is better than nothing, and says what it is."""
    found = scrape(video(youtube.AUTOMATIC), transcripts=("en",)).one(TranscriptReady)
    assert (found.language, found.origin, len(found.cues)) == ("en", "automatic", 3)


def test_all_transcripts(scrape: Scrape) -> None:
    """`all` is every manual one and what was spoken."""
    found = scrape(video(youtube.GARDEN), transcripts=("all",)).of(TranscriptReady)
    assert [(one.language, one.origin) for one in found] == [("en", "manual"), ("de", "manual"), ("en", "automatic")]


@pytest.mark.parametrize(
    ("video_id", "sentence"),
    [
        (youtube.SILENT, "No transcript: the site has none for this."),
        (youtube.JAPANESE, "No transcript in en: the site has ja."),
    ],
)
def test_video_without_transcript_is_complete_and_says_so(video_id: str, sentence: str, scrape: Scrape) -> None:
    """The video is there, and a sentence tells what is not."""
    events = scrape(video(video_id), transcripts=("en",))
    assert events.finished
    assert events.file("video")
    assert events.one(Noted).text == sentence


def test_a_video_without_captions_costs_no_request_for_them(scrape: Scrape, platforms: StandIn) -> None:
    """What the platform told yt-dlp is enough to know that there are none."""
    scrape(video(youtube.SILENT), transcripts=("en",))
    assert len(platforms.seen(path="/watch?*")) == 1
    assert not platforms.seen(path="/youtubei/v1/player?key=*")


def test_no_transcript_is_asked_for_where_none_is_wished(scrape: Scrape, platforms: StandIn) -> None:
    """Without languages there is no request and no word about it."""
    events = scrape(video(youtube.GARDEN))
    assert not events.of(Noted)
    assert not platforms.seen(path=CAPTIONS)


def test_429_on_captions_does_not_lose_the_video(scrape: Scrape, platforms: StandIn) -> None:
    """The video is finished, the item says what is missing, and the platform is not asked a second time."""
    platforms.fault(faults.status(429, path=CAPTIONS))
    events = scrape(video(youtube.GARDEN), transcripts=("en",))
    assert events.finished
    assert events.file("video")
    assert events.one(Warned).code == "rate_limited"
    assert events.one(Noted).text.startswith("No transcript: the site asks for a pause")
    assert len(platforms.seen(path=CAPTIONS)) == 1


def test_second_way_is_taken_when_the_first_fails(scrape: Scrape, platforms: StandIn) -> None:
    """If the transcript library no longer understands the platform, yt-dlp's own subtitles do."""
    platforms.fault(faults.wrong_shape(path="/youtubei/v1/player?key=*"))
    events = scrape(video(youtube.GARDEN), transcripts=("en", "de"))
    assert [one.language for one in events.of(TranscriptReady)] == ["en", "de"]
    assert events.of(TranscriptReady)[0].cues[1].text == "The roses & tulips are in bloom."


def test_withheld_captions_are_said(scrape: Scrape) -> None:
    """Captions behind a token that nobody has are no reason to fail."""
    events = scrape(video(youtube.TOKEN_CAPTIONS), transcripts=("en",))
    assert events.finished
    assert events.one(Noted).text.startswith("No transcript: ")
    assert "has none" not in events.one(Noted).text


def test_hostile_cues_are_only_text(scrape: Scrape) -> None:
    """Markup in a caption stays text or goes; it is never anything else."""
    found = scrape(video(youtube.HOSTILE), transcripts=("en",)).one(TranscriptReady)
    assert "\u202e" not in found.cues[0].text


# --- faults of the network ---


def test_refused_media_is_asked_for_once_more(scrape: Scrape, platforms: StandIn) -> None:
    """Addresses run out: after a 403 on the media host the page is read again, and the video comes."""
    platforms.fault(faults.status(403, times=1, **MEDIA))
    assert scrape(video(youtube.SILENT)).finished
    assert len(platforms.seen(path="/watch*")) == 2


@pytest.mark.parametrize(("status", "code"), [(403, "blocked"), (404, "gone"), (429, "rate_limited"), (503, "network")])
def test_media_that_stays_refused_has_its_code(status: int, code: str, scrape: Scrape, platforms: StandIn) -> None:
    """After the second refusal the attempt ends with what the media host said."""
    platforms.fault(faults.status(status, **MEDIA))
    assert scrape(video(youtube.SILENT)).error == code


def test_page_instead_of_media_is_not_kept(scrape: Scrape, platforms: StandIn) -> None:
    """HTML with 200 on the media host never lands as a video."""
    platforms.fault(faults.page(**MEDIA))
    events = scrape(video(youtube.SILENT))
    assert events.error in ("incomplete", "network")
    assert not list(scrape.folder.glob("media.*"))
    platforms.clear()
    assert scrape(video(youtube.SILENT)).finished


def test_cut_media_is_resumed_within_the_attempt(scrape: Scrape, platforms: StandIn) -> None:
    """A connection that breaks once is gone on with where it broke."""
    platforms.fault(faults.cut(100_000, times=1, **MEDIA))
    assert scrape(video(youtube.BIG)).finished


def test_full_disk_is_told_before_fetching(scrape: Scrape, platforms: StandIn) -> None:
    """What would not fit is not begun; joined streams count twice."""
    assert scrape(video(youtube.BIG), free_bytes=4_000_000).error == "disk_full"
    assert not platforms.seen(**MEDIA)


def test_too_large_is_told_before_fetching(scrape: Scrape, platforms: StandIn) -> None:
    """A limit on bytes is kept without a byte of media."""
    assert scrape(video(youtube.BIG), max_bytes=1_000_000).error == "too_large"
    assert not platforms.seen(**MEDIA)


def test_warm_child_serves_one_after_the_other(scrape: Scrape, platforms: StandIn) -> None:
    """Nothing of one attempt reaches the next: neither folder, nor quality, nor warnings."""
    first = scrape(video(youtube.SABR))
    scrape.folder = scrape.folder.with_name("second")
    second = scrape(video(youtube.SILENT), audio_only=True)
    scrape.folder = scrape.folder.with_name("third")
    third: Events = scrape(video(youtube.SILENT), quality="480")
    assert (first.error, second.finished, third.finished) == ("scraper_outdated", True, True)
    assert second.file("audio")
    assert third.file("video")

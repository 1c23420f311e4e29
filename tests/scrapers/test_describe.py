"""An info dict becomes an item, whatever is missing or odd in it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bowerbird.model import Target
from bowerbird.scrapers.describe import chapters, creator_of, describe, hashtags
from bowerbird.scraping import ItemFound
from tests.scrapers.conftest import video, web

FOUND: dict[str, Any] = {
    "id": "garden-walk",
    "extractor_key": "Youtube",
    "title": "A walk",
    "description": "In May #garden #walk #garden #1 see https://example.org/#part",
    "channel_id": "UCx",
    "channel": "Gardeners",
    "uploader_id": "@gardeners",
    "channel_url": "https://www.youtube.com/channel/UCx",
    "channel_follower_count": 12,
    "upload_date": "20260505",
    "timestamp": 1777975200,
    "duration": 24,
    "view_count": 1200,
    "like_count": 34,
    "webpage_url": "https://www.youtube.com/watch?v=garden-walk",
    "chapters": [{"start_time": 0.0, "end_time": 8.0, "title": "The gate"}, {"title": "no start"}],
}


def test_a_creator_of_tiktok_has_a_name_for_a_handle() -> None:
    """There yt-dlp's `uploader_id` is a number, and the same creator's photo posts come under the name."""
    told = {"extractor_key": "TikTok", "channel_id": "MS4x", "uploader_id": "6829714", "uploader": "dancer"}
    creator = creator_of(told)
    assert creator
    assert (creator.platform_id, creator.handle) == ("MS4x", "dancer")


def test_all_fields_arrive() -> None:
    """Title, creator, day, moment, counts, hashtags and chapters are taken over."""
    item = describe(FOUND, video("garden-walk"))
    assert (item.platform, item.platform_id, item.kind) == ("youtube", "garden-walk", "video")
    assert (item.upload_date, item.taken_at) == ("2026-05-05", "2026-05-05T10:00:00.000Z")
    assert (item.view_count, item.like_count, item.comment_count) == (1200, 34, None)
    assert item.hashtags == ("garden", "walk")
    assert [one.title for one in item.chapters] == ["The gate"]
    assert item.creator
    assert (item.creator.platform_id, item.creator.handle, item.creator.name) == ("UCx", "@gardeners", "Gardeners")


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"title": None, "duration": "12", "view_count": -1, "like_count": True, "chapters": None},
        {"title": 7, "description": ["x"], "upload_date": "yesterday", "timestamp": 1e300, "duration": float("nan")},
        {"title": "\ud800", "chapters": [None, {}, {"start_time": "x"}], "channel_follower_count": 1e300},
    ],
)
def test_odd_fields_are_left_out(odd: dict[str, Any]) -> None:
    """A field of the wrong kind is as good as none; the item still has its key."""
    item = describe({"id": "abc", **odd}, video("abc"))
    assert (item.platform, item.platform_id) == ("youtube", "abc")
    assert item.view_count is None


@pytest.mark.parametrize(
    ("found", "platform", "platform_id"),
    [
        ({"extractor_key": "Vimeo", "id": "76979871"}, "web", "vimeo_76979871"),
        ({"extractor_key": "Youtube", "id": "abc"}, "youtube", "abc"),
        ({"extractor_key": "Generic", "id": "one"}, "web", "media.example_6d6a8172e089"),
        ({"extractor_key": "HTML5MediaEmbed", "id": "one"}, "web", "media.example_6d6a8172e089"),
        ({}, "web", "media.example_6d6a8172e089"),
    ],
)
def test_items_of_the_web_have_lasting_keys(found: dict[str, Any], platform: str, platform_id: str) -> None:
    """Ids of known sites carry their name, nameless files are named by address; embedded videos keep their platform."""
    item = describe(found, web("https://media.example/clips/one.mp4", "file"))
    assert (item.platform, item.platform_id) == (platform, platform_id)


def test_sound_of_the_web_is_a_sound() -> None:
    """What has no picture is of kind audio."""
    assert describe({"vcodec": "none", "acodec": "mp3"}, web("https://media.example/a.mp3")).kind == "audio"


def test_short_is_told_by_the_platform() -> None:
    """A short that was found by its watch page is a short."""
    assert describe({"id": "abc", "media_type": "short"}, video("abc")).kind == "short"


def test_page_of_another_video_is_its_own() -> None:
    """A clip's item leads to the page that the platform names for it."""
    target = Target(
        url="u", platform="youtube", kind="clip", platform_id="Ugk", canonical_url="https://www.youtube.com/clip/Ugk"
    )
    assert describe(FOUND, target).url == "https://www.youtube.com/watch?v=garden-walk"


def test_hashtags_are_words() -> None:
    """Tags come once and in order; numbers and parts of addresses are none."""
    assert hashtags("#b #a #b", None, "#1 http://x/#y #東京") == ("b", "a", "東京")


def test_chapters_need_a_start() -> None:
    """A chapter without a start can't be played."""
    assert chapters([{"title": "x"}, {"start_time": 3, "title": "y"}])[0].start == 3


@pytest.mark.parametrize(
    "odd",
    [
        {"channel_id": "\ud800", "channel": "x"},
        {"channel_id": 7},
        {"channel_id": ["\ud800"], "uploader": "x"},
        {"extractor_key": "\ud800"},
        {"extractor_key": ["Generic"]},
        {"chapters": 5},
        {"chapters": {"start_time": 1}},
        {"chapters": [{"start_time": 10**400}]},
        {"upload_date": "\u0662\u0660\u0662\u0666\u0660\u0665\u0660\u0665"},
        {"upload_date": "99999999"},
        {"upload_date": 20260230},
        {"duration": 10**400, "timestamp": 10**400, "view_count": 10**400},
    ],
)
def test_odd_fields_fail_no_item(odd: dict[str, Any]) -> None:
    """Whatever a site writes into a field, the item can be told to the worker, without a day that is none."""
    for target in (video("abc"), web("https://media.example/a.mp4")):
        item = describe({"id": "abc", **odd}, target)
        assert msgspec.json.decode(msgspec.json.encode(item), type=ItemFound) == item
        assert (item.upload_date, item.chapters) == (None, ())

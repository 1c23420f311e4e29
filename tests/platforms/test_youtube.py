"""yt-dlp, unmodified, works on the stand-in's YouTube as it does on the real one."""

from __future__ import annotations

import av
import pytest

from tests.platforms import StandIn, web, youtube
from tests.platforms.conftest import Extract


def watch(video_id: str) -> str:
    """The URL of a video."""
    return f"https://www.youtube.com/watch?v={video_id}"


def test_video_is_merged_from_separate_streams(platforms: StandIn, extract: Extract) -> None:
    """The best video and the best audio are fetched from the media host and merged into one playable file."""
    found = extract(watch(youtube.GARDEN), download=True, format="bv*[ext=mp4]+ba[ext=m4a]")
    with av.open(found["requested_downloads"][0]["filepath"]) as file:
        assert {stream.type for stream in file.streams} == {"video", "audio"}
        assert file.duration and round(file.duration / 1_000_000) == 24
    assert found["height"] == 1080
    assert len(platforms.seen("*.googlevideo.com")) == 2


def test_metadata_is_complete(extract: Extract) -> None:
    """Title, uploader, counts, day, chapters and picture are all found where yt-dlp looks for them."""
    found = extract(watch(youtube.GARDEN))
    assert found["title"] == "A walk in the garden"
    assert (found["uploader"], found["uploader_id"]) == ("Gardeners & Walkers", "@gardeners")
    assert (found["channel_id"], found["channel_follower_count"]) == (youtube.GARDENERS, 1200)
    assert (found["view_count"], found["like_count"]) == (1200, 34)
    assert (found["upload_date"], found["duration"]) == ("20260505", 24)
    assert [one["title"] for one in found["chapters"]] == ["The gate", "Roses", "The pond"]
    assert found["availability"] == "public"


def test_declared_heights_reach_2160(extract: Extract) -> None:
    """The 4K video offers every step from 144p to 2160p."""
    heights = {one["height"] for one in extract(watch(youtube.UHD))["formats"] if one.get("height")}
    assert heights >= {144, 240, 360, 480, 720, 1080, 1440, 2160}


def test_playlist_arrives_with_all_videos(extract: Extract) -> None:
    """A playlist of three gives its three ids in order."""
    found = extract(f"https://www.youtube.com/playlist?list={youtube.WALKS}", extract_flat="in_playlist")
    assert [one["id"] for one in found["entries"]] == [youtube.GARDEN, youtube.SILENT, youtube.JAPANESE]
    assert found["title"] == "Walks"

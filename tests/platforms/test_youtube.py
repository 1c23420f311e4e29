"""yt-dlp, unmodified, works on the stand-in's YouTube as it does on the real one."""

from __future__ import annotations

import av
import pytest

from tests.platforms import StandIn, web, youtube
from tests.platforms.conftest import LEAVES_SOCKETS, Extract

pytestmark = LEAVES_SOCKETS


def watch(video_id: str) -> str:
    """The URL of a video."""
    return f"https://www.youtube.com/watch?v={video_id}"


def test_video_is_merged_from_separate_streams(platforms: StandIn, extract: Extract) -> None:
    """The best video and the best audio are fetched from the media host and merged into one playable file."""
    found = extract(watch(youtube.GARDEN), download=True, format="bv*[ext=mp4]+ba[ext=m4a]")
    with av.open(found["requested_downloads"][0]["filepath"]) as file:
        assert {stream.type for stream in file.streams} == {"video", "audio"}
        assert round((file.duration or 0) / 1_000_000) == 24
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


def test_long_playlist_pages_and_names_its_dead_entry(platforms: StandIn, extract: Extract) -> None:
    """A playlist of 50 comes in two pages; the removed one in the middle is listed like any other."""
    found = extract(
        f"https://www.youtube.com/playlist?list={youtube.playlist_of(50, dead=25)}", extract_flat="in_playlist"
    )
    assert [one["id"] for one in found["entries"]] == list(youtube.members(50, dead=25))
    assert found["entries"][24]["title"] == "[Deleted video]"
    assert found["playlist_count"] == 50
    assert len(platforms.seen(path="/youtubei/v1/browse*")) == 2


def test_dead_entry_does_not_stop_a_playlist(extract: Extract) -> None:
    """With ignoreerrors the removed one becomes None and the others are there."""
    found = extract(f"https://www.youtube.com/playlist?list={youtube.WITH_REMOVED}", ignoreerrors="only_download")
    assert [one and one["id"] for one in found["entries"]] == [youtube.SILENT, None, youtube.AUTOMATIC]


@pytest.mark.parametrize("name", [youtube.channel_of(70), "channel/UCmade0070x0000000000000"])
def test_channel_follows_its_continuations(platforms: StandIn, extract: Extract, name: str) -> None:
    """A channel of 70 videos takes the page and two more, by handle and by id."""
    found = extract(f"https://www.youtube.com/{name}", extract_flat="in_playlist")
    assert [one["id"] for one in found["entries"]] == list(youtube.members(70))
    assert found["channel_id"] == "UCmade0070x0000000000000"
    assert len(platforms.seen(path="/youtubei/v1/browse*")) == 2


def test_newest_of_a_channel_cost_one_request(platforms: StandIn, extract: Extract) -> None:
    """The first 30 of a long channel are on its first page."""
    url = f"https://www.youtube.com/{youtube.channel_of(70)}"
    assert len(extract(url, extract_flat="in_playlist", playlist_items="1-30")["entries"]) == 30
    assert len(platforms.log) == 1


@pytest.mark.parametrize(
    ("tab", "ids"), [("shorts", [youtube.SHORT]), ("streams", [youtube.PAST_STREAM]), ("videos", [youtube.GARDEN])]
)
def test_channel_has_tabs(extract: Extract, tab: str, ids: list[str]) -> None:
    """Each tab of a channel has its own videos."""
    found = extract(f"https://www.youtube.com/{youtube.GARDENERS_HANDLE}/{tab}", extract_flat="in_playlist")
    assert [one["id"] for one in found["entries"]][: len(ids)] == ids


def test_bare_handle_leads_to_all_tabs(extract: Extract) -> None:
    """A channel without a tab named holds its videos, streams and shorts."""
    found = extract(f"https://www.youtube.com/{youtube.GARDENERS_HANDLE}", extract_flat="in_playlist")
    assert [one["title"].rpartition(" - ")[2] for one in found["entries"]] == ["Videos", "Live", "Shorts"]


def test_published_video_comes_first(platforms: StandIn, extract: Extract) -> None:
    """What is published while the stand-in runs is at the head of the list, and plays."""
    url = f"https://www.youtube.com/playlist?list={youtube.WALKS}"
    platforms.publish(youtube.WALKS, 2)
    ids = [one["id"] for one in extract(url, extract_flat="in_playlist")["entries"]]
    assert ids[2:] == [youtube.GARDEN, youtube.SILENT, youtube.JAPANESE]
    assert [extract(watch(one))["title"] for one in ids[:2]] == ["New walk 2", "New walk 1"]


def test_counts_grow(platforms: StandIn, extract: Extract) -> None:
    """Publishing a video's own id counts as views."""
    platforms.publish(youtube.SILENT, 7)
    assert extract(watch(youtube.SILENT))["view_count"] == 1207


@pytest.mark.parametrize("challenge", [youtube.CHALLENGE, youtube.CIPHER])
def test_challenge_is_solved_by_deno(platforms: StandIn, extract: Extract, challenge: str) -> None:
    """The player script is fetched and really run; without the solution the media host would answer 403."""
    found = extract(watch(challenge), download=True, format="134")
    assert found["requested_downloads"]
    assert len(platforms.seen(path="/s/player/*")) == 1
    assert {one.status for one in platforms.seen("*.googlevideo.com")} <= {200, 206}


@pytest.mark.parametrize(
    ("url", "video_id"),
    [
        (f"https://youtu.be/{youtube.SILENT}", youtube.SILENT),
        (f"https://www.youtube.com/shorts/{youtube.SHORT}", youtube.SHORT),
        (f"https://m.youtube.com/watch?v={youtube.SILENT}", youtube.SILENT),
        (f"https://www.youtube.com/live/{youtube.PAST_STREAM}", youtube.PAST_STREAM),
        (f"https://www.youtube.com/embed/{youtube.SILENT}", youtube.SILENT),
    ],
)
def test_every_form_of_url_leads_to_the_video(extract: Extract, url: str, video_id: str) -> None:
    """Short links, shorts, mobile, live and embedded URLs all work."""
    assert extract(url)["id"] == video_id


def test_live_stream_is_hls(extract: Extract) -> None:
    """What is live says so and offers an HLS playlist."""
    found = extract(watch(youtube.LIVE))
    assert found["live_status"] == "is_live"
    assert {one["protocol"] for one in found["formats"]} == {"m3u8_native"}


def test_hls_segments_make_a_video(extract: Extract) -> None:
    """The native downloader joins the segments of the playlist."""
    manifest = "https://manifest.googlevideo.com/api/manifest/hls_variant/id/live-stream/file/index.m3u8"
    found = extract(manifest, download=True, hls_prefer_native=True)
    with av.open(found["requested_downloads"][0]["filepath"]) as file:
        assert {stream.type for stream in file.streams} == {"video", "audio"}


def test_past_stream_says_so(extract: Extract) -> None:
    """A stream that ended is a video that was live."""
    assert extract(watch(youtube.PAST_STREAM))["live_status"] == "was_live"


def test_login_opens_what_is_private(platforms: StandIn, extract: Extract) -> None:
    """A private video plays with login cookies, and these reach no other host than the platform's."""
    import io

    jar = "# Netscape HTTP Cookie File\n" + "".join(
        f".youtube.com\tTRUE\t/\tTRUE\t1900000000\t{name}\tcanary\n" for name in ("LOGIN_INFO", "SAPISID")
    )
    assert extract(watch(youtube.PRIVATE), cookiefile=io.StringIO(jar), download=True, format="134")["title"]
    assert {one.host for one in platforms.log if "LOGIN_INFO" in one.cookies} == {"www.youtube.com"}
    assert any(one.authorization.startswith("SAPISIDHASH") for one in platforms.log)


def test_thumbnail_is_a_picture(extract: Extract, platforms: StandIn) -> None:
    """The first name tried for the thumbnail is answered."""
    found = extract(watch(youtube.SILENT), download=True, format="134", writethumbnail=True)
    assert found["thumbnails"][-1]["filepath"].endswith(".webp")
    assert len(platforms.seen("i.ytimg.com")) == 1


@pytest.mark.parametrize("fmt", ["json3", "srv1", "srv2", "srv3", "ttml", "srt", "vtt"])
def test_subtitles_come_in_every_format(extract: Extract, fmt: str) -> None:
    """yt-dlp writes manual and automatic subtitles of the asked languages."""
    found = extract(
        watch(youtube.GARDEN),
        download=True,
        format="160",
        writesubtitles=True,
        subtitleslangs=["en", "de"],
        subtitlesformat=fmt,
    )
    assert sorted(found["requested_subtitles"]) == ["de", "en"]
    assert all(one["ext"] == fmt for one in found["requested_subtitles"].values())


def test_automatic_captions_are_told_apart(extract: Extract) -> None:
    """Automatic tracks are not under subtitles."""
    found = extract(watch(youtube.AUTOMATIC), writeautomaticsub=True)
    assert not found["subtitles"]
    assert "en-orig" in found["automatic_captions"]


@pytest.mark.parametrize("url", [web.VIDEO_PAGE, web.OPEN_GRAPH_PAGE, web.ONE_MP4, web.ONE_MP3, web.MOVED_MP4])
def test_generic_extractor_finds_the_media(extract: Extract, url: str) -> None:
    """Pages with a video tag or Open Graph, direct files and redirects to another host all give a file."""
    assert extract(url, download=True)["requested_downloads"]


def test_video_within_a_playlist_leads_to_both(extract: Extract) -> None:
    """A watch URL with a list is the list, or the video alone when that is asked for."""
    url = f"{watch(youtube.SILENT)}&list={youtube.WALKS}"
    assert extract(url, extract_flat="in_playlist")["id"] == youtube.WALKS
    assert extract(url, noplaylist=True)["id"] == youtube.SILENT


@pytest.mark.parametrize(("video_id", "title"), [(youtube.HOSTILE, youtube.MARKUP), (youtube.DOTS, "..")])
def test_hostile_text_arrives_as_it_is(extract: Extract, video_id: str, title: str) -> None:
    """Markup and traversal in title, uploader and description reach the library unchanged."""
    found = extract(watch(video_id))
    assert (found["title"], found["uploader"], found["description"]) == (title, title, title)


@pytest.mark.parametrize("video_id", [youtube.UPCOMING, youtube.NOT_YET_LIVE])
def test_upcoming_names_its_time(extract: Extract, video_id: str) -> None:
    """What has not begun says when it will."""
    found = extract(watch(video_id), ignore_no_formats_error=True)
    assert (found["live_status"], found["release_timestamp"]) == ("is_upcoming", 1893492000)


@pytest.mark.parametrize("video_id", [*youtube.VIDEOS, *youtube.members(50, dead=25), "new001-4711"])
def test_ids_have_the_platform_s_length(video_id: str) -> None:
    """A video's id has eleven characters."""
    assert len(video_id) == 11

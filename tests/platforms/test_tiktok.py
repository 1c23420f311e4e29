"""yt-dlp, unmodified, works on the stand-in's TikTok as it does on the real one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import pytest
from yt_dlp.utils import DownloadError

from tests.platforms import StandIn, faults, media, tiktok
from tests.platforms.conftest import LEAVES_SOCKETS, Extract
from tests.platforms.gallery import netscape

pytestmark = LEAVES_SOCKETS

SESSION = {".tiktok.com": tiktok.WATCHER.cookies()}


def video(post_id: str, handle: str = tiktok.DANCER) -> str:
    """The URL of a post in the form that both libraries take for every kind."""
    return f"https://www.tiktok.com/@{handle}/video/{post_id}"


def photo(post_id: str) -> str:
    """The URL that a browser shows for a photo post."""
    return f"https://www.tiktok.com/@{tiktok.DANCER}/photo/{post_id}"


def profile(handle: str) -> str:
    """The URL of a user."""
    return f"https://www.tiktok.com/@{handle}"


def listed(found: dict[str, Any]) -> list[str]:
    """The ids of a list's entries."""
    return [one["id"] for one in found["entries"]]


def with_cookies(cookies: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The option that hands yt-dlp these cookies."""
    return {"cookiefile": io.StringIO(netscape(cookies))}


def test_video_costs_a_page_and_its_media(platforms: StandIn, extract: Extract) -> None:
    """A video is the page and one file, which plays and is the best there is."""
    found = extract(video(tiktok.VIDEO), download=True)
    with av.open(found["requested_downloads"][0]["filepath"]) as file:
        assert {stream.type for stream in file.streams} == {"video", "audio"}
    assert found["height"] == 720
    assert [one.host for one in platforms.log] == ["www.tiktok.com", tiktok.MEDIA_HOST]


def test_metadata_is_complete(extract: Extract) -> None:
    """Words, author, counts, time, music, pictures and qualities are found where yt-dlp looks for them."""
    found = extract(video(tiktok.VIDEO))
    assert found["description"] == "The first dance of spring #moves @locked.dancer"
    assert (found["uploader"], found["channel_id"]) == (tiktok.DANCER, tiktok.sec_uid(tiktok.DANCER))
    counts = ("view_count", "like_count", "repost_count", "comment_count", "save_count")
    assert [found[one] for one in counts] == [1200, 34, 5, 6, 7]
    assert (found["timestamp"], found["duration"]) == (tiktok.NEWEST, 4)
    assert (found["track"], found["artists"], found["album"]) == ("Tune", ["The Band"], "Spring")
    assert found["thumbnail"].endswith(".jpeg")
    assert {one.get("height") for one in found["formats"]} == {None, 576, 720}


def test_subtitles_are_kept(extract: Extract, tmp_path: Path) -> None:
    """Both languages are fetched as WebVTT."""
    extract(video(tiktok.VIDEO), download=True, writesubtitles=True, subtitleslangs=["all"])
    assert "drei und drehen" in (tmp_path / f"{tiktok.VIDEO}.deu-DE.vtt").read_text()
    assert "three & turn" in (tmp_path / f"{tiktok.VIDEO}.eng-US.vtt").read_text()


def test_media_host_wants_the_token_of_the_page(platforms: StandIn, extract: Extract) -> None:
    """The cookie that the page set opens the media host; without it that answers 403."""
    found = extract(video(tiktok.VIDEO), download=True)
    assert platforms.seen(tiktok.MEDIA_HOST)[0].cookies["tt_chain_token"]
    with pytest.raises(DownloadError, match="403"):
        extract(found["url"])


def test_photo_post_is_music_only_to_yt_dlp(platforms: StandIn, extract: Extract) -> None:
    """Asked for as a video a photo post gives its music and no picture; its own form of URL is not known."""
    assert extract(video(tiktok.PHOTOS), download=True)["ext"] == "mp3"
    assert not platforms.seen(tiktok.IMAGE_HOST)
    with pytest.raises(DownloadError, match="Unsupported URL"):
        extract(photo(tiktok.PHOTOS))


@pytest.mark.parametrize(
    ("handle", "count", "requests"),
    [
        (tiktok.DANCER, 18, 3),
        (tiktok.user_of(15), 15, 2),
        (tiktok.user_of(40), 40, 4),
        (tiktok.user_of(1), 1, 2),
    ],
)
def test_user_costs_a_page_and_one_request_for_15(
    platforms: StandIn, extract: Extract, handle: str, count: int, requests: int
) -> None:
    """All posts of a user come, the newest first, each once."""
    found = extract(profile(handle), extract_flat="in_playlist")
    stamps = [one["timestamp"] for one in found["entries"]]
    assert (len(set(listed(found))), len(stamps)) == (count, count)
    assert stamps == sorted(stamps, reverse=True)
    assert len(platforms.log) == requests


def test_user_s_list_mixes_videos_and_photo_posts(extract: Extract) -> None:
    """A flat list names the photo posts as if they were videos."""
    found = extract(profile(tiktok.DANCER), extract_flat="in_playlist", playlist_items="1-3")
    assert [one["url"] for one in found["entries"]] == [
        video(one) for one in (tiktok.VIDEO, tiktok.PHOTOS, tiktok.ONE_PHOTO)
    ]


def test_first_page_of_a_long_user_costs_two_requests(platforms: StandIn, extract: Extract) -> None:
    """Pages are asked for only as far as they are needed."""
    url = profile(tiktok.user_of(3000))
    assert len(extract(url, extract_flat="in_playlist", playlist_items="1-15")["entries"]) == 15
    assert len(platforms.log) == 2


def test_published_post_comes_first_and_removed_one_is_gone(platforms: StandIn, extract: Extract) -> None:
    """Between two runs a user gains and loses posts, and a view is counted."""
    platforms.publish(tiktok.DANCER, 2)
    platforms.publish(tiktok.VIDEO, 7)
    platforms.remove(tiktok.PHOTOS)
    ids = listed(extract(profile(tiktok.DANCER), extract_flat="in_playlist"))
    assert ids[2:4] == [tiktok.VIDEO, tiktok.ONE_PHOTO]
    assert extract(video(ids[0]))["description"] == "Dance 2 #moves"
    assert extract(video(tiktok.VIDEO))["view_count"] == 1207
    with pytest.raises(DownloadError, match="IP address is blocked"):
        extract(video(tiktok.PHOTOS))


def test_dead_post_of_a_user_does_not_stop_the_rest(extract: Extract) -> None:
    """A post that is listed but gone becomes None, the others are there."""
    handle = tiktok.user_of(4, dead=2)
    found = extract(profile(handle), ignoreerrors="only_download")
    assert [one and one["id"] for one in found["entries"]] == [
        None if place == 2 else one for place, one in enumerate(tiktok.members(4, dead=2), 1)
    ]


@pytest.mark.parametrize(
    ("post_id", "words"),
    [
        (tiktok.REMOVED, "Your IP address is blocked from accessing this post"),
        ("7999999999999999999", "Your IP address is blocked from accessing this post"),
        (tiktok.PRIVATE, "You do not have permission to view this post"),
        (tiktok.LOCKED_VIDEO, "You do not have permission to view this post"),
        (tiktok.REGION, "status code 10231"),
        (tiktok.UNKNOWN_STATUS, "status code 10101"),
        (tiktok.CLASSIFIED, "may not be comfortable"),
        (tiktok.LOGIN_WALL, "requiring login"),
        (tiktok.WITHOUT_DATA, "Unexpected response from webpage request"),
    ],
)
def test_refused_post_is_worded_as_on_the_platform(extract: Extract, post_id: str, words: str) -> None:
    """Each status of a post ends in yt-dlp's own words for it."""
    with pytest.raises(DownloadError, match=words):
        extract(video(post_id))


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (tiktok.LOCKED, "account is private"),
        (tiktok.NOBODY, "Unable to extract secondary user ID"),
        (tiktok.EMPTY_USER, "does not have any videos posted"),
        (tiktok.LOGIN_USER, "Unable to extract secondary user ID"),
        (tiktok.STUCK_USER, "keeps sending the same page"),
        (tiktok.WALLED_USER, "Unable to extract secondary user ID"),
    ],
)
def test_refused_user_is_worded_as_on_the_platform(extract: Extract, handle: str, words: str) -> None:
    """A user that can't be listed; yt-dlp has one sentence for unknown, login and wall."""
    with pytest.raises(DownloadError, match=words):
        extract(profile(handle))


def test_private_user_by_long_id_is_refused(platforms: StandIn, extract: Extract) -> None:
    """A private account's list is empty, which yt-dlp understands after one request."""
    with pytest.raises(DownloadError, match="likely either private"):
        extract(f"tiktokuser:{tiktok.sec_uid(tiktok.LOCKED)}")
    assert len(platforms.log) == 1


@pytest.mark.parametrize("post_id", [tiktok.LOCKED_VIDEO, tiktok.CLASSIFIED, tiktok.LOGIN_WALL])
def test_session_opens_what_it_may(platforms: StandIn, extract: Extract, post_id: str) -> None:
    """Logged in, what was refused is fetched; the session goes to TikTok's own hosts only."""
    assert extract(video(post_id), download=True, writethumbnail=True, **with_cookies(SESSION))["requested_downloads"]
    assert {one.host for one in platforms.log if one.cookies.get("sessionid")} == {"www.tiktok.com", tiktok.MEDIA_HOST}
    assert platforms.seen(tiktok.IMAGE_HOST)
    assert not tiktok.sent_astray(platforms.log)


def test_session_does_not_open_what_is_its_author_s_alone(extract: Extract) -> None:
    """A private post stays closed to another account."""
    with pytest.raises(DownloadError, match="permission"):
        extract(video(tiktok.PRIVATE), **with_cookies(SESSION))


def test_private_user_opens_to_the_session_that_holds_now(platforms: StandIn, extract: Extract) -> None:
    """A session lists a private user until it expires or is replaced; then the next one does."""
    url, flat = profile(tiktok.LOCKED), {"extract_flat": "in_playlist"}
    assert listed(extract(url, **flat, **with_cookies(SESSION))) == [tiktok.LOCKED_VIDEO, tiktok.LOCKED_PHOTOS]
    platforms.expire(tiktok.WATCHER.username)
    with pytest.raises(DownloadError, match="account is private"):
        extract(url, **flat, **with_cookies(SESSION))
    renewals = platforms.renew(tiktok.WATCHER.username)
    with pytest.raises(DownloadError, match="account is private"):
        extract(url, **flat, **with_cookies(SESSION))
    assert extract(url, **flat, **with_cookies({".tiktok.com": tiktok.WATCHER.cookies(renewals)}))["entries"]


def test_refused_account_is_led_to_the_login(platforms: StandIn, extract: Extract) -> None:
    """An account that the platform wants to log in again gets no page, public or not; anybody else does."""
    platforms.refuse(tiktok.WATCHER.username, "login")
    with pytest.raises(DownloadError, match="requiring login"):
        extract(video(tiktok.VIDEO), **with_cookies(SESSION))
    assert extract(video(tiktok.VIDEO), **with_cookies({".tiktok.com": tiktok.SECOND.cookies()}))["id"]


def test_login_page_gives_the_session(platforms: StandIn) -> None:
    """A browser that opens the login page has the account's cookies afterwards, and is known to the start page."""
    import requests

    with requests.Session() as browser:
        start = browser.get(tiktok.login_url(tiktok.WATCHER), timeout=30)
        assert dict(browser.cookies).items() >= tiktok.WATCHER.cookies().items()
    assert f'"uniqueId":"{tiktok.WATCHING}"' in start.text


def test_renamed_user_keeps_posts_and_long_id(platforms: StandIn, extract: Extract) -> None:
    """After a new name the old one is unknown; the long id leads to the same posts, by the new name."""
    platforms.rename(tiktok.DANCER, "dancer.of.old")
    with pytest.raises(DownloadError, match="secondary user ID"):
        extract(profile(tiktok.DANCER))
    found = extract(profile("dancer.of.old"), extract_flat="in_playlist")
    assert (found["id"], len(found["entries"])) == (tiktok.sec_uid(tiktok.DANCER), 18)
    assert extract(video(tiktok.VIDEO))["uploader"] == "dancer.of.old"


def test_wall_is_solved_and_costs_one_request_more(platforms: StandIn, extract: Extract) -> None:
    """The riddle's solution opens the page the second time."""
    assert extract(video(tiktok.WALLED))["uploader"] == tiktok.WALLED_USER
    assert [bool(one.cookies) for one in platforms.log] == [False, True]


@pytest.mark.parametrize(
    "url",
    [
        f"https://vm.tiktok.com/{tiktok.SHORT_VIDEO}/",
        f"https://vt.tiktok.com/{tiktok.SHORT_VIDEO}/",
        f"https://www.tiktok.com/t/{tiktok.SHORT_VIDEO}/",
    ],
)
def test_short_link_costs_two_heads(platforms: StandIn, extract: Extract, url: str) -> None:
    """A short link is followed by HEAD to the page, which is then read."""
    assert extract(url)["id"] == tiktok.VIDEO
    assert [one.method for one in platforms.log] == ["HEAD", "HEAD", "GET"]


def test_collection_is_a_list(platforms: StandIn, extract: Extract) -> None:
    """A collection costs one request for 30 posts."""
    url = f"{profile(tiktok.DANCER)}/collection/moves-{tiktok.MOVES}"
    assert listed(extract(url, extract_flat="in_playlist"))[:2] == [tiktok.VIDEO, tiktok.PHOTOS]
    assert len(platforms.log) == 1


def test_cut_video_is_resumed(platforms: StandIn, extract: Extract, tmp_path: Path) -> None:
    """A file that was cut is gone on with by Range, with the token."""
    platforms.fault(faults.cut(500_000, times=1, host=tiktok.MEDIA_HOST))
    extract(video(tiktok.BIG), download=True, retries=1)
    assert [one.status for one in platforms.seen(tiktok.MEDIA_HOST)] == [200, 206]
    whole = media.size("video-12.mp4", f"{tiktok.BIG} 720p")
    assert (tmp_path / f"{tiktok.BIG}.mp4").stat().st_size == whole


@pytest.mark.parametrize("post_id", [tiktok.members(3000)[-1], tiktok.VIDEO, tiktok.LOCKED_VIDEO, tiktok.MOVES])
def test_ids_have_the_platform_s_length(post_id: str) -> None:
    """A post's id has 19 digits."""
    assert post_id.isdigit()
    assert len(post_id) == 19

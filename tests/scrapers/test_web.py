"""Direct media files, pages of other sites, and what hostile servers do."""

from __future__ import annotations

import hashlib
import json

import pytest

from bowerbird.scraping import Failed, FileReady, ItemFound, Progress
from tests.platforms import StandIn, faults, media
from tests.platforms import web as sites
from tests.scrapers.conftest import Scrape, web

HOST = {"host": "media.example"}


@pytest.mark.parametrize(
    ("name", "kind", "file_type"),
    [
        ("one.mp4", "video", "video"),
        ("one.webm", "video", "video"),
        ("one.mp3", "audio", "audio"),
        ("one.m4a", "audio", "audio"),
        ("one.jpg", "image", "image"),
        ("one.png", "image", "image"),
        ("one.webp", "image", "image"),
    ],
)
def test_direct_file_is_kept_as_it_is(name: str, kind: str, file_type: str, scrape: Scrape, platforms: StandIn) -> None:
    """One request, the same bytes, a kind by what landed and a lasting id."""
    events = scrape(web(f"{sites.MEDIA}/clips/{name}", "file"), "files")
    assert events.finished, events
    item, file = events.one(ItemFound), events.file(file_type)
    assert (item.platform, item.kind, item.title) == ("web", kind, "one")
    assert item.platform_id.startswith("media.example_")
    recipe = {"one.mp3": "audio-4.mp3", "one.m4a": "audio-4.m4a"}.get(name) or (
        f"picture{name[3:]}" if kind == "image" else f"both-4{name[3:]}"
    )
    assert file.sha256 == hashlib.sha256(media.unique(recipe, f"/clips/{name}")).hexdigest()
    assert len(platforms.seen(**HOST)) == 1
    assert {path.name for path in scrape.folder.iterdir()} == {one.name for one in events.of(FileReady)}


def test_yt_dlp_keeps_direct_files_too(scrape: Scrape) -> None:
    """A file whose address did not look like one gets the same id and the same bytes."""
    by_files = scrape(web(sites.ONE_MP4, "file"), "files")
    scrape.folder = scrape.folder.with_name("second")
    by_yt_dlp = scrape(web(sites.ONE_MP4))
    assert by_yt_dlp.one(ItemFound).platform_id == by_files.one(ItemFound).platform_id
    assert by_yt_dlp.file("video").sha256 == by_files.file("video").sha256


def test_audio_of_a_direct_video(scrape: Scrape) -> None:
    """Files leaves it to yt-dlp, which takes the sound out without encoding it again."""
    assert scrape(web(sites.ONE_MP4, "file"), "files", audio_only=True).error == "not_supported"
    events = scrape(web(sites.ONE_MP4, "file"), audio_only=True)
    assert events.file("audio").name == "media.m4a"
    assert events.one(ItemFound).kind == "audio"


@pytest.mark.parametrize("url", [sites.VIDEO_PAGE, sites.OPEN_GRAPH_PAGE])
def test_video_of_a_page_is_found(url: str, scrape: Scrape) -> None:
    """A page that shows a video is that video, under the page's title."""
    events = scrape(web(url))
    assert events.finished, events
    assert events.file("video")
    title = events.one(ItemFound).title
    assert title
    assert title in ("A page with a video", "An Open Graph page")


@pytest.mark.parametrize("url", [sites.MINIFIED_PAGE, sites.LATIN_PAGE])
def test_encoding_named_without_quotes_is_understood(url: str, scrape: Scrape) -> None:
    """A minified page with letters beyond ASCII in its title is read as it is meant."""
    events = scrape(web(url))
    assert events.finished, events
    assert events.one(ItemFound).title == "Über Vögel"


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
@pytest.mark.parametrize("url", [sites.EMPTY_PAGE, sites.HTML_AS_MP4])
def test_page_without_media_is_not_kept(scraper: str, url: str, scrape: Scrape) -> None:
    """A page, even one under the name of a video, is left to the next scraper of the route."""
    assert scrape(web(url), scraper).error == "not_supported"
    assert not list(scrape.folder.glob("media.*"))


@pytest.mark.parametrize("name", ["one.svg", "one.exe", "one.desktop", "one.js"])
def test_dangerous_file_is_refused(name: str, scrape: Scrape) -> None:
    """Programs, scripts, starters and drawings with scripts are never kept, by whichever scraper."""
    url = f"{sites.MEDIA}/dangerous/{name}"
    assert scrape(web(url, "file"), "files").error == "unsafe_file"
    assert scrape(web(url)).error in ("unsafe_file", "not_supported")
    assert not [path for path in scrape.folder.iterdir() if path.name.startswith("media")]


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
@pytest.mark.parametrize("name", ["loopback.mp4", "metadata.mp4"])
def test_redirect_into_the_own_network_is_refused(scraper: str, name: str, scrape: Scrape, platforms: StandIn) -> None:
    """A public page that leads to this computer or to a cloud's metadata gets no request there."""
    failure = scrape(web(f"{sites.MEDIA}/moved/{name}", "file"), scraper).one(Failed)
    assert "own computer or network" in failure.message
    assert not [one for one in platforms.log if one.host in ("127.0.0.1", "169.254.169.254")]


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.mp4",
        "http://[::1]:9/a.mp4",
        "http://2852039166/latest/",
        "http://169.254.169.254/a.mp4",
        "http://[::ffff:127.0.0.1]/a.mp4",
        "http://[64:ff9b::a9fe:a9fe]/a.mp4",
        "http://localhost:9/a.mp4",
    ],
)
def test_private_address_is_refused_behind_a_proxy(scraper: str, url: str, scrape: Scrape, platforms: StandIn) -> None:
    """Every spelling of a private address is refused before the proxy hears of it."""
    assert scrape(web(url), scraper).error == "not_supported"
    assert not platforms.log


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.mp4", "http://localhost:9/a.mp4", "http://2130706433:9/a.mp4"])
def test_private_address_is_refused_without_a_proxy(
    scraper: str, url: str, start_child: object, scrape: Scrape
) -> None:
    """Without a proxy the guard sees the address itself, names included."""
    child = start_child(scraper, proxy="", ca_bundle="")  # type: ignore[operator]
    failure = child.run(scrape.assignment(web(url))).one(Failed)
    assert "own computer or network" in failure.message


def test_private_hosts_can_be_allowed(start_child: object, scrape: Scrape) -> None:
    """Whoever archives a server at home sets one setting."""
    child = start_child("files", proxy="", ca_bundle="", allow_private_hosts=True)  # type: ignore[operator]
    assert child.run(scrape.assignment(web("http://127.0.0.1:9/a.mp4"))).error == "network"


@pytest.mark.parametrize("url", ["ytsearch:cats", "file:///etc/passwd", "--exec=id", "-h", "r:http://a.example/"])
def test_library_prefixes_and_options_are_no_addresses(url: str, scrape: Scrape) -> None:
    """What would be a command of a library is not even tried."""
    assert scrape(web(url)).error == "not_supported"


def test_manifest_can_not_name_local_files(scrape: Scrape, platforms: StandIn) -> None:
    """An HLS manifest with file:// in it reads nothing of this computer."""
    lines = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    platforms.fault(
        faults.status(200, lines, (("Content-Type", "application/vnd.apple.mpegurl"),), path="/clips/one.mp4")
    )
    events = scrape(web(sites.ONE_MP4))
    assert events.error
    assert not [path for path in scrape.folder.glob("*") if b"root:" in path.read_bytes()]


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
def test_cut_without_length_is_found_out(scraper: str, scrape: Scrape, platforms: StandIn) -> None:
    """A body that ends early without ever having named its length is not whole; the next attempt starts afresh."""
    platforms.fault(faults.cut_unseen(100_000, times=4, **HOST))
    assert scrape(web(sites.ONE_MP4, "file"), scraper).error == "incomplete"
    assert not (scrape.folder / "media.mp4").exists()
    platforms.clear()
    assert scrape(web(sites.ONE_MP4, "file"), scraper).finished


def test_cut_picture_without_length_is_found_out(scrape: Scrape, platforms: StandIn) -> None:
    """A picture without its end is not whole."""
    platforms.fault(faults.cut_unseen(600, **HOST))
    assert scrape(web(f"{sites.MEDIA}/clips/one.jpg", "file"), "files").error == "incomplete"


def test_file_is_resumed_by_range(scrape: Scrape, platforms: StandIn) -> None:
    """What arrived before the cut is kept: the next attempt asks for the rest, and the bytes are right."""
    platforms.fault(faults.cut(1_000_000, times=1, **HOST))
    assert scrape(web(sites.BIG_MP4, "file"), "files").error == "network"
    events = scrape(web(sites.BIG_MP4, "file"), "files")
    assert events.finished, events
    assert platforms.seen(**HOST)[-1].status == 206
    assert events.file("video").sha256 == hashlib.sha256(media.unique("video-12.mp4", "/clips/big.mp4")).hexdigest()


def test_server_without_range_starts_over(scrape: Scrape, platforms: StandIn) -> None:
    """A whole answer to the wish for the rest replaces what was there."""
    platforms.fault(faults.cut(1_000_000, times=1, **HOST))
    assert scrape(web(sites.WITHOUT_RANGE, "file"), "files").error == "network"
    events = scrape(web(sites.WITHOUT_RANGE, "file"), "files")
    assert events.file("video").sha256 == hashlib.sha256(media.unique("video-12.mp4", "/plain/big.mp4")).hexdigest()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "login_needed"),
        (403, "blocked"),
        (404, "gone"),
        (410, "gone"),
        (429, "rate_limited"),
        (451, "geo_blocked"),
        (500, "network"),
    ],
)
@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
def test_status_has_its_code(scraper: str, status: int, code: str, scrape: Scrape, platforms: StandIn) -> None:
    """What the server answers is told in our words, by both scrapers alike."""
    platforms.fault(faults.status(status, **HOST))
    scraped = scrape(web(sites.ONE_MP4, "file"), scraper)
    assert scraped.error == code
    assert status < 500 or scraped.of(Failed)[0].message == "The site has a fault of its own."


def test_limits_hold_for_files(scrape: Scrape, platforms: StandIn) -> None:
    """Announced sizes are judged before, others while they grow."""
    target = web(sites.BIG_MP4, "file")
    assert scrape(target, "files", max_bytes=1000).error == "too_large"
    assert scrape(target, "files", free_bytes=1000).error == "disk_full"
    platforms.fault(faults.cut_unseen(3_000_000, **HOST))
    assert scrape(target, "files", max_bytes=1_000_000).error == "too_large"


def test_refresh_of_a_file_fetches_no_body(scrape: Scrape, platforms: StandIn) -> None:
    """Without media only what the server says is noted."""
    events = scrape(web(sites.ONE_MP4, "file"), "files", media=False)
    assert [one.name for one in events.of(FileReady)] == ["metadata.json"]
    assert json.loads((scrape.folder / "metadata.json").read_text())["content_type"] == "video/mp4"


def test_progress_of_a_file_ends_at_all(scrape: Scrape) -> None:
    """The last word on progress is that all is there."""
    assert scrape(web(sites.BIG_MP4, "file"), "files").of(Progress)[-1].fraction == 1


@pytest.mark.parametrize("scraper", ["yt_dlp", "files"])
def test_redirect_to_a_local_file_is_refused_for_good(scraper: str, scrape: Scrape, platforms: StandIn) -> None:
    """A page that leads to a file of this computer is not tried again."""
    platforms.fault(faults.redirect("file:///etc/passwd", **HOST))
    assert scrape(web(sites.ONE_MP4, "file"), scraper).error == "not_supported"


@pytest.mark.parametrize("place", ["bytes 5-99/100", "bytes \u00b2-9/10", "bytes */100", ""])
def test_other_part_than_asked_for_starts_over(place: str, scrape: Scrape, platforms: StandIn) -> None:
    """A part that does not go on where the file ends is not put behind it; the whole is asked for again."""
    platforms.fault(faults.cut(1_000_000, times=1, **HOST))
    assert scrape(web(sites.BIG_MP4, "file"), "files").error == "network"
    headers = (("Content-Range", place),) if place else ()
    platforms.fault(faults.status(206, "x" * 95, headers, times=1, **HOST))
    events = scrape(web(sites.BIG_MP4, "file"), "files")
    assert events.finished, events
    assert events.file("video").sha256 == hashlib.sha256(media.unique("video-12.mp4", "/clips/big.mp4")).hexdigest()


def test_part_that_nobody_asked_for_is_not_kept(scrape: Scrape, platforms: StandIn) -> None:
    """A site that sends only parts is told as such, and nothing of it lands."""
    platforms.fault(faults.status(206, "x" * 95, (("Content-Range", "bytes 5-99/100"),), **HOST))
    assert scrape(web(sites.ONE_MP4, "file"), "files").error == "incomplete"
    assert not list(scrape.folder.glob("media.*"))

"""Files are served in pieces, and again only when they changed."""

from __future__ import annotations

import httpx
import pytest

from tests.pages.sites import RunningSite


@pytest.fixture(scope="module")
def video(person: httpx.Client, site: RunningSite) -> tuple[str, bytes]:
    """Address and content of the video of the small archive."""
    page = person.get(f"/item/{site.found['video']}").text
    address = page.partition('id="player"')[2].partition('src="')[2].partition('"')[0]
    return address, person.get(address).content


def test_a_whole_file(person: httpx.Client, site: RunningSite, video: tuple[str, bytes]) -> None:
    """Without a range the whole file comes, with its type, and says that ranges can be asked for."""
    address, content = video
    answer = person.get(address)
    stored = next(site.settings.archive.rglob("q8bLw3nT0rY.mp4")).read_bytes()
    assert (answer.status_code, answer.content == stored, content == stored) == (200, True, True)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=1000-", 1000, None), ("bytes=-500", -500, None),
                                ("bytes=0-99999999", 0, None)]
)  # fmt: skip
def test_a_range(person: httpx.Client, video: tuple[str, bytes], asked: str, start: int, end: int | None) -> None:
    """The asked bytes and no others."""
    address, content = video
    answer = person.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content == content[start:end]) == (206, True)
    first = start % len(content)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(content)}"


def test_several_ranges(person: httpx.Client, video: tuple[str, bytes]) -> None:
    """Two pieces at once come as parts of one answer."""
    address, content = video
    answer = person.get(address, headers={"Range": "bytes=0-9,100-119"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert content[:10] in answer.content
    assert content[100:120] in answer.content


def test_a_range_beyond_the_end(person: httpx.Client, video: tuple[str, bytes]) -> None:
    """What is not there can't be had, and the size is told."""
    address, content = video
    answer = person.get(address, headers={"Range": f"bytes={len(content)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(content)}")


@pytest.mark.parametrize("header", ["etag", "last-modified"])
def test_what_the_browser_has_is_not_sent_again(person: httpx.Client, video: tuple[str, bytes], header: str) -> None:
    """An unchanged file costs 304 and no bytes."""
    address, _ = video
    known = person.get(address).headers[header]
    asked = "If-None-Match" if header == "etag" else "If-Modified-Since"
    answer = person.get(address, headers={asked: known})
    assert (answer.status_code, answer.content) == (304, b"")
    assert person.get(address, headers={asked: '"other"'}).status_code == 200


def test_a_range_of_a_file_that_changed(person: httpx.Client, video: tuple[str, bytes]) -> None:
    """Resuming with an old mark begins anew."""
    address, _ = video
    assert person.get(address, headers={"Range": "bytes=0-9", "If-Range": '"old"'}).status_code == 200


def test_head_tells_the_size(person: httpx.Client, video: tuple[str, bytes]) -> None:
    """HEAD has the headers of GET and no body."""
    address, content = video
    answer = person.head(address)
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(content)), b"")


def test_caption_files_are_tracks(person: httpx.Client, site: RunningSite) -> None:
    """Each transcript is a track of the player, in a form that browsers read."""
    page = person.get(f"/item/{site.found['video']}").text
    tracks = [part.partition('"')[0] for part in page.split('<track kind="captions" src="')[1:]]
    assert len(tracks) == 2
    answer = person.get(tracks[0])
    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert answer.text.startswith("WEBVTT")


def test_styles_are_kept_for_a_year(stranger: httpx.Client) -> None:
    """Style sheets are addressed by their content; another mark is another file."""
    page = stranger.get("/").text
    address = page.partition('href="/static/page.css')[2].partition('"')[0]
    answer = stranger.get(f"/static/page.css{address}")
    assert "immutable" in answer.headers["cache-control"]
    assert stranger.get("/static/page.css").headers["cache-control"] == "no-cache"
    assert stranger.get("/static/page.css", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert stranger.get("/static/../signin.py").status_code in (401, 404)
    assert stranger.get("/static/nosuch.css").status_code == 404

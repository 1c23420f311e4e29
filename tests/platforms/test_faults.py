"""Faults do to the libraries what a bad day of the network does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from yt_dlp.utils import DownloadError

from tests.platforms import StandIn, faults, media, web, youtube
from tests.platforms.conftest import LEAVES_SOCKETS, Extract
from tests.platforms.exchange import Request

pytestmark = LEAVES_SOCKETS

BIG = f"https://www.youtube.com/watch?v={youtube.BIG}"
MEDIA: dict[str, Any] = {"host": "*.googlevideo.com"}


def starts_at(wanted: str) -> int:
    """Where a Range header begins; yt-dlp resumes at the last whole block that it wrote."""
    return int(wanted.removeprefix("bytes=").partition("-")[0])


def met(rules: faults.Rules, count: int) -> list[bool]:
    """Which of so many requests a rule acts on."""
    request = Request("https", "GET", "www.youtube.com", "/watch?v=x")
    return [rules.meet(request) != faults.NONE for _ in range(count)]


@pytest.mark.parametrize(
    ("rule", "acts"),
    [
        (faults.drop(), [True, True, True, True]),
        (faults.drop(times=2), [True, True, False, False]),
        (faults.drop(skip=1, times=1), [False, True, False, False]),
        (faults.drop(skip=3), [False, False, False, True]),
        (faults.drop(host="*.googlevideo.com"), [False] * 4),
        (faults.drop(path="/watch*"), [True] * 4),
        (faults.drop(cookie="sessionid"), [False] * 4),
        (faults.drop(method="POST"), [False] * 4),
    ],
)
def test_rule_acts_on_what_it_matches(rule: faults.Fault, acts: list[bool]) -> None:
    """Host, path, method and cookie choose the requests; skip and times count them."""
    rules = faults.Rules()
    rules.add(rule)
    assert met(rules, 4) == acts


def test_used_up_rule_leaves_room_for_the_next() -> None:
    """Rules act in their order, each until it is used up."""
    rules = faults.Rules()
    rules.add(faults.status(429, times=1))
    rules.add(faults.status(503))
    request = Request("https", "GET", "a", "/")
    assert [rules.meet(request).status for _ in range(3)] == [429, 503, 503]


def test_cut_with_length_is_resumed_by_range(platforms: StandIn, extract: Extract) -> None:
    """A body that ends early is gone on with where it stopped."""
    platforms.fault(faults.cut(1_000_000, times=1, **MEDIA))
    extract(BIG, download=True, format="137", retries=2)
    first, second = platforms.seen(**MEDIA)
    assert (first.complete, first.sent, first.faulted) == (False, 1_000_000, True)
    assert 0 < starts_at(second.range) <= 1_000_000
    assert second.complete


def test_part_of_an_earlier_run_is_resumed(platforms: StandIn, extract: Extract, tmp_path: Path) -> None:
    """A run that failed leaves its part; the next run asks for the rest only, and the file is whole."""
    platforms.fault(faults.cut(500_000, times=1, **MEDIA))
    with pytest.raises(DownloadError, match="500000 bytes read"):
        extract(BIG, download=True, format="137")
    extract(BIG, download=True, format="137")
    rest = platforms.seen(**MEDIA)[-1]
    assert 0 < starts_at(rest.range) <= 500_000
    assert (rest.status, rest.complete) == (206, True)
    assert (tmp_path / f"{youtube.BIG}.mp4").stat().st_size == media.size("video-12.mp4", f"{youtube.BIG} 137")


def test_server_without_range_starts_over(platforms: StandIn, extract: Extract, tmp_path: Path) -> None:
    """A server that ignores Range sends the whole file again."""
    platforms.fault(faults.cut(500_000, times=1, host="media.example", skip=1))
    with pytest.raises(DownloadError):
        extract(web.WITHOUT_RANGE, download=True)
    extract(web.WITHOUT_RANGE, download=True)
    assert platforms.seen("media.example")[-1].status == 200
    assert (tmp_path / "big.mp4").stat().st_size == media.size("video-12.mp4", "/plain/big.mp4")


def test_cut_without_length_passes_for_success(platforms: StandIn, extract: Extract, tmp_path: Path) -> None:
    """An answer that never named its length and stops early is a success to yt-dlp: somebody else has to look."""
    platforms.fault(faults.cut_unseen(200_000, host="media.example", skip=1))
    extract(web.BIG_MP4, download=True)
    assert (tmp_path / "big.mp4").stat().st_size == 200_000


def test_hang_ends_in_a_timeout(platforms: StandIn, extract: Extract) -> None:
    """A request that is never answered runs into the caller's timeout, and the stand-in stops all the same."""
    platforms.fault(faults.hang(host="media.example"))
    with pytest.raises(DownloadError, match="timed out"):
        extract(web.ONE_MP4, socket_timeout=0.3)


def test_drop_is_a_lost_connection(platforms: StandIn, extract: Extract) -> None:
    """A connection that closes without a byte is a transport error."""
    platforms.fault(faults.drop(host="media.example"))
    with pytest.raises(DownloadError) as caught:
        extract(web.ONE_MP4)
    assert "TransportError" in {one.__name__ for one in type(caught.value.exc_info[1]).__mro__}


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_status_on_media_is_reported(platforms: StandIn, extract: Extract, status: int) -> None:
    """A refusal on the media host alone comes after the metadata."""
    platforms.fault(faults.status(status, **MEDIA))
    with pytest.raises(DownloadError, match=f"HTTP Error {status}"):
        extract(BIG, download=True, format="137")


def test_once_refused_is_fetched_the_next_time(platforms: StandIn, extract: Extract) -> None:
    """A fault with times=1 is over after one request."""
    platforms.fault(faults.status(503, times=1, **MEDIA))
    extract(BIG, download=True, format="140", retries=1)
    assert [one.status for one in platforms.seen(**MEDIA)] == [503, 206]


def test_slow_body_arrives_whole(platforms: StandIn, extract: Extract) -> None:
    """A slow answer is complete in the end."""
    platforms.fault(faults.slow(200_000, **MEDIA))
    extract(f"https://www.youtube.com/watch?v={youtube.SILENT}", download=True, format="140")
    assert platforms.seen(**MEDIA)[-1].complete


def test_redirect_carries_no_cookie_elsewhere(platforms: StandIn, extract: Extract) -> None:
    """The other host of a redirect sees a request without cookies."""
    platforms.fault(faults.redirect("https://other.example/clips/one.mp4", **MEDIA))
    extract(BIG, download=True, format="137")
    (elsewhere,) = platforms.seen("other.example")
    assert not elsewhere.cookies


def test_added_header_leaves_the_answer_as_it_is(platforms: StandIn, extract: Extract) -> None:
    """A rule without status only adds headers."""
    platforms.fault(faults.headers(("Set-Cookie", "probe=1; Domain=.youtube.com; Path=/"), path="/watch*"))
    assert extract(BIG)["title"] == "The big picture"
    assert platforms.seen(path="/youtubei/v1/player*")[0].cookies["probe"] == "1"


def test_rule_chooses_one_video_by_the_body(platforms: StandIn, extract: Extract) -> None:
    """A player call of one video is refused while another's passes."""
    platforms.fault(faults.status(403, path="/youtubei/v1/player*", text=youtube.BIG))
    assert extract(f"https://www.youtube.com/watch?v={youtube.SILENT}")["formats"]
    with pytest.raises(DownloadError):
        extract(BIG)


def test_cleared_faults_are_gone(platforms: StandIn, extract: Extract) -> None:
    """After clear() everything answers as before."""
    platforms.fault(faults.status(500))
    platforms.clear()
    assert extract(BIG)["title"]


def test_rules_travel_as_json() -> None:
    """A rule sent over the control path is the rule that was meant; an unknown field is refused."""
    sent = {"host": "*.example", "status": 429, "headers": [["Retry-After", "5"]], "times": 2}
    expected = faults.status(429, headers=(("Retry-After", "5"),), host="*.example", times=2)
    assert faults.from_json(sent) == replace(expected)
    with pytest.raises(TypeError, match="staus"):
        faults.from_json({"staus": 429})

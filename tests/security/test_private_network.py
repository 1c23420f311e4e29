"""No scraper reaches the own computer or network (SSRF), however it is told to: every child, in every spelling."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from bowerbird.model import Target
from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from tests.faults.namespace import with_mount
from tests.platforms import StandIn, faults, instagram
from tests.platforms import web as sites
from tests.scrapers.conftest import (
    Child,
    Scrape,
    platforms,
    scrape,
    settings,
    stand_in,
    start_child,
    warm_child,
    web,
)
from tests.scrapers.instagram.conftest import lent, target
from tests.security.canary import Canary, waiting

__all__ = ["platforms", "scrape", "settings", "stand_in", "start_child", "warm_child"]

OF_THE_WEB = ("yt_dlp", "files", "gallery_dl")
# how the own computer, the network around it and a cloud's metadata can be written
HOSTS = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0.0.0.0", "0", "localhost", "localhost.",
    "a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[::127.0.0.1]",
    "[2002:7f00:1::]", "①②⑦.⓪.⓪.①", "127.0.0.1.", "user@127.0.0.1",
)  # fmt: skip
ELSEWHERE = (
    "169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]", "[fd00::1]",
    "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "router", "printer.local", "metadata.google.internal",
)  # fmt: skip


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """What listens on this computer."""
    with waiting() as listening:
        yield listening


def addresses(canary: Canary) -> list[str]:
    """All spellings, as addresses of a file that each scraper would take."""
    return [f"http://{host}:{canary.port}/a.jpg" for host in HOSTS] + [f"http://{host}/a.jpg" for host in ELSEWHERE]


@pytest.mark.parametrize("scraper", OF_THE_WEB)
@pytest.mark.parametrize("proxy", [True, False], ids=["behind a proxy", "without a proxy"])
def test_every_spelling_is_refused(
    scraper: str, proxy: bool, canary: Canary, start_child: Callable[..., Child], scrape: Scrape, platforms: StandIn
) -> None:
    """Loopback, private, link-local, mapped, translated and odd spellings of them: nothing is asked, nothing comes."""
    child = start_child(scraper, **({} if proxy else {"proxy": "", "ca_bundle": ""}))
    before = canary.found
    told = {url: child.run(scrape.assignment(web(url))).one(Failed).code for url in addresses(canary)}
    # a name that nobody knows here is none of ours to refuse
    assert [url for url, code in told.items() if code == "internal"] == []
    assert set(told.values()) <= {"not_supported", "bad_request", "network"}
    assert told[f"http://127.0.0.1:{canary.port}/a.jpg"] == "not_supported"
    assert (canary.found - before, platforms.log) == (0, [])


@pytest.fixture
def named_privately(settings: Settings, tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    """Children for which a public name leads to this computer, as a name server of somebody else's may say."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 media.rebound.example\n::1 media.rebound.example\n")
    own = msgspec.structs.replace(settings, proxy="", ca_bundle="")
    children: list[Child] = []

    def start(name: str) -> Child:
        mounted = "mount --bind {folder} /etc/hosts"
        children.append(Child(name, own, tmp_path / "log", lambda argv: with_mount(mounted, hosts, argv)))
        return children[-1]

    yield start
    for child in children:
        child.close()


@pytest.mark.parametrize("scraper", OF_THE_WEB)
def test_a_public_name_with_a_private_address_is_refused(
    scraper: str, canary: Canary, named_privately: Callable[[str], Child], scrape: Scrape
) -> None:
    """What a name resolves to is looked at when the connection is made, in each child and in what it starts."""
    before = canary.found
    events = named_privately(scraper).run(scrape.assignment(web(f"http://media.rebound.example:{canary.port}/a.jpg")))
    failure = events.one(Failed)
    assert "own computer or network" in failure.message + failure.detail
    assert canary.found == before


TO_A_FILE = web(sites.ONE_MP4, "file")
TO_A_PICTURE = web(f"{sites.MEDIA}/clips/one.jpg")
TO_A_POST = target(f"p/{instagram.PHOTO}/")


@pytest.mark.parametrize(
    ("scraper", "wanted", "moved", "status"),
    [
        *(("yt_dlp", TO_A_FILE, "media.example", status) for status in (301, 302, 303, 307, 308)),
        *(("files", TO_A_FILE, "media.example", status) for status in (301, 302, 303, 307, 308)),
        ("gallery_dl", TO_A_PICTURE, "media.example", 302),
        ("instaloader", TO_A_POST, "*cdninstagram.com", 302),
        ("instaloader", TO_A_POST, "*cdninstagram.com", 308),
    ],
)
def test_a_redirect_into_the_own_network_is_refused(
    scraper: str, wanted: Target, moved: str, status: int, canary: Canary, scrape: Scrape, platforms: StandIn
) -> None:
    """A public page or file that leads to this computer, with any status, gets no request there."""
    before = canary.found
    location = f"http://127.0.0.1:{canary.port}/a.jpg"
    platforms.fault(faults.status(status, "", (("Location", location),), host=moved))
    assert scrape(wanted, scraper, session=lent() if wanted.platform == "instagram" else None).error
    # it got as far as the redirect
    assert [one for one in platforms.log if one.status == status]
    assert not [one for one in platforms.log if one.host.startswith("127.")]
    assert canary.found == before


LISTS = {
    "a file of this computer": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "a segment on this computer": (
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n"
    ),
    "a key of this computer": (
        '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="http://localhost:{port}/k"\n#EXTINF:4,\n'
        "https://media.example/clips/one.mp3\n#EXT-X-ENDLIST\n"
    ),
    "a list of lists": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nhttp://[::1]:{port}/list.m3u8\n",
    "other protocols": (
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nconcat:/etc/passwd\n#EXTINF:4,\nsubfile,,:/etc/passwd\n#EXT-X-ENDLIST\n"
    ),
}


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_a_list_of_segments_names_nothing_private(
    listed: str, canary: Canary, scrape: Scrape, platforms: StandIn
) -> None:
    """An HLS manifest that names files or servers of this computer fails; nothing of them lands."""
    before = canary.found
    kind = (("Content-Type", "application/vnd.apple.mpegurl"),)
    platforms.fault(faults.status(200, listed.format(port=canary.port), kind, path="/clips/one.mp4"))
    assert scrape(web(sites.ONE_MP4)).error
    assert canary.found == before
    assert not [path for path in scrape.folder.rglob("*") if path.is_file() and b"root:" in path.read_bytes()]


def test_the_canary_is_found_by_whoever_may(canary: Canary, start_child: Callable[..., Child], scrape: Scrape) -> None:
    """With the setting for private hosts the same addresses are asked: what stays away above was kept away."""
    before = canary.found
    for scraper in OF_THE_WEB:
        child = start_child(scraper, proxy="", ca_bundle="", allow_private_hosts=True)
        child.run(scrape.assignment(web(f"http://127.0.0.1:{canary.port}/a.jpg")))
        assert canary.found > before, scraper
        before = canary.found


def test_this_computer_answers_on_loopback(canary: Canary) -> None:
    """The canary can be reached, or nothing above would show anything."""
    with socket.create_connection(("127.0.0.1", canary.port), timeout=5) as found:
        assert found.recv(4)

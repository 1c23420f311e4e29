"""Too much of something: it is refused, or its attempt fails, inside of the limits."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import itertools
import struct
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import psutil
import pytest

from bowerbird.pages import gate
from bowerbird.pages.gate import BODY_LIMIT
from bowerbird.scrapers.child import MEMORY_LIMIT
from bowerbird.scraping import Failed, FileReady
from tests.pages.sites import RunningSite
from tests.scrapers.conftest import (
    Scrape,
    StartChild,
    platforms,
    scrape,
    settings,
    stand_in,
    start_child,
    warm_child,
    web,
)
from tests.security.asking import cookie_of

__all__ = ["platforms", "scrape", "settings", "stand_in", "start_child", "warm_child"]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_huge_body_is_refused(person: httpx.Client, chunked: bool) -> None:
    """A body above the limit is not read to its end, told its length or not."""
    huge = b"url=" + b"a" * (BODY_LIMIT + 1)
    parts = (huge[at : at + 65536] for at in range(0, len(huge), 65536))
    try:
        answer = person.post("/download", content=parts if chunked else huge)
    except httpx.WriteError:
        return
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces a form and never sends it keeps nothing open: it is told so, and the connection ends."""
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.1)
    connection = http.client.HTTPConnection("127.0.0.1", site.settings.port, timeout=5)
    with closing(connection):
        connection.putrequest("POST", "/download")
        for name, value in (("Cookie", cookie_of(site)), ("Origin", site.origin), ("Content-Length", "10")):
            connection.putheader(name, value)
        connection.endheaders(b"url=")
        answer = connection.getresponse()
        assert (answer.status, b"did not arrive" in answer.read()) == (408, True)
        assert answer.getheader("connection") == "close"


# --- what a site sends to a scraper

MEGABYTE = 1 << 20
LIMIT = 20 * MEGABYTE  # of an attempt, in the assignments below
BLOCK = 4 * MEGABYTE  # what yt-dlp reads at once, and so may write above a limit


class _Bombs(BaseHTTPRequestHandler):
    """Small answers that become large ones, and such that never end."""

    member = gzip.compress(b" " * MEGABYTE)

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        self.send_response(200)
        self.send_header("Content-Type", {"json": "application/json", "endless": "video/mp4"}.get(kind, "image/png"))
        if kind == "json":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with contextlib.suppress(OSError):
            for part in getattr(self, kind)():
                self.wfile.write(part)

    def json(self) -> Iterator[bytes]:
        """1 GB of blanks inside of a list, as one megabyte: gzip members may follow one another (RFC 1952, 2.2)."""
        yield gzip.compress(b"[1,")
        yield from itertools.repeat(self.member, 1024)
        yield gzip.compress(b"2]")

    def endless(self) -> Iterator[bytes]:
        """The beginning of a film that never ends."""
        yield b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free\xff\xff\xff\xffmdat"
        yield from itertools.repeat(b"\0" * MEGABYTE)

    def picture(self) -> Iterator[bytes]:
        """50,000 by 50,000 pixels of one colour: 7.5 GB where it is unpacked."""
        yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
        packer = zlib.compressobj(9)
        row = b"\0" * 150_001
        yield _chunk(b"IDAT", b"".join(packer.compress(row) for _ in range(100)) + packer.flush())
        yield _chunk(b"IEND", b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.fixture(scope="module")
def bombs() -> Iterator[str]:
    """The origin of a server of bombs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bombs) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("scraper", ["yt_dlp", "files", "gallery_dl"])
@pytest.mark.parametrize("path", ["json/a.json", "endless/a.mp4", "picture/a.png"])
def test_a_bomb_costs_its_own_attempt_only(
    scraper: str, path: str, bombs: str, start_child: StartChild, scrape: Scrape
) -> None:
    """1 GB as 1 MB, a stream without an end, a picture of 2.5 gigapixels: inside of memory, disk and time limits."""
    child = start_child(scraper, proxy="", ca_bundle="", allow_private_hosts=True)
    events = child.run(scrape.assignment(web(f"{bombs}/{path}", "file"), max_bytes=LIMIT))
    kept = sum(one.size for one in events if isinstance(one, FileReady))
    assert isinstance(events[-1], Failed) or kept < MEGABYTE, events
    if path != "picture/a.png":
        assert events.error in ("too_large", "not_supported", "unsafe_file", "incomplete"), events
    left = sum(file.stat().st_size for file in scrape.folder.rglob("*") if file.is_file())
    assert left <= LIMIT + BLOCK
    assert psutil.Process(child.process.pid).memory_info().rss < 512 * MEGABYTE
    # the child lives
    assert child.run(scrape.assignment(web("ytsearch:x"))).error == "not_supported"


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are Linux's")
def test_a_child_has_a_limit_on_memory(start_child: StartChild, scrape: Scrape) -> None:
    """A library that takes more than its share gets no more, whatever it is reading."""
    child = start_child()
    child.run(scrape.assignment(web("ytsearch:x")))
    soft, _ = psutil.Process(child.process.pid).rlimit(psutil.RLIMIT_DATA)
    assert 0 < soft <= MEMORY_LIMIT

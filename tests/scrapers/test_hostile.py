"""Planted configuration, bombs and streams that would make another program talk to the network."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from yt_dlp.postprocessor.ffmpeg import FFmpegMergerPP
from yt_dlp.utils import PostProcessingError

from bowerbird.errors import JobError
from bowerbird.scrapers.attempt import Attempt
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.library import Library
from bowerbird.scraping import Assignment, Failed
from bowerbird.settings import Settings
from tests.platforms import StandIn, faults
from tests.platforms import media as recipes
from tests.platforms import web as sites
from tests.scrapers.conftest import Scrape, StartChild, web

MANIFEST = (("Content-Type", "application/vnd.apple.mpegurl"),)


class _Bomb(BaseHTTPRequestHandler):
    """Answers with 1.6 MB that unpack to 1.6 GB: gzip members may follow one another (RFC 1952, 2.2)."""

    member = gzip.compress(b"<html>" + b" " * (1 << 20))

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.member) * 1600))
        self.end_headers()
        try:
            for _ in range(1600):
                self.wfile.write(self.member)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bomb() -> Iterator[str]:
    """The address of a bomb on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bomb) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/page"
        server.shutdown()


@pytest.mark.slow
def test_compressed_bomb_ends_its_attempt_only(bomb: str, start_child: StartChild, scrape: Scrape) -> None:
    """A page that unpacks to more than the child may hold fails; the same child serves the next assignment."""
    child = start_child(proxy="", ca_bundle="", allow_private_hosts=True)
    assert child.run(scrape.assignment(web(bomb))).error == "too_large"
    assert child.run(scrape.assignment(web("ytsearch:x"))).error == "not_supported"


def test_planted_configuration_and_plugins_are_not_read(
    settings: Settings, start_child: StartChild, platforms: StandIn, scrape: Scrape, tmp_path: Path
) -> None:
    """Neither a configuration file nor a plugin in any folder that yt-dlp knows has an effect."""
    home = tmp_path / "home"
    trace = tmp_path / "trace"
    for place in (home / "scrapers/config/yt-dlp", home / "scrapers/.config/yt-dlp", home / "scrapers/.yt-dlp"):
        plugin = place / "plugins/evil/yt_dlp_plugins/extractor/evil.py"
        plugin.parent.mkdir(parents=True)
        plugin.write_text(f"open({str(trace)!r}, 'w')\n")
        (place / "config").write_text(f"--exec 'touch {trace}'\n")
    events = start_child(home=home).run(scrape.assignment(web(sites.ONE_MP4)))
    assert events.finished, events
    assert not trace.exists()


@pytest.mark.parametrize(
    "manifest",
    [
        '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="https://media.example/k"\n#EXTINF:4,\nhttps://media.example/a.ts\n#EXT-X-ENDLIST\n',
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n#EXTINF:4,\nhttps://media.example/clips/one.mp3\n#EXT-X-ENDLIST\n',
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:700\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n",
    ],
    ids=["needs ffmpeg", "private segment", "local key", "live"],
)
def test_stream_never_reaches_another_program(manifest: str, scrape: Scrape, platforms: StandIn) -> None:
    """What yt-dlp would hand to ffmpeg, and what leads into this computer, fails; nothing of it lands."""
    platforms.fault(faults.status(200, manifest, MANIFEST, path="/clips/one.mp4"))
    failure = scrape(web(sites.ONE_MP4)).one(Failed)
    assert failure.code != "internal"
    assert not [path for path in scrape.folder.glob("media.*") if ".part" not in path.name and path.suffix != ".ytdl"]
    assert not [one for one in platforms.log if "lavf" in one.user_agent.lower()]


def test_live_manifest_waits_for_its_end(scrape: Scrape, platforms: StandIn) -> None:
    """A stream that is still going on says so, whichever site it is on."""
    lines = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttps://media.example/clips/one.mp3\n"
    platforms.fault(faults.status(200, lines, MANIFEST, path="/clips/one.mp4"))
    assert scrape(web(sites.ONE_MP4)).error == "upcoming"


@pytest.fixture
def tempting(tmp_path: Path) -> Path:
    """A list that names a local file, under the name of a stream."""
    (tmp_path / "secret.ts").write_bytes(recipes.unique("segment-0.ts", "secret"))
    path = tmp_path / "media.f1.mp4"
    lines = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n"
    path.write_text(lines)
    return path


@pytest.mark.parametrize("listed", ["#EXTM3U\n", "ffconcat version 1.0\nfile secret.ts\n"])
def test_joining_reads_no_lists(listed: str, tempting: Path) -> None:
    """ffmpeg itself opens a stream only as a medium and only from this disk, whatever the stream says it is."""
    if listed.startswith("ff"):
        tempting.write_text(listed)
    library = Library(Surroundings())
    joiner = FFmpegMergerPP(library._yt_dlp)
    found = {
        "filepath": str(tempting.with_name("media.mp4")),
        "ext": "mp4",
        "requested_formats": [{"vcodec": "avc1", "acodec": "none", "protocol": "https"}],
        "__files_to_merge": [str(tempting)],
    }
    with pytest.raises(PostProcessingError, match=r"hitelist|Invalid"):
        FFmpegMergerPP.run(joiner, found)


@pytest.mark.parametrize("step", ["Merger", "FixupM3u8", "ExtractAudio"])
def test_streams_are_looked_at_before_they_are_joined(step: str, tempting: Path) -> None:
    """A stream that is no medium never reaches ffmpeg."""
    attempt = Attempt(Assignment(job_id="j", folder=str(tempting.parent), target=web("https://a.example/")), print)
    whole = tempting.with_name("whole.mp4")
    whole.write_bytes(recipes.unique("video-4.mp4", "test"))
    streams = [str(whole), str(tempting)]
    told = {"filepath": str(tempting), **({"__files_to_merge": streams} if step == "Merger" else {})}
    with pytest.raises(JobError) as error:
        attempt.processed({"status": "started", "postprocessor": step, "info_dict": told})
    assert error.value.code == "unsafe_file"

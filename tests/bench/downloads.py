"""Whole downloads through the stand-in, against one yt-dlp process that does the same with the same options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg

from tests.bench.figure import Figure, medians
from tests.bench.place import place, run
from tests.platforms import StandIn, media, youtube

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
MEMBERS = 50
LIST = f"https://www.youtube.com/playlist?list={youtube.playlist_of(MEMBERS)}"
MEDIA = (".mp4", ".webm", ".mkv")
OPTIONS = (
    "--ignore-config", "--no-cache-dir", "--compat-options", "no-certifi", "-f", "bv*+ba/b", "-S", "res",
    "--write-info-json", "--write-thumbnail", "--convert-thumbnails", "jpg>jpg/webp>webp/png",
    "--write-subs", "--write-auto-subs", "--sub-langs", "en", "-o", "%(id)s/%(id)s.%(ext)s",
)  # fmt: skip


def ours(platforms: StandIn, url: str, concurrency: int) -> float:
    """Seconds of `bowerbird save --wait` on an installed archive without a worker."""
    wide = str(concurrency)
    variables = {"BOWERBIRD_MAX_CONCURRENT": wide, "BOWERBIRD_MAX_PER_PLATFORM": wide, **platforms.environment}
    with place(**variables) as where:
        began = time.perf_counter()
        said = run(where, "save", url, "--wait", "--json")
        seconds = time.perf_counter() - began
        assert json.loads(said.stdout)["status"] == "completed"
        _check(where.settings.archive, url)
    return seconds


def yt_dlp(platforms: StandIn, url: str) -> float:
    """Seconds of one yt-dlp process."""
    with tempfile.TemporaryDirectory() as folder:
        places = ("--proxy", platforms.url, "--ffmpeg-location", imageio_ffmpeg.get_ffmpeg_exe(), "-P", folder)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "SSL_CERT_FILE": platforms.ca_file}
        began = time.perf_counter()
        subprocess.run(
            [str(Path(sys.executable).with_name("yt-dlp")), *OPTIONS, *places, url],
            env=environment, capture_output=True, check=True, timeout=600,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        _check(Path(folder), url)
    return seconds


def _check(folder: Path, url: str) -> None:
    found = [path for path in folder.rglob("*") if path.suffix in MEDIA]
    assert len(found) == (MEMBERS if url == LIST else 1), len(found)


def one_video() -> Iterator[Figure]:
    """One video, worker and library started for it."""
    yield from _against("download: one video", VIDEO, 1, 0.0, 1.2, rounds=9)


def playlist() -> Iterator[Figure]:
    """Fifty videos, one after the other."""
    yield from _against(f"download: {MEMBERS} videos, one at a time", LIST, 1, 0.0, 1.2, rounds=7)


def playlist_with_delay() -> Iterator[Figure]:
    """Fifty videos, two at a time, from a server that takes 50 ms for each answer."""
    yield from _against(f"download: {MEMBERS} videos, two at a time, 50 ms", LIST, 2, 0.05, 0.65, rounds=1)


def _against(name: str, url: str, concurrency: int, delay: float, limit: float, rounds: int) -> Iterator[Figure]:
    with StandIn(delay=delay) as platforms:
        media.make_all()
        taken = medians(rounds, lambda: ours(platforms, url, concurrency), lambda: yt_dlp(platforms, url))
    yield Figure(name, taken[0], limit, unit="s", reference=taken[1], what="yt-dlp, same options")

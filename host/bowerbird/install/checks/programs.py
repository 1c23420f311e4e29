"""The programs and libraries that fetch and join media."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bowerbird import __version__
from bowerbird.clock import now, parse
from bowerbird.install.checks.check import Check
from bowerbird.scrapers.programs import deno_program, ffmpeg_program
from bowerbird.settings import Settings

# A platform changes something that yt-dlp has to follow about once a month.
YT_DLP_MAX_AGE = timedelta(days=60)
# Of these no version tells its date: it counts how long they have been here.
FOLLOWING_MAX_AGE = timedelta(days=180)
_FOLLOWING = frozenset(("gallery-dl", "instaloader", "youtube-transcript-api"))
_LIBRARIES = (
    ("yt-dlp-ejs", "yt_dlp_ejs"),
    ("gallery-dl", "gallery_dl"),
    ("instaloader", "instaloader"),
    ("youtube-transcript-api", "youtube_transcript_api"),
    ("datasette", "datasette"),
    ("sqlite-utils", "sqlite_utils"),
)
_AGAIN = "Run installers/install.sh again."
_UPDATE = "Update the libraries in Settings, or run: bowerbird update"


def check_bowerbird(_settings: Settings) -> Iterator[Check]:
    """Which version this is."""
    yield Check("bowerbird", "ok", __version__)


def check_ffmpeg(_settings: Settings) -> Iterator[Check]:
    """Whether ffmpeg is there and starts."""
    yield _started("ffmpeg", ffmpeg_program(), "-version", "Picture and sound can't be joined without it.")


def check_deno(_settings: Settings) -> Iterator[Check]:
    """Whether deno is there and starts."""
    yield _started("deno", deno_program(), "--version", "Some YouTube videos can't be fetched without it.")


def _started(name: str, program: str | None, question: str, loss: str) -> Check:
    if program is None:
        return Check(name, "fail", f"{name} is missing. {loss}", _AGAIN)
    try:
        said = subprocess.run(
            [program, question], capture_output=True, timeout=20, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return Check(name, "fail", f"{name} is there but does not start. {loss}", _AGAIN)
    first = said.stdout.decode("utf-8", "replace").partition("\n")[0]
    return Check(name, "ok", next((word for word in first.split() if any(map(str.isdigit, word))), "starts"))


def check_yt_dlp(_settings: Settings) -> Iterator[Check]:
    """Whether yt-dlp is there and not too old for platforms that change often."""
    try:
        installed = version("yt-dlp")
    except PackageNotFoundError:
        yield Check("yt-dlp", "fail", "The library yt-dlp is missing.", _AGAIN)
        return
    yield _age("yt-dlp", installed, parse(now()).date())


def check_libraries(_settings: Settings) -> Iterator[Check]:
    """Which versions of the other libraries there are, and whether they could be imported; none is."""
    for name, module in _LIBRARIES:
        yield _library(name, module)


def _library(name: str, module: str) -> Check:
    try:
        installed = version(name)
        found = find_spec(module)
    except (PackageNotFoundError, ImportError, ValueError):
        found = None
    if found is None or not found.origin:
        return Check(name, "fail", f"The library {name} is missing or broken.", _AGAIN)
    since = datetime.fromtimestamp(Path(found.origin).stat().st_mtime, timezone.utc)
    age = parse(now()) - since
    if name in _FOLLOWING and age > FOLLOWING_MAX_AGE:
        return Check(name, "warn", f"{installed}, here for {age.days} days; platforms may have changed since.", _UPDATE)
    return Check(name, "ok", installed)


def _age(name: str, installed: str, today: date) -> Check:
    """yt-dlp's versions are the days on which they came out."""
    try:
        year, month, day = (int(part) for part in installed.split(".")[:3])
        age = today - date(year, month, day)
    except ValueError:
        return Check(name, "ok", installed)
    if age <= YT_DLP_MAX_AGE:
        return Check(name, "ok", installed)
    return Check(name, "warn", f"{installed} is {age.days} days old; platforms may have changed since.", _UPDATE)

"""The programs and libraries that fetch and join media."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, version

from bowerbird import __version__
from bowerbird.clock import now, parse
from bowerbird.install.checks.check import Check
from bowerbird.scrapers.programs import deno_program, ffmpeg_program
from bowerbird.settings import Settings

# A platform changes something that yt-dlp has to follow about once a month.
YT_DLP_MAX_AGE = timedelta(days=60)
_AGAIN = "Run installers/install.sh again."


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


def _age(name: str, installed: str, today: date) -> Check:
    """yt-dlp's versions are the days on which they came out."""
    try:
        year, month, day = (int(part) for part in installed.split(".")[:3])
        age = today - date(year, month, day)
    except ValueError:
        return Check(name, "ok", installed)
    if age <= YT_DLP_MAX_AGE:
        return Check(name, "ok", installed)
    return Check(name, "warn", f"{installed} is {age.days} days old; platforms may have changed since.", _AGAIN)

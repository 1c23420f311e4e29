"""How fast this machine is just now, beside the one on which the limits were measured."""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 5
# What fresh imports took there, in milliseconds: plain Python for the most part, as our own work is.
THERE = {"yt_dlp": 154, "instaloader": 79, "gallery_dl": 41, "youtube_transcript_api": 81, "datasette.app": 365}
_IMPORT = "import sys, time; begun = time.perf_counter(); __import__(sys.argv[1]); print(time.perf_counter() - begun)"


def pace() -> str:
    """A sentence that says how many times as long things take here."""
    here = sum(statistics.median(_import(name) for _ in range(ROUNDS)) for name in THERE)
    there = sum(THERE.values())
    return (
        f"This machine imports five libraries in {here:.0f} ms, the one on which the limits were measured in {there}:"
        f" here things take {here / there:.1f} times as long."
    )


def _import(name: str) -> float:
    command = [sys.executable, "-c", _IMPORT, name]
    return float(subprocess.run(command, capture_output=True, check=True).stdout) * 1000

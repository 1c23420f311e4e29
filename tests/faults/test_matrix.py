"""Everything is killed again and again, in the short form of `python -m tests.faults`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHORT = ("--cuts", "0", "--kills", "16", "--captures", "160", "--jobs", "40", "--pause", "0.2")


def test_whatever_is_killed_each_capture_is_kept_and_each_job_done_once() -> None:
    """Promises 1 and 2: host, worker, child and site die at random; nothing acknowledged is lost, nothing is half."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *SHORT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "All promises held." in done.stdout

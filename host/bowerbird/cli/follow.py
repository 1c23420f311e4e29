"""Show the progress of jobs until nothing can go on without a person."""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import Any

from bowerbird.cli.show import printable
from bowerbird.clock import later
from bowerbird.model import Job
from bowerbird.queue import reads
from bowerbird.queue.waiting import can_go_on
from bowerbird.queue.wake import wake_worker
from bowerbird.settings import Settings

# Waits that end within this time are waited for, as the worker does (worker/loop.py).
SOON = 900.0
# How often the bars are drawn and, while nothing was committed, jobs with a time are looked at.
LOOK = 0.2
# How often it is asked whether anybody committed (sqlite.org/pragma.html#pragma_data_version): 5 microseconds each.
STEP = 0.01
WAKE = 3.0


def follow(db: sqlite3.Connection, settings: Settings, job_ids: list[str], *, quiet: bool) -> None:
    """Return when none of these jobs goes on by itself soon; ^C returns too, and the work goes on."""
    bars = _NoBars() if quiet or not sys.stderr.isatty() else _Bars()
    next_wake = time.monotonic() + WAKE
    try:
        with bars:
            while can_go_on(db, job_ids, later(SOON)):
                bars.show([job for job in (reads.job(db, settings, job_id) for job_id in job_ids) if job])
                if time.monotonic() >= next_wake:
                    wake_worker(settings)
                    next_wake = time.monotonic() + WAKE
                _wait_for_commit(db)
    except KeyboardInterrupt:
        if not quiet:
            sys.stderr.write("The work goes on in the background. Look at it with: bowerbird jobs\n")


def _wait_for_commit(db: sqlite3.Connection) -> None:
    """Return when another connection has committed, at the latest after LOOK."""
    until = time.monotonic() + LOOK
    version = _version(db)
    while time.monotonic() < until and _version(db) == version:
        time.sleep(STEP)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA data_version").fetchone()[0])


class _NoBars:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, jobs: list[Job]) -> None:
        """Nobody looks."""


class _Bars:
    """One line a job: what it is called, what it does, how far, how fast, how long."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), DownloadColumn(),
            TimeRemainingColumn(), TextColumn("{task.fields[doing]}"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> None:
        self._progress.__enter__()

    def __exit__(self, *reason: Any) -> None:
        self._progress.__exit__(*reason)

    def show(self, jobs: list[Job]) -> None:
        """Bring the lines in line with the jobs."""
        from rich.markup import escape

        for job in jobs:
            name = escape(printable(job.title or job.url)[:50])
            doing = escape(printable(job.current_operation or job.status))
            if job.id not in self._tasks:
                self._tasks[job.id] = self._progress.add_task(name, total=100, doing=doing)
            self._progress.update(self._tasks[job.id], description=name, completed=job.progress, doing=doing)

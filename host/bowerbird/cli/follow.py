"""Show the progress of jobs until nothing can go on without a person."""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import Any

from bowerbird.cli import show
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
PAUSE = 1.0


def follow(db: sqlite3.Connection, settings: Settings, job_ids: list[str], *, quiet: bool) -> None:
    """Return when none of these jobs goes on by itself soon; ^C returns too, and the work goes on."""
    bars = _Silence() if quiet else _Bars() if sys.stderr.isatty() else _Lines()
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


class _Silence:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, jobs: list[Job]) -> None:
        """Nobody looks."""


class _Lines(_Silence):
    """Where no terminal is: a line for each change of what a job does, for each job at most one in `PAUSE`."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, float]] = {}

    def show(self, jobs: list[Job]) -> None:
        """Tell what changed."""
        for job in jobs:
            state, moment = show.state(job), time.monotonic()
            told, since = self._told.get(job.id, ("", -PAUSE))
            if state != told and moment - since >= PAUSE:
                self._told[job.id] = state, moment
                show.complain(f"{show.short_name(job)}  [{job.id[:8]}] {state}")
                sys.stderr.flush()


class _Bars:
    """One row a job: what it is called, how far, how long, what it does and why."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(max_width=26, no_wrap=True, overflow="ellipsis")),
            BarColumn(bar_width=12), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[doing]}", table_column=Column(ratio=1, overflow="fold")),
            console=Console(stderr=True), transient=True, expand=True,
        )  # fmt: skip
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> None:
        self._progress.__enter__()

    def __exit__(self, *reason: Any) -> None:
        self._progress.__exit__(*reason)

    def show(self, jobs: list[Job]) -> None:
        """Bring the rows in line with the jobs."""
        from rich.markup import escape

        for job in jobs:
            name = escape(show.printable(show.short_name(job)))
            doing = escape(show.printable(show.state(job)))
            if job.id not in self._tasks:
                self._tasks[job.id] = self._progress.add_task(name, total=100, doing=doing)
            self._progress.update(self._tasks[job.id], description=name, completed=job.progress, doing=doing)

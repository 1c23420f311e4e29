"""`bowerbird logs`: what happened, oldest first; with --follow what happens."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
import time
from collections.abc import Iterable

from bowerbird.cli import show
from bowerbird.cli.opening import reading
from bowerbird.model import Event, to_builtins
from bowerbird.settings import load_settings

# How often it is asked whether anybody committed.
LOOK = 0.1
LEVELS = ("debug", "info", "warning", "error")


def add(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command and its options."""
    logs = known.add_parser("logs", help="show what happened, and with --follow what happens")
    logs.add_argument("--job", metavar="JOB", help="only of this job; its id, or how it begins")
    logs.add_argument("--level", choices=LEVELS, default="info", help="only this and above")
    logs.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many of what was before")
    logs.add_argument("--follow", action="store_true", help="go on with what comes, until ^C")
    logs.add_argument("--json", action="store_true", help="lines for a program")
    logs.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Show the lines."""
    from bowerbird.cli.actions import whole_id
    from bowerbird.queue import events

    with reading(load_settings()) as db:
        job_id = whole_id(db, chosen.job) if chosen.job else None
        newest = events.newest(db)
        found = events.read(db, level=chosen.level, job_id=job_id, limit=chosen.limit)
        _say(reversed(found), chosen)
        if not (found or chosen.follow or chosen.json):
            show.say("No such line was written.")
        if chosen.follow:
            with contextlib.suppress(KeyboardInterrupt):
                _follow(db, chosen, job_id, newest)
    return 0


def _follow(db: sqlite3.Connection, chosen: argparse.Namespace, job_id: str | None, newest: int) -> None:
    from bowerbird.queue import events

    while True:
        found = events.read(db, level=chosen.level, job_id=job_id, after=newest, limit=events.MOST_READ)
        _say(found, chosen)
        newest = found[-1].id if found else newest
        if not found:
            _wait_for_commit(db)


def _wait_for_commit(db: sqlite3.Connection) -> None:
    """Return when another connection has committed, or soon: it may have been just before."""
    asked = "PRAGMA data_version"
    version, until = db.execute(asked).fetchone()[0], time.monotonic() + 1.0
    while db.execute(asked).fetchone()[0] == version and time.monotonic() < until:
        time.sleep(LOOK)


def _say(found: Iterable[Event], chosen: argparse.Namespace) -> None:
    for event in found:
        if chosen.json:
            show.line(to_builtins(event))
            continue
        about = f"  [{event.job_id[:8]}]" if event.job_id else ""
        show.say(f"{event.at[:19].replace('T', ' ')}  {event.level:<7}  {event.component:<7}{about}  {event.message}")

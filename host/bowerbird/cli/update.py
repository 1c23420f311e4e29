"""`bowerbird update`: newer libraries. The worker installs them, when nothing uses the old ones any more."""

from __future__ import annotations

import argparse
import sqlite3
import time
from typing import TYPE_CHECKING

from bowerbird.cli import show
from bowerbird.cli.opening import archive
from bowerbird.settings import Settings, load_settings

if TYPE_CHECKING:
    from bowerbird.queue.updates import Update

LOOK = 0.2  # seconds between two looks whether it is over


def update(chosen: argparse.Namespace) -> int:
    """Bring the libraries up to date and say what came of it; 1 where it could not be done."""
    from bowerbird.queue import updates

    settings = load_settings()
    with archive(settings) as db:
        number = updates.ask(db)
        if not chosen.json:
            show.say("Updating the libraries. What runs now is stopped, and goes on afterwards.")
        done = _wait(db, settings, number)
    show.updated(done, as_json=chosen.json)
    return 0 if done.is_good else 1


def _wait(db: sqlite3.Connection, settings: Settings, number: int) -> Update:
    """What came of it. ^C leaves it to the worker."""
    from bowerbird.queue import updates
    from bowerbird.queue.waker import Waker

    waker = Waker(settings)
    while (asked := updates.numbered(db, number)) and asked.done_at is None:
        waker.wake()
        time.sleep(LOOK)
    return asked.update if asked else Update(code="interrupted")


def add(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command."""
    parser = known.add_parser("update", help="bring the libraries that fetch up to date")
    parser.add_argument("--json", action="store_true", help="lines for a program")
    parser.set_defaults(run=update)

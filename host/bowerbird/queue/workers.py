"""Who works on this archive: one row, so that others can tell since when, whether it still moves, and how it is set."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys

import msgspec

from bowerbird import __version__
from bowerbird.clock import later, now, seconds_until
from bowerbird.database import transaction
from bowerbird.queue.browsers import connected
from bowerbird.queue.events import note
from bowerbird.queue.reads import is_idle
from bowerbird.queue.retry import LONGEST_WAIT
from bowerbird.queue.wake import worker_is_running
from bowerbird.setting_kinds import as_text
from bowerbird.settings import SETTINGS, Settings

# The worker says every 30 seconds that it moves; one that missed some of these is stopped or hangs.
STUCK_SECONDS = 150.0


class WorkerState(msgspec.Struct, frozen=True, kw_only=True):
    """The worker that runs, or ran last. `settings` are fingerprints of all that it was started with."""

    pid: int
    version: str
    started_at: str
    seen_at: str
    settings: dict[str, str]

    @property
    def is_stuck(self) -> bool:
        """Whether nothing was heard of it for so long that it hangs, if it runs."""
        return seconds_until(self.seen_at) < -STUCK_SECONDS

    def differs_in(self, settings: Settings) -> tuple[str, ...]:
        """Names of the settings of this process that are others than the worker's."""
        mine = _fingerprints(settings)
        return tuple(name for name in mine if self.settings.get(name, mine[name]) != mine[name])


def note_start(db: sqlite3.Connection, settings: Settings) -> None:
    """Say that the worker is this process now. Raises RequestError."""
    told = msgspec.json.encode(_fingerprints(settings)).decode()
    with transaction(db):
        db.execute(
            """
            INSERT INTO processes (name, pid, version, started_at, seen_at, settings) VALUES ('worker', ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET pid = excluded.pid, version = excluded.version, seen_at = excluded.seen_at,
                                             started_at = excluded.started_at, settings = excluded.settings
            """,
            (os.getpid(), __version__, now(), now(), told),
        )
        note(db, "info", "worker", "started", f"The worker of version {__version__} begins.")


def note_alive(db: sqlite3.Connection) -> None:
    """The worker still moves."""
    db.execute("UPDATE processes SET seen_at = ? WHERE name = 'worker'", (now(),))


def last_worker(db: sqlite3.Connection) -> WorkerState | None:
    """The worker that runs, or ran last; None before the first."""
    row = db.execute("SELECT * FROM processes WHERE name = 'worker'").fetchone()
    if row is None:
        return None
    return WorkerState(
        pid=row["pid"], version=row["version"], started_at=row["started_at"], seen_at=row["seen_at"],
        settings=msgspec.json.decode(row["settings"], type=dict[str, str]),
    )  # fmt: skip


def left_running(db: sqlite3.Connection, settings: Settings) -> frozenset[str]:
    """Ids of the jobs that say that they run while no worker does: it was killed, and the next one takes them up."""
    if sys.platform == "win32" or worker_is_running(settings):
        return frozenset()
    return frozenset(row["id"] for row in db.execute("SELECT id FROM jobs WHERE status = 'running' AND listed = 0"))


def is_left_alone(db: sqlite3.Connection, settings: Settings, has_site: bool) -> bool:
    """Whether jobs go on by themselves, now or at their time, and nothing runs that would see to it.

    A site (`has_site`) or a connected browser starts a worker when the time has come.
    """
    if sys.platform == "win32" or worker_is_running(settings):
        return False
    is_watched = has_site or bool(connected(db))
    return not is_idle(db, later(0 if is_watched else LONGEST_WAIT))


def _fingerprints(settings: Settings) -> dict[str, str]:
    """Enough to see a difference: the archive may be given away, so no path and no password is in it."""
    texts = {one: as_text(getattr(settings, one.name)) for one in SETTINGS}
    return {one.name: _digest(text) if one.is_private and text else text for one, text in texts.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]

"""The history is shortened by age or by count, where the person wants it. Items and what is not at its end stay.

What was saved is known from the items, and that a list was seen to its end from `lists_seen`: both outlive the jobs.
"""

from __future__ import annotations

import sqlite3

import msgspec

from bowerbird.clock import later
from bowerbird.database import transaction
from bowerbird.queue.removal import lowest, remove
from bowerbird.settings import Settings

# Rows of one commit: some milliseconds, so that captures get in between.
BATCH = 200
_DAY = 24 * 3600
_ENDED = "+parent_id IS NULL AND status IN ('completed', 'cancelled', 'failed')"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What is too old: jobs that came to their end before `moment`, and those whose `seq` is below `floor`."""

    moment: str = ""
    floor: int = 0


def prune_some(db: sqlite3.Connection, settings: Settings, after: int) -> int | None:
    """Remove a few of the ended jobs that are too old or too many, with their members, attempts and captures.

    `after` is 0, or what the call before returned; None: nothing is left to remove. Raises RequestError.
    """
    limit = _limit(db, settings)
    if limit == Limit():
        return None
    roots = db.execute(_TOO_OLD, {**msgspec.structs.asdict(limit), "after": after, "most": BATCH}).fetchall()
    ids = [row["id"] for row in roots]
    doomed = lowest(db, ids, BATCH)
    with transaction(db):
        remove(db, doomed)
        captures = db.execute(_CAPTURES, {"moment": _captured_before(db, limit), "most": BATCH}).rowcount
    if doomed != ids:
        return after
    if roots:
        return int(roots[-1]["seq"])
    return after if captures == BATCH else None


def _limit(db: sqlite3.Connection, settings: Settings) -> Limit:
    moment = later(-settings.retention_days * _DAY) if settings.retention_days else ""
    return Limit(moment=moment, floor=_floor(db, settings.retention_jobs) if settings.retention_jobs else 0)


def _floor(db: sqlite3.Connection, kept: int) -> int:
    """The place in the history from which on so many ended jobs stay."""
    row = db.execute(f"SELECT seq FROM jobs WHERE {_ENDED} ORDER BY seq DESC LIMIT 1 OFFSET ?", (kept - 1,)).fetchone()
    return int(row["seq"]) if row else 0


# Rows are in the order of their times, so that what is young enough is not looked at.
_TOO_OLD = f"""
    SELECT seq, id FROM jobs
    WHERE seq > :after AND {_ENDED} AND (seq < :floor OR coalesce(completed_at, updated_at) < :moment)
      AND seq <= max(:floor, coalesce((SELECT seq FROM jobs WHERE created_at < :moment
                                       ORDER BY created_at DESC, seq DESC LIMIT 1), 0))
    ORDER BY seq LIMIT :most
"""

# A capture whose job is gone says nothing any more, but that its key was taken: nobody sends one again after so long.
_CAPTURES = """
    DELETE FROM captures WHERE id IN (
        SELECT id FROM captures WHERE created_at < :moment
          AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = captures.job_id)
          AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.capture_id = captures.id)
        ORDER BY created_at LIMIT :most)
"""
# How long a capture's key is remembered in any case.
_KEY_DAYS = 30


def _captured_before(db: sqlite3.Connection, limit: Limit) -> str:
    row = db.execute("SELECT created_at FROM jobs WHERE seq = ?", (limit.floor,)).fetchone()
    return min(max(limit.moment, row["created_at"] if row else ""), later(-_KEY_DAYS * _DAY))

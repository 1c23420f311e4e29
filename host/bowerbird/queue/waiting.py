"""Can these jobs still go on by themselves? What `save --wait` and `work --until-idle` wait for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bowerbird.model import WaitReason
from bowerbird.queue.budgets import HELD
from bowerbird.queue.family import family_of
from bowerbird.queue.pausing import PAUSED

_GOES_ON = f"""
    SELECT 1 FROM jobs JOIN family USING (id)
    WHERE (status = 'running' AND listed = 0)
       OR (NOT {PAUSED} AND (
           (status = 'pending' AND (not_before IS NULL OR not_before <= ?) AND NOT {HELD.format(moment="?")})
           OR (status = 'waiting' AND not_before <= ?)))
    LIMIT 1
"""


def can_go_on(db: sqlite3.Connection, job_ids: Sequence[str], soon: str) -> bool:
    """Whether one of these jobs, or a member of one, goes on without a person before the time `soon`."""
    return db.execute(family_of(job_ids) + _GOES_ON, (*job_ids, soon, soon, soon, soon)).fetchone() is not None


def one_that_waits_for(db: sqlite3.Connection, reason: WaitReason) -> str | None:
    """The address of a job that waits for this; None where no job does."""
    row = db.execute("SELECT url FROM jobs WHERE status = 'waiting' AND wait_reason = ? LIMIT 1", (reason,)).fetchone()
    return row["url"] if row else None


def troubled_since(db: sqlite3.Connection, moment: str) -> list[str]:
    """Ids of the jobs that wait now, members of lists too, and of those that failed after that moment; at most 100.

    A member that failed is no trouble: the list is completed without it.
    """
    sql = """
        SELECT id FROM jobs WHERE status = 'waiting'
        UNION ALL
        SELECT id FROM jobs WHERE parent_id IS NULL AND status = 'failed' AND completed_at >= ? LIMIT 100
    """
    return [row["id"] for row in db.execute(sql, (moment,))]


def find_jobs(db: sqlite3.Connection, start: str) -> list[str]:
    """The ids that begin so, at most two: enough to know whether it names one job."""
    if not start or len(start) > 36:
        return []
    sql = "SELECT id FROM jobs WHERE id >= ? AND id < ? LIMIT 2"
    return [row["id"] for row in db.execute(sql, (start.lower(), start.lower() + "~"))]

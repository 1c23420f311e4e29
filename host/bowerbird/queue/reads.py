"""What is in the queue and in its history. Every list is paged by `seq`, newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from bowerbird.model import FINAL_STATUSES, Job, QueueCounts
from bowerbird.queue.claim import DUE, open_platforms
from bowerbird.queue.pausing import PAUSED, is_paused
from bowerbird.queue.rows import JOB_COLUMNS, as_jobs
from bowerbird.settings import Settings

MOST_JOBS = 500


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs to list. `since` and `until` are days or times in UTC.

    `before` is the `next` of the page before; `after` is the `first` of the page after.
    """

    statuses: tuple[str, ...] = ()
    platform: str | None = None
    since: str | None = None
    until: str | None = None
    parent_id: str | None = None
    roots_only: bool = False
    before: int | None = None
    after: int | None = None
    limit: int = 50


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of jobs, newest first; `next` is None on the last, `first` where there are none newer."""

    jobs: tuple[Job, ...]
    next: int | None = None
    first: int | None = None


EVERYTHING = JobFilter()

# field of the filter -> condition; a field that is empty asks for nothing.
# Rows are in the order of their times, so a time is looked up once as a place in that order: the list is then read
# from there, and never sorted. The plus keeps SQLite from choosing the index of times for the exact comparison, and of
# lists for the jobs that are in none: nearly all are.
CONDITIONS = {
    "platform": "jobs.platform = :platform",
    "since": "jobs.seq >= (SELECT seq FROM jobs WHERE created_at >= :since ORDER BY created_at, seq LIMIT 1)"
    " AND +jobs.created_at >= :since",
    "until": "jobs.seq <= (SELECT seq FROM jobs WHERE created_at < :until ORDER BY created_at DESC, seq DESC LIMIT 1)"
    " AND +jobs.created_at < :until",
    "parent_id": "jobs.parent_id = :parent_id",
    "roots_only": "+jobs.parent_id IS NULL",
    "before": "jobs.seq < :before",
    "after": "jobs.seq > :after",
}


# A later job for the same target came to a good end: who asks what has failed need not look at this one any more.
OVERTAKEN = """
    EXISTS (SELECT 1 FROM jobs AS later WHERE later.target_key = jobs.target_key AND later.status = 'completed'
            AND later.seq > jobs.seq)
"""


def jobs(db: sqlite3.Connection, settings: Settings, wanted: JobFilter = EVERYTHING) -> JobPage:
    """The newest jobs that fit, at most `MOST_JOBS`."""
    limit = max(1, min(wanted.limit, MOST_JOBS))
    asked = msgspec.structs.asdict(wanted)
    conditions = [text for name, text in CONDITIONS.items() if asked[name]]
    if wanted.statuses:
        # Of several states that hold nearly all jobs the list is read in its order; of others few rows are sorted.
        plus = "+" if len(wanted.statuses) > 1 and FINAL_STATUSES.intersection(wanted.statuses) else ""
        conditions.append(f"{plus}jobs.status IN ({', '.join(f':status{n}' for n in range(len(wanted.statuses)))})")
    if "failed" in wanted.statuses:
        conditions.append(f"NOT (jobs.status = 'failed' AND {OVERTAKEN})")
    values = {**asked, **{f"status{n}": status for n, status in enumerate(wanted.statuses)}, "limit": limit + 1}
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    backwards = wanted.after is not None
    sql = f"SELECT {JOB_COLUMNS} FROM jobs {where} ORDER BY jobs.seq {'ASC' if backwards else 'DESC'} LIMIT :limit"
    rows = db.execute(sql, {name: value for name, value in values.items() if name != "statuses"}).fetchall()
    shown, more = rows[:limit], len(rows) > limit
    shown = shown[::-1] if backwards else shown
    return JobPage(
        jobs=tuple(as_jobs(db, settings, shown)),
        next=shown[-1]["seq"] if shown and (more or backwards) else None,
        first=shown[0]["seq"] if shown and (more if backwards else wanted.before is not None) else None,
    )


def next_up(db: sqlite3.Connection, settings: Settings, limit: int) -> tuple[Job, ...]:
    """The first pending jobs in the order in which they are claimed, members of lists among them."""
    sql = f"""
        SELECT {JOB_COLUMNS} FROM jobs INDEXED BY jobs_order WHERE jobs.status = 'pending'
        ORDER BY jobs.priority DESC, jobs.place, jobs.seq LIMIT ?
    """
    rows = db.execute(sql, (limit,)).fetchall()
    return tuple(as_jobs(db, settings, rows, {row["seq"]: place for place, row in enumerate(rows, 1)}))


def in_flight(db: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Of these target keys those that a job is to save or saving, with its id."""
    found: dict[str, str] = {}
    for at in range(0, len(keys), MOST_JOBS):
        chunk = keys[at : at + MOST_JOBS]
        sql = f"""
            SELECT target_key, id FROM jobs WHERE target_key IN ({", ".join("?" * len(chunk))})
            AND status IN ('pending', 'running', 'waiting', 'paused')
        """
        found.update((row["target_key"], row["id"]) for row in db.execute(sql, tuple(chunk)))
    return found


def captures_of(db: sqlite3.Connection, job_id: str) -> tuple[sqlite3.Row, ...]:
    """The captures that led to a job, the newest first, at most 20: rows of `captures`."""
    sql = """
        SELECT * FROM captures
        WHERE job_id = :job OR id = (SELECT capture_id FROM jobs WHERE id = :job) ORDER BY id DESC LIMIT 20
    """
    return tuple(db.execute(sql, {"job": job_id}))


def job(db: sqlite3.Connection, settings: Settings, job_id: str) -> Job | None:
    """One job, or None where there is none of that id."""
    row = db.execute(f"SELECT {JOB_COLUMNS} FROM jobs WHERE jobs.id = ?", (job_id,)).fetchone()
    return as_jobs(db, settings, [row])[0] if row else None


def job_of_item(db: sqlite3.Connection, settings: Settings, item_id: int) -> Job | None:
    """The newest job that is at work on an item, or has failed since the item was last written; None else."""
    # the plus keeps SQLite from looking through all jobs of a state: an item has few
    row = db.execute(
        f"""
        SELECT {JOB_COLUMNS} FROM jobs
        WHERE target_key IN (SELECT target_key FROM item_targets WHERE item_id = :item)
          AND (+status IN ('pending', 'running', 'waiting', 'paused')
               OR (+status = 'failed' AND jobs.updated_at > (SELECT updated_at FROM items WHERE id = :item)))
        ORDER BY jobs.seq DESC LIMIT 1
        """,
        {"item": item_id},
    ).fetchone()
    return as_jobs(db, settings, [row])[0] if row else None


def counts(db: sqlite3.Connection) -> QueueCounts:
    """How many jobs are in each state, as it is counted when one changes, and whether the whole queue is paused."""
    found = {row["status"]: row["jobs"] for row in db.execute("SELECT status, jobs FROM job_totals")}
    known = {status: found[status] for status in QueueCounts.__struct_fields__ if status in found}
    return QueueCounts(**known, is_paused=is_paused(db))


def newest_revision(db: sqlite3.Connection) -> int:
    """The number of the last change of any job; where to start with `changed_since`."""
    return int(db.execute("SELECT coalesce(max(revision), 0) FROM jobs").fetchone()[0])


def changed_since(db: sqlite3.Connection, settings: Settings, revision: int) -> tuple[list[Job], int]:
    """The jobs that changed after that revision, oldest change first, and the revision to ask with next."""
    # Where the last jobs of all were deleted, the numbers begin anew.
    revision = min(revision, newest_revision(db))
    sql = f"SELECT {JOB_COLUMNS} FROM jobs WHERE jobs.revision > ? ORDER BY jobs.revision LIMIT {MOST_JOBS}"
    rows = db.execute(sql, (revision,)).fetchall()
    return as_jobs(db, settings, rows), rows[-1]["revision"] if rows else revision


def is_idle(db: sqlite3.Connection, soon: str) -> bool:
    """Whether nothing can go on without a person before the time `soon`; a list that runs counts by its members."""
    if db.execute(_GOES_ON, {"soon": soon}).fetchone():
        return False
    return not any(
        db.execute(_IS_DUE, {"platform": name, "moment": soon}).fetchone() for name in open_platforms(db, soon)
    )


_GOES_ON = f"""
    SELECT 1 FROM jobs WHERE status = 'running' AND listed = 0
    UNION ALL SELECT 1 FROM jobs WHERE status = 'waiting' AND not_before <= :soon AND NOT {PAUSED}
    LIMIT 1
"""
_IS_DUE = f"SELECT 1 FROM jobs WHERE {DUE} LIMIT 1"

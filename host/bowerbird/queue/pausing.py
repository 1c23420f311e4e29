"""Pausing, by the person: one job with all below it, or the whole queue.

A paused job remembers from which state it was taken (`paused_from`) and by which job's pause (`paused_by`: itself, or
the list that it is below), so that it goes back to where it was. Where an attempt runs it has to end first, which the
worker sees to: until then the job is running, and `paused_by` says what is wanted.

While the whole queue is paused nothing is begun and what runs is stopped, to go on later where it was: as in other
programs that download, a pause is for the network, which somebody needs now. The state of no job changes by it.
"""

from __future__ import annotations

import sqlite3

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.queue.family import family_of
from bowerbird.queue.rollup import roll_up

# Whether the whole queue is paused, as a condition.
PAUSED = "EXISTS (SELECT 1 FROM queue_pause)"
_QUIET = "speed = NULL, eta = NULL, current_operation = NULL"
_ATTEMPTED = "(+status = 'running' AND listed = 0)"
# The plus keeps SQLite from walking through all jobs of a state where those of one family are meant.
_AT_REST = f"(+status IN ('pending', 'waiting', 'running') AND NOT {_ATTEMPTED})"


def is_paused(db: sqlite3.Connection) -> bool:
    """Whether the whole queue is paused."""
    return bool(db.execute(f"SELECT {PAUSED}").fetchone()[0])


def pause_queue(db: sqlite3.Connection) -> None:
    """Begin nothing, and stop what runs, until `resume_queue`, restarts included. Raises RequestError."""
    with transaction(db):
        db.execute(f"INSERT INTO queue_pause (since) SELECT ? WHERE NOT {PAUSED}", (now(),))


def resume_queue(db: sqlite3.Connection) -> None:
    """Go on; what the person paused singly stays paused. Wake the worker afterwards. Raises RequestError."""
    with transaction(db):
        db.execute("DELETE FROM queue_pause")


def pause(db: sqlite3.Connection, job_id: str) -> None:
    """pending, running, waiting → paused, with all below: at once, or by a request where an attempt runs.

    The caller holds the transaction.
    """
    below = "id IN (SELECT id FROM family) AND paused_by IS NULL"
    db.execute(
        f"""
        {family_of((job_id,))} INSERT INTO requests (kind, job_id, created_at)
        SELECT 'pause', id, ? FROM jobs WHERE {below} AND {_ATTEMPTED}
        """,
        (job_id, now()),
    )
    db.execute(
        f"""
        {family_of((job_id,))} UPDATE jobs SET paused_by = ?, updated_at = ? WHERE {below} AND {_ATTEMPTED}
        """,
        (job_id, job_id, now()),
    )
    db.execute(
        f"""
        {family_of((job_id,))} UPDATE jobs SET paused_from = status, status = 'paused', paused_by = ?, {_QUIET},
               updated_at = ? WHERE {below} AND {_AT_REST}
        """,
        (job_id, job_id, now()),
    )


def settle_pause(db: sqlite3.Connection, job_id: str) -> None:
    """What the person wanted of a job whose attempt has ended since: paused, unless it is at an end or was resumed.

    Members that its attempt added meanwhile are paused with it. Raises RequestError.
    """
    with transaction(db):
        db.execute(
            f"""
            UPDATE jobs SET paused_from = CASE WHEN {_ATTEMPTED} THEN 'pending' ELSE status END, status = 'paused',
                   {_QUIET}, updated_at = ?
            WHERE id = ? AND paused_by IS NOT NULL AND status IN ('pending', 'running', 'waiting')
            """,
            (now(), job_id),
        )
        row = db.execute(
            "SELECT paused_by, parent_id FROM jobs WHERE id = ? AND status = 'paused'", (job_id,)
        ).fetchone()
        if row and row["paused_by"] == job_id:
            pause(db, job_id)
        roll_up(db, job_id)


def resume(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """paused → where it was, with all below that this pause took along. The caller holds the transaction.

    An attempt that was still to be ended for it ends all the same, and the job is pending again.
    """
    back = "id IN (SELECT id FROM family) AND (paused_by = ? OR id = ?)"
    values = (row["id"], now(), row["paused_by"], row["id"])
    db.execute(
        f"""
        {family_of((row["id"],))} UPDATE jobs SET status = coalesce(paused_from, 'pending'), paused_by = NULL,
               paused_from = NULL, updated_at = ? WHERE {back} AND +status = 'paused'
        """,
        values,
    )
    db.execute(f"{family_of((row['id'],))} UPDATE jobs SET paused_by = NULL, updated_at = ? WHERE {back}", values)
    roll_up(db, row["id"])


def is_wanted(db: sqlite3.Connection, job_id: str) -> bool:
    """Whether a job is to be paused as soon as its attempt has ended."""
    sql = "SELECT 1 FROM jobs WHERE id = ? AND paused_by IS NOT NULL AND status <> 'paused'"
    return db.execute(sql, (job_id,)).fetchone() is not None

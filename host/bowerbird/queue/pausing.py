"""Pausing, by the person: one job with all below it, or the whole queue.

A paused job remembers from which state it was taken (`paused_from`) and by which job's pause (`paused_by`: itself, or
the list that it is below), so that it goes back to where it was. Where an attempt runs it has to end first, which the
worker sees to: until then the job is running, and `paused_by` says what is wanted.

While the whole queue is paused nothing is begun and what runs is stopped, to go on later where it was: as in other
programs that download, a pause is for the network, which somebody needs now. The state of no job changes by it.
"""

from __future__ import annotations

import json
import sqlite3

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.queue.batches import BATCH, with_all_below
from bowerbird.queue.family import family, family_of
from bowerbird.queue.requests import ask, take_back
from bowerbird.queue.rollup import roll_up

# Whether the whole queue is paused, as a condition.
PAUSED = "EXISTS (SELECT 1 FROM queue_pause)"
_QUIET = "speed = NULL, eta = NULL, current_operation = NULL"
_THESE = "id IN (SELECT value FROM json_each(:ids))"
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
    """pending, running, waiting → paused: at once, or by a request where an attempt runs. What is below: `pause_below`.

    The caller holds the transaction.
    """
    itself = json.dumps([job_id])
    take_back(db, itself, ("resume",))
    _pause(db, itself, job_id)


def pause_below(db: sqlite3.Connection, job_id: str) -> None:
    """Pause all below a paused job, in small commits, until it is resumed; again has no other effect.

    The caller holds no transaction. Raises RequestError.
    """

    def step(ids: str) -> bool:
        if not _is_paused_by(db, job_id):
            return False
        _pause(db, ids, job_id)
        return True

    with_all_below(db, job_id, step)


def _is_paused_by(db: sqlite3.Connection, job_id: str) -> bool:
    return db.execute("SELECT 1 FROM jobs WHERE id = ? AND paused_by IS NOT NULL", (job_id,)).fetchone() is not None


def _pause(db: sqlite3.Connection, job_ids: str, by: str) -> None:
    these = f"{_THESE} AND paused_by IS NULL"
    values = {"ids": job_ids, "by": by, "now": now()}
    db.execute(
        f"""
        INSERT INTO requests (kind, job_id, created_at)
        SELECT 'pause', id, :now FROM jobs WHERE {these} AND {_ATTEMPTED}
        """,
        values,
    )
    db.execute(f"UPDATE jobs SET paused_by = :by, updated_at = :now WHERE {these} AND {_ATTEMPTED}", values)
    db.execute(
        f"""
        UPDATE jobs SET paused_from = status, status = 'paused', paused_by = :by, {_QUIET}, updated_at = :now
        WHERE {these} AND {_AT_REST}
        """,
        values,
    )


def hold_with_lists(db: sqlite3.Connection, job_ids: str) -> None:
    """pending → paused, of these (a JSON array of ids), where the list above is paused. In a transaction."""
    db.execute(
        f"""
        UPDATE jobs SET paused_from = 'pending', status = 'paused', updated_at = :now,
               paused_by = (SELECT paused_by FROM jobs AS above WHERE above.id = jobs.parent_id)
        WHERE {_THESE} AND +status = 'pending'
          AND EXISTS (SELECT 1 FROM jobs AS above WHERE above.id = jobs.parent_id AND above.paused_by IS NOT NULL)
        """,
        {"ids": job_ids, "now": now()},
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
        roll_up(db, job_id)
    if row and row["paused_by"] == job_id:
        pause_below(db, job_id)


def resume_below(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Let all go on that this job's pause took along, in small commits, as long as it is paused; itself: `resume`.

    The caller holds no transaction. Raises RequestError.
    """

    def step(ids: str) -> bool:
        if not _is_paused_by(db, row["id"]):
            return False
        _resume(db, ids, row["paused_by"])
        return True

    with_all_below(db, row["id"], step)


def resume_left(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Let go on what the end of an attempt paused while `resume_below` was at it; the job itself goes on by now."""
    job_id = row["id"]
    sql = f"{family_of((job_id,))} SELECT 1 FROM jobs WHERE id IN (SELECT id FROM family) AND +paused_by = ? LIMIT 1"
    if db.execute(sql, (job_id, job_id)).fetchone() is None:
        return

    def step(ids: str) -> bool:
        if _is_paused_by(db, job_id):
            return False
        _resume(db, ids, job_id)
        return True

    with_all_below(db, job_id, step)


def resume(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """paused → where it was. The caller holds the transaction, and has seen to what is below.

    An attempt that was still to be ended for it ends all the same, and the job is pending again.
    """
    _resume(db, json.dumps([row["id"]]), row["paused_by"])
    roll_up(db, row["id"])


def resume_within(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """`resume`, and all below with it, in the transaction that the caller holds; a long list is left to the worker."""
    whole = family(db, row["id"])
    if len(whole) > BATCH:
        ask(db, "resume", row["id"])
        return
    _resume(db, json.dumps(whole), row["paused_by"])
    roll_up(db, row["id"])


def resume_whole(db: sqlite3.Connection, job_id: str) -> None:
    """Let a job go on with all below it, in small commits; no effect on one that is not paused. Raises RequestError."""
    row = db.execute("SELECT * FROM jobs WHERE id = ? AND paused_by IS NOT NULL", (job_id,)).fetchone()
    if row is None:
        return
    resume_below(db, row)
    with transaction(db):
        resume(db, row)
    resume_left(db, row)


def _resume(db: sqlite3.Connection, job_ids: str, by: str | None) -> None:
    these = f"{_THESE} AND paused_by IS :by"
    values = {"ids": job_ids, "by": by, "now": now()}
    paused = db.execute(f"SELECT id FROM jobs WHERE {these} AND +status = 'paused'", values)
    take_back(db, json.dumps([one["id"] for one in paused]))
    db.execute(
        f"""
        UPDATE jobs SET status = coalesce(paused_from, 'pending'), paused_by = NULL, paused_from = NULL,
               updated_at = :now WHERE {these} AND +status = 'paused'
        """,
        values,
    )
    db.execute(f"UPDATE jobs SET paused_by = NULL, updated_at = :now WHERE {these} AND paused_by IS NOT NULL", values)


def is_wanted(db: sqlite3.Connection, job_id: str) -> bool:
    """Whether a job is to be paused as soon as its attempt has ended."""
    sql = "SELECT 1 FROM jobs WHERE id = ? AND paused_by IS NOT NULL AND status <> 'paused'"
    return db.execute(sql, (job_id,)).fetchone() is not None

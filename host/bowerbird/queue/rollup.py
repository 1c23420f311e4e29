"""What becomes of a list's members adds up in the list's own row, and in that of the list which holds it."""

from __future__ import annotations

import sqlite3

from bowerbird.clock import now
from bowerbird.errors import JOB_ADVICE
from bowerbird.model import options_from

# Of how many members a list's progress is told.
_OF = "max(items_known + :members, CASE WHEN streamed AND listed = 0 THEN coalesce(items_total, 0) ELSE 0 END)"


def roll_up(db: sqlite3.Connection, job_id: str | None) -> None:
    """Bring a list's counts and state in line with its members, and so on upwards; the caller holds the transaction.

    A job that has no list above it, None, is the end.
    """
    while job_id:
        count(db, job_id)
        row = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row["status"] == "running" and row["listed"] and not _has_open_member(db, job_id):
            (_ask_to_continue if _has_more(row) else _end)(db, row)
        job_id = row["parent_id"]


def _has_more(row: sqlite3.Row) -> bool:
    """Whether the list goes on behind its cursor; a person who said how many are wanted is not asked again."""
    return row["cursor"] is not None and options_from(row["options"]).max_items is None


def _has_open_member(db: sqlite3.Connection, parent_id: str) -> bool:
    sql = """
        SELECT 1 FROM jobs WHERE parent_id = ? AND status IN ('pending', 'running', 'waiting', 'paused') LIMIT 1
    """
    return db.execute(sql, (parent_id,)).fetchone() is not None


def count(db: sqlite3.Connection, parent_id: str) -> None:
    """Write down how many members there are and how many of them are done; the caller holds the transaction.

    No effect on a job that is no list: only that has a total. A list that is scraped at once is as far as its members
    are of all that the platform names; else those count that are queued.
    """
    by_status = dict(
        db.execute("SELECT status, count(*) FROM jobs WHERE parent_id = ? GROUP BY status", (parent_id,)).fetchall()
    )
    members = sum(by_status.values())
    done, failed = by_status.get("completed", 0), by_status.get("failed", 0) + by_status.get("cancelled", 0)
    db.execute(
        f"""
        UPDATE jobs SET items_done = items_known + :done, items_failed = :failed,
               items_total = max(coalesce(items_total, 0), items_known + :members),
               progress = CASE WHEN {_OF} > 0 THEN min(100, round(100.0 * (items_known + :done + :failed) / {_OF}, 1))
                               ELSE 0 END,
               current_operation = CASE WHEN status = 'running'
                               THEN printf('%,d of %,d saved', items_known + :done, {_OF}) END,
               updated_at = :now WHERE id = :id AND items_total IS NOT NULL
        """,
        {"done": done, "failed": failed, "members": members, "now": now(), "id": parent_id},
    )


def _ask_to_continue(db: sqlite3.Connection, parent: sqlite3.Row) -> None:
    """running → waiting: the list is longer than what is saved without asking."""
    total = parent["items_total"]
    seen = parent["items_done"] + parent["items_failed"]
    of_total = f"{parent['items_done']:,} of {total:,} saved" if total > seen else f"{seen:,} saved, and there are more"
    db.execute(
        """
        UPDATE jobs SET status = 'waiting', wait_reason = 'confirm', error_code = 'limit_reached', error_message = ?,
               hint = 'Choose continue to go on with the next ones.', current_operation = NULL WHERE id = ?
        """,
        (f"{of_total}: continue?", parent["id"]),
    )


def _end(db: sqlite3.Connection, parent: sqlite3.Row) -> None:
    """running → completed, or failed where not one member could be had."""
    if parent["items_failed"] and not parent["items_done"]:
        _fail(db, parent)
        return
    is_empty = parent["items_done"] == 0
    db.execute(
        """
        UPDATE jobs SET status = 'completed', progress = 100, items_total = items_done + items_failed,
               current_operation = ?, wait_reason = NULL, error_code = NULL, error_message = NULL, hint = NULL,
               completed_at = ? WHERE id = ?
        """,
        ("Nothing is in this list" if is_empty else None, now(), parent["id"]),
    )


def _fail(db: sqlite3.Connection, parent: sqlite3.Row) -> None:
    first = db.execute(
        "SELECT * FROM jobs WHERE parent_id = ? AND status IN ('failed', 'cancelled') ORDER BY seq LIMIT 1",
        (parent["id"],),
    ).fetchone()
    reason = first["error_message"] or JOB_ADVICE["cancelled"].message
    db.execute(
        """
        UPDATE jobs SET status = 'failed', error_code = ?, error_message = ?, hint = ?, current_operation = NULL,
               completed_at = ? WHERE id = ?
        """,
        (
            first["error_code"] or "cancelled",
            f"None of {parent['items_failed']:,} could be saved. The first: {reason}",
            first["hint"] or JOB_ADVICE["cancelled"].hint,
            now(),
            parent["id"],
        ),
    )

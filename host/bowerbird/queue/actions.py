"""What a person does with jobs: a table of named actions. What runs is the worker's: there an action is a request."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.queue import reads
from bowerbird.queue.members import roll_up
from bowerbird.queue.requests import ask
from bowerbird.settings import Settings

Action = Callable[[sqlite3.Connection, Settings, sqlite3.Row], None]

_FRESH = """
    wait_reason = NULL, not_before = NULL, error_code = NULL, error_message = NULL, hint = NULL, completed_at = NULL,
    current_operation = NULL, retry_count = 0, updated_at = :now
"""


def act(db: sqlite3.Connection, settings: Settings, job_ids: Sequence[str], action: str) -> list[Job]:
    """Do the same with each of these jobs, all or none, and return them as they are then.

    A deleted job is returned as it was. Raises RequestError `not_found`, `wrong_state` or, for an action that there
    is not, `bad_request`. Wake the worker afterwards.
    """
    perform = ACTIONS.get(action)
    if perform is None:
        raise RequestError("bad_request", f"There is no such action; there are {', '.join(ACTIONS)}.")
    before = [_found(reads.job(db, settings, job_id)) for job_id in job_ids]
    with transaction(db):
        for job_id in job_ids:
            perform(db, settings, _row(db, job_id))
    return [reads.job(db, settings, job.id) or job for job in before]


def _found(job: Job | None) -> Job:
    if job is None:
        raise RequestError("not_found", "There is no such job.", "Look at the list with: bowerbird jobs")
    return job


def _row(db: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise RequestError("not_found", "There is no such job.")
    return row


def _cancel(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    if row["status"] == "completed":
        raise RequestError("wrong_state", "This job is done already; there is nothing to cancel.")
    if row["status"] == "cancelled":
        return
    for member in _members(db, row, "status NOT IN ('completed', 'failed', 'cancelled')"):
        _cancel_one(db, member)
    _cancel_one(db, row)
    _tell_parent(db, row)


def _cancel_one(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    if row["status"] == "running" and not row["listed"]:
        ask(db, "cancel", row["id"])
        return
    db.execute(
        f"UPDATE jobs SET status = 'cancelled', {_FRESH}, progress = 0 WHERE id = :id", {"now": now(), "id": row["id"]}
    )
    db.execute("UPDATE jobs SET completed_at = ? WHERE id = ?", (now(), row["id"]))
    ask(db, "discard", row["id"])


def _retry(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    members = _members(db, row, "status IN ('failed', 'cancelled')")
    if row["status"] not in ("failed", "cancelled", "waiting") and not members:
        raise RequestError("wrong_state", "Only a job that failed, waits or was cancelled can be tried again.")
    for member in members:
        _make_pending(db, member)
    if members and row["listed"]:
        _reopen_list(db, row)
    else:
        _make_pending(db, row)
    _tell_parent(db, row)


def _make_pending(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    db.execute(
        f"UPDATE jobs SET status = 'pending', listed = 0, progress = 0, {_FRESH} WHERE id = :id",
        {"now": now(), "id": row["id"]},
    )


def _reopen_list(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    db.execute(f"UPDATE jobs SET status = 'running', {_FRESH} WHERE id = :id", {"now": now(), "id": row["id"]})


def _continue(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    if row["status"] != "waiting":
        raise RequestError("wrong_state", "Only a job that waits can be continued.")
    if row["wait_reason"] == "confirm":
        so_far = int(row["cursor"]) if str(row["cursor"]).isdigit() else row["items_done"] + row["items_failed"]
        db.execute("UPDATE jobs SET items_limit = ? WHERE id = ?", (so_far + settings.max_items, row["id"]))
    _make_pending(db, row)


def _delete(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    doomed = [row, *_members(db, row, "1")]
    if any(one["status"] == "running" and not one["listed"] for one in doomed):
        raise RequestError("wrong_state", "This job is running.", "Cancel it first.")
    for one in reversed(doomed):
        db.execute("DELETE FROM attempts WHERE job_id = ?", (one["id"],))
        db.execute("UPDATE captures SET job_id = NULL WHERE job_id = ?", (one["id"],))
        db.execute("DELETE FROM jobs WHERE id = ?", (one["id"],))
        ask(db, "discard", one["id"])
    _tell_parent(db, row)


def _members(db: sqlite3.Connection, row: sqlite3.Row, condition: str) -> list[sqlite3.Row]:
    return db.execute(f"SELECT * FROM jobs WHERE parent_id = ? AND {condition}", (row["id"],)).fetchall()


def _tell_parent(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    parent = db.execute("SELECT * FROM jobs WHERE id = ?", (row["parent_id"],)).fetchone()
    if parent is None:
        return
    if parent["listed"] and parent["status"] in ("completed", "failed", "cancelled"):
        _reopen_list(db, parent)
    roll_up(db, parent["id"])


ACTIONS: dict[str, Action] = {"cancel": _cancel, "retry": _retry, "continue": _continue, "delete": _delete}

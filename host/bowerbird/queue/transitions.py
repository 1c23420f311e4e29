"""Every change of a job's state, one function each. See the table of states in ARCHITECTURE.md.

pending ──claim──▶ running ──complete──▶ completed
   ▲                  │ ├──fail──▶ failed
   │                  │ ├──cancel──▶ cancelled
   ├──retry_later─────┤ └──wait──▶ waiting ──resume_due──▶ pending
   └──give_back───────┘
"""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later, now
from bowerbird.database import transaction
from bowerbird.model import ErrorReport, Failed, Progress, WaitReason

_ENDED = "speed = NULL, eta = NULL, current_operation = NULL, updated_at = :now"


def complete(db: sqlite3.Connection, job_id: str, item_id: int | None) -> None:
    """running → completed: everything that can be had is filed."""
    _change(
        db, job_id, "status = 'completed', progress = 100, item_id = :item_id, completed_at = :now", item_id=item_id
    )


def fail(db: sqlite3.Connection, job_id: str, failure: Failed) -> None:
    """running → failed: not worth another try, or the tries are used up."""
    _change(db, job_id, f"status = 'failed', completed_at = :now, {_FAILURE}", **_failure(failure))


def cancel(db: sqlite3.Connection, job_id: str) -> None:
    """any but completed → cancelled, by the person."""
    _change(
        db, job_id, "status = 'cancelled', wait_reason = NULL, not_before = NULL, progress = 0, completed_at = :now"
    )


def wait(db: sqlite3.Connection, job_id: str, reason: WaitReason, seconds: float | None, failure: Failed) -> None:
    """running → waiting: for a person, a time or space. A pause that the platform asked for holds for all its jobs."""
    until = later(seconds) if seconds is not None else None
    step = 1 if reason == "rate_limit" else 0
    _change(
        db, job_id,
        "status = 'waiting', wait_reason = :reason, not_before = :until, "
        f"retry_count = retry_count + {step}, {_FAILURE}",
        reason=reason, until=until, **_failure(failure),
    )  # fmt: skip


def retry_later(db: sqlite3.Connection, job_id: str, seconds: float, failure: Failed) -> None:
    """running → pending: worth another try after some time."""
    _change(
        db, job_id, f"status = 'pending', retry_count = retry_count + 1, not_before = :until, {_FAILURE}",
        until=later(seconds), **_failure(failure),
    )  # fmt: skip


def give_back(db: sqlite3.Connection, job_id: str) -> None:
    """running → pending: the worker ends; this was nobody's fault and counts as no try."""
    _change(db, job_id, "status = 'pending'")


def recover(db: sqlite3.Connection) -> int:
    """running → pending for what ran when the worker died; lists whose members are queued go on. Returns how many."""
    with transaction(db):
        return db.execute(
            f"UPDATE jobs SET status = 'pending', {_ENDED} WHERE status = 'running' AND listed = 0", {"now": now()}
        ).rowcount


def resume_due(db: sqlite3.Connection) -> int:
    """waiting → pending where the time has come. Returns how many."""
    moment = now()
    due = "status = 'waiting' AND not_before <= :now"
    if db.execute(f"SELECT 1 FROM jobs WHERE {due} LIMIT 1", {"now": moment}).fetchone() is None:
        return 0
    with transaction(db):
        return db.execute(
            f"UPDATE jobs SET status = 'pending', wait_reason = NULL, not_before = NULL, {_ENDED} WHERE {due}",
            {"now": moment},
        ).rowcount


def resume_reason(db: sqlite3.Connection, reason: WaitReason) -> int:
    """waiting → pending where the reason is gone, such as `disk`. Returns how many."""
    waits = "status = 'waiting' AND wait_reason = :reason"
    if db.execute(f"SELECT 1 FROM jobs WHERE {waits} LIMIT 1", {"reason": reason}).fetchone() is None:
        return 0
    with transaction(db):
        return db.execute(
            f"UPDATE jobs SET status = 'pending', wait_reason = NULL, not_before = NULL, {_ENDED} WHERE {waits}",
            {"reason": reason, "now": now()},
        ).rowcount


def pause_platform(db: sqlite3.Connection, platform: str, seconds: float) -> None:
    """No job of this platform is claimed before that time, restarts included."""
    with transaction(db):
        db.execute(
            """
            INSERT INTO budgets (platform, account, not_before, strikes, updated_at) VALUES (?, '', ?, 1, ?)
            ON CONFLICT (platform, account) DO UPDATE
            SET not_before = max(excluded.not_before, coalesce(budgets.not_before, '')), strikes = budgets.strikes + 1,
                updated_at = excluded.updated_at
            """,
            (platform, later(seconds), now()),
        )


def show(db: sqlite3.Connection, job_id: str, operation: str) -> None:
    """What the job does now, in a few words."""
    db.execute("UPDATE jobs SET current_operation = ?, updated_at = ? WHERE id = ?", (operation, now(), job_id))


def show_progress(db: sqlite3.Connection, job_id: str, progress: Progress) -> None:
    """How far the job is; a connection from `open_progress` is enough."""
    db.execute(
        """
        UPDATE jobs SET progress = coalesce(?, progress), bytes_downloaded = ?, bytes_total = ?, speed = ?, eta = ?,
               updated_at = ? WHERE id = ? AND status = 'running'
        """,
        (
            None if progress.fraction is None else round(100 * progress.fraction, 1), progress.bytes_downloaded,
            progress.bytes_total, progress.speed, progress.eta, now(), job_id,
        ),
    )  # fmt: skip


def show_title(db: sqlite3.Connection, job_id: str, title: str | None, kind: str | None) -> None:
    """What the platform calls it, and its kind where the URL did not tell."""
    db.execute(
        "UPDATE jobs SET title = coalesce(?, title), kind = coalesce(?, kind), updated_at = ? WHERE id = ?",
        (title, kind, now(), job_id),
    )


_FAILURE = "error_code = :code, error_message = :message, hint = :hint"


def _failure(failure: Failed | ErrorReport) -> dict[str, str]:
    return {"code": failure.code, "message": failure.message, "hint": failure.hint}


def _change(db: sqlite3.Connection, job_id: str, change: str, **values: object) -> None:
    from bowerbird.queue.members import roll_up

    with transaction(db):
        db.execute(
            f"UPDATE jobs SET {change}, {_ENDED} WHERE id = :id AND status NOT IN ('completed')",
            {"id": job_id, "now": now(), **values},
        )
        parent = db.execute("SELECT parent_id FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if parent and parent["parent_id"]:
            roll_up(db, parent["parent_id"])

"""Every change of a job's state, one function each. See the table of states in ARCHITECTURE.md.

pending ──claim──▶ running ──complete──▶ completed
   ▲                  │ ├──fail──▶ failed
   │                  │ ├──cancel──▶ cancelled
   ├──retry_later─────┤ └──wait──▶ waiting ──resume_due──▶ pending
   └──give_back───────┘                      paused ◀──▶ pending, running, waiting: pausing.py
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from bowerbird.clock import later, now
from bowerbird.database import transaction
from bowerbird.errors import JOB_ADVICE
from bowerbird.model import WaitReason
from bowerbird.queue.batches import with_all_below
from bowerbird.queue.rollup import roll_up
from bowerbird.scraping import Failed
from bowerbird.targets import PLATFORM_NAMES

_QUIET = "speed = NULL, eta = NULL, current_operation = NULL, updated_at = :now"
_UNPAUSED = "paused_by = NULL, paused_from = NULL"
_NO_TROUBLE = f"""
    wait_reason = NULL, not_before = NULL, error_code = NULL, error_message = NULL, hint = NULL, {_UNPAUSED}
"""
_TROUBLE = "error_code = :code, error_message = :message, hint = :hint"
_OPEN = "status IN ('pending', 'running', 'waiting', 'paused')"
# What runs in an attempt, and so is the worker's to end; a list whose members are queued runs without one.
_ATTEMPTED = "(status = 'running' AND listed = 0)"
# What waits, now or again when it is resumed, and what becomes of it when it need not.
_WAITS = "status IN ('waiting', 'paused') AND coalesce(paused_from, status) = 'waiting'"
_GOES_ON = """
    status = CASE status WHEN 'waiting' THEN 'pending' ELSE status END,
    paused_from = CASE status WHEN 'paused' THEN 'pending' END
"""


def complete(db: sqlite3.Connection, job_id: str, item_id: int | None) -> None:
    """running → completed: everything that can be had is filed."""
    _change(
        db, job_id,
        f"status = 'completed', progress = 100, item_id = :item_id, completed_at = :now, {_NO_TROUBLE}",
        item_id=item_id,
    )  # fmt: skip


def fail(db: sqlite3.Connection, job_id: str, failure: Failed) -> None:
    """running → failed: not worth another try, or the tries are used up."""
    _change(
        db, job_id, "status = 'failed', wait_reason = NULL, not_before = NULL, completed_at = :now, "
        f"{_UNPAUSED}, {_TROUBLE}",
        **_told(failure),
    )  # fmt: skip


def cancel(db: sqlite3.Connection, job_id: str) -> None:
    """any but completed → cancelled, by the person, with what is below it; for the worker, when no attempt runs."""
    with transaction(db):
        cancel_one(db, job_id)
        roll_up(db, job_id)
    cancel_below(db, job_id)


def cancel_one(db: sqlite3.Connection, job_id: str) -> None:
    """Only the job itself; the caller holds the transaction."""
    db.execute(
        f"""
        UPDATE jobs SET status = 'cancelled', progress = 0, completed_at = :now, {_NO_TROUBLE}, {_QUIET}
        WHERE id = :id AND status <> 'completed'
        """,
        {"id": job_id, "now": now()},
    )


def cancel_below(db: sqlite3.Connection, job_id: str) -> None:
    """All below a job that was cancelled: at once, or by a request where an attempt runs; until it is tried again.

    In small commits; the caller holds no transaction. Raises RequestError.
    """

    def step(ids: str) -> bool:
        if not _is_cancelled(db, job_id):
            return False
        _cancel_these(db, ids)
        return True

    with_all_below(db, job_id, step)
    with transaction(db):
        roll_up(db, job_id)


def _is_cancelled(db: sqlite3.Connection, job_id: str) -> bool:
    """Whether it is, or is to be as soon as its attempt has ended."""
    sql = """
        SELECT 1 FROM jobs WHERE id = :id AND status = 'cancelled'
        UNION ALL SELECT 1 FROM requests WHERE kind = 'cancel' AND done_at IS NULL AND job_id = :id
    """
    return db.execute(sql, {"id": job_id}).fetchone() is not None


def _cancel_these(db: sqlite3.Connection, job_ids: str) -> None:
    # The plus keeps SQLite from walking through all jobs that are open.
    these = f"id IN (SELECT value FROM json_each(:ids)) AND +{_OPEN}"
    values = {"ids": job_ids, "now": now()}
    db.execute(
        f"""
        INSERT INTO requests (kind, job_id, created_at)
        SELECT CASE WHEN {_ATTEMPTED} THEN 'cancel' ELSE 'discard' END, id, :now FROM jobs
        WHERE {these} AND started_at IS NOT NULL
        """,
        values,
    )
    db.execute(
        f"""
        UPDATE jobs SET status = 'cancelled', progress = 0, {_NO_TROUBLE}, {_QUIET}, completed_at = :now
        WHERE {these} AND NOT {_ATTEMPTED}
        """,
        values,
    )


def wait(db: sqlite3.Connection, job_id: str, reason: WaitReason, seconds: float | None, failure: Failed) -> None:
    """running → waiting: for a person, a time or space. A pause that the platform asked for holds for all its jobs."""
    until = later(seconds) if seconds is not None else None
    step = 1 if reason == "rate_limit" else 0
    _change(
        db, job_id,
        "status = 'waiting', wait_reason = :reason, not_before = :until, "
        f"retry_count = retry_count + {step}, {_TROUBLE}",
        reason=reason, until=until, **_told(failure),
    )  # fmt: skip


def rest(db: sqlite3.Connection, job_id: str, until: str, message: str) -> None:
    """running → waiting: we pause before the platform has to ask for it; this counts as no try."""
    _change(
        db, job_id, "status = 'waiting', wait_reason = 'rate_limit', not_before = :until, " + _TROUBLE,
        until=until, code="rate_limited", message=message, hint=JOB_ADVICE["rate_limited"].hint,
    )  # fmt: skip


def retry_later(db: sqlite3.Connection, job_id: str, seconds: float, failure: Failed) -> None:
    """running → pending: worth another try after some time."""
    _change(
        db, job_id, f"status = 'pending', retry_count = retry_count + 1, not_before = :until, {_TROUBLE}",
        until=later(seconds), **_told(failure),
    )  # fmt: skip


def give_back(db: sqlite3.Connection, job_id: str, seconds: float = 0.0) -> None:
    """running → pending, not before some seconds: this was nobody's fault and counts as no try.

    No effect on a job that has no attempt: whoever lost one may call this without knowing how it ended.
    """
    if db.execute(f"SELECT 1 FROM jobs WHERE id = ? AND {_ATTEMPTED}", (job_id,)).fetchone():
        _change(db, job_id, "status = 'pending', not_before = :until", until=later(seconds) if seconds else None)


def recover(db: sqlite3.Connection) -> int:
    """running → pending for what ran when the worker died; lists whose members are queued go on. Returns how many."""
    with transaction(db):
        db.execute(
            f"""
            UPDATE attempts SET ended_at = ?, outcome = 'lost'
            WHERE ended_at IS NULL AND job_id IN (SELECT id FROM jobs WHERE {_ATTEMPTED})
            """,
            (now(),),
        )
        return db.execute(f"UPDATE jobs SET status = 'pending', {_QUIET} WHERE {_ATTEMPTED}", {"now": now()}).rowcount


def resume_due(db: sqlite3.Connection) -> int:
    """waiting → pending where the time has come. Returns how many."""
    return _resume(db, "status = 'waiting' AND not_before <= :now")


def resume_reason(db: sqlite3.Connection, reason: WaitReason) -> int:
    """waiting → pending where the reason is gone, such as `disk`; what is paused will not wait for it. How many."""
    return _resume(db, f"{_WAITS} AND wait_reason = :reason", reason=reason)


def resume_sessions(db: sqlite3.Connection, platform: str, account: str, *, incognito: bool = False) -> int:
    """waiting → pending where a session of this platform and account is what was missing. Returns how many.

    A job whose session ended waits for one of the same account; to one that had none, or one to which the site does not
    show it, any may help. Jobs for pages of the web are of any other site. What was clicked in a private window waits
    for a session of one (`incognito`).
    """
    asked = platform if platform in PLATFORM_NAMES else "web"
    whose = "(coalesce(account, '') IN ('', :account) OR error_code = 'login_needed')"
    waits = f"{_WAITS} AND wait_reason = 'session' AND platform = :platform AND incognito = :incognito AND {whose}"
    return _resume(db, waits, platform=asked, account=account, incognito=incognito)


def _resume(db: sqlite3.Connection, waits: str, **values: object) -> int:
    values["now"] = now()
    if db.execute(f"SELECT 1 FROM jobs WHERE {waits} LIMIT 1", values).fetchone() is None:
        return 0
    with transaction(db):
        return db.execute(
            f"UPDATE jobs SET {_GOES_ON}, wait_reason = NULL, not_before = NULL, {_QUIET} WHERE {waits}", values
        ).rowcount


def credit(db: sqlite3.Connection, job_id: str, scraper: str) -> None:
    """Which scraper gave what the job asked for; the caller holds the transaction."""
    db.execute("UPDATE jobs SET scraper = ? WHERE id = ? AND scraper IS NOT ?", (scraper, job_id, scraper))


def show(db: sqlite3.Connection, job_id: str, shown: Mapping[str, object]) -> None:
    """Columns of a running job that a person sees; a connection from `open_progress` is enough. Raises RequestError."""
    columns = ", ".join(f"{name} = :{name}" for name in shown)
    with transaction(db):
        db.execute(
            f"UPDATE jobs SET {columns}, updated_at = :now WHERE id = :id AND status = 'running'",
            {**shown, "now": now(), "id": job_id},
        )


def _told(failure: Failed) -> dict[str, str]:
    return {"code": failure.code, "message": failure.message, "hint": failure.hint}


def _change(db: sqlite3.Connection, job_id: str, change: str, **values: object) -> None:
    with transaction(db):
        db.execute(
            f"UPDATE jobs SET {change}, {_QUIET} WHERE id = :id AND status <> 'completed'",
            {"id": job_id, "now": now(), **values},
        )
        row = db.execute("SELECT parent_id FROM jobs WHERE id = ?", (job_id,)).fetchone()
        roll_up(db, row["parent_id"] if row else None)

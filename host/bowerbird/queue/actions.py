"""What a person does with jobs: a table of named actions. What runs is the worker's: there an action is a request."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from bowerbird.clock import as_text, later, now, parse
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.model import FINAL_STATUSES, Job
from bowerbird.queue import order, pausing, preferences, reads, removal, transitions
from bowerbird.queue.batches import BATCH, give_way
from bowerbird.queue.family import family
from bowerbird.queue.requests import ask, take_back
from bowerbird.queue.retry import LONGEST_WAIT
from bowerbird.queue.rollup import roll_up
from bowerbird.settings import Settings

Action = Callable[[sqlite3.Connection, Settings, sqlite3.Row], None]
Step = Callable[[sqlite3.Connection, sqlite3.Row], None]

# What a job has that begins anew; what was fetched of it already lies below .partial and is used.
FRESH = """
    wait_reason = NULL, not_before = NULL, error_code = NULL, error_message = NULL, hint = NULL, completed_at = NULL,
    current_operation = NULL, retry_count = 0, paused_by = NULL, paused_from = NULL, updated_at = :now
"""

# What the worker runs; the plus keeps SQLite from walking through all that runs.
_ATTEMPTED = "+status = 'running' AND +listed = 0"

_PRESENT = {
    "pending": "is in the queue",
    "running": "is running",
    "waiting": "waits",
    "paused": "is paused",
    "completed": "is saved already",
    "cancelled": "is cancelled already",
    "failed": "has failed",
}


def act(db: sqlite3.Connection, settings: Settings, job_ids: Sequence[str], action: str) -> list[Job]:
    """Do the same with each of these jobs, all or none, and return them as they are then.

    Members of lists follow, or are done before, in small commits (`FOLLOW`, `PREPARE`), so that a list of a hundred
    thousand keeps nobody from writing; where that is cut short, the same action completes it.

    A deleted job is returned as it was. Raises RequestError `not_found`, `wrong_state` or, for an action that there
    is not, `bad_request`. Wake the worker afterwards.
    """
    perform = ACTIONS.get(action)
    if perform is None:
        raise RequestError("bad_request", f"There is no such action; there are {', '.join(ACTIONS)}.")
    wanted = tuple(dict.fromkeys(job_ids))
    before = [_found(reads.job(db, settings, job_id)) for job_id in wanted]
    check, prepare, follow = (steps.get(action, _nothing) for steps in (CHECK, PREPARE, FOLLOW))
    for step in (check, prepare):
        for job_id in wanted:
            step(db, _row(db, job_id))
    with transaction(db):
        rows = [_row(db, job_id) for job_id in wanted]
        for row in rows:
            perform(db, settings, _row(db, row["id"]))
    for row in rows:
        follow(db, row)
    return [reads.job(db, settings, job.id) or job for job in before]


def _nothing(_db: sqlite3.Connection, _row: sqlite3.Row) -> None:
    """What an action does that concerns one job alone."""


def _found(job: Job | None) -> Job:
    if job is None:
        raise RequestError("not_found", "There is no such job.", "Look at the list with: bowerbird jobs")
    return job


def _row(db: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise RequestError("not_found", "There is no such job.", "Look at the list with: bowerbird jobs")
    return row


def _present(row: sqlite3.Row) -> str:
    return f"This job {_PRESENT[row['status']]}"


def _cancel(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    if row["status"] == "completed":
        raise RequestError("wrong_state", f"{_present(row)}; there is nothing to cancel.")
    if row["status"] == "cancelled":
        # what is below may be left from a time when this was cut short
        return
    if _is_attempted(row):
        ask(db, "cancel", row["id"])
    else:
        transitions.cancel_one(db, row["id"])
        ask(db, "discard", row["id"])
    roll_up(db, row["id"])


def _is_attempted(row: sqlite3.Row) -> bool:
    return row["status"] == "running" and not row["listed"]


def _retry(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    tried = _try_again(db, row)
    if row["status"] == "waiting" and not (tried and row["wait_reason"] == "confirm"):
        _make_pending(db, row)
    elif not tried:
        raise RequestError("wrong_state", f"{_present(row)}; only what failed, waits or was cancelled is tried again.")
    reopen_above(db, row)
    roll_up(db, row["id"])


def _try_again(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Make a failed or cancelled job pending; of a list, also the members that failed. Whether there was any."""
    sql = "SELECT * FROM jobs WHERE parent_id = ? AND (status IN ('failed', 'cancelled') OR items_failed > 0)"
    tried = [_try_again(db, member) for member in db.execute(sql, (row["id"],)).fetchall()]
    if any(tried) and row["listed"]:
        _reopen(db, row)
        return True
    if row["status"] in ("failed", "cancelled"):
        _make_pending(db, row)
        return True
    return any(tried)


def _make_pending(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    db.execute(
        f"UPDATE jobs SET status = 'pending', listed = 0, progress = 0, {FRESH} WHERE id = :id",
        {"now": now(), "id": row["id"]},
    )
    take_back(db, json.dumps([row["id"]]))


def _reopen(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """A list that was at an end runs again, because a member does."""
    if row["status"] in FINAL_STATUSES:
        db.execute(f"UPDATE jobs SET status = 'running', {FRESH} WHERE id = :id", {"now": now(), "id": row["id"]})


def reopen_above(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Let the lists above a job run again, because it does. The caller holds the transaction."""
    while row["parent_id"]:
        row = _row(db, row["parent_id"])
        if row["listed"]:
            _reopen(db, row)


def _continue(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    if row["status"] != "waiting":
        raise RequestError("wrong_state", f"{_present(row)}; only a job that waits can be continued.")
    if row["wait_reason"] == "confirm":
        limit = _so_far(row) + preferences.effective(db, settings).max_items
        db.execute("UPDATE jobs SET items_limit = ?, bytes_saved = 0 WHERE id = ?", (limit, row["id"]))
    _make_pending(db, row)
    roll_up(db, row["id"])


def _so_far(row: sqlite3.Row) -> int:
    """How many members were looked at; where they are scraped at once only new ones count against the limit."""
    if row["streamed"]:
        return int(row["items_done"] - row["items_known"] + row["items_failed"])
    return int(row["cursor"]) if str(row["cursor"]).isdigit() else int(row["items_done"] + row["items_failed"])


def _delete(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    _remove(db, family(db, row["id"]))
    roll_up(db, row["parent_id"])


def _remove(db: sqlite3.Connection, job_ids: Sequence[str]) -> None:
    """In a transaction. Raises RequestError `wrong_state` where one of them runs."""
    _check_at_rest(db, job_ids)
    removal.remove(db, job_ids)


def _check_at_rest(db: sqlite3.Connection, job_ids: Sequence[str]) -> None:
    sql = f"SELECT 1 FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND {_ATTEMPTED} LIMIT 1"
    if db.execute(sql, (json.dumps(list(job_ids)),)).fetchone():
        raise RequestError("wrong_state", "This job is running.", "Cancel it first.")


def _delete_most(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Of very many members all but as few as one commit removes with their list."""
    if len(family(db, row["id"])) <= BATCH:
        return
    while (doomed := removal.lowest(db, [row["id"]], BATCH)) != [row["id"]]:
        with transaction(db):
            _remove(db, doomed)
        give_way()


def _pause(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    if row["status"] in FINAL_STATUSES:
        raise RequestError("wrong_state", f"{_present(row)}; there is nothing to pause.")
    pausing.pause(db, row["id"])


def _resume(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    _check_paused(db, row)
    pausing.resume(db, row)


def _check_paused(_db: sqlite3.Connection, row: sqlite3.Row) -> None:
    if row["status"] != "paused" and row["paused_by"] is None:
        raise RequestError("wrong_state", f"{_present(row)}; only a job that is paused can be resumed.")


def _raise(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    _shift(db, row, 1)


def _lower(db: sqlite3.Connection, settings: Settings, row: sqlite3.Row) -> None:
    _shift(db, row, -1)


def _shift(db: sqlite3.Connection, row: sqlite3.Row, steps: int) -> None:
    _check_open(db, row)
    order.shift(db, row, steps)


def _check_open(_db: sqlite3.Connection, row: sqlite3.Row) -> None:
    if row["status"] in FINAL_STATUSES:
        raise RequestError("wrong_state", f"{_present(row)}; it no longer has a turn.")


ACTIONS: dict[str, Action] = {
    "cancel": _cancel,
    "retry": _retry,
    "continue": _continue,
    "delete": _delete,
    "pause": _pause,
    "resume": _resume,
    "raise": _raise,
    "lower": _lower,
}
# What comes before with all below a job, or after: where it is cut short, the job's own state lets the same be asked
# again.
PREPARE: dict[str, Step] = {
    "delete": _delete_most,
    "resume": pausing.resume_below,
    "raise": partial(order.shift_below, steps=1),
    "lower": partial(order.shift_below, steps=-1),
}
FOLLOW: dict[str, Step] = {
    "cancel": lambda db, row: transitions.cancel_below(db, row["id"]),
    "pause": lambda db, row: pausing.pause_below(db, row["id"]),
    "resume": pausing.resume_left,
}
# What refuses all before anything is done with one.
CHECK: dict[str, Step] = {
    "delete": lambda db, row: _check_at_rest(db, family(db, row["id"])),
    "resume": _check_paused,
    "raise": _check_open,
    "lower": _check_open,
}


def move(
    db: sqlite3.Connection,
    settings: Settings,
    job_ids: Sequence[str],
    *,
    before: str | None = None,
    after: str | None = None,
) -> list[Job]:
    """Put pending jobs just before or behind another pending one, or, where none is named, at the top of the queue.

    They keep their order among each other. Of a list whose members are queued these move. Returns the jobs as they are
    then. Raises RequestError `not_found`, `bad_request` for a place beside itself, or `wrong_state` where a job no
    longer waits for its turn.
    """
    wanted = tuple(dict.fromkeys(job_ids))
    with transaction(db):
        rows = [_row(db, job_id) for job_id in wanted]
        moved = order.moved_by(db, wanted)
        if not moved:
            raise RequestError("wrong_state", f"{_present(rows[0])}; only what waits for its turn can be moved.")
        beside = before or after
        if beside is None:
            order.to_top(db, moved)
        else:
            spot = _spot(db, beside, moved)
            (order.before if before else order.after)(db, moved, spot)
    return [_found(reads.job(db, settings, job_id)) for job_id in wanted]


def step(db: sqlite3.Connection, settings: Settings, job_id: str, direction: Literal["up", "down"]) -> None:
    """Move a pending job, or the queued members of a list, one place on; no effect at the end of the queue.

    Raises RequestError `not_found` or `wrong_state`. Wake the worker afterwards.
    """
    with transaction(db):
        row = _row(db, job_id)
        moved = order.moved_by(db, (job_id,))
        if not moved:
            raise RequestError("wrong_state", f"{_present(row)}; only what waits for its turn can be moved.")
        beside = order.ahead(db, moved[0]) if direction == "up" else order.behind(db, moved[-1])
        if beside is None:
            return
        put = order.before if direction == "up" else order.after
        put(db, moved, order.spot_of(_row(db, beside)))


def _spot(db: sqlite3.Connection, job_id: str, moved: Sequence[str]) -> order.Spot:
    row = _row(db, job_id)
    if job_id in moved:
        raise RequestError("bad_request", "A job can't be put beside itself.", "Choose another place.")
    if row["status"] != "pending":
        raise RequestError("wrong_state", f"{_present(row)}; it has no place in the queue.")
    return order.spot_of(row)


def schedule(db: sqlite3.Connection, settings: Settings, job_id: str, when: str | None) -> Job:
    """Let a job that has not begun wait until that time (ISO 8601; without a zone it is UTC), or None: go at once.

    Raises RequestError `not_found`, `wrong_state`, or `bad_request` for no time or one beyond a year from now.
    """
    until = _moment(when)
    with transaction(db):
        row = _row(db, job_id)
        if row["status"] != "pending" and (row["status"], row["wait_reason"]) != ("waiting", "schedule"):
            raise RequestError("wrong_state", f"{_present(row)}; only what has not begun can be put off.")
        status, reason = ("waiting", "schedule") if until else ("pending", None)
        db.execute(
            "UPDATE jobs SET status = ?, wait_reason = ?, not_before = ?, updated_at = ? WHERE id = ?",
            (status, reason, until, now(), job_id),
        )
    return _found(reads.job(db, settings, job_id))


def _moment(when: str | None) -> str | None:
    """A time to come as it is stored; None for one that has passed."""
    if when is None:
        return None
    try:
        until = as_text(parse(when))
    except (ValueError, OverflowError) as error:
        raise RequestError("bad_request", "This is no time.", "Write it such as 2026-12-24T18:00:00Z.") from error
    if until > later(LONGEST_WAIT):
        raise RequestError("bad_request", "This is more than a year away.", "Choose an earlier time.")
    return until if until > now() else None

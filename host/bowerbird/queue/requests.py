"""What others want from the worker: rows that it reads, carries out and marks as done."""

from __future__ import annotations

import sqlite3
from typing import Literal

import msgspec

from bowerbird.clock import now

RequestKind = Literal["cancel", "pause", "discard", "resume", "retry_failed", "clear_completed", "clear_failed"]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`cancel` and `pause` end an attempt; `discard` removes what one left on disk of a job that is gone.

    `resume` lets a long list go on that was clicked again.

    `retry_failed`, `clear_completed` and `clear_failed` go on with what was begun in bulk.py; `payload` says where.

    Others are those of another version; what has to do with sessions is in leases.py and browsers.py.
    """

    id: int
    kind: str
    job_id: str | None = None
    payload: str = "{}"


def ask(db: sqlite3.Connection, kind: RequestKind, job_id: str) -> None:
    """Ask the worker for something; the caller holds the transaction."""
    db.execute("INSERT INTO requests (kind, job_id, created_at) VALUES (?, ?, ?)", (kind, job_id, now()))


def take_back(db: sqlite3.Connection, job_ids: str, kinds: tuple[RequestKind, ...] = ("cancel", "pause")) -> None:
    """Close what was asked of these jobs (a JSON array of ids) before the person wanted otherwise. In a transaction."""
    db.execute(
        f"""
        UPDATE requests SET done_at = ?, result = 'taken back'
        WHERE done_at IS NULL AND kind IN ({", ".join("?" * len(kinds))}) AND job_id IN (SELECT value FROM json_each(?))
        """,
        (now(), *kinds, job_ids),
    )


def open_requests(db: sqlite3.Connection) -> list[Request]:
    """What is asked and not done yet, oldest first."""
    sql = """
        SELECT id, kind, job_id, payload FROM requests WHERE done_at IS NULL AND kind NOT LIKE '%session' ORDER BY id
    """
    return [Request(**dict(row)) for row in db.execute(sql)]


def any_open(db: sqlite3.Connection) -> bool:
    """Whether something is asked and not done yet."""
    sql = "SELECT 1 FROM requests WHERE done_at IS NULL AND kind <> 'session' LIMIT 1"
    return db.execute(sql).fetchone() is not None


def ask_for_all(db: sqlite3.Connection, kind: RequestKind, payload: str) -> None:
    """Ask the worker for something that concerns very many jobs; the caller holds the transaction."""
    db.execute("INSERT INTO requests (kind, payload, created_at) VALUES (?, ?, ?)", (kind, payload, now()))


def come_so_far(db: sqlite3.Connection, request: Request, payload: str) -> None:
    """Note how far a request is carried out."""
    db.execute("UPDATE requests SET payload = ? WHERE id = ?", (payload, request.id))


def done(db: sqlite3.Connection, request: Request, result: str) -> None:
    """Mark a request as carried out."""
    db.execute("UPDATE requests SET done_at = ?, result = ? WHERE id = ?", (now(), result, request.id))

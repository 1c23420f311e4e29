"""How an item came here. Its first job tells it; what that told is kept when the job leaves the history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import msgspec


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """How an item came here: the click, the list that brought it where one did, and the attempt that fetched it.

    `job_id` and `list_id` are None where that job was taken out of the history.
    """

    url: str | None
    source: str | None
    captured_at: str | None
    page_url: str | None
    page_title: str | None
    referrer: str | None
    selection: str | None
    playback_seconds: float | None
    job_id: str | None
    list_id: str | None
    list_title: str | None
    options: str
    library: str | None
    account: str | None
    started_at: str | None
    ended_at: str | None


_COLUMNS = ", ".join(Provenance.__struct_fields__)
_OF_JOBS = """
    SELECT captures.url, captures.source, captures.captured_at, captures.page_url, captures.page_title,
           captures.referrer, captures.selection, captures.playback_seconds, jobs.id AS job_id, parent.id AS list_id,
           coalesce(parent.title, parent.url) AS list_title, jobs.options, attempts.library, attempts.account,
           attempts.started_at, attempts.ended_at
    FROM jobs
    LEFT JOIN jobs AS parent ON parent.id = jobs.parent_id
    LEFT JOIN captures ON captures.id = coalesce(jobs.capture_id, parent.capture_id)
    LEFT JOIN attempts ON attempts.id = (SELECT max(id) FROM attempts WHERE job_id = jobs.id)
    WHERE jobs.seq = (SELECT min(seq) FROM jobs WHERE item_id = {item})
"""
_KEPT = f"SELECT {_COLUMNS} FROM provenance WHERE item_id = ?"
_KEEP = f"""
    INSERT INTO provenance (item_id, {_COLUMNS}) SELECT ?, * FROM ({_OF_JOBS.format(item="?")}) WHERE true
    ON CONFLICT (item_id) DO NOTHING
"""
_ITEMS = """
    SELECT DISTINCT item_id FROM jobs WHERE id IN (SELECT value FROM json_each(?)) AND +item_id IS NOT NULL
"""


def of_item(db: sqlite3.Connection, item_id: int) -> Provenance | None:
    """How an item came here, or None where no job ever told."""
    kept = db.execute(_KEPT, (item_id,)).fetchone()
    if kept:
        told = Provenance(**dict(kept))
        return msgspec.structs.replace(told, job_id=_there(db, told.job_id), list_id=_there(db, told.list_id))
    row = db.execute(_OF_JOBS.format(item="?"), (item_id,)).fetchone()
    return Provenance(**dict(row)) if row else None


def keep(db: sqlite3.Connection, job_ids: Sequence[str]) -> None:
    """Write down how the items of these jobs came here, before the jobs go. The caller holds the transaction."""
    items = db.execute(_ITEMS, (json.dumps(list(job_ids)),)).fetchall()
    db.executemany(_KEEP, [(row["item_id"], row["item_id"]) for row in items])


def _there(db: sqlite3.Connection, job_id: str | None) -> str | None:
    row = db.execute("SELECT id FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return row["id"] if row else None

"""Jobs of lists: their members become child jobs, and what becomes of the members adds up in the list's own row."""

from __future__ import annotations

import sqlite3
import uuid

import msgspec

from bowerbird.archive.keys import archived_ids, target_key
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import BowerbirdError
from bowerbird.model import ErrorReport, ListPage, Member, Target
from bowerbird.queue.intake import NewJob, insert_job
from bowerbird.queue.rows import ClaimedJob
from bowerbird.settings import Settings
from bowerbird.targets import identify


class _Entry(msgspec.Struct, frozen=True):
    member: Member
    target: Target | None
    key: str
    error: ErrorReport | None


def add_page(db: sqlite3.Connection, settings: Settings, parent: ClaimedJob, page: ListPage) -> None:
    """Write a page's members as child jobs, and the cursor, in one commit: after a crash the list goes on behind it.

    What is archived already is counted, not fetched again, unless the capture says `force`. A member of which the
    platform says that it can't be had is a failed child with that reason.
    """
    entries = [_entry(settings, member) for member in page.members]
    with transaction(db):
        fresh = [entry for entry in entries if not _is_member(db, parent.id, entry.key)]
        known = {} if parent.options.force else archived_ids(db, [entry.key for entry in fresh])
        for entry in fresh:
            if entry.key not in known:
                _insert(db, parent, entry)
        _advance(db, parent, page, already=len(known))


def finish_listing(db: sqlite3.Connection, parent_id: str) -> None:
    """All members that are wanted now are child jobs: from here on the list's state follows from theirs."""
    with transaction(db):
        db.execute("UPDATE jobs SET listed = 1, updated_at = ? WHERE id = ?", (now(), parent_id))
        roll_up(db, parent_id)


def _entry(settings: Settings, member: Member) -> _Entry:
    try:
        target = identify(member.url, allow_private_hosts=settings.allow_private_hosts)
    except BowerbirdError as error:
        return _Entry(member, None, f"url:{member.url[:500]}", member.error or ErrorReport(**error.as_dict()))
    return _Entry(member, target, target_key(target), member.error)


def _is_member(db: sqlite3.Connection, parent_id: str, key: str) -> bool:
    sql = "SELECT 1 FROM jobs WHERE target_key = ? AND parent_id = ? LIMIT 1"
    return db.execute(sql, (key, parent_id)).fetchone() is not None


def _insert(db: sqlite3.Connection, parent: ClaimedJob, entry: _Entry) -> None:
    target = entry.target or Target(
        url=entry.member.url, platform=parent.target.platform, kind="page", canonical_url=entry.member.url
    )
    job = NewJob(
        id=str(uuid.uuid4()), target=target, key=entry.key, parent_id=parent.id, title=entry.member.title,
        options=msgspec.structs.replace(parent.options, max_items=None),
    )  # fmt: skip
    insert_job(db, job, capture_id=None)
    if entry.error:
        db.execute(
            """
            UPDATE jobs SET status = 'failed', error_code = ?, error_message = ?, hint = ?, completed_at = updated_at
            WHERE id = ?
            """,
            (entry.error.code, entry.error.message, entry.error.hint, job.id),
        )


def _advance(db: sqlite3.Connection, parent: ClaimedJob, page: ListPage, already: int) -> None:
    db.execute(
        """
        UPDATE jobs SET cursor = ?, title = coalesce(?, title), kind = coalesce(?, kind), items_known = items_known + ?,
               items_total = max(coalesce(?, 0), coalesce(items_total, 0)), updated_at = ? WHERE id = ?
        """,
        (page.cursor, page.title, page.kind, already, page.total, now(), parent.id),
    )
    _count(db, parent.id)


def roll_up(db: sqlite3.Connection, parent_id: str) -> None:
    """Bring a list's counts and state in line with its members; the caller holds the transaction."""
    _count(db, parent_id)
    parent = db.execute("SELECT * FROM jobs WHERE id = ?", (parent_id,)).fetchone()
    if parent["status"] != "running" or not parent["listed"] or _has_open_member(db, parent_id):
        return
    if parent["cursor"] is not None:
        _ask_to_continue(db, parent)
        return
    _end(db, parent)


def _has_open_member(db: sqlite3.Connection, parent_id: str) -> bool:
    sql = """
        SELECT 1 FROM jobs WHERE parent_id = ? AND status IN ('pending', 'running', 'waiting', 'paused') LIMIT 1
    """
    return db.execute(sql, (parent_id,)).fetchone() is not None


def _count(db: sqlite3.Connection, parent_id: str) -> None:
    by_status = dict(
        db.execute("SELECT status, count(*) FROM jobs WHERE parent_id = ? GROUP BY status", (parent_id,)).fetchall()
    )
    members = sum(by_status.values())
    done, failed = by_status.get("completed", 0), by_status.get("failed", 0) + by_status.get("cancelled", 0)
    db.execute(
        """
        UPDATE jobs SET items_done = items_known + :done, items_failed = :failed,
               items_total = max(coalesce(items_total, 0), items_known + :members),
               progress = CASE WHEN items_known + :members > 0
                               THEN round(100.0 * (items_known + :done + :failed) / (items_known + :members), 1)
                               ELSE 0 END,
               current_operation = CASE WHEN status = 'running'
                               THEN (items_known + :done) || ' of ' || (items_known + :members) || ' saved' END,
               updated_at = :now WHERE id = :id
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
    nothing = parent["items_failed"] > 0 and parent["items_done"] == 0
    if not nothing:
        db.execute(
            """
            UPDATE jobs SET status = 'completed', progress = 100, items_total = items_done + items_failed,
                   current_operation = NULL, completed_at = ? WHERE id = ?
            """,
            (now(), parent["id"]),
        )
        return
    first = db.execute(
        "SELECT * FROM jobs WHERE parent_id = ? AND status IN ('failed', 'cancelled') ORDER BY seq LIMIT 1",
        (parent["id"],),
    ).fetchone()
    db.execute(
        """
        UPDATE jobs SET status = 'failed', error_code = ?, error_message = ?, hint = ?, current_operation = NULL,
               completed_at = ? WHERE id = ?
        """,
        (
            first["error_code"] or "cancelled",
            f"None of {parent['items_failed']:,} could be saved. The first: {first['error_message'] or 'cancelled'}",
            first["hint"] or "",
            now(),
            parent["id"],
        ),
    )

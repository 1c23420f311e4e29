"""Jobs of lists: their members become child jobs. How these add up in the list's own row is in rollup.py."""

from __future__ import annotations

import sqlite3
import uuid
from typing import cast

import msgspec

from bowerbird.archive.keys import archived_ids, target_key
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import BowerbirdError
from bowerbird.model import ErrorReport, Quality, Target
from bowerbird.queue.estimate import check_room, expected_bytes
from bowerbird.queue.intake import NewJob, insert_job
from bowerbird.queue.rollup import count, roll_up
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import ListPage, Member
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
    platform says that it can't be had is a failed child with that reason. Raises JobError `disk_full` where the disk
    has no room for what these members are expected to need, and RequestError as `transaction` does.
    """
    # A list may name the same thing twice; it is one member.
    entries = list({entry.key: entry for entry in (_entry(settings, member) for member in page.members)}.values())
    with transaction(db):
        fresh = [entry for entry in entries if not _is_member(db, parent.id, entry.key)]
        known = {} if parent.options.force else archived_ids(db, [entry.key for entry in fresh])
        wanted = [(entry, _expected(settings, parent, entry)) for entry in fresh if entry.key not in known]
        check_room(db, settings, parent.id, (size for _entry, size in wanted))
        for entry, size in wanted:
            _insert(db, parent, entry, size)
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


def _expected(settings: Settings, parent: ClaimedJob, entry: _Entry) -> int | None:
    if entry.error:
        return None
    quality = parent.options.quality or cast("Quality", settings.quality)
    return expected_bytes(entry.member.duration, quality, audio_only=parent.options.audio_only)


def _insert(db: sqlite3.Connection, parent: ClaimedJob, entry: _Entry, size: int | None) -> None:
    target = entry.target or Target(
        url=entry.member.url, platform=parent.target.platform, kind="page", canonical_url=entry.member.url
    )
    job = NewJob(
        id=str(uuid.uuid4()), target=target, key=entry.key, parent_id=parent.id, title=entry.member.title,
        # What a person clicked singly goes before the members of lists.
        priority=parent.priority - 1, options=msgspec.structs.replace(parent.options, max_items=None),
        incognito=parent.incognito,
    )  # fmt: skip
    insert_job(db, job, capture_id=None)
    db.execute("UPDATE jobs SET bytes_total = ? WHERE id = ?", (size, job.id))
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
    count(db, parent.id)

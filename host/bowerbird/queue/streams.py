"""Lists whose members are scraped at once: each has a row when it is filed, and no attempt of its own.

A member's row and the place where the list goes on are one commit. What was filed and lost its row in a crash is found
in the archive by the next attempt, and counted.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Sequence

import msgspec

from bowerbird.archive.keys import archived_ids, target_key
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import BowerbirdError
from bowerbird.model import ErrorReport, Target
from bowerbird.queue.intake import NewJob, insert_job
from bowerbird.queue.rollup import count
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import ItemFound, ListPage
from bowerbird.targets import identify


class Place(msgspec.Struct, frozen=True):
    """Where a list goes on, and with which scraper; a cursor of None keeps the one that there is."""

    scraper: str
    cursor: str | None


def member_target(item: ItemFound) -> Target:
    """The target that an item of a list would be by itself."""
    try:
        return identify(item.url)
    except BowerbirdError:
        return Target(
            url=item.url, platform=item.platform, kind=item.kind, platform_id=item.platform_id, canonical_url=item.url
        )


def add_saved(
    db: sqlite3.Connection, parent: ClaimedJob, target: Target, title: str | None, item_id: int, place: Place
) -> None:
    """A member was filed: a completed row, and the list's place, in one commit."""
    with transaction(db):
        member_id = _member(db, parent, target, title)
        db.execute(
            """
            UPDATE jobs SET status = 'completed', progress = 100, item_id = :item, scraper = :scraper,
                   started_at = coalesce(started_at, :now), completed_at = :now, updated_at = :now, wait_reason = NULL,
                   not_before = NULL, error_code = NULL, error_message = NULL, hint = NULL WHERE id = :id
            """,
            {"item": item_id, "scraper": place.scraper, "now": now(), "id": member_id},
        )
        size = db.execute("SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = ?", (item_id,)).fetchone()[0]
        # Whoever gets on is not at the end of its tries.
        db.execute("UPDATE jobs SET bytes_saved = bytes_saved + ?, retry_count = 0 WHERE id = ?", (size, parent.id))
        _advance(db, parent, place)


def add_skipped(
    db: sqlite3.Connection, parent: ClaimedJob, target: Target, title: str | None, error: ErrorReport, place: Place
) -> None:
    """A member can't be had: a failed row with the reason, and the list's place, in one commit.

    What is saved already stays so.
    """
    with transaction(db):
        member_id = _member(db, parent, target, title)
        db.execute(
            """
            UPDATE jobs SET status = 'failed', scraper = :scraper, error_code = :code, error_message = :message,
                   hint = :hint, completed_at = :now, updated_at = :now WHERE id = :id AND status <> 'completed'
            """,
            {"scraper": place.scraper, "now": now(), "id": member_id, **msgspec.structs.asdict(error)},
        )
        _advance(db, parent, place)


def skipped_target(parent: ClaimedJob, url: str) -> Target:
    """The target of a member that can't be had."""
    try:
        return identify(url)
    except BowerbirdError:
        return Target(url=url, platform=parent.target.platform, kind="page", canonical_url=url)


def add_known(db: sqlite3.Connection, parent: ClaimedJob, keys: Sequence[str]) -> frozenset[str]:
    """Of these keys those that are in the archive: they are done, and counted once however often they are asked for.

    With `force` there are none: everything is wanted anew.
    """
    known = {} if parent.options.force else archived_ids(db, keys)
    if known:
        with transaction(db):
            _note_known(db, parent.id, known.values())
    return frozenset(known)


def describe(db: sqlite3.Connection, parent: ClaimedJob, page: ListPage, scraper: str) -> None:
    """What a list is called, how many members the platform names, and where it goes on."""
    with transaction(db):
        db.execute(
            """
            UPDATE jobs SET title = coalesce(?, title), kind = coalesce(?, kind),
                   items_total = max(coalesce(?, 0), coalesce(items_total, 0)), updated_at = ? WHERE id = ?
            """,
            (page.title, page.kind, page.total, now(), parent.id),
        )
        if page.cursor is not None:
            _advance(db, parent, Place(scraper, page.cursor))


def was_seen_whole(db: sqlite3.Connection, job: ClaimedJob) -> bool:
    """Whether a job before this one came to the end of the same list."""
    sql = """
        SELECT 1 FROM jobs WHERE target_key = ? AND status = 'completed' AND streamed AND cursor IS NULL AND id <> ?
        UNION ALL SELECT 1 FROM lists_seen WHERE target_key = ? LIMIT 1
    """
    return db.execute(sql, (job.target_key, job.id, job.target_key)).fetchone() is not None


def end_at(db: sqlite3.Connection, parent: ClaimedJob, cursor: str | None) -> None:
    """The scraper came to its end: with a cursor there is more, and a person decides; without one all was seen."""
    with transaction(db):
        db.execute("UPDATE jobs SET cursor = ?, updated_at = ? WHERE id = ?", (cursor, now(), parent.id))


def _member(db: sqlite3.Connection, parent: ClaimedJob, target: Target, title: str | None) -> str:
    """The id of a member's row, which is written where there is none."""
    key = target_key(target)
    row = db.execute("SELECT id FROM jobs WHERE target_key = ? AND parent_id = ?", (key, parent.id)).fetchone()
    if row:
        return str(row["id"])
    job = NewJob(
        id=str(uuid.uuid4()), target=target, key=key, parent_id=parent.id, title=title, priority=parent.priority - 1,
        options=msgspec.structs.replace(parent.options, max_items=None), incognito=parent.incognito,
    )  # fmt: skip
    insert_job(db, job, capture_id=None)
    return job.id


def _advance(db: sqlite3.Connection, parent: ClaimedJob, place: Place) -> None:
    # From its first member on it is as urgent as members are: less than what a person clicked singly.
    # The cursor of another scraper means nothing to this one.
    db.execute(
        """
        UPDATE jobs SET priority = priority - (streamed = 0), streamed = 1, items_total = coalesce(items_total, 0),
               cursor = CASE WHEN :cursor IS NOT NULL THEN :cursor WHEN scraper IS :scraper THEN cursor END,
               scraper = :scraper, updated_at = :now WHERE id = :id
        """,
        {"cursor": place.cursor, "scraper": place.scraper, "now": now(), "id": parent.id},
    )
    count(db, parent.id)


def _note_known(db: sqlite3.Connection, parent_id: str, item_ids: Iterable[int]) -> None:
    """Members that have a row of their own in this list are counted there."""
    db.executemany(
        """
        INSERT INTO known_members (list_id, item_id) SELECT :list, :item
        WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE item_id = :item AND parent_id = :list)
        ON CONFLICT (list_id, item_id) DO NOTHING
        """,
        [{"list": parent_id, "item": item_id} for item_id in item_ids],
    )
    db.execute(
        """
        UPDATE jobs SET priority = priority - (streamed = 0), streamed = 1, items_total = coalesce(items_total, 0),
               items_known = (SELECT count(*) FROM known_members WHERE list_id = jobs.id) WHERE id = ?
        """,
        (parent_id,),
    )
    count(db, parent_id)

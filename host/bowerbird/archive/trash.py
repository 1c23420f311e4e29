"""Items that a person deleted: hidden at once, put back at any time, and removed for good after 30 days.

Their files stay where they are until then, so that nothing has to be moved and a stop at any point is harmless. The
site puts away and puts back, which are marks in a row; only the worker removes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Collection
from pathlib import PurePosixPath

import msgspec

from bowerbird.archive import pieces, placing, search, thumbnails
from bowerbird.clock import later, now
from bowerbird.database import transaction
from bowerbird.errors import JobError, RequestError
from bowerbird.settings import Settings

log = logging.getLogger("bowerbird.archive")

KEPT_DAYS = 30
KEPT_SECONDS = KEPT_DAYS * 24 * 3600.0
# So many are removed between two looks at the queue, or put back in one commit.
AT_ONCE = 20
# Where files can't be removed, because of their rights for example.
TRY_AGAIN_SECONDS = 24 * 3600.0

# Each table with rows of an item, in an order in which they can go. Cues go with their transcript.
_ROWS = (
    "UPDATE jobs SET item_id = NULL WHERE item_id = ?",
    *(
        f"DELETE FROM {table} WHERE item_id = ?"
        for table in (
            "known_members", "item_targets", "files", "transcripts", "collection_items", "snapshots", "comments",
            "tags", "provenance",
        )
    ),
    "DELETE FROM items WHERE id = ?",
)  # fmt: skip


class Trashed(msgspec.Struct, frozen=True, kw_only=True):
    """An item in the trash; `bytes` are those of its files. `is_going` says that there is no way back any more.

    Of its picture only the nine colours of `blur` are shown, for no address leads to what was deleted.
    """

    id: int
    platform: str
    kind: str
    title: str | None
    creator: str | None
    url: str
    deleted_at: str
    is_going: bool
    bytes: int
    blur: str


_SELECT = """
    SELECT id, platform, kind, title, uploader AS creator, url, deleted_at, purge_at IS NOT NULL AS is_going,
           thumbnail_blur AS blur,
           (SELECT coalesce(sum(file_size), 0) FROM files WHERE item_id = items.id) AS bytes
    FROM items WHERE deleted_at IS NOT NULL
"""


def put_away(db: sqlite3.Connection, item_id: int) -> None:
    """Hide an item; doing it again changes nothing. Raises RequestError `not_found`."""
    with transaction(db):
        cursor = db.execute("UPDATE items SET deleted_at = coalesce(deleted_at, ?) WHERE id = ?", (now(), item_id))
        if not cursor.rowcount:
            raise _not_there()


def put_away_all(db: sqlite3.Connection, item_ids: Collection[int], moment: str) -> int:
    """Hide several items and return how many were shown; `moment`, a stored time, is what `put_back_all` takes.

    One transaction: the caller asks for few at a time.
    """
    sql = """
        UPDATE items SET deleted_at = ? WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?))
    """
    with transaction(db):
        return db.execute(sql, (moment, json.dumps([*item_ids]))).rowcount


def put_back_all(db: sqlite3.Connection, moment: str) -> int:
    """Show some of the items again that were put away at this moment; how many, 0 when all are back.

    At most AT_ONCE in one transaction. Those whose files are being removed stay where they are.
    """
    sql = """
        UPDATE items SET deleted_at = NULL WHERE id IN (
            SELECT id FROM items WHERE deleted_at = ? AND purge_at IS NULL LIMIT ?)
    """
    with transaction(db):
        return db.execute(sql, (moment, AT_ONCE)).rowcount


def put_back(db: sqlite3.Connection, item_id: int) -> None:
    """Show an item again; doing it again changes nothing.

    Raises RequestError `not_found`, or `wrong_state` where its files are being removed.
    """
    with transaction(db):
        row = db.execute("SELECT purge_at FROM items WHERE id = ?", (item_id,)).fetchone()
        if row is None:
            raise _not_there()
        if row["purge_at"]:
            raise RequestError("wrong_state", "Its files are being removed.", "Save it again from where it came.")
        db.execute("UPDATE items SET deleted_at = NULL WHERE id = ?", (item_id,))


def give_up(db: sqlite3.Connection, item_id: int) -> None:
    """Let the worker remove what is in the trash without waiting. Raises RequestError `not_found`, `wrong_state`."""
    with transaction(db):
        row = db.execute("SELECT deleted_at FROM items WHERE id = ?", (item_id,)).fetchone()
        if row is None:
            raise _not_there()
        if row["deleted_at"] is None:
            raise RequestError("wrong_state", "This is not in the trash any more.", "Look at it before you delete it.")
        db.execute("UPDATE items SET purge_at = coalesce(purge_at, ?) WHERE id = ?", (now(), item_id))


def _not_there() -> RequestError:
    return RequestError("not_found", "There is no such item in the archive.", "It may have been removed for good.")


def trashed(db: sqlite3.Connection, item_id: int) -> Trashed | None:
    """One item, if it lies in the trash."""
    row = db.execute(f"{_SELECT} AND id = ?", (item_id,)).fetchone()
    return _shaped(row) if row else None


def content(db: sqlite3.Connection, *, before: tuple[str, int] | None = None, limit: int = 60) -> tuple[Trashed, ...]:
    """What lies in the trash, last deleted first; `before` is `(deleted_at, id)` of the last one of the page before."""
    place = "" if before is None else "AND (deleted_at, id) < (?, ?)"
    sql = f"{_SELECT} {place} ORDER BY deleted_at DESC, id DESC LIMIT ?"
    return tuple(_shaped(row) for row in db.execute(sql, (*(before or ()), limit)))


def _shaped(row: sqlite3.Row) -> Trashed:
    fields = {name: row[name] for name in Trashed.__struct_fields__}
    return Trashed(**fields | {"is_going": bool(row["is_going"])})


_DUE = "deleted_at IS NOT NULL AND (purge_at <= :now OR (purge_at IS NULL AND deleted_at < :old))"


def is_due(db: sqlite3.Connection) -> bool:
    """Whether something is to be removed for good now."""
    return db.execute(f"SELECT 1 FROM items WHERE {_DUE} LIMIT 1", _moments()).fetchone() is not None


def _moments() -> dict[str, str]:
    return {"now": now(), "old": later(-KEPT_SECONDS)}


def empty(db: sqlite3.Connection, settings: Settings, busy: Collection[str] = ()) -> int:
    """Remove for good what is due, but for platforms of which something is being filed; how many went.

    For the worker alone. Raises RequestError as `transaction`; files that can't be removed keep their item.
    """
    sql = f"SELECT id, platform, platform_id, folder FROM items WHERE {_DUE} ORDER BY deleted_at LIMIT {AT_ONCE}"
    due = [row for row in db.execute(sql, _moments()) if row["platform"] not in busy]
    return sum(_remove(db, settings, row) for row in due)


def _remove(db: sqlite3.Connection, settings: Settings, item: sqlite3.Row) -> bool:
    """Whether the item is gone. It is marked first, so that nobody puts back what is half removed."""
    if not _mark(db, item["id"], now()):
        return False
    paths = [row[0] for row in db.execute("SELECT file_path FROM files WHERE item_id = ?", (item["id"],))]
    try:
        thumbnails.remove(db, settings.archive, item["id"])
        with contextlib.suppress(JobError):
            pieces.remove(settings.archive, item["id"])
        placing.remove_item(settings.archive, PurePosixPath(item["folder"]), item["platform_id"], paths)
    except OSError as error:
        log.warning("item=%d its files can't be removed: %s", item["id"], error.strerror)
        _mark(db, item["id"], later(TRY_AGAIN_SECONDS))
        return False
    with transaction(db):
        search.remove(db, item["id"])
        for sql in _ROWS:
            db.execute(sql, (item["id"],))
    return True


def _mark(db: sqlite3.Connection, item_id: int, moment: str) -> bool:
    with transaction(db):
        sql = "UPDATE items SET purge_at = ? WHERE id = ? AND deleted_at IS NOT NULL"
        return db.execute(sql, (moment, item_id)).rowcount > 0

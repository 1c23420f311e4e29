"""What pages show of the archive: items, their files, words and history. Lists are paged by keyset, never by offset."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from bowerbird.archive import provenance
from bowerbird.model import Origin
from bowerbird.scraping import Chapter, Cue

MOST_FILES = 500
MOST_SNAPSHOTS = 400
MOST_CUES = 50_000
MOST_TAGS = 200

Shape = TypeVar("Shape", bound=msgspec.Struct)


class PlatformTotal(msgspec.Struct, frozen=True):
    """How much of one platform is kept; `bytes` counts all files of its items."""

    platform: str
    items: int
    bytes: int


class ArchiveTotals(msgspec.Struct, frozen=True):
    """How much is kept, and of which platforms, the largest first."""

    platforms: tuple[PlatformTotal, ...] = ()

    @property
    def items(self) -> int:
        """Items of all platforms."""
        return sum(one.items for one in self.platforms)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(one.bytes for one in self.platforms)


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an item; `path` is relative to the archive folder, `size` in bytes."""

    id: int
    path: str
    file_type: str
    size: int
    sha256: str
    position: int | None
    width: int | None
    height: int | None
    duration: float | None


class TranscriptHead(msgspec.Struct, frozen=True, kw_only=True):
    """A transcript without its cues."""

    id: int
    language: str
    origin: Origin


class KeptComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment of an item; `parent_id` is the `platform_id` of the one which it answers."""

    id: int
    platform_id: str | None
    parent_id: str | None
    author: str | None
    text: str
    like_count: int | None
    written_at: str | None


class Creator(msgspec.Struct, frozen=True, kw_only=True):
    """Who made it."""

    id: int
    platform: str
    name: str | None
    handle: str | None
    url: str | None
    biography: str | None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one day, as the platform told them."""

    taken_at: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None


class CollectionHead(msgspec.Struct, frozen=True, kw_only=True):
    """A collection that an item is in."""

    id: int
    kind: str
    title: str | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one item but its cues and comments.

    `note` is what scrapers remarked, `own_note` is the person's, `resume_seconds` where the person stopped, `pieces_at`
    when small pictures of its pieces were made (None: there are none).
    """

    id: int
    platform: str
    platform_id: str
    kind: str
    title: str | None
    description: str | None
    url: str
    folder: str
    upload_date: str | None
    taken_at: str | None
    duration: float | None
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    hashtags: tuple[str, ...]
    location: str | None
    uploader: str | None
    chapters: tuple[Chapter, ...]
    note: str | None
    own_note: str | None
    resume_seconds: float | None
    captured_at: str
    updated_at: str
    gone_at: str | None
    pieces_at: str | None
    creator: Creator | None
    files: tuple[File, ...]
    transcripts: tuple[TranscriptHead, ...]
    snapshots: tuple[Snapshot, ...]
    tags: tuple[str, ...]
    collections: tuple[CollectionHead, ...]
    provenance: provenance.Provenance | None

    def files_of(self, *file_types: str) -> tuple[File, ...]:
        """Its files of these types, in their order."""
        return tuple(file for file in self.files if file.file_type in file_types)


_FILE_COLUMNS = "id, file_path AS path, file_type, file_size AS size, sha256, position, width, height, duration"
# What is looked at or listened to comes first.
_BY_USE = "ORDER BY file_type NOT IN ('video', 'audio', 'image'), position, id"
_HEAD = "SELECT id, language, origin FROM transcripts"
# A transcript by hand comes before an automatic one, that before a translated one.
_BY_ORIGIN = "ORDER BY CASE origin WHEN 'manual' THEN 0 WHEN 'automatic' THEN 1 ELSE 2 END, id"


def totals(db: sqlite3.Connection) -> ArchiveTotals:
    """How much is kept; kept up to date by triggers, so it costs the same in any archive."""
    rows = db.execute("SELECT platform, items, bytes FROM totals WHERE items > 0 OR bytes > 0 ORDER BY bytes DESC")
    return ArchiveTotals(tuple(PlatformTotal(*row) for row in rows))


def item(db: sqlite3.Connection, item_id: int) -> Item | None:
    """One item, or None where there is none of that id or it is in the trash."""
    row = db.execute("SELECT * FROM items WHERE id = ? AND deleted_at IS NULL", (item_id,)).fetchone()
    if row is None:
        return None
    return _shaped(
        Item,
        row,
        hashtags=msgspec.json.decode(row["hashtags"], type=tuple[str, ...]),
        chapters=msgspec.json.decode(row["chapters"], type=tuple[Chapter, ...]),
        creator=creator(db, row["creator_id"]),
        files=_files(db, item_id),
        transcripts=_transcripts(db, item_id),
        snapshots=_snapshots(db, item_id),
        tags=tuple(row[0] for row in db.execute("SELECT tag FROM tags WHERE item_id = ?", (item_id,))),
        collections=_collections(db, item_id),
        provenance=provenance.of_item(db, item_id),
    )


def creator(db: sqlite3.Connection, creator_id: int | None) -> Creator | None:
    """One creator, or None."""
    return _first(Creator, db.execute("SELECT * FROM creators WHERE id = ?", (creator_id,)))


def cues(db: sqlite3.Connection, transcript_id: int, *, since: float = 0.0, limit: int = MOST_CUES) -> tuple[Cue, ...]:
    """The timed lines of a transcript in their order, from the second `since` on."""
    sql = "SELECT start, duration, text FROM cues WHERE transcript_id = ? AND start >= ? ORDER BY start LIMIT ?"
    return tuple(Cue(*row) for row in db.execute(sql, (transcript_id, since, limit)))


def tags(db: sqlite3.Connection, *, limit: int = MOST_TAGS) -> tuple[str, ...]:
    """Tags that the person gave before, in their order: so many to choose from again, or all where `limit` is -1."""
    # each step leaps to the next tag in the index: the cost is that of the answer, not of all tagged items
    sql = """
        WITH RECURSIVE known(tag) AS (
            SELECT min(tag) FROM tags
            UNION ALL SELECT (SELECT min(tag) FROM tags WHERE tag > known.tag) FROM known WHERE known.tag IS NOT NULL
        ) SELECT tag FROM known WHERE tag IS NOT NULL LIMIT ?
    """
    return tuple(row[0] for row in db.execute(sql, (limit,)))


def comments(
    db: sqlite3.Connection, item_id: int, *, after: int | None = None, limit: int = 50
) -> tuple[KeptComment, ...]:
    """The comments of an item in the order in which they came; `after` is the id of the last one of the page before."""
    sql = "SELECT * FROM comments WHERE item_id = ? AND id > ? ORDER BY id LIMIT ?"
    return tuple(_shaped(KeptComment, row) for row in db.execute(sql, (item_id, after or 0, limit)))


def comments_kept(db: sqlite3.Connection, item_id: int) -> int:
    """How many comments of an item are kept."""
    return int(db.execute("SELECT count(*) FROM comments WHERE item_id = ?", (item_id,)).fetchone()[0])


def file_type(db: sqlite3.Connection, file_path: str) -> str | None:
    """What kind of file this is, or None where the archive knows no such file."""
    row = db.execute(
        "SELECT file_type FROM files JOIN items ON items.id = files.item_id WHERE file_path = ? AND deleted_at IS NULL",
        (file_path,),
    ).fetchone()
    return row["file_type"] if row else None


def file_paths(db: sqlite3.Connection, item_ids: Sequence[int], types: Sequence[str]) -> list[str]:
    """Paths of the files of these types, item by item in their order; of what is in the trash, none."""
    sql = f"""
        SELECT file_path FROM json_each(:items) AS asked JOIN items ON items.id = asked.value AND deleted_at IS NULL
        JOIN files ON files.item_id = items.id AND file_type IN (SELECT value FROM json_each(:types))
        ORDER BY asked.key, position IS NULL, position, files.id LIMIT {MOST_FILES * len(item_ids)}
    """
    values = {"items": json.dumps([*item_ids]), "types": json.dumps([*types])}
    return [row["file_path"] for row in db.execute(sql, values)]


def urls(db: sqlite3.Connection, item_ids: Sequence[int]) -> list[str]:
    """Where these items come from; of what is in the trash or not there, nothing."""
    sql = "SELECT url FROM items WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?))"
    return [row["url"] for row in db.execute(sql, (json.dumps([*item_ids]),))]


def gave(db: sqlite3.Connection, job_id: str) -> list[tuple[str, int]]:
    """Of a list: each scraper and how many members it gave, the most first."""
    sql = """
        SELECT scraper, count(*) FROM jobs WHERE parent_id = ? AND status = 'completed' AND scraper IS NOT NULL
        GROUP BY scraper ORDER BY 2 DESC
    """
    return [(scraper, count) for scraper, count in db.execute(sql, (job_id,))]


def attempts(db: sqlite3.Connection, job_id: str) -> list[dict[str, Any]]:
    """The runs of a job, first to last, with what the program said (redacted when it was written)."""
    sql = "SELECT * FROM attempts WHERE job_id = ? ORDER BY id LIMIT 100"
    return [dict(row) for row in db.execute(sql, (job_id,))]


def _files(db: sqlite3.Connection, item_id: int) -> tuple[File, ...]:
    sql = f"SELECT {_FILE_COLUMNS} FROM files WHERE item_id = ? {_BY_USE} LIMIT {MOST_FILES}"
    return tuple(_shaped(File, row) for row in db.execute(sql, (item_id,)))


def _transcripts(db: sqlite3.Connection, item_id: int) -> tuple[TranscriptHead, ...]:
    rows = db.execute(f"{_HEAD} WHERE item_id = ? {_BY_ORIGIN}", (item_id,))
    return tuple(_shaped(TranscriptHead, row) for row in rows)


def _snapshots(db: sqlite3.Connection, item_id: int) -> tuple[Snapshot, ...]:
    sql = f"SELECT * FROM snapshots WHERE item_id = ? ORDER BY taken_at DESC LIMIT {MOST_SNAPSHOTS}"
    return tuple(_shaped(Snapshot, row) for row in db.execute(sql, (item_id,)))[::-1]


def _collections(db: sqlite3.Connection, item_id: int) -> tuple[CollectionHead, ...]:
    sql = """
        SELECT collections.id, kind, title FROM collection_items JOIN collections ON collections.id = collection_id
        WHERE item_id = ? ORDER BY collections.id LIMIT 20
    """
    return tuple(_shaped(CollectionHead, row) for row in db.execute(sql, (item_id,)))


def _first(shape: type[Shape], rows: sqlite3.Cursor) -> Shape | None:
    row = rows.fetchone()
    return _shaped(shape, row) if row else None


def _shaped(shape: type[Shape], row: sqlite3.Row, **others: object) -> Shape:
    columns = set(row.keys())
    from_row = {name: row[name] for name in shape.__struct_fields__ if name in columns and name not in others}
    return shape(**from_row, **others)

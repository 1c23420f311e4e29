"""The rows of items: creators, counts, files and transcripts.

But for `add_creator` and `add_counts` each function is part of its caller's transaction.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

import msgspec

from bowerbird import clock
from bowerbird.archive import captions, search
from bowerbird.archive.keys import item_key
from bowerbird.archive.placing import ReadyFile
from bowerbird.database import transaction
from bowerbird.model import GROWING_KINDS
from bowerbird.scraping import Counts, ItemFound, ScrapedCreator, TranscriptReady

_ITEM_COLUMNS = (
    "platform", "platform_id", "kind", "creator_id", "uploader", "uploader_id", "title", "description", "url", "folder",
    "upload_date", "taken_at", "duration", "view_count", "like_count", "comment_count", "hashtags", "location",
    "chapters", "note", "captured_at", "updated_at",
)  # fmt: skip
# What the platform does not tell this time stays as it was told before.
_KEPT_IF_UNTOLD = (
    "creator_id", "uploader", "uploader_id", "title", "description", "upload_date", "taken_at", "duration",
    "view_count", "like_count", "comment_count", "location", "note",
)  # fmt: skip
_UPSERT_ITEM = (
    f"INSERT INTO items ({', '.join(_ITEM_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _ITEM_COLUMNS)})"
    " ON CONFLICT (platform, platform_id) DO UPDATE SET"
    " kind = excluded.kind, url = excluded.url, updated_at = excluded.updated_at, gone_at = NULL, deleted_at = NULL,"
    " purge_at = NULL,"
    " hashtags = CASE excluded.hashtags WHEN '[]' THEN hashtags ELSE excluded.hashtags END,"
    " chapters = CASE excluded.chapters WHEN '[]' THEN chapters ELSE excluded.chapters END, "
    + ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in _KEPT_IF_UNTOLD)
    + " RETURNING id"
)
_UPSERT_CREATOR = (
    "INSERT INTO creators (platform, platform_id, handle, name, url, biography, created_at, updated_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (platform, platform_id) DO UPDATE SET"
    " handle = coalesce(excluded.handle, handle), name = coalesce(excluded.name, name),"
    " url = coalesce(excluded.url, url), biography = coalesce(excluded.biography, biography),"
    " updated_at = excluded.updated_at RETURNING id"
)
_UPDATE_COUNTS = """
    UPDATE items SET view_count = coalesce(:view_count, view_count), like_count = coalesce(:like_count, like_count),
           comment_count = coalesce(:comment_count, comment_count)
    WHERE platform = :platform AND platform_id = :platform_id RETURNING id
"""
_FILE_COLUMNS = (
    "job_id", "item_id", "file_path", "file_type", "file_size", "sha256", "position", "width", "height", "duration",
    "key", "created_at",
)  # fmt: skip
_UPSERT_FILE = (
    f"INSERT INTO files ({', '.join(_FILE_COLUMNS)}) VALUES ({', '.join('?' * len(_FILE_COLUMNS))})"
    " ON CONFLICT (file_path) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _FILE_COLUMNS if name != "file_path")
)


def stored(db: sqlite3.Connection, item: ItemFound) -> sqlite3.Row | None:
    """The id and folder of this item, if it was ever filed."""
    found: sqlite3.Row | None = db.execute(
        "SELECT id, folder FROM items WHERE platform = ? AND platform_id = ?", (item.platform, item.platform_id)
    ).fetchone()
    return found


def is_taken(db: sqlite3.Connection, folder: PurePosixPath) -> bool:
    """Whether an item has this folder, on a disk that does not tell capitals from small letters."""
    return db.execute("SELECT 1 FROM items WHERE folder = ? COLLATE NOCASE", (str(folder),)).fetchone() is not None


def save_item(db: sqlite3.Connection, item: ItemFound, folder: PurePosixPath, notes: Collection[str]) -> int:
    """Write what is known of an item, its creator and their counts; returns the item's id."""
    now = clock.now()
    known = stored(db, item)
    before = search.item_words(db, known["id"]) if known else None
    creator_id = _save_creator(db, item.platform, item.creator, now) if item.creator else None
    row = _item_row(item, creator_id) | {
        "folder": str(folder), "note": "\n".join(notes) or None, "captured_at": now, "updated_at": now,
    }  # fmt: skip
    item_id = int(db.execute(_UPSERT_ITEM, row).fetchall()[0][0])
    search.reindex_item(db, item_id, before)
    _add_item_snapshot(db, item_id, item, now)
    return item_id


def _item_row(item: ItemFound, creator_id: int | None) -> dict[str, object]:
    creator = item.creator
    return {
        "platform": item.platform,
        "platform_id": item.platform_id,
        "kind": item.kind,
        "creator_id": creator_id,
        "uploader": (creator.name or creator.handle) if creator else None,
        "uploader_id": creator.handle if creator else None,
        "title": _storable(item.title),
        "description": _storable(item.description),
        "url": item.url,
        "upload_date": item.upload_date,
        "taken_at": item.taken_at,
        "duration": item.duration,
        "view_count": item.view_count,
        "like_count": item.like_count,
        "comment_count": item.comment_count,
        "hashtags": msgspec.json.encode(item.hashtags).decode(),
        "location": item.location,
        "chapters": msgspec.json.encode(item.chapters).decode(),
    }


def _save_creator(db: sqlite3.Connection, platform: str, creator: ScrapedCreator, now: str) -> int:
    told = (creator.handle, creator.name, creator.url, creator.biography)
    row = db.execute(_UPSERT_CREATOR, (platform, creator.platform_id, *told, now, now)).fetchall()[0]
    creator_id = int(row[0])
    if creator.follower_count is None and creator.post_count is None:
        return creator_id
    db.execute(
        "INSERT INTO snapshots (creator_id, taken_at, follower_count, post_count)"
        " SELECT :creator, :now, :followers, :posts"
        " WHERE NOT EXISTS (SELECT 1 FROM snapshots WHERE creator_id = :creator AND taken_at >= substr(:now, 1, 16)"
        " AND follower_count IS :followers AND post_count IS :posts)",
        {"creator": creator_id, "now": now, "followers": creator.follower_count, "posts": creator.post_count},
    )
    return creator_id


def add_creator(db: sqlite3.Connection, platform: str, creator: ScrapedCreator) -> int:
    """Write what the platform says of somebody, with dated counts, in a transaction of its own; returns the id."""
    with transaction(db):
        return _save_creator(db, platform, creator, clock.now())


def add_counts(db: sqlite3.Connection, platform: str, found: Iterable[Counts]) -> None:
    """Write what the platform counts now of items that are archived, in a transaction of its own."""
    now = clock.now()
    with transaction(db):
        for one in found:
            row = db.execute(_UPDATE_COUNTS, {"platform": platform, **msgspec.structs.asdict(one)}).fetchone()
            if row:
                _add_item_snapshot(db, int(row["id"]), one, now)


def _add_item_snapshot(db: sqlite3.Connection, item_id: int, item: ItemFound | Counts, now: str) -> None:
    """One dated row of counts; the same counts within one minute, as after a double click, are one row."""
    if item.view_count is None and item.like_count is None and item.comment_count is None:
        return
    db.execute(
        "INSERT INTO snapshots (item_id, taken_at, view_count, like_count, comment_count)"
        " SELECT :item, :now, :views, :likes, :comments"
        " WHERE NOT EXISTS (SELECT 1 FROM snapshots WHERE item_id = :item AND taken_at >= substr(:now, 1, 16)"
        " AND view_count IS :views AND like_count IS :likes AND comment_count IS :comments)",
        {
            "item": item_id,
            "now": now,
            "views": item.view_count,
            "likes": item.like_count,
            "comments": item.comment_count,
        },
    )


def save_targets(db: sqlite3.Connection, item_id: int, item: ItemFound, target_key: str) -> None:
    """Remember under which keys the item is known: the job's target and its own."""
    db.executemany(
        "INSERT INTO item_targets (target_key, item_id) VALUES (?, ?)"
        " ON CONFLICT (target_key) DO UPDATE SET item_id = excluded.item_id",
        {(target_key, item_id), (item_key(item.platform, item.platform_id), item_id)},
    )


def save_files(
    db: sqlite3.Connection, item_id: int, job_id: str, folder: PurePosixPath, files: Iterable[ReadyFile]
) -> None:
    """Write a row for each file that was placed."""
    now = clock.now()
    db.executemany(
        _UPSERT_FILE,
        [
            (job_id, item_id, str(folder / file.name), file.file_type, file.size, file.sha256, file.position,
             file.width, file.height, file.duration, file.key, now)
            for file in files
        ],
    )  # fmt: skip


def measure_duration(db: sqlite3.Connection, item_id: int) -> None:
    """Let an item last as long as its only piece does, where its site does not tell how long that is."""
    db.execute(
        """
        UPDATE items SET duration = (
            SELECT max(duration) FROM files WHERE item_id = items.id AND file_type IN ('video', 'audio', 'image')
        )
        WHERE id = ? AND duration IS NULL AND 1 = (
            SELECT count(*) FROM files WHERE item_id = items.id AND file_type IN ('video', 'audio', 'image')
        )
        """,
        (item_id,),
    )


def grows(db: sqlite3.Connection, item_id: int) -> bool:
    """Whether an item is of a kind to which its site adds files."""
    row = db.execute("SELECT kind FROM items WHERE id = ?", (item_id,)).fetchone()
    return row is not None and row["kind"] in GROWING_KINDS


def kept_files(db: sqlite3.Connection, item_id: int) -> tuple[tuple[str, int], ...]:
    """Key and position of those files of an item that have a key."""
    sql = "SELECT key, coalesce(position, 1) FROM files WHERE item_id = ? AND key IS NOT NULL ORDER BY position"
    return tuple((key, position) for key, position in db.execute(sql, (item_id,)))


def drop_superseded(db: sqlite3.Connection, item_id: int, folder: PurePosixPath, files: Collection[ReadyFile]) -> None:
    """Forget the item's older files of the types that came anew. Other languages of transcripts stay."""
    types = {file.file_type for file in files} - {"transcript"}
    current = {str(folder / file.name) for file in files}
    rows = db.execute("SELECT id, file_path, file_type FROM files WHERE item_id = ?", (item_id,)).fetchall()
    old = [(row["id"],) for row in rows if row["file_type"] in types and row["file_path"] not in current]
    db.executemany("DELETE FROM files WHERE id = ?", old)


def file_names(db: sqlite3.Connection, item_id: int) -> set[str]:
    """The names of all files of an item in its folder."""
    rows = db.execute("SELECT file_path FROM files WHERE item_id = ?", (item_id,))
    return {PurePosixPath(row[0]).name for row in rows}


def save_transcript(db: sqlite3.Connection, item_id: int, transcript: TranscriptReady) -> None:
    """Write a transcript and its cues, in place of an older one of the same language and origin."""
    cues = captions.clean_cues(transcript.cues)
    text = captions.as_text(cues)
    known = db.execute(
        "SELECT id FROM transcripts WHERE item_id = ? AND language = ? AND origin = ?",
        (item_id, transcript.language, transcript.origin),
    ).fetchone()
    transcript_id = int(known[0]) if known else _next_transcript_id(db, item_id)
    before = search.transcript_words(db, transcript_id)
    db.execute(
        "INSERT INTO transcripts (id, item_id, language, origin, text) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET text = excluded.text",
        (transcript_id, item_id, transcript.language, transcript.origin, text),
    )
    search.reindex_transcript(db, transcript_id, before)
    db.execute("DELETE FROM cues WHERE transcript_id = ?", (transcript_id,))
    db.executemany(
        "INSERT INTO cues (transcript_id, start, duration, text) VALUES (?, ?, ?, ?)",
        [(transcript_id, cue.start, cue.duration, captions.as_line(cue)) for cue in cues],
    )


def _next_transcript_id(db: sqlite3.Connection, item_id: int) -> int:
    last = db.execute("SELECT max(id) FROM transcripts WHERE item_id = ?", (item_id,)).fetchone()[0]
    return item_id * search.TRANSCRIPTS_PER_ITEM if last is None else int(last) + 1


def _storable(text: str | None) -> str | None:
    """Text as NFC, so that it reads and compares the same, without the half characters that UTF-8 can't hold."""
    return text and unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())

"""Small pictures of the pieces of items that have several, for the strip below them.

Like thumbnails they are derived, lie in `.thumbnails/`, and are made again where that folder is gone. Those of an item
stand in a folder of its own, which goes with it.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import msgspec

from bowerbird.archive.names import inside
from bowerbird.archive.thumbnails import FOLDER, ITEMS_A_FOLDER, mark_of_moment, move_into_place
from bowerbird.clock import now
from bowerbird.database import transaction

_DUE = "pieces_due AND deleted_at IS NULL"
# An item's page shows no more files.
_MOST_PIECES = 500


class UnpicturedPieces(msgspec.Struct, frozen=True):
    """An item whose pieces have no small pictures yet; each source is the id of a file and its path in the archive."""

    item_id: int
    updated_at: str
    sources: tuple[tuple[int, str], ...]


def any_due(db: sqlite3.Connection) -> bool:
    """Whether the pieces of an item wait for their pictures."""
    return db.execute(f"SELECT 1 FROM items WHERE {_DUE} LIMIT 1").fetchone() is not None


def due(db: sqlite3.Connection, limit: int) -> tuple[UnpicturedPieces, ...]:
    """Items whose pieces wait for their pictures, the newest first."""
    rows = db.execute(f"SELECT id, updated_at FROM items WHERE {_DUE} ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return tuple(UnpicturedPieces(item_id, updated_at, _sources(db, item_id)) for item_id, updated_at in rows)


def _sources(db: sqlite3.Connection, item_id: int) -> tuple[tuple[int, str], ...]:
    sql = "SELECT id, file_path FROM files WHERE item_id = ? AND file_type = 'image' ORDER BY position, id LIMIT ?"
    return tuple((row[0], row[1]) for row in db.execute(sql, (item_id, _MOST_PIECES)))


def source(db: sqlite3.Connection, item_id: int, file_id: int) -> str | None:
    """The picture of a piece itself; None where there is none, or its item lies in the trash."""
    row = db.execute(
        "SELECT file_path FROM files JOIN items ON items.id = item_id"
        " WHERE files.id = ? AND item_id = ? AND file_type = 'image' AND deleted_at IS NULL",
        (file_id, item_id),
    ).fetchone()
    return row[0] if row else None


def place_of(item_id: int, file_id: int) -> str:
    """Where the small picture of a piece lies, relative to the archive."""
    return f"{_folder_of(item_id)}/{file_id}.webp"


def address_of(item_id: int, file_id: int, made_at: str) -> str:
    """The path of the site at which a small picture of a piece is; `made_at` is the moment at which it was made."""
    return f"/thumbnails/{item_id}/piece-{file_id}.webp?v={mark_of_moment(made_at)}"


def _folder_of(item_id: int) -> str:
    return f"{FOLDER}/{item_id // ITEMS_A_FOLDER}/{item_id}"


def keep(archive: Path, item_id: int, file_id: int, made: Path) -> None:
    """Move a small picture from the child's folder into its place. Raises JobError `unsafe_file`, OSError."""
    move_into_place(made, inside(archive, place_of(item_id, file_id)))


def finish(db: sqlite3.Connection, archive: Path, item: UnpicturedPieces) -> None:
    """Note that all are made that can be; where the item was saved again or removed meanwhile, they go.

    Raises JobError `unsafe_file`, OSError.
    """
    with transaction(db):
        cursor = db.execute(
            "UPDATE items SET pieces_due = 0, pieces_at = ? WHERE id = ? AND updated_at = ?",
            (now(), item.item_id, item.updated_at),
        )
    if not cursor.rowcount:
        remove(archive, item.item_id)


def remove(archive: Path, item_id: int) -> None:
    """Remove the small pictures of an item's pieces. Raises JobError `unsafe_file`, OSError."""
    folder = inside(archive, _folder_of(item_id))
    if folder.is_dir():
        shutil.rmtree(folder)

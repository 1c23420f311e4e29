"""Small pictures of items: which are missing, where they lie, and what is known of them.

They are derived from what was saved, so they lie in one folder of their own, `.thumbnails/`, which a backup may leave
out: where the folder is gone they are made again.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote

import msgspec

from bowerbird.archive.names import inside
from bowerbird.clock import now
from bowerbird.database import json_list, transaction
from bowerbird.errors import JobError
from bowerbird.scraping import ThumbnailsMade

FOLDER = ".thumbnails"
# Two levels, because folders with a million names are slow to list.
ITEMS_A_FOLDER = 1000
_MOST_SOURCES = 3
_MAGIC = b"RIFF"
# What stands between the digits of a stored time.
_NO_SIGNS = str.maketrans("", "", "-:.TZ")

_MISSING = "thumbnails_at IS NULL AND deleted_at IS NULL"
_SOURCES = """
    SELECT file_path FROM files WHERE item_id = ? AND file_type IN ('thumbnail', 'image', 'video', 'audio')
    ORDER BY CASE file_type WHEN 'thumbnail' THEN 0 WHEN 'image' THEN 1 WHEN 'video' THEN 2 ELSE 3 END, position
    LIMIT ?
"""


class Unpictured(msgspec.Struct, frozen=True):
    """An item without thumbnails, and the files that show it, the best first; paths are relative to the archive."""

    item_id: int
    updated_at: str
    sources: tuple[str, ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """How a list shows an item: by thumbnails of these widths, else by `source`, a file below the archive.

    Width and height are of what is shown, `mark` changes when the thumbnails do, `blur` holds nine colours.
    """

    item_id: int
    widths: tuple[int, ...]
    width: int | None
    height: int | None
    blur: str
    mark: str
    source: str | None


# The last columns of a query that has the table `items`; read by `picture_of`.
PICTURE_COLUMNS = """
    items.id AS picture_of, items.thumbnail_widths, items.thumbnail_width, items.thumbnail_height, items.thumbnail_blur,
    items.thumbnails_at,
    CASE WHEN items.thumbnail_widths = '' OR items.thumbnails_at IS NULL THEN (
        SELECT file_path FROM files WHERE item_id = items.id AND file_type IN ('thumbnail', 'image')
        ORDER BY file_type DESC, position LIMIT 1) END AS picture_source,
    CASE WHEN items.thumbnail_widths = '' OR items.thumbnails_at IS NULL THEN (
        SELECT width || ' ' || height FROM files WHERE item_id = items.id AND file_type IN ('thumbnail', 'image')
        ORDER BY file_type DESC, position LIMIT 1) END AS picture_shape
"""


# How many these are.
PICTURE_WIDTH = 8


def picture_of(row: sqlite3.Row) -> Picture:
    """What a row that ends with PICTURE_COLUMNS says."""
    # by their places: a page has a hundred rows, and each name is looked for among all names of its row
    item_id, kept_widths, width, height, blur, made_at, source_path, shape = row[-PICTURE_WIDTH:]
    widths = tuple(map(int, kept_widths.split())) if made_at else ()
    if not widths:
        width, height = map(int, shape.split()) if shape else (None, None)
    return Picture(
        item_id=item_id,
        widths=widths,
        width=width,
        height=height,
        blur=blur if widths else "",
        mark=made_at or "",
        source=source_path,
    )


def pictures(db: sqlite3.Connection, item_ids: Collection[int]) -> dict[int, Picture]:
    """How lists show these items, by their ids, in one query; of one that is not there, or in the trash, nothing."""
    if not item_ids:
        return {}
    rows = db.execute(
        f"SELECT {PICTURE_COLUMNS} FROM items WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL",
        (json_list(item_ids),),
    )
    return {picture.item_id: picture for picture in map(picture_of, rows)}


def address_of(picture: Picture, width: int) -> str:
    """Where the site has the thumbnail of this width, or the next larger one; its source where there is none.

    A path of the site; '' where nothing shows the item.
    """
    if not picture.widths:
        return f"/media/{quote(picture.source)}" if picture.source else ""
    return _address(picture, next((one for one in picture.widths if one >= width), picture.widths[-1]))


def addresses_of(picture: Picture) -> list[tuple[int, str]]:
    """All widths that there are, and where the site has a thumbnail of each."""
    return [(width, _address(picture, width)) for width in picture.widths]


def _address(picture: Picture, width: int) -> str:
    return f"/thumbnails/{picture.item_id}/{width}.webp?v={mark_of_moment(picture.mark)}"


def mark_of_moment(made_at: str) -> str:
    """What an address says of the moment at which its picture was made: it never shows another."""
    return made_at.translate(_NO_SIGNS)


def any_missing(db: sqlite3.Connection) -> bool:
    """Whether an item waits for its thumbnails."""
    return db.execute(f"SELECT 1 FROM items WHERE {_MISSING} LIMIT 1").fetchone() is not None


def missing(db: sqlite3.Connection, limit: int) -> tuple[Unpictured, ...]:
    """Items without thumbnails, the newest first: these are looked at first."""
    rows = db.execute(
        f"SELECT id, updated_at FROM items WHERE {_MISSING} ORDER BY id DESC LIMIT ?", (limit,)
    ).fetchall()
    return tuple(Unpictured(item_id, updated_at, _sources(db, item_id)) for item_id, updated_at in rows)


def _sources(db: sqlite3.Connection, item_id: int) -> tuple[str, ...]:
    return tuple(row[0] for row in db.execute(_SOURCES, (item_id, _MOST_SOURCES)))


def is_shown(db: sqlite3.Connection, item_id: int) -> bool:
    """Whether there is such an item, outside of the trash."""
    sql = "SELECT 1 FROM items WHERE id = ? AND deleted_at IS NULL"
    return db.execute(sql, (item_id,)).fetchone() is not None


def source(db: sqlite3.Connection, item_id: int) -> str | None:
    """The picture that shows an item best; None where it has none, or lies in the trash."""
    sql = (
        "SELECT file_path FROM files JOIN items ON items.id = item_id WHERE item_id = ? AND deleted_at IS NULL"
        " AND file_type IN ('thumbnail', 'image') ORDER BY file_type DESC, position LIMIT 1"
    )
    row = db.execute(sql, (item_id,)).fetchone()
    return row[0] if row else None


def place_of(item_id: int, width: int) -> str:
    """Where a thumbnail lies, relative to the archive."""
    return f"{FOLDER}/{item_id // ITEMS_A_FOLDER}/{item_id}-{width}.webp"


def keep(db: sqlite3.Connection, archive: Path, item: Unpictured, folder: Path, made: ThumbnailsMade | None) -> None:
    """Move thumbnails from the child's folder into their place and note them; None notes that there are none.

    Nothing is flushed: what a power cut takes is shown by its source. Where the item was saved again meanwhile it stays
    without, for another turn. Raises JobError `unsafe_file` for a file that is none of ours, OSError.
    """
    widths = [one.width for one in made.thumbnails] if made else []
    for width in widths:
        move_into_place(inside(folder, f"{width}.webp"), inside(archive, place_of(item.item_id, width)))
    shape = (made.width, made.height, made.blur) if made else (None, None, "")
    with transaction(db):
        db.execute(
            "UPDATE items SET thumbnails_at = ?, thumbnail_widths = ?, thumbnail_width = ?, thumbnail_height = ?,"
            " thumbnail_blur = ? WHERE id = ? AND updated_at = ?",
            (now(), " ".join(map(str, sorted(widths))), *shape, item.item_id, item.updated_at),
        )


def move_into_place(made: Path, place: Path) -> None:
    """Move what a child made to where it is served from. Raises JobError `unsafe_file` where it is none, OSError."""
    with made.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise JobError("unsafe_file", detail="this is no thumbnail")
    place.parent.mkdir(parents=True, exist_ok=True)
    made.chmod(0o600)
    made.replace(place)


def remove(db: sqlite3.Connection, archive: Path, item_id: int) -> None:
    """Remove an item's thumbnails. Raises OSError."""
    row = db.execute("SELECT thumbnail_widths FROM items WHERE id = ?", (item_id,)).fetchone()
    for width in (row[0] if row else "").split():
        with contextlib.suppress(JobError):
            inside(archive, place_of(item_id, int(width))).unlink(missing_ok=True)


def forget_where_removed(db: sqlite3.Connection, archive: Path) -> None:
    """Let all thumbnails be made again where somebody removed their folder."""
    if (archive / FOLDER).is_dir():
        return
    with transaction(db):
        db.execute("UPDATE items SET thumbnails_at = NULL WHERE thumbnail_widths <> '' AND thumbnails_at IS NOT NULL")
        db.execute("UPDATE items SET pieces_due = 1, pieces_at = NULL WHERE pieces_at IS NOT NULL")

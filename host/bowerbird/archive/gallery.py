"""Items as they stand on shelves: filtered, in an order, a page at a time.

A page costs the same in any archive. A filter that few items fit is asked first, and these are put in order. Where all
are common the index of the order is read, which holds all that filters ask, and only SCANNED entries of it: a page may
then hold less than it could, and goes on behind the last entry that was read.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Literal, NamedTuple

import msgspec

from bowerbird.archive.thumbnails import PICTURE_COLUMNS, Picture, picture_of
from bowerbird.database import json_list

FEW = 2_000
SCANNED = 10_000

OrderName = Literal["archived", "newest", "oldest", "longest", "viewed"]
# The value by which items are ordered, and an item's id, of the last one of a page.
Place = tuple[str | float, int]


class Order(NamedTuple):
    """Column and index of an order, and whether it begins with the largest."""

    column: str
    read_by: str
    descends: bool


ORDERS: dict[str, Order] = {
    "archived": Order("captured_at", "items_by_captured", True),
    "newest": Order("published", "items_by_published", True),
    "oldest": Order("published", "items_by_published", False),
    "longest": Order("seconds", "items_by_seconds", True),
    "viewed": Order("views", "items_by_views", True),
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which items to show: all conditions that are set must hold. `after` is `Gallery.next` of the page before."""

    platform: str | None = None
    creator_id: int | None = None
    collection_id: int | None = None
    kind: str | None = None
    year: int | None = None
    tag: str | None = None
    spoken: bool | None = None
    gone: bool | None = None
    order: OrderName = "archived"
    after: Place | None = None
    limit: int = 60


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it stands in a list; `pieces` counts its media files, `published` is a day, or a moment of it."""

    id: int
    platform: str
    kind: str
    title: str | None
    creator: str | None
    creator_id: int | None
    duration: float | None
    view_count: int | None
    captured_at: str
    published: str
    gone_at: str | None
    spoken: bool
    pieces: int
    picture: Picture


class Gallery(msgspec.Struct, frozen=True):
    """A page of cards; `next` is the `after` of the next page, None where nothing follows."""

    cards: tuple[Card, ...]
    next: Place | None


EVERYTHING = Wanted()

_CONDITIONS = {
    "platform": "items.platform = :platform",
    "creator_id": "items.creator_id = :creator_id",
    "collection_id": "EXISTS (SELECT 1 FROM collection_items WHERE collection_id = :collection_id"
    " AND item_id = items.id)",
    "kind": "items.kind = :kind",
    "year": "items.year = :year",
    "tag": "EXISTS (SELECT 1 FROM tags WHERE tag = :tag AND item_id = items.id)",
    "spoken": "items.spoken",
    "gone": "items.gone_at IS NOT NULL",
}
# The items of one condition alone, by an index of its own.
_ALONE = {
    "tag": "SELECT item_id AS id FROM tags WHERE tag = :tag",
    "collection_id": "SELECT item_id AS id FROM collection_items WHERE collection_id = :collection_id",
    "gone": "SELECT id FROM items INDEXED BY items_gone WHERE gone_at IS NOT NULL",
    "creator_id": "SELECT id FROM items INDEXED BY items_creator WHERE creator_id = :creator_id",
    "spoken": "SELECT id FROM items INDEXED BY items_said WHERE spoken",
    "kind": "SELECT id FROM items INDEXED BY items_kind WHERE kind = :kind",
    "year": "SELECT id FROM items INDEXED BY items_year WHERE year = :year",
    "platform": "SELECT id FROM items INDEXED BY items_platform WHERE platform = :platform",
}
_CARDS = f"""
    SELECT items.id, items.platform, items.kind, items.title,
           coalesce(items.uploader, creators.name, creators.handle) AS creator, items.creator_id, items.duration,
           items.view_count, items.captured_at, items.published, items.gone_at, items.spoken,
           (SELECT count(*) FROM files WHERE item_id = items.id AND file_type IN ('video', 'audio', 'image')) AS pieces,
           {PICTURE_COLUMNS}
    FROM items LEFT JOIN creators ON creators.id = items.creator_id
    WHERE items.id IN (SELECT value FROM json_each(?))
"""


def gallery(db: sqlite3.Connection, wanted: Wanted = EVERYTHING) -> Gallery:
    """One page of what fits, without what lies in the trash."""
    values = _values(wanted)
    filters = [name for name in _CONDITIONS if values[name] is not None]
    rare = next((name for name in _ALONE if name in filters and _are_few(db, name, values)), None)
    end = _end_of_scan(db, wanted, values) if filters and rare is None else None
    conditions = [_CONDITIONS[name] for name in filters if name != rare]
    query = _scan(wanted, conditions, end) if rare is None else _among_few(wanted, conditions, rare)
    end_key, end_id = end or ("", 0)
    found = db.execute(query, {**values, "end_key": end_key, "end_id": end_id}).fetchall()
    shown = [(row[0], row[1]) for row in found[: wanted.limit]]
    behind = shown[-1] if len(found) > wanted.limit else end
    return Gallery(cards(db, [item_id for _, item_id in shown]), behind)


def _values(wanted: Wanted) -> dict[str, Any]:
    key, item_id = wanted.after or ("", 0)
    return msgspec.structs.asdict(wanted) | {"key": key, "id": item_id, "most": wanted.limit + 1}


def _are_few(db: sqlite3.Connection, name: str, values: dict[str, Any]) -> bool:
    counted = f"SELECT count(*) FROM ({_ALONE[name]} LIMIT {FEW + 1})"
    return int(db.execute(counted, values).fetchone()[0]) <= FEW


def _among_few(wanted: Wanted, conditions: list[str], rare: str) -> str:
    return (
        f"SELECT {ORDERS[wanted.order].column}, items.id FROM ({_ALONE[rare]}) AS few"
        f" CROSS JOIN items ON items.id = few.id WHERE {_where(wanted, conditions)} ORDER BY {_by(wanted)} LIMIT :most"
    )


def _scan(wanted: Wanted, conditions: list[str], end: Place | None) -> str:
    """A page from the index of the order. Its end is a place, for of a LIMIT within SQLite would copy each entry."""
    order = ORDERS[wanted.order]
    until = [f"(items.{order.column}, items.id) {'>=' if order.descends else '<='} (:end_key, :end_id)"] if end else []
    where = _where(wanted, [*until, *conditions])
    return f"SELECT {order.column}, id {_in_order(wanted, where)} LIMIT :most"


def _end_of_scan(db: sqlite3.Connection, wanted: Wanted, values: dict[str, Any]) -> Place | None:
    """The last entry that is read; None where all are."""
    entries = _in_order(wanted, _where(wanted, []))
    row = db.execute(
        f"SELECT {ORDERS[wanted.order].column}, id {entries} LIMIT 1 OFFSET {SCANNED - 1}", values
    ).fetchone()
    return (row[0], row[1]) if row else None


def _in_order(wanted: Wanted, where: str) -> str:
    return f"FROM items INDEXED BY {ORDERS[wanted.order].read_by} WHERE {where} ORDER BY {_by(wanted)}"


def _where(wanted: Wanted, conditions: list[str]) -> str:
    order = ORDERS[wanted.order]
    behind = [f"(items.{order.column}, items.id) {'<' if order.descends else '>'} (:key, :id)"] if wanted.after else []
    return " AND ".join(["items.deleted_at IS NULL", *behind, *conditions])


def _by(wanted: Wanted) -> str:
    order = ORDERS[wanted.order]
    way = "DESC" if order.descends else "ASC"
    return f"items.{order.column} {way}, items.id {way}"


def cards(db: sqlite3.Connection, item_ids: list[int]) -> tuple[Card, ...]:
    """The cards of these items, in this order; of an item that is not there, none."""
    rows = db.execute(_CARDS, (json_list(item_ids),))
    by_id = {row["id"]: _card(row) for row in rows}
    return tuple(by_id[item_id] for item_id in item_ids if item_id in by_id)


def _card(row: sqlite3.Row) -> Card:
    # the columns of _CARDS stand in the order of the fields
    own = dict(zip(Card.__struct_fields__, row[:-8], strict=False))
    return Card(**own | {"spoken": bool(row["spoken"]), "picture": picture_of(row)})

"""Items as they stand on shelves: filtered, in an order, a page at a time.

A page costs the same in any archive. A filter that few items fit is asked first, and these are put in order. Where all
are common the index of the order is read, which holds all that filters ask, and only SCANNED entries of it: a page may
then hold less than it could, and goes on behind the last entry that was read.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Literal, NamedTuple

import msgspec

from bowerbird.archive.thumbnails import PICTURE_COLUMNS, PICTURE_WIDTH, Picture, picture_of
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

    @property
    def before(self) -> str:
        """How what comes earlier compares."""
        return ">" if self.descends else "<"

    @property
    def behind(self) -> str:
        """How what comes later compares."""
        return "<" if self.descends else ">"


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


class Card(msgspec.Struct, frozen=True):
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
    found = _among_few(db, wanted, values, rare, conditions) if rare else _scan(db, wanted, values, conditions, end)
    shown = [(row[0], row[1]) for row in found[: wanted.limit]]
    behind = shown[-1] if len(found) > wanted.limit else end
    return Gallery(cards(db, [item_id for _, item_id in shown]), behind)


def _values(wanted: Wanted) -> dict[str, Any]:
    key, item_id = wanted.after or ("", 0)
    return msgspec.structs.asdict(wanted) | {"key": key, "id": item_id}


def _are_few(db: sqlite3.Connection, name: str, values: dict[str, Any]) -> bool:
    counted = f"SELECT count(*) FROM ({_ALONE[name]} LIMIT {FEW + 1})"
    return int(db.execute(counted, values).fetchone()[0]) <= FEW


def _among_few(
    db: sqlite3.Connection, wanted: Wanted, values: dict[str, Any], rare: str, conditions: list[str]
) -> list[sqlite3.Row]:
    order = ORDERS[wanted.order]
    behind = [f"(items.{order.column}, items.id) {order.behind} (:key, :id)"] if wanted.after else []
    where = " AND ".join(["items.deleted_at IS NULL", *behind, *conditions])
    return db.execute(
        f"SELECT items.{order.column}, items.id FROM ({_ALONE[rare]}) AS few"
        f" CROSS JOIN items ON items.id = few.id WHERE {where} ORDER BY {_by(wanted)} LIMIT {wanted.limit + 1}",
        values,
    ).fetchall()


def _scan(
    db: sqlite3.Connection, wanted: Wanted, values: dict[str, Any], conditions: list[str], end: Place | None
) -> list[sqlite3.Row]:
    """What fits from the place of the page on, up to `end`, which is a place: SQLite would copy what a LIMIT counts."""
    end_key, end_id = end or ("", 0)
    bounded = {**values, "end_key": end_key, "end_id": end_id}
    found: list[sqlite3.Row] = []
    for part in _parts(wanted, end):
        left = wanted.limit + 1 - len(found)
        found += db.execute(f"{_entries(wanted, [*part, *conditions])} LIMIT {left}", bounded).fetchall()
        if len(found) > wanted.limit:
            break
    return found


def _end_of_scan(db: sqlite3.Connection, wanted: Wanted, values: dict[str, Any]) -> Place | None:
    """The last entry that is read; None where all are."""
    left = SCANNED
    for part in _parts(wanted, None):
        entries = _entries(wanted, part)
        row = db.execute(f"{entries} LIMIT 1 OFFSET {left - 1}", values).fetchone()
        if row:
            return row[0], row[1]
        left -= db.execute(f"SELECT count(*) FROM ({entries})", values).fetchone()[0]
    return None


def _parts(wanted: Wanted, end: Place | None) -> list[list[str]]:
    """The entries from the place of the page to `end` by conditions: those of its value, between, of the end's value.

    SQLite finds a place by a value and an id only where the value is given: it would read all that share it.
    """
    order = ORDERS[wanted.order]
    column = f"items.{order.column}"
    begins = [f"{column} = :key", f"items.id {order.behind} :id"] if wanted.after else []
    ends = [f"{column} = :end_key", f"items.id {order.before}= :end_id"] if end else []
    if wanted.after and end and wanted.after[0] == end[0]:
        return [begins + ends]
    between = [f"{column} {order.behind} :key"] * bool(begins) + [f"{column} {order.before} :end_key"] * bool(ends)
    return [part for part in (begins, between or ["true"], ends) if part]


def _entries(wanted: Wanted, conditions: list[str]) -> str:
    order = ORDERS[wanted.order]
    where = " AND ".join(["items.deleted_at IS NULL", *conditions])
    return f"SELECT {order.column}, id FROM items INDEXED BY {order.read_by} WHERE {where} ORDER BY {_by(wanted)}"


def _by(wanted: Wanted) -> str:
    order = ORDERS[wanted.order]
    way = "DESC" if order.descends else "ASC"
    return f"items.{order.column} {way}, items.id {way}"


def cards(db: sqlite3.Connection, item_ids: list[int]) -> tuple[Card, ...]:
    """The cards of these items, in this order; of an item that is not there, none."""
    rows = db.execute(_CARDS, (json_list(item_ids),))
    by_id = {card.id: card for card in map(_card, rows)}
    return tuple(by_id[item_id] for item_id in item_ids if item_id in by_id)


def _card(row: sqlite3.Row) -> Card:
    # the columns of _CARDS stand in the order of the fields, those of the picture behind them
    *own, spoken, pieces = row[:-PICTURE_WIDTH]
    return Card(*(*own, bool(spoken), pieces, picture_of(row)))

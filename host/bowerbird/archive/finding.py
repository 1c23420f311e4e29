"""Ask the search tables: which items have these words. What a page tells of each is in hits.py.

A page costs the same however common its words are: matches are read in windows of at most the newest WINDOW, and put in
order within a window alone. Where the operators leave few items, these are looked at one by one instead.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from bowerbird.archive.hits import Hit, hit_of
from bowerbird.archive.operators import Conditions, conditions_of, place_in, taken_apart
from bowerbird.archive.search import TRANSCRIPTS_PER_ITEM
from bowerbird.archive.vocabulary import common_words
from bowerbird.archive.words import Query, parse_query, unwanted_in

WINDOW = 1_000
# Items among which a page is looked for at first, and how many matches are enough to tell the best.
SCANNED = 20_000
TO_RANK = 100
# Items of a search without words that are looked at at once.
_ITEMS_AT_ONCE = 5_000
_MOST_WINDOWS = 4
_FEW = 400
# Matches that are looked at first whether they are shown and fit.
_LOOKED_AT = 64
# So many matches are read to find those of a few items among them; where there are more, each item is asked.
_MANY = 10_000
_BEFORE_ALL = 1 << 50

Rank = Literal["newest", "best"]
# where an item matches -> its turn in the order `best`
_TITLE, _OWN, _SAID, _ANSWERED = range(4)


class Place(NamedTuple):
    """Where a search goes on: below `top` there are unseen items, and in that window behind this turn and item.

    The window lies above `low`, -1 where it is not known yet: it stays the same while items come and go.
    """

    top: int
    turn: int = 0
    item_id: int = _BEFORE_ALL
    low: int = -1


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some hits; `next` is the `after` of the next page, None after the last."""

    hits: tuple[Hit, ...]
    next: Place | None

    @property
    def next_before(self) -> int | None:
        """In the order of age: the `before` of the next page."""
        return None if self.next is None else min(self.next.top, self.next.item_id)


class Sought(NamedTuple):
    """A query that was understood: words (None: only operators), conditions, tables and columns to look in."""

    words: Query | None
    unwanted: str
    conditions: Conditions
    tables: frozenset[str]
    columns: tuple[str, ...]
    few: tuple[int, ...] | None


class _Match(NamedTuple):
    turn: int
    item_id: int
    transcripts: tuple[int, ...]


class _Matches(NamedTuple):
    """By item its best turn, and its transcripts that match."""

    turns: dict[int, int]
    transcripts: dict[int, tuple[int, ...]]


def find(
    db: sqlite3.Connection,
    asked: str,
    *,
    before: int | None = None,
    after: Place | None = None,
    rank: Rank = "newest",
    limit: int = 30,
) -> SearchPage:
    """Items that have all these words (see `parse_query`) in themselves, their transcripts or their comments.

    Any text may be asked; one without words or operators finds nothing. The order is by age, the newest first; or
    `best`: of the newest matches those in titles first, then other words of the items, what is said, and comments.
    `after` (or, in the order of age, `before`) goes on behind a page.
    """
    sought = _sought(db, asked)
    if sought is None:
        return SearchPage(hits=(), next=None)
    place = after or Place(before or _newest(db, _BEFORE_ALL) + 1)
    found, behind = _page(db, sought, place, rank, limit)
    told = (hit_of(db, match.item_id, sought.words, sought.tables, match.transcripts) for match in found)
    return SearchPage(hits=tuple(hit for hit in told if hit), next=behind)


def _sought(db: sqlite3.Connection, asked: str) -> Sought | None:
    text, operators = taken_apart(asked)
    conditions = conditions_of(db, operators)
    few = _few(db, conditions)
    words = _affordable(db, text, few or ())
    if words is None and not conditions.alone:
        return None
    tables, columns = place_in(operators)
    return Sought(words, unwanted_in(text), conditions, tables, columns, few)


def _affordable(db: sqlite3.Connection, text: str, few: tuple[int, ...]) -> Query | None:
    """What the words ask for. To ask for the begin of a word can cost as much as to read all words that begin so.

    So the last word is asked for as it stands where that is found often enough, and where very many begin so, only the
    common ones of these are, and those of a `few` items if it is about these.
    """
    words = parse_query(text)
    if words is None or not words.begun:
        return words
    often = f"SELECT 1 FROM items_fts WHERE items_fts MATCH ? LIMIT 1 OFFSET {WINDOW - 1}"
    if db.execute(often, (words.whole,)).fetchone():
        return msgspec.structs.replace(words, match=words.whole)
    common = common_words(db, words.begun, few)
    return parse_query(text, common) if common else words


def _few(db: sqlite3.Connection, conditions: Conditions) -> tuple[int, ...] | None:
    """The items that fit one of the conditions, where they are few."""
    for alone in conditions.alone:
        ids = db.execute(f"{alone} LIMIT {_FEW + 1}", conditions.values).fetchall()
        if len(ids) <= _FEW:
            return tuple(sorted((row[0] for row in ids), reverse=True))
    return None


def _page(
    db: sqlite3.Connection, sought: Sought, place: Place, rank: Rank, limit: int
) -> tuple[list[_Match], Place | None]:
    found: list[_Match] = []
    for _ in range(_MOST_WINDOWS):
        low = _low(db, sought, place, limit + 1 if rank == "newest" else TO_RANK)
        wanted = limit + 1 - len(found)
        found += itertools.islice(_of_window(db, sought, low, place, rank), wanted)
        if len(found) > limit:
            last = found[limit - 1]
            # where the window before gave the last one, this window begins anew
            is_here = low < last.item_id < place.top
            behind = Place(place.top, last.turn, last.item_id, low) if is_here else Place(place.top)
            return found[:limit], behind
        if low <= 0:
            return found, None
        place = Place(low + 1)
    return found, place


def _low(db: sqlite3.Connection, sought: Sought, place: Place, enough: int) -> int:
    """The id above which the window below `place.top` lies; 0 where that holds all.

    Of words that are rarely found together all rows would be read for the end of a window of WINDOW matches. So it ends
    sooner where the newest items below the top have enough of them.
    """
    if sought.few is not None:
        return 0
    newest = _newest(db, place.top)
    if sought.words is None:
        return max(0, place.low, newest - _ITEMS_AT_ONCE)
    # what fits is not known beforehand, so nothing less than a full window is enough
    enough = WINDOW if sought.conditions.where or sought.unwanted else enough
    low = 0
    for floor in (place.low,) if place.low >= 0 else _floors(newest):
        ends = [_end_of(db, sql, values, floor) for sql, values in _windows(sought, place.top)]
        low = max(low for _, low in ends)
        if max(items for items, _ in ends) >= enough:
            break
    return low


def _floors(newest: int) -> Iterator[int]:
    """Ids above which so many items lie: SCANNED, four times as many, and so on; at last all of them."""
    depth = SCANNED
    while depth < newest:
        yield newest - depth
        depth *= 4
    yield 0


def _newest(db: sqlite3.Connection, top: int) -> int:
    return int(db.execute("SELECT max(id) FROM items WHERE id < ?", (top,)).fetchone()[0] or 0)


def _end_of(db: sqlite3.Connection, sql: str, values: dict[str, Any], floor: int) -> tuple[int, int]:
    """How many items of a table match above `floor`, of WINDOW rows at most; and above which id these rows are."""
    sql = f"SELECT count(*), count(DISTINCT id), min(id) FROM ({sql} ORDER BY rowid DESC LIMIT {WINDOW})"
    rows, items, lowest = db.execute(sql, values | {"floor": (floor + 1) * values["scale"]}).fetchone()
    return items, lowest - 1 if rows == WINDOW else floor


def _windows(sought: Sought, top: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each table a query for ids of items that match, and its values but for `floor`."""
    for table in sorted(sought.tables):
        scale = _scale(table)
        within = f"{table}_fts MATCH :match AND rowid >= :floor AND rowid < :top"
        values = {"match": _match(sought), "top": top * scale, "scale": scale}
        yield f"SELECT rowid / {scale} AS id FROM {table}_fts WHERE {within}", values


def _scale(table: str) -> int:
    """By what an item's id is multiplied for the first row that it may have."""
    return TRANSCRIPTS_PER_ITEM if table == "transcripts" else 1


def _match(sought: Sought, columns: tuple[str, ...] = ()) -> str:
    assert sought.words is not None
    among = columns or sought.columns
    return f"{{{' '.join(among)}}} : ({sought.words.match})" if among else sought.words.match


def _of_window(db: sqlite3.Connection, sought: Sought, low: int, place: Place, rank: Rank) -> Iterator[_Match]:
    """The matches of a window in their order, behind `place`."""
    matches = _matches(db, sought, low, place.top)
    turns = matches.turns if rank == "best" else dict.fromkeys(matches.turns, 0)
    behind = (place.turn, -place.item_id)
    order = sorted(one for one in ((turn, -item_id) for item_id, turn in turns.items()) if one > behind)
    for turn, item_id in _fitting(db, sought.conditions, order):
        if not sought.unwanted or not _has(db, sought.unwanted, item_id):
            yield _Match(turn, item_id, matches.transcripts.get(item_id, ()))


def _matches(db: sqlite3.Connection, sought: Sought, low: int, top: int) -> _Matches:
    """What matches in a window."""
    if sought.words is None:
        return _Matches(dict.fromkeys(_without_words(db, sought, low, top), _OWN), {})

    def rows(table: str, columns: tuple[str, ...] = (), few: tuple[int, ...] | None = sought.few) -> list[int]:
        return _rows(db, sought, table, _match(sought, columns), low, top, few) if table in sought.tables else []

    own = rows("items")
    has_title = not sought.columns or "title" in sought.columns
    titles = rows("items", ("title",), None if sought.few is None else tuple(own)) if has_title and own else []
    transcripts: dict[int, tuple[int, ...]] = {}
    for row_id in rows("transcripts"):
        item_id = row_id // TRANSCRIPTS_PER_ITEM
        transcripts[item_id] = (*transcripts.get(item_id, ()), row_id)
    turns = dict.fromkeys(rows("comments"), _ANSWERED)
    for turn, ids in ((_SAID, transcripts), (_OWN, own), (_TITLE, titles)):
        turns |= dict.fromkeys(ids, turn)
    return _Matches(turns, transcripts)


def _without_words(db: sqlite3.Connection, sought: Sought, low: int, top: int) -> Iterable[int]:
    if sought.few is not None:
        return (item_id for item_id in sought.few if item_id < top)
    where = " AND ".join(("id > :low", "id < :top", *sought.conditions.where))
    found = db.execute(f"SELECT id FROM items WHERE {where}", sought.conditions.values | {"low": low, "top": top})
    return (row[0] for row in found)


def _rows(
    db: sqlite3.Connection, sought: Sought, table: str, match: str, low: int, top: int, few: tuple[int, ...] | None
) -> list[int]:
    """The row ids of a search table that match in a window; where a `few` items are named, theirs, newest first."""
    scale = _scale(table)
    sql = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? AND rowid >= ? AND rowid < ?"
    if few is None:
        return _ids(db.execute(sql, (match, (low + 1) * scale, top * scale)))
    ids = _having(db, table, [item_id for item_id in few if item_id < top])
    if not ids:
        return []
    among = (match, ids[-1] * scale, (ids[0] + 1) * scale)
    if db.execute(f"SELECT count(*) FROM ({sql} LIMIT {_MANY + 1})", among).fetchone()[0] <= _MANY:
        known = frozenset(ids)
        return [row_id for row_id in _ids(db.execute(sql, among)) if row_id // scale in known]
    assert sought.words is not None
    whole = match.replace(sought.words.match, sought.words.whole)
    each = (_ids(db.execute(sql, (whole, item_id * scale, (item_id + 1) * scale))) for item_id in ids)
    return [row_id for found in each for row_id in found]


def _having(db: sqlite3.Connection, table: str, ids: list[int]) -> list[int]:
    """Those of these items that have rows in a search table: to ask the index for one costs more than to look."""
    if table == "items":
        return ids
    sql = (
        f"SELECT DISTINCT item_id FROM {table} WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY item_id DESC"
    )
    return _ids(db.execute(sql, (_as_json(ids),)))


def _ids(rows: Iterable[sqlite3.Row]) -> list[int]:
    return [row[0] for row in rows]


def _as_json(ids: Sequence[int]) -> str:
    return msgspec.json.encode(ids).decode()


def _fitting(
    db: sqlite3.Connection, conditions: Conditions, order: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Turn and id of those that are shown and fit the conditions, in this order (of turns and negated ids).

    They are looked at as far as they are asked for: a page is full after a few, unless hardly any fits.
    """
    where = " AND ".join(("deleted_at IS NULL", *conditions.where))
    sql = f"SELECT id FROM items WHERE id IN (SELECT value FROM json_each(:ids)) AND {where}"
    begin, step = 0, _LOOKED_AT
    while begin < len(order):
        some = order[begin : begin + step]
        ids = _as_json([-negated for _, negated in some])
        shown = frozenset(_ids(db.execute(sql, conditions.values | {"ids": ids})))
        yield from ((turn, -negated) for turn, negated in some if -negated in shown)
        begin, step = begin + step, step * 4


def _has(db: sqlite3.Connection, match: str, item_id: int) -> bool:
    """Whether the item, a transcript or a comment of it matches: a word may be unwanted in any of them."""
    first = item_id * TRANSCRIPTS_PER_ITEM
    found = db.execute(
        "SELECT 1 FROM items_fts WHERE items_fts MATCH ? AND rowid = ? UNION ALL"
        " SELECT 1 FROM transcripts_fts WHERE transcripts_fts MATCH ? AND rowid BETWEEN ? AND ? UNION ALL"
        " SELECT 1 FROM comments_fts WHERE comments_fts MATCH ? AND rowid = ? LIMIT 1",
        (match, item_id, match, first, first + TRANSCRIPTS_PER_ITEM - 1, match, item_id),
    )
    return found.fetchone() is not None

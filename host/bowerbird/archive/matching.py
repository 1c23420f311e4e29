"""Which rows of the search tables match, in windows of at most the newest WINDOW of a table.

Where operators leave few items, their rows are looked at alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bowerbird.archive.operators import Conditions
from bowerbird.archive.search import TRANSCRIPTS_PER_ITEM
from bowerbird.archive.words import Query, tokens
from bowerbird.database import json_list

WINDOW = 1_000
# Items among which a page is looked for at first.
SCANNED = 20_000
# Items of a search without words that are looked at at once.
_ITEMS_AT_ONCE = 5_000
# So many matches are read to find those of a few items among them: for each of these, and at most. Where there are
# more, each item is asked.
_MANY_EACH, _MANY = 50, 10_000

# where an item matches -> its turn in the order `best`
TITLE, OWN, SAID, ANSWERED = range(4)


class Sought(NamedTuple):
    """A query that was understood: words (None: only operators), conditions, tables and columns to look in.

    `all_words` is what `words` were before they were made affordable: marks are few, so any word is asked for there.
    `few` are the items that fit a condition, the newest first, where these are few.
    """

    words: Query | None
    all_words: Query | None
    unwanted: str
    conditions: Conditions
    tables: frozenset[str]
    columns: tuple[str, ...]
    few: tuple[int, ...] | None


class Window(NamedTuple):
    """What matches above `low`: row ids by table, the newest first, of those tables that were read for its end."""

    low: int
    rows: dict[str, list[int]]


class Matches(NamedTuple):
    """By item its best turn, and its transcripts that match."""

    turns: dict[int, int]
    transcripts: dict[int, tuple[int, ...]]


def window(db: sqlite3.Connection, sought: Sought, top: int, known: int, enough: int) -> Window:
    """The window below the id `top`; its `low` is 0 where it holds all, and `known` unless that is -1.

    Of words that are rarely found together all rows would be read for the end of a window of WINDOW matches. So it ends
    sooner where the newest items below the top have `enough` of them.
    """
    if sought.few is not None:
        return Window(0, {})
    if sought.words is None:
        return _without_words(db, sought, top, known)
    newest = newest_below(db, top)
    # what fits is not known beforehand, so nothing less than a full window is enough
    enough = WINDOW if sought.conditions.where or sought.unwanted else enough
    found = Window(0, {})
    for floor in (known,) if known >= 0 else _floors(newest, sought):
        rows = {table: _newest_rows(db, sought, table, floor, top) for table in sorted(sought.tables)}
        found = Window(max(_low(table, of, floor) for table, of in rows.items()), rows)
        if max(len({row_id // _scale(table) for row_id in of}) for table, of in rows.items()) >= enough:
            break
    return found


def _floors(newest: int, sought: Sought) -> Iterator[int]:
    """Ids above which so many items lie: SCANNED, four times as many, and so on; at last all of them.

    The newest rows of one word cost as much however far back they lie.
    """
    is_one_word = sought.words and sought.words.one_word and not sought.columns
    depth = newest if is_one_word else SCANNED
    while depth < newest:
        yield newest - depth
        depth *= 4
    yield 0


def newest_below(db: sqlite3.Connection, top: int) -> int:
    """The greatest id of an item below this one; 0 for none."""
    return int(db.execute("SELECT max(id) FROM items WHERE id < ?", (top,)).fetchone()[0] or 0)


def _without_words(db: sqlite3.Connection, sought: Sought, top: int, known: int) -> Window:
    """Of the items of a tag or creator the newest; else those that fit among the newest of all."""
    conditions = sought.conditions
    low = max(0, known, 0 if conditions.listed else newest_below(db, top) - _ITEMS_AT_ONCE)
    among = conditions.listed or f"SELECT id FROM items WHERE {' AND '.join(conditions.where)}"
    sql = f"SELECT id FROM ({among}) WHERE id > :low AND id < :top ORDER BY id DESC LIMIT {_ITEMS_AT_ONCE}"
    ids = _ids(db.execute(sql, conditions.values | {"low": low, "top": top}))
    is_full = conditions.listed and len(ids) == _ITEMS_AT_ONCE
    return Window(ids[-1] - 1 if is_full else low, {"items": ids})


def _newest_rows(db: sqlite3.Connection, sought: Sought, table: str, floor: int, top: int) -> list[int]:
    """The rows of a table that match above the item `floor`, of WINDOW at most."""
    scale = _scale(table)
    sql = f"{_SELECT.format(table)} ORDER BY rowid DESC LIMIT {WINDOW}"
    return _ids(db.execute(sql, (_match(sought, table), (floor + 1) * scale, top * scale)))


def _low(table: str, rows: list[int], floor: int) -> int:
    """The item above which these are all rows: of the last item there may be more, unless it has all of them."""
    if len(rows) < WINDOW:
        return floor
    first, last = rows[0] // _scale(table), rows[-1] // _scale(table)
    return last if first > last else last - 1


_SELECT = "SELECT rowid FROM {0}_fts WHERE {0}_fts MATCH ? AND rowid >= ? AND rowid < ?"


def _scale(table: str) -> int:
    """By what an item's id is multiplied for the first row that it may have."""
    return TRANSCRIPTS_PER_ITEM if table == "transcripts" else 1


def _match(sought: Sought, table: str, columns: tuple[str, ...] = ()) -> str:
    words = _words_in(sought, table)
    among = columns or sought.columns
    return f"{{{' '.join(among)}}} : ({words.match})" if among else words.match


def _words_in(sought: Sought, table: str) -> Query:
    words = sought.all_words if table == "marks" else sought.words
    assert words is not None
    return words


def matches(db: sqlite3.Connection, sought: Sought, found: Window, top: int, *, titles: bool) -> Matches:
    """What matches in a window; `titles` tells those in titles from other words of an item."""
    if sought.words is None:
        fitting = found.rows["items"] if sought.few is None else [item_id for item_id in sought.few if item_id < top]
        return Matches(dict.fromkeys(fitting, OWN), {})
    own = _of_table(db, sought, "items", found, top)
    in_title = _titles(db, sought, own) if titles and own else []
    transcripts: dict[int, tuple[int, ...]] = {}
    for row_id in _of_table(db, sought, "transcripts", found, top):
        item_id = row_id // TRANSCRIPTS_PER_ITEM
        # the rows come newest first, and are told in the order in which they were filed
        transcripts[item_id] = (row_id, *transcripts.get(item_id, ()))
    turns = dict.fromkeys(_of_table(db, sought, "comments", found, top), ANSWERED)
    marks = _of_table(db, sought, "marks", found, top)
    for turn, ids in ((SAID, transcripts), (OWN, marks), (OWN, own), (TITLE, in_title)):
        turns |= dict.fromkeys(ids, turn)
    return Matches(turns, transcripts)


def _of_table(db: sqlite3.Connection, sought: Sought, table: str, found: Window, top: int) -> list[int]:
    """The row ids of a search table that match in a window, the newest first."""
    if table not in sought.tables:
        return []
    if sought.few is not None:
        return _of_few(db, sought, table, _match(sought, table), [item_id for item_id in sought.few if item_id < top])
    return [row_id for row_id in found.rows[table] if row_id // _scale(table) > found.low]


def _titles(db: sqlite3.Connection, sought: Sought, own: list[int]) -> list[int]:
    """Those of these items that match in their title alone."""
    if sought.columns and "title" not in sought.columns:
        return []
    words = _words_in(sought, "items")
    if words.one_word and len(own) <= _TITLES:
        return [item_id for item_id, title in db.execute(_TITLES_OF, (json_list(own),)) if _has(title, words)]
    match = _match(sought, "items", ("title",))
    if sought.few is not None:
        return _of_few(db, sought, "items", match, own)
    return _ids(db.execute(_SELECT.format("items"), (match, own[-1], own[0] + 1)))


def _has(title: str | None, words: Query) -> bool:
    """Whether the one word is in a title, or begins one of its words where that is asked for."""
    is_begin = words.match != words.whole
    found = tokens(title or "")
    return any(one.startswith(words.one_word) if is_begin else one == words.one_word for one in found)


# To read so few titles costs less than to ask the index, which looks at all words with the same beginning.
_TITLES = 100
_TITLES_OF = "SELECT id, title FROM items WHERE id IN (SELECT value FROM json_each(?))"


def _of_few(db: sqlite3.Connection, sought: Sought, table: str, match: str, items: list[int]) -> list[int]:
    """The rows of these items that match, the newest first."""
    if not items:
        return []
    words, scale, sql = _words_in(sought, table), _scale(table), _SELECT.format(table)
    # each item can be asked for whole words only: what is begun is looked for among all
    is_begun = words.match != words.whole
    most = _MANY if is_begun else min(_MANY, _MANY_EACH * len(items))
    among = (match, items[-1] * scale, (items[0] + 1) * scale)
    if db.execute(f"SELECT count(*) FROM ({sql} LIMIT {most + 1})", among).fetchone()[0] <= most:
        known = frozenset(items)
        return [row_id for row_id in _ids(db.execute(f"{sql} ORDER BY rowid DESC", among)) if row_id // scale in known]
    whole = match.replace(words.match, words.whole)
    each = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? AND rowid IN ({_ROWS_OF[table]})"
    return sorted(_ids(db.execute(each, (whole, json_list(items)))), reverse=True)


# The rows that some items have in a search table: to ask the index for one costs more than to look whether it is there.
_ROWS_OF = {
    "items": "SELECT value FROM json_each(?)",
    "transcripts": "SELECT id FROM transcripts WHERE item_id IN (SELECT value FROM json_each(?))",
    "comments": "SELECT DISTINCT item_id FROM comments WHERE item_id IN (SELECT value FROM json_each(?))",
    "marks": "SELECT value FROM json_each(?)",
}


def _ids(rows: Iterable[sqlite3.Row]) -> list[int]:
    return [row[0] for row in rows]

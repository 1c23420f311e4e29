"""Ask the search tables: which items have these words. What a page tells of each is in hits.py.

A page costs the same however common its words are: matches are read in windows of at most the newest WINDOW, and put in
order within a window alone. Where the operators leave few items, these are looked at one by one instead.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from bowerbird.archive.hits import Hit, hit_of
from bowerbird.archive.matching import WINDOW, Sought, Window, matches, newest_below, window
from bowerbird.archive.operators import Conditions, conditions_of, place_in, taken_apart
from bowerbird.archive.search import TRANSCRIPTS_PER_ITEM
from bowerbird.archive.vocabulary import common_words
from bowerbird.archive.words import Query, parse_query, unwanted_in
from bowerbird.database import json_list

# How many matches are enough to tell the best.
TO_RANK = 100
_MOST_WINDOWS = 4
_FEW = 400
# Matches that are looked at first whether they are shown and fit.
_LOOKED_AT = 64
_BEFORE_ALL = 1 << 50

Rank = Literal["newest", "best"]


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


class _Match(NamedTuple):
    turn: int
    item_id: int
    transcripts: tuple[int, ...]


def find(
    db: sqlite3.Connection,
    asked: str,
    *,
    before: int | None = None,
    after: Place | None = None,
    rank: Rank = "newest",
    limit: int = 30,
) -> SearchPage:
    """Items that have all these words (see `parse_query`) in themselves, their transcripts, comments, or note and tags.

    Any text may be asked; one without words or operators finds nothing. The order is by age, the newest first; or
    `best`: of the newest matches those in titles first, then other words of the items and the person's own, what is
    said, and comments.
    `after` (or, in the order of age, `before`) goes on behind a page.
    """
    sought = _sought(db, asked)
    if sought is None:
        return SearchPage(hits=(), next=None)
    place = after or Place(before or newest_below(db, _BEFORE_ALL) + 1)
    found, behind = _page(db, sought, place, rank, limit)
    told = (hit_of(db, match.item_id, sought, match.transcripts) for match in found)
    return SearchPage(hits=tuple(hit for hit in told if hit), next=behind)


def _sought(db: sqlite3.Connection, asked: str) -> Sought | None:
    text, operators = taken_apart(asked)
    conditions = conditions_of(db, operators)
    few = _few(db, conditions)
    words = parse_query(text)
    if words is None and not conditions.alone:
        return None
    tables, columns = place_in(operators)
    affordable = words and _affordable(db, text, words, few or ())
    return Sought(affordable, words, unwanted_in(text), conditions, tables, columns, few)


def _affordable(db: sqlite3.Connection, text: str, words: Query, few: tuple[int, ...]) -> Query | None:
    """What the words ask for. To ask for the begin of a word can cost as much as to read all words that begin so.

    So the last word is asked for as it stands where that is found often enough, and where very many begin so, only the
    common ones of these are, and those of a `few` items if it is about these.
    """
    if not words.begun:
        return words
    often = f"SELECT 1 FROM items_fts WHERE items_fts MATCH ? LIMIT 1 OFFSET {WINDOW - 1}"
    if db.execute(often, (words.certain,)).fetchone():
        return msgspec.structs.replace(words, match=words.whole)
    common = common_words(db, words.begun, few)
    return parse_query(text, common) if common else words


def _few(db: sqlite3.Connection, conditions: Conditions) -> tuple[int, ...] | None:
    """The items that fit one of the conditions, where they are few."""
    for alone in conditions.alone:
        ids = db.execute(f"{alone} LIMIT {_FEW + 1}", conditions.values).fetchall()
        if len(ids) <= _FEW:
            return tuple(sorted({row[0] for row in ids}, reverse=True))
    return None


def _page(
    db: sqlite3.Connection, sought: Sought, place: Place, rank: Rank, limit: int
) -> tuple[list[_Match], Place | None]:
    found: list[_Match] = []
    for _ in range(_MOST_WINDOWS):
        part = window(db, sought, place.top, place.low, limit + 1 if rank == "newest" else TO_RANK)
        low, wanted = part.low, limit + 1 - len(found)
        found += itertools.islice(_of_window(db, sought, part, place, rank), wanted)
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


def _of_window(db: sqlite3.Connection, sought: Sought, part: Window, place: Place, rank: Rank) -> Iterator[_Match]:
    """The matches of a window in their order, behind `place`."""
    found = matches(db, sought, part, place.top, titles=rank == "best")
    turns = found.turns if rank == "best" else dict.fromkeys(found.turns, 0)
    behind = (place.turn, -place.item_id)
    order = sorted(one for one in ((turn, -item_id) for item_id, turn in turns.items()) if one > behind)
    for turn, item_id in _fitting(db, sought.conditions, order):
        if not sought.unwanted or not _has(db, sought.unwanted, item_id):
            yield _Match(turn, item_id, found.transcripts.get(item_id, ()))


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
        ids = json_list([-negated for _, negated in some])
        shown = frozenset(row[0] for row in db.execute(sql, conditions.values | {"ids": ids}))
        yield from ((turn, -negated) for turn, negated in some if -negated in shown)
        begin, step = begin + step, step * 4


def _has(db: sqlite3.Connection, match: str, item_id: int) -> bool:
    """Whether the item, a transcript, a comment or a mark of it matches: a word may be unwanted in any of them."""
    first = item_id * TRANSCRIPTS_PER_ITEM
    found = db.execute(
        "SELECT 1 FROM items_fts WHERE items_fts MATCH ? AND rowid = ? UNION ALL"
        " SELECT 1 FROM transcripts_fts WHERE transcripts_fts MATCH ? AND rowid BETWEEN ? AND ? UNION ALL"
        " SELECT 1 FROM comments_fts WHERE comments_fts MATCH ? AND rowid = ? UNION ALL"
        " SELECT 1 FROM marks_fts WHERE marks_fts MATCH ? AND rowid = ? LIMIT 1",
        (match, item_id, match, first, first + TRANSCRIPTS_PER_ITEM - 1, match, item_id, match, item_id),
    )
    return found.fetchone() is not None

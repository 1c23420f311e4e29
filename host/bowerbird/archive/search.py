"""The search tables: filled as items and transcripts are written, asked by the site and the command line.

Both are contentless: FTS5 must be handed the old words to forget them. They are derived from the stored row, and a row
says in `indexed` whether its words are in the table. Hits come newest first and are paged by item id, because an order
by rank reads every match.
"""

from __future__ import annotations

import heapq
import itertools
import sqlite3
from collections.abc import Iterator

import msgspec

from bowerbird.archive.words import Piece, Query, fold, in_pieces, indexable, marked, parse_query

_CUES_PER_HIT = 5
_SNIPPET = 180
# Ids of an item's transcripts are `item_id * 4096 + n`: so both tables have the order of the items.
TRANSCRIPTS_PER_ITEM = 4096
_BEFORE_ALL = 1 << 50

_COLUMNS = ("title", "description", "hashtags", "creator")

Words = tuple[str, ...]


class CueHit(msgspec.Struct, frozen=True, kw_only=True):
    """A cue that matches: where it begins, in seconds, and what is said."""

    start: float
    language: str
    pieces: tuple[Piece, ...]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An item that matches.

    `matched` names what matched: title, description, hashtags, creator, transcript. `pieces` and `snippet` are the
    title and a part of the description (empty where that does not match), in pieces that say whether they match.
    `thumbnail` is a path relative to the archive, `duration` is in seconds.
    """

    item_id: int
    title: str | None
    creator: str | None
    platform: str
    kind: str
    captured_at: str
    duration: float | None
    thumbnail: str | None
    matched: tuple[str, ...]
    pieces: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    cues: tuple[CueHit, ...]


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some hits, newest first; `next_before` is the `before` of the next page, None after the last."""

    hits: tuple[Hit, ...]
    next_before: int | None


# --- writing


def item_words(db: sqlite3.Connection, item_id: int) -> Words | None:
    """What the search table holds of an item; None where it holds nothing."""
    row = _item_row(db, item_id)
    return _words_of(row) if row and row["indexed"] else None


def _item_row(db: sqlite3.Connection, item_id: int) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        "SELECT indexed, title, description, hashtags, uploader, uploader_id FROM items WHERE id = ?", (item_id,)
    ).fetchone()
    return found


def _words_of(row: sqlite3.Row) -> Words:
    return tuple(map(indexable, _texts(row)))


def _texts(row: sqlite3.Row) -> Words:
    return row["title"] or "", row["description"] or "", _hashtags(row), _creator(row)


def _hashtags(row: sqlite3.Row) -> str:
    return " ".join(msgspec.json.decode(row["hashtags"], type=list[str]))


def _creator(row: sqlite3.Row) -> str:
    return " ".join(filter(None, (row["uploader"], row["uploader_id"])))


def reindex_item(db: sqlite3.Connection, item_id: int, before: Words | None) -> None:
    """Bring the search table to what the item's row says now. `before` is what `item_words` was before the change."""
    row = _item_row(db, item_id)
    words = _words_of(row) if row else None
    _replace(db, "items", _COLUMNS, item_id, before, words)


def transcript_words(db: sqlite3.Connection, transcript_id: int) -> Words | None:
    """What the search table holds of a transcript; None where it holds nothing."""
    row = db.execute("SELECT text FROM transcripts WHERE id = ? AND indexed", (transcript_id,)).fetchone()
    return (indexable(row["text"]),) if row else None


def reindex_transcript(db: sqlite3.Connection, transcript_id: int, before: Words | None) -> None:
    """As `reindex_item`, for a transcript."""
    row = db.execute("SELECT text FROM transcripts WHERE id = ?", (transcript_id,)).fetchone()
    words = (indexable(row["text"]),) if row else None
    _replace(db, "transcripts", ("text",), transcript_id, before, words)


def remove(db: sqlite3.Connection, item_id: int) -> None:
    """Take an item and its transcripts out of the search, before their rows go. Part of the caller's transaction."""
    _replace(db, "items", _COLUMNS, item_id, item_words(db, item_id), None)
    for (transcript_id,) in db.execute("SELECT id FROM transcripts WHERE item_id = ?", (item_id,)).fetchall():
        _replace(db, "transcripts", ("text",), transcript_id, transcript_words(db, transcript_id), None)


def _replace(
    db: sqlite3.Connection, table: str, columns: Words, row_id: int, before: Words | None, words: Words | None
) -> None:
    if before == words:
        return
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    if before is not None:
        forget = f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) VALUES ('delete', ?, {marks})"
        db.execute(forget, (row_id, *before))
    if words is not None:
        db.execute(f"INSERT INTO {table}_fts (rowid, {names}) VALUES (?, {marks})", (row_id, *words))
    db.execute(f"UPDATE {table} SET indexed = ? WHERE id = ?", (words is not None, row_id))


# --- asking


def find(db: sqlite3.Connection, words: str, *, before: int | None = None, limit: int = 30) -> SearchPage:
    """The newest items whose own words or transcripts have all these words (see `parse_query`).

    Any text may be asked; one without words finds nothing. `before` is the last page's `next_before`.
    """
    query = parse_query(words)
    if query is None:
        return SearchPage(hits=(), next_before=None)
    found = list(itertools.islice(_item_ids(db, query, before or _BEFORE_ALL), limit + 1))
    page = found[:limit]
    hits = (_hit(db, query, item_id, transcripts) for item_id, transcripts in page)
    return SearchPage(
        hits=tuple(hit for hit in hits if hit),
        next_before=page[-1][0] if len(found) > limit else None,
    )


def _item_ids(db: sqlite3.Connection, query: Query, before: int) -> Iterator[tuple[int, list[int]]]:
    """Item ids, newest first, each with those of its transcripts that match. Reads only as far as it is asked."""
    items = db.execute(
        "SELECT rowid, NULL FROM items_fts WHERE items_fts MATCH ? AND rowid < ? ORDER BY rowid DESC",
        (query.match, before),
    )
    transcripts = db.execute(
        "SELECT rowid / ?, rowid FROM transcripts_fts WHERE transcripts_fts MATCH ? AND rowid < ? ORDER BY rowid DESC",
        (TRANSCRIPTS_PER_ITEM, query.match, before * TRANSCRIPTS_PER_ITEM),
    )
    both = heapq.merge(items, transcripts, key=_item_of, reverse=True)
    for item_id, rows in itertools.groupby(both, key=_item_of):
        if query.unwanted and _has(db, query.unwanted, item_id):
            continue
        yield item_id, [transcript_id for _, transcript_id in rows if transcript_id is not None]


def _has(db: sqlite3.Connection, match: str, item_id: int) -> bool:
    """Whether the item or one of its transcripts matches: a word may be unwanted in the other of the two."""
    first = item_id * TRANSCRIPTS_PER_ITEM
    found = db.execute(
        "SELECT 1 FROM items_fts WHERE items_fts MATCH ? AND rowid = ? UNION ALL"
        " SELECT 1 FROM transcripts_fts WHERE transcripts_fts MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1",
        (match, item_id, match, first, first + TRANSCRIPTS_PER_ITEM - 1),
    )
    return found.fetchone() is not None


def _item_of(row: sqlite3.Row) -> int:
    return int(row[0])


_HIT = """
    SELECT title, description, hashtags, uploader, uploader_id, platform, kind, captured_at, duration,
           (SELECT file_path FROM files WHERE item_id = items.id AND file_type = 'thumbnail'
            ORDER BY position LIMIT 1) AS thumbnail
    FROM items WHERE id = ? AND deleted_at IS NULL
"""


def _hit(db: sqlite3.Connection, query: Query, item_id: int, transcripts: list[int]) -> Hit | None:
    row = db.execute(_HIT, (item_id,)).fetchone()
    if row is None:
        return None
    texts = dict(zip(_COLUMNS, _texts(row), strict=True))
    matched = [name for name, text in texts.items() if text and query.pattern.search(fold(text))]
    return Hit(
        item_id=item_id,
        title=row["title"],
        creator=row["uploader"],
        platform=row["platform"],
        kind=row["kind"],
        captured_at=row["captured_at"],
        duration=row["duration"],
        thumbnail=row["thumbnail"],
        matched=(*matched, "transcript") if transcripts else tuple(matched),
        pieces=marked(row["title"] or "", query),
        snippet=marked(row["description"], query, around=_SNIPPET) if "description" in matched else (),
        cues=_cues(db, query, transcripts),
    )


def _cues(db: sqlite3.Connection, query: Query, transcripts: list[int]) -> tuple[CueHit, ...]:
    found = itertools.chain.from_iterable(_transcript_cues(db, query, transcript_id) for transcript_id in transcripts)
    return tuple(itertools.islice(found, _CUES_PER_HIT))


def _transcript_cues(db: sqlite3.Connection, query: Query, transcript_id: int) -> Iterator[CueHit]:
    """The cues in which a match begins. Line n of a transcript's text is its cue n."""
    language, text = db.execute("SELECT language, text FROM transcripts WHERE id = ?", (transcript_id,)).fetchone()
    folded = fold(text)
    line, end = 0, 0
    match = query.pattern.search(folded)
    while match:
        line += text.count("\n", end, match.start())
        begin, end = text.rfind("\n", 0, match.start()) + 1, _line_end(text, match.start())
        others = (other.span() for other in query.pattern.finditer(folded, match.end(), end))
        pieces = in_pieces(text, (match.span(), *others), begin, end)
        yield CueHit(start=_start(db, transcript_id, line), language=language, pieces=pieces)
        match = query.pattern.search(folded, end)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _start(db: sqlite3.Connection, transcript_id: int, line: int) -> float:
    sql = "SELECT start FROM cues WHERE transcript_id = ? ORDER BY start, rowid LIMIT 1 OFFSET ?"
    return float(db.execute(sql, (transcript_id, line)).fetchone()[0])

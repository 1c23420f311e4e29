"""What a search tells of an item that matches: where, in which words, and at which seconds."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import msgspec

from bowerbird.archive.matching import Sought
from bowerbird.archive.search import COLUMNS, texts_of
from bowerbird.archive.thumbnails import PICTURE_COLUMNS, Picture, picture_of
from bowerbird.archive.words import Piece, Query, fold, in_pieces, marked

_CUES_PER_HIT = 5
_MOST_SAID = 99
_COMMENTS_PER_HIT = 2
_COMMENTS_LOOKED_AT = 500
_SNIPPET = 180


class CueHit(msgspec.Struct, frozen=True, kw_only=True):
    """A cue that matches: where it begins, in seconds, and what is said."""

    start: float
    language: str
    pieces: tuple[Piece, ...]


class CommentHit(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that matches: who wrote it, and a part of it."""

    author: str | None
    pieces: tuple[Piece, ...]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An item that matches.

    `matched` names what matched: title, description, hashtags, creator, transcript, comments, note, tags. `pieces` and
    `snippet` are the title and a part of the description (empty where that does not match), in pieces that say whether
    they match; so the person's own `note`, and each of their `tags` that matches. `said` counts matching cues, of which
    some are in `cues`. `thumbnail` is a path relative to the archive, `duration` is in seconds.
    """

    item_id: int
    title: str | None
    creator: str | None
    creator_id: int | None
    platform: str
    kind: str
    captured_at: str
    published: str
    duration: float | None
    thumbnail: str | None
    picture: Picture
    matched: tuple[str, ...]
    pieces: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    cues: tuple[CueHit, ...]
    said: int
    comments: tuple[CommentHit, ...]
    note: tuple[Piece, ...]
    tags: tuple[tuple[Piece, ...], ...]


_HIT = f"""
    SELECT items.title, items.description, items.hashtags, items.uploader, items.uploader_id, items.creator_id,
           items.platform, items.kind, items.captured_at, items.published, items.duration, items.own_note,
           (SELECT file_path FROM files WHERE item_id = items.id AND file_type = 'thumbnail'
            ORDER BY position LIMIT 1) AS thumbnail, {PICTURE_COLUMNS}
    FROM items WHERE items.id = ? AND items.deleted_at IS NULL
"""
_AS_STORED = ("title", "creator_id", "platform", "kind", "captured_at", "published", "duration", "thumbnail")


def hit_of(db: sqlite3.Connection, item_id: int, sought: Sought, transcripts: Collection[int]) -> Hit | None:
    """What is told of an item that matches; None where it is gone by now.

    `transcripts` are the ids of those that match.
    """
    words, own_words = sought.words, sought.all_words if "marks" in sought.tables else None
    row = db.execute(_HIT, (item_id,)).fetchone()
    if row is None:
        return None
    texts = dict(zip(COLUMNS, texts_of(row), strict=True))
    own = [name for name, text in texts.items() if words and text and words.pattern.search(fold(text))]
    said = _said(db, words, transcripts) if words else []
    comments = _comments(db, words, item_id) if words and "comments" in sought.tables else ()
    note = _note(row, own_words) if own_words else ()
    tags = _tags(db, own_words, item_id) if own_words else ()
    beside = {"transcript": transcripts, "comments": comments, "note": note, "tags": tags}
    return Hit(
        item_id=item_id,
        creator=row["uploader"],
        picture=picture_of(row),
        matched=(*own, *(name for name, found in beside.items() if found)),
        pieces=marked(row["title"] or "", words) if words else ((row["title"], False),) if row["title"] else (),
        snippet=marked(row["description"], words, around=_SNIPPET) if words and "description" in own else (),
        cues=tuple(_cue(db, one) for one in said[:_CUES_PER_HIT]),
        said=len(said),
        comments=comments,
        note=note,
        tags=tags,
        **{name: row[name] for name in _AS_STORED},
    )


class _Line(NamedTuple):
    transcript_id: int
    language: str
    number: int
    pieces: tuple[Piece, ...]


def _said(db: sqlite3.Connection, words: Query, transcripts: Iterable[int]) -> list[_Line]:
    lines = itertools.chain.from_iterable(_lines(db, words, transcript_id) for transcript_id in transcripts)
    return list(itertools.islice(lines, _MOST_SAID))


def _lines(db: sqlite3.Connection, words: Query, transcript_id: int) -> Iterator[_Line]:
    """The cues in which a match begins. Line n of a transcript's text is its cue n."""
    language, text = db.execute("SELECT language, text FROM transcripts WHERE id = ?", (transcript_id,)).fetchone()
    folded = fold(text)
    line, end = 0, 0
    match = words.pattern.search(folded)
    while match:
        line += text.count("\n", end, match.start())
        begin, end = text.rfind("\n", 0, match.start()) + 1, _line_end(text, match.start())
        others = (other.span() for other in words.pattern.finditer(folded, match.end(), end))
        yield _Line(transcript_id, language, line, in_pieces(text, (match.span(), *others), begin, end))
        match = words.pattern.search(folded, end)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _cue(db: sqlite3.Connection, line: _Line) -> CueHit:
    sql = "SELECT start FROM cues WHERE transcript_id = ? ORDER BY start, rowid LIMIT 1 OFFSET ?"
    start = db.execute(sql, (line.transcript_id, line.number)).fetchone()
    return CueHit(start=float(start[0]) if start else 0.0, language=line.language, pieces=line.pieces)


def _comments(db: sqlite3.Connection, words: Query, item_id: int) -> tuple[CommentHit, ...]:
    rows = db.execute(
        f"SELECT author, text FROM comments WHERE item_id = ? ORDER BY id LIMIT {_COMMENTS_LOOKED_AT}", (item_id,)
    )
    found = (
        CommentHit(author=author, pieces=marked(text, words, around=_SNIPPET))
        for author, text in rows
        if text and words.pattern.search(fold(text))
    )
    return tuple(itertools.islice(found, _COMMENTS_PER_HIT))


def _note(row: sqlite3.Row, words: Query) -> tuple[Piece, ...]:
    note = row["own_note"] or ""
    return marked(note, words, around=_SNIPPET) if words.pattern.search(fold(note)) else ()


def _tags(db: sqlite3.Connection, words: Query, item_id: int) -> tuple[tuple[Piece, ...], ...]:
    tags = db.execute("SELECT tag FROM tags WHERE item_id = ?", (item_id,))
    return tuple(marked(tag, words) for (tag,) in tags if words.pattern.search(fold(tag)))

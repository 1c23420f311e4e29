"""The search tables: filled as items, transcripts, comments and a person's own marks are written. `finding` asks them.

Those of items, transcripts and comments are contentless: FTS5 must be handed the old words to forget them. They are
derived from the stored rows, and a row says in `indexed` whether its words are in the table. The comments of an item
are one row together, and so are its note and tags.
"""

from __future__ import annotations

import sqlite3

import msgspec

from bowerbird.archive.words import indexable

# Ids of an item's transcripts are `item_id * 4096 + n`: so all tables have the order of the items.
TRANSCRIPTS_PER_ITEM = 4096
# More comments of one item are kept, but not found.
MOST_COMMENTS = 5_000

# A word that nobody writes, lest a phrase is found in two tags together (0020_marks_search.sql).
BETWEEN_TAGS = " \ue000 "

COLUMNS = ("title", "description", "hashtags", "creator")

Words = tuple[str, ...]


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
    return tuple(map(indexable, texts_of(row)))


def texts_of(row: sqlite3.Row) -> Words:
    """The texts of COLUMNS, of a row of `items`."""
    return row["title"] or "", row["description"] or "", _hashtags(row), _creator(row)


def _hashtags(row: sqlite3.Row) -> str:
    return " ".join(msgspec.json.decode(row["hashtags"], type=list[str]))


def _creator(row: sqlite3.Row) -> str:
    return " ".join(filter(None, (row["uploader"], row["uploader_id"])))


def reindex_item(db: sqlite3.Connection, item_id: int, before: Words | None) -> None:
    """Bring the search table to what the item's row says now. `before` is what `item_words` was before the change."""
    row = _item_row(db, item_id)
    words = _words_of(row) if row else None
    if _replace(db, "items", COLUMNS, item_id, before, words):
        db.execute("UPDATE items SET indexed = ? WHERE id = ?", (words is not None, item_id))


def transcript_words(db: sqlite3.Connection, transcript_id: int) -> Words | None:
    """What the search table holds of a transcript; None where it holds nothing."""
    row = db.execute("SELECT text FROM transcripts WHERE id = ? AND indexed", (transcript_id,)).fetchone()
    return (indexable(row["text"]),) if row else None


def reindex_transcript(db: sqlite3.Connection, transcript_id: int, before: Words | None) -> None:
    """As `reindex_item`, for a transcript."""
    row = db.execute("SELECT text FROM transcripts WHERE id = ?", (transcript_id,)).fetchone()
    words = (indexable(row["text"]),) if row else None
    if _replace(db, "transcripts", ("text",), transcript_id, before, words):
        db.execute("UPDATE transcripts SET indexed = ? WHERE id = ?", (words is not None, transcript_id))


def comment_words(db: sqlite3.Connection, item_id: int) -> Words | None:
    """What the search table holds of an item's comments; None where it holds nothing."""
    row = db.execute("SELECT 1 FROM items WHERE id = ? AND comments_indexed", (item_id,)).fetchone()
    return _comments(db, item_id) if row else None


def _comments(db: sqlite3.Connection, item_id: int) -> Words | None:
    sql = f"SELECT text FROM comments WHERE item_id = ? ORDER BY id LIMIT {MOST_COMMENTS}"
    texts = [row[0] for row in db.execute(sql, (item_id,)) if row[0]]
    return (indexable("\n".join(texts)),) if texts else None


def reindex_comments(db: sqlite3.Connection, item_id: int, before: Words | None) -> None:
    """Bring the search table to the item's comments. `before` is what `comment_words` was before they changed."""
    words = _comments(db, item_id)
    _replace(db, "comments", ("text",), item_id, before, words)
    db.execute("UPDATE items SET comments_indexed = ? WHERE id = ?", (words is not None, item_id))


def reindex_marks(db: sqlite3.Connection, item_id: int) -> None:
    """Bring the search table to the item's note and tags; a trigger takes them out of it when the item goes."""
    note = db.execute("SELECT coalesce(own_note, '') FROM items WHERE id = ?", (item_id,)).fetchone()[0]
    tags = BETWEEN_TAGS.join(row[0] for row in db.execute("SELECT tag FROM tags WHERE item_id = ?", (item_id,)))
    db.execute("DELETE FROM marks_fts WHERE rowid = ?", (item_id,))
    if note or tags:
        words = (item_id, indexable(note), indexable(tags))
        db.execute("INSERT INTO marks_fts (rowid, note, tags) VALUES (?, ?, ?)", words)


def remove(db: sqlite3.Connection, item_id: int) -> None:
    """Take an item and all that is said and written in it out of the search, before its rows go; in a transaction."""
    _replace(db, "items", COLUMNS, item_id, item_words(db, item_id), None)
    _replace(db, "comments", ("text",), item_id, comment_words(db, item_id), None)
    for (transcript_id,) in db.execute("SELECT id FROM transcripts WHERE item_id = ?", (item_id,)).fetchall():
        _replace(db, "transcripts", ("text",), transcript_id, transcript_words(db, transcript_id), None)
        db.execute("UPDATE transcripts SET indexed = 0 WHERE id = ?", (transcript_id,))
    db.execute("UPDATE items SET indexed = 0, comments_indexed = 0 WHERE id = ?", (item_id,))


def _replace(
    db: sqlite3.Connection, table: str, columns: Words, row_id: int, before: Words | None, words: Words | None
) -> bool:
    """Whether anything had to be written."""
    if before == words:
        return False
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    if before is not None:
        forget = f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) VALUES ('delete', ?, {marks})"
        db.execute(forget, (row_id, *before))
    if words is not None:
        db.execute(f"INSERT INTO {table}_fts (rowid, {names}) VALUES (?, {marks})", (row_id, *words))
    return True

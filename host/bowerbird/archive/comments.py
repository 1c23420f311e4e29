"""The rows of comments. `save` is part of its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bowerbird.archive import search
from bowerbird.scraping import Comment

# A platform that only says "two years ago" was nearest to the truth when it was first asked.
_UPSERT = """
    INSERT INTO comments (item_id, platform_id, parent_id, author, text, like_count, written_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (item_id, platform_id) DO UPDATE SET
        parent_id = coalesce(excluded.parent_id, parent_id), author = coalesce(excluded.author, author),
        text = excluded.text, like_count = coalesce(excluded.like_count, like_count),
        written_at = coalesce(written_at, excluded.written_at)
"""


def save(db: sqlite3.Connection, item_id: int, comments: Iterable[Comment]) -> None:
    """Write an item's comments, and let them be found. What was saved before and is no longer told stays."""
    before = search.comment_words(db, item_id)
    db.executemany(
        _UPSERT,
        [
            (item_id, one.platform_id, one.parent_id, one.author, one.text, one.like_count, one.written_at)
            for one in comments
        ],
    )
    search.reindex_comments(db, item_id, before)

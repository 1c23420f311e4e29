"""What a person adds to an item: tags, a note, and the second at which they stopped watching.

Small rows that no file depends on, so the site writes them itself. Each function is a transaction of its own.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Collection

from bowerbird.archive.search import reindex_marks
from bowerbird.database import transaction
from bowerbird.errors import RequestError

LONGEST_TAG = 60
MOST_TAGS = 50
LONGEST_NOTE = 20_000
# A place nearer to the begin or the end than this is none: one has hardly begun, or is done.
NEAR_SECONDS = 5.0
# Nobody goes back to a video's last fiftieth, or in a long one to its last minute.
LONGEST_CREDITS = 60.0
# What is shorter is seen in one go; in seconds.
SHORTEST = 20.0


def add_tags(db: sqlite3.Connection, item_id: int, text: str) -> tuple[str, ...]:
    """Give an item the tags that commas part, and return them as they are stored.

    On one line, NFC; one that differs in case alone stays. All or none: raises RequestError `bad_request` for a tag
    that says nothing, is too long or one too many, and as `shown`.
    """
    tags = _tags(text)
    with transaction(db):
        return tuple(_give(db, item_id, tag) for tag in tags)


def add_tags_to(db: sqlite3.Connection, item_ids: Collection[int], text: str) -> int:
    """Give several items tags; how many have all of them now. The others are in the trash, gone, or have too many.

    One transaction: the caller asks for few at a time. Raises RequestError `bad_request` for what is no tag.
    """
    tags = _tags(text)
    with transaction(db):
        return sum(all(_is_given(db, item_id, tag) for tag in tags) for item_id in item_ids)


def _tags(text: str) -> tuple[str, ...]:
    parts = [part for part in text.split(",") if part.strip()]
    return tuple(map(_tag, parts or [""]))


def _is_given(db: sqlite3.Connection, item_id: int, tag: str) -> bool:
    try:
        _give(db, item_id, tag)
    except RequestError:
        return False
    return True


def _give(db: sqlite3.Connection, item_id: int, tag: str) -> str:
    _check_shown(db, item_id)
    tags = [row[0] for row in db.execute("SELECT tag FROM tags WHERE item_id = ?", (item_id,))]
    known = next((one for one in tags if one.casefold() == tag.casefold()), None)
    if known:
        return str(known)
    if len(tags) >= MOST_TAGS:
        raise RequestError("bad_request", f"An item has at most {MOST_TAGS} tags.", "Remove one first.")
    db.execute("INSERT INTO tags (item_id, tag) VALUES (?, ?)", (item_id, tag))
    reindex_marks(db, item_id)
    return tag


def remove_tags_from(db: sqlite3.Connection, item_ids: Collection[int], text: str) -> int:
    """Take tags away from several items, in whatever case they are written; how many items had one of them.

    One transaction, as `add_tags_to`; what lies in the trash keeps it. Raises RequestError `bad_request`.
    """
    tags = {tag.casefold() for tag in _tags(text)}
    sql = """
        SELECT item_id, tag FROM tags JOIN items ON items.id = item_id
        WHERE item_id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL
    """
    with transaction(db):
        held = [tuple(row) for row in db.execute(sql, (json.dumps([*item_ids]),)) if row["tag"].casefold() in tags]
        db.executemany("DELETE FROM tags WHERE item_id = ? AND tag = ?", held)
        items = {item_id for item_id, _ in held}
        for item_id in items:
            reindex_marks(db, item_id)
    return len(items)


def remove_tag(db: sqlite3.Connection, item_id: int, tag: str) -> None:
    """Take a tag away; one that is not there is no matter. Raises as `add_tags`."""
    with transaction(db):
        _check_shown(db, item_id)
        db.execute("DELETE FROM tags WHERE item_id = ? AND tag = ?", (item_id, tag))
        reindex_marks(db, item_id)


def set_note(db: sqlite3.Connection, item_id: int, text: str) -> None:
    """Write the person's note; an empty one removes it. Raises RequestError `too_large`, and as `add_tags`."""
    note = _storable(text.replace("\r\n", "\n")).strip()
    if len(note) > LONGEST_NOTE:
        raise RequestError("too_large", f"A note has at most {LONGEST_NOTE:,} characters.", "Shorten it.")
    with transaction(db):
        _check_shown(db, item_id)
        db.execute("UPDATE items SET own_note = ? WHERE id = ?", (note or None, item_id))
        reindex_marks(db, item_id)


def set_place(db: sqlite3.Connection, item_id: int, second: float, duration: float) -> None:
    """Remember where the person stopped in a video or sound of so many seconds, if that is worth going back to.

    Raises as `add_tags`.
    """
    ending = min(max(NEAR_SECONDS, duration * 0.02), LONGEST_CREDITS)
    worth = duration >= SHORTEST and NEAR_SECONDS <= second <= duration - ending
    with transaction(db):
        _check_shown(db, item_id)
        db.execute("UPDATE items SET resume_seconds = ? WHERE id = ?", (round(second, 1) if worth else None, item_id))


def _check_shown(db: sqlite3.Connection, item_id: int) -> None:
    """Raise RequestError `not_found`, or `wrong_state` for what lies in the trash."""
    row = db.execute("SELECT deleted_at FROM items WHERE id = ?", (item_id,)).fetchone()
    if row is None:
        raise RequestError("not_found", "There is no such item in the archive.", "It may have been removed for good.")
    if row["deleted_at"]:
        raise RequestError("wrong_state", "This lies in the trash.", "Put it back first.")


def _tag(text: str) -> str:
    tag = tidy_tag(text)
    if not tag or len(tag) > LONGEST_TAG:
        raise RequestError("bad_request", f"A tag has 1 to {LONGEST_TAG} characters.", "Type a word, or a shorter one.")
    return tag


def tidy_tag(text: str) -> str:
    """The text as a tag is stored: on one line, NFC, without the hash before it."""
    return " ".join("".join(map(_printable, _storable(text))).split()).removeprefix("#").strip()


def _printable(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cs") else character


def _storable(text: str) -> str:
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())

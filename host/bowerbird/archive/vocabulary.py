"""Words that many texts have, as a sample of the archive tells them.

FTS5 adds up the rows of all words with a beginning before it tells the first one (fts5_index.c, fts5SetupPrefixIter):
half a second where a million items have such words. Of these a search asks for the common ones by name instead.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from bowerbird.archive.words import indexable, tokens
from bowerbird.database import json_list

# So many times words with a beginning may occur where the index is asked for all of them: some 10 ms.
AFFORDABLE = 10_000
MOST_WORDS = 16
# Items that are looked at: the newest, and as many from the whole archive.
_ITEMS = 150
_TRANSCRIPTS, _COMMENTS = 8, 100
_OF_ITEMS = """
    SELECT coalesce(title, '') || ' ' || coalesce(hashtags, '') || ' ' || coalesce(uploader, '') || ' '
           || coalesce(uploader_id, '') || ' ' || substr(coalesce(description, ''), 1, 500), spoken
    FROM items WHERE id IN (SELECT value FROM json_each(?))
"""
_OF_SPEECH = f"SELECT substr(text, 1, 20000) FROM transcripts ORDER BY id DESC LIMIT {_TRANSCRIPTS}"
_OF_COMMENTS = f"SELECT substr(coalesce(text, ''), 1, 500) FROM comments ORDER BY id DESC LIMIT {_COMMENTS}"


def common_words(db: sqlite3.Connection, begin: str, few: Sequence[int] = ()) -> tuple[str, ...]:
    """Words that begin so, where there may be more than AFFORDABLE of them; else none.

    The common ones, those of a `few` items themselves, and `begin` as it stands, which is a word of the index.
    """
    newest = db.execute("SELECT max(id) FROM items").fetchone()[0] or 0
    items = db.execute(_OF_ITEMS, (_sample(newest),)).fetchall()
    if not items:
        return ()
    said = [row[0] for row in db.execute(_OF_SPEECH)]
    answered = [row[0] for row in db.execute(_OF_COMMENTS)]
    of_items, of_speech = _counted(begin, [row[0] for row in items]), _counted(begin, said)
    of_comments = _counted(begin, answered)
    spoken = sum(row[1] for row in items) / len(items)
    an_item = of_items.total() / len(items) + spoken * of_speech.total() / max(1, len(said))
    last_comment = db.execute("SELECT max(id) FROM comments").fetchone()[0] or 0
    if an_item * newest + last_comment * of_comments.total() / max(1, len(answered)) <= AFFORDABLE:
        return ()
    own = _counted(begin, [row[0] for row in db.execute(_OF_ITEMS, (json_list(few),))])
    named = [*(of_items + of_speech + of_comments).most_common(MOST_WORDS), *own.most_common(MOST_WORDS)]
    return tuple(dict.fromkeys((begin, *(word for word, _ in named))))


def _sample(newest: int) -> str:
    spread = (newest * step // _ITEMS for step in range(1, _ITEMS))
    return json_list({*spread, *range(newest - _ITEMS, newest + 1)})


def _counted(begin: str, texts: Sequence[str]) -> Counter[str]:
    # most texts can be looked through as one
    plain = indexable("\n".join(text for text in texts if text.isascii()))
    other = (indexable(text) for text in texts if not text.isascii())
    having = "\n".join(text for text in (*plain.split("\n"), *other) if begin in text)
    return Counter([word for word in tokens(having) if word.startswith(begin)])

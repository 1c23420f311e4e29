"""Words that many texts have, as a sample of the archive tells them.

FTS5 adds up the rows of all words with a beginning before it tells the first one (fts5_index.c, fts5SetupPrefixIter):
half a second where a million items have such words. Of these a search asks for the common ones by name instead.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable

import msgspec

from bowerbird.archive.words import fold

# So many times words with a beginning may occur where the index is asked for all of them: some 10 ms.
AFFORDABLE = 10_000
MOST_WORDS = 16
# Items that are looked at: the newest, and as many from the whole archive.
_ITEMS = 150
_TRANSCRIPTS = 8
_ITEMS_SQL = """
    SELECT coalesce(title, '') || ' ' || substr(coalesce(description, ''), 1, 500), spoken FROM items
    WHERE id IN (SELECT value FROM json_each(?))
"""
_TRANSCRIPTS_SQL = f"SELECT substr(text, 1, 20000) FROM transcripts ORDER BY id DESC LIMIT {_TRANSCRIPTS}"


def common_words(db: sqlite3.Connection, begin: str) -> tuple[str, ...]:
    """Words that begin so, the most common first, where there may be more than AFFORDABLE of them; else none.

    `begin` is folded, and is the first of them.
    """
    newest = db.execute("SELECT max(id) FROM items").fetchone()[0] or 0
    items = db.execute(_ITEMS_SQL, (_sample(newest),)).fetchall()
    if not items:
        return ()
    said = [row[0] for row in db.execute(_TRANSCRIPTS_SQL)]
    spoken = sum(row[1] for row in items) / len(items)
    of_items, of_speech = _counted(begin, (row[0] for row in items)), _counted(begin, said)
    an_item = of_items.total() / len(items) + spoken * of_speech.total() / max(1, len(said))
    if an_item * newest <= AFFORDABLE:
        return ()
    others = (word for word, _ in (of_items + of_speech).most_common(MOST_WORDS) if word != begin)
    return (begin, *itertools.islice(others, MOST_WORDS - 1))


def _sample(newest: int) -> str:
    spread = (newest * step // _ITEMS for step in range(1, _ITEMS))
    return msgspec.json.encode(sorted({*spread, *range(newest - _ITEMS, newest + 1)})).decode()


def _counted(begin: str, texts: Iterable[str]) -> Counter[str]:
    letters = re.escape(begin)
    # that it is the begin of a word is checked after its letters are found: so `re` can leap to these
    words = re.compile(rf"{letters}(?<![^\W_]{letters})[^\W_]*")
    return Counter(word for text in texts for word in words.findall(fold(text)))

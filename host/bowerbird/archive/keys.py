"""What makes two targets the same thing, and which of them are in the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bowerbird.model import Target

_CHUNK = 500


def target_key(target: Target) -> str:
    """Equal for all URLs that lead to the same thing.

    `platform:platform_id` for an item (video, short and live of one id are one item), `platform:kind:platform_id` for
    a list, and the canonical URL where the URL does not tell the id.
    """
    if target.platform_id is None:
        return target.canonical_url
    if target.is_list:
        return f"{target.platform}:{target.kind}:{target.platform_id}"
    return item_key(target.platform, target.platform_id)


def item_key(platform: str, platform_id: str) -> str:
    """The key under which every item is known."""
    return f"{platform}:{platform_id}"


def known_item(db: sqlite3.Connection, key: str) -> int | None:
    """The id of the item that this target is archived as; None where it is not, or in the trash."""
    return archived_ids(db, (key,)).get(key)


def archived_ids(db: sqlite3.Connection, keys: Sequence[str]) -> dict[str, int]:
    """The item ids of those keys that are in the archive and not in the trash."""
    found: dict[str, int] = {}
    for at in range(0, len(keys), _CHUNK):
        chunk = tuple(keys[at : at + _CHUNK])
        rows = db.execute(
            "SELECT target_key, item_id FROM item_targets JOIN items ON items.id = item_id"
            f" WHERE deleted_at IS NULL AND target_key IN ({', '.join('?' * len(chunk))})",
            chunk,
        )
        found.update((key, item_id) for key, item_id in rows)
    return found

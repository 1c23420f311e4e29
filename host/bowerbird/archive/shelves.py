"""What stands where: how many items of each kind and year, creators, collections. Counted as items come and go."""

from __future__ import annotations

import sqlite3

import msgspec

from bowerbird.archive.thumbnails import Picture, pictures

MOST_YEARS = 200
MOST_SNAPSHOTS = 400


class ShelfCounts(msgspec.Struct, frozen=True):
    """How many items there are of each kind (the most first) and of each year (the newest first)."""

    kinds: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]

    @property
    def items(self) -> int:
        """All of them."""
        return sum(count for _, count in self.kinds)


class CreatorHead(msgspec.Struct, frozen=True):
    """A creator in a list, shown by the newest item."""

    id: int
    platform: str
    name: str | None
    handle: str | None
    items: int
    picture: Picture | None


class CreatorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """When the first item of a creator was kept, how many are gone there, and how many posts there were at last."""

    first_kept: str | None
    gone: int
    posts: int | None


class CreatorCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform said of a creator at a moment."""

    taken_at: str
    follower_count: int | None
    post_count: int | None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A list as the platform has it."""

    id: int
    platform: str
    kind: str
    title: str | None
    url: str


def counts(db: sqlite3.Connection, platform: str | None = None, creator_id: int | None = None) -> ShelfCounts:
    """Of the whole archive, a platform, or a creator of it."""
    where = "platform IN (SELECT platform FROM totals)" if platform is None else "platform = :platform"
    values = {"platform": platform, "creator": creator_id or 0}
    sql = (
        "SELECT {0}, sum(items) FROM shelves WHERE {1} AND creator_id = :creator AND items > 0 GROUP BY 1 ORDER BY {2}"
    )
    kinds = db.execute(sql.format("kind", where, "2 DESC, 1"), values)
    years = db.execute(sql.format("year", where, f"1 DESC LIMIT {MOST_YEARS}"), values)
    return ShelfCounts(tuple((row[0], row[1]) for row in kinds), tuple((row[0], row[1]) for row in years))


def creators(
    db: sqlite3.Connection, platform: str | None, *, after: tuple[int, int] | None = None, limit: int = 12
) -> tuple[CreatorHead, ...]:
    """Those of whom most is kept; `after` is `(items, id)` of the last one of the page before."""
    where = [
        "items > 0",
        *(["platform = :platform"] if platform else []),
        *(["(items, id) < (:items, :id)"] if after else []),
    ]
    items, creator_id = after or (0, 0)
    rows = db.execute(
        "SELECT id, platform, name, handle, items, (SELECT items.id FROM items WHERE creator_id = creators.id"
        " AND deleted_at IS NULL ORDER BY captured_at DESC, items.id DESC LIMIT 1) AS newest"
        f" FROM creators WHERE {' AND '.join(where)} ORDER BY items DESC, id DESC LIMIT :limit",
        {"platform": platform, "items": items, "id": creator_id, "limit": limit},
    ).fetchall()
    shown = pictures(db, [row["newest"] for row in rows if row["newest"]])
    return tuple(CreatorHead(*(*row[:-1], shown.get(row["newest"]))) for row in rows)


def facts(db: sqlite3.Connection, creator_id: int) -> CreatorFacts:
    """What a creator's page says beside the counts."""
    first = db.execute(
        "SELECT captured_at FROM items INDEXED BY items_creator WHERE creator_id = ? AND deleted_at IS NULL"
        " ORDER BY captured_at, id LIMIT 1",
        (creator_id,),
    ).fetchone()
    gone = db.execute(
        "SELECT count(*) FROM items INDEXED BY items_gone_by WHERE creator_id = ? AND gone_at IS NOT NULL"
        " AND deleted_at IS NULL",
        (creator_id,),
    ).fetchone()
    posts = db.execute(
        "SELECT post_count FROM snapshots WHERE creator_id = ? AND post_count IS NOT NULL"
        " ORDER BY taken_at DESC LIMIT 1",
        (creator_id,),
    ).fetchone()
    return CreatorFacts(first_kept=first[0] if first else None, gone=int(gone[0]), posts=posts[0] if posts else None)


def creator_counts(db: sqlite3.Connection, creator_id: int) -> tuple[CreatorCounts, ...]:
    """Followers and posts as they were, oldest first."""
    rows = db.execute(
        "SELECT taken_at, follower_count, post_count FROM snapshots WHERE creator_id = ?"
        " ORDER BY taken_at DESC LIMIT ?",
        (creator_id, MOST_SNAPSHOTS),
    ).fetchall()
    return tuple(CreatorCounts(taken_at=row[0], follower_count=row[1], post_count=row[2]) for row in rows)[::-1]


def collections(
    db: sqlite3.Connection, platform: str | None = None, creator_id: int | None = None, limit: int = 12
) -> tuple[Collection, ...]:
    """Lists as platforms have them, those that came last first."""
    wishes = {"platform = ?": platform, "creator_id = ?": creator_id}
    where = " AND ".join(text for text, value in wishes.items() if value is not None) or "true"
    rows = db.execute(
        f"SELECT id, platform, kind, title, url FROM collections WHERE {where} ORDER BY id DESC LIMIT ?",
        (*(value for value in wishes.values() if value is not None), limit),
    )
    return tuple(Collection(**{name: row[name] for name in Collection.__struct_fields__}) for row in rows)


def collection(db: sqlite3.Connection, collection_id: int | None) -> Collection | None:
    """One of them, or None."""
    row = db.execute("SELECT id, platform, kind, title, url FROM collections WHERE id = ?", (collection_id,)).fetchone()
    return Collection(**{name: row[name] for name in Collection.__struct_fields__}) if row else None

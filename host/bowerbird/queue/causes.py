"""Why jobs failed, in figures: how many of each platform and error code.

They are counted by triggers as jobs fail, are tried again or go (0019_causes_and_pieces.sql). A job of whose target a
later one was completed is no failure any more, here as in the history; and a list fails by its members, which count.
"""

from __future__ import annotations

import sqlite3

import msgspec

MOST_CAUSES = 8


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs of a platform failed with an error code, and when the last one did (UTC)."""

    platform: str
    code: str
    jobs: int
    last_at: str


class Causes(msgspec.Struct, frozen=True):
    """Those by which the most jobs failed, and how many more there are."""

    shown: tuple[Cause, ...] = ()
    more: int = 0


def causes(db: sqlite3.Connection, *, platform: str = "", code: str = "", since: str = "", least: int = 1) -> Causes:
    """The most frequent first, at most MOST_CAUSES; of one platform or error code where it is named.

    Only those of `least` jobs, of which one failed after `since` (UTC).
    """
    rows = db.execute(
        """
        SELECT platform, code, jobs, last_at, count(*) OVER () AS causes FROM causes
        WHERE jobs >= :least AND last_at > :since AND code <> '' AND :platform IN ('', platform) AND :code IN ('', code)
        ORDER BY jobs DESC, platform, code LIMIT :most
        """,
        {"platform": platform, "code": code, "most": MOST_CAUSES, "since": since, "least": least},
    ).fetchall()
    shown = tuple(Cause(**{name: row[name] for name in Cause.__struct_fields__}) for row in rows)
    return Causes(shown, rows[0]["causes"] - len(shown) if rows else 0)

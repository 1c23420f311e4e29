"""What is kept, in figures: items, bytes and playing time by platform, kind, month and creator, and how jobs ended.

All of it is counted by triggers as it changes (0014_tallies.sql), so that it costs the same in any archive.
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Literal

import msgspec

Measure = Literal["items", "bytes", "seconds"]

MOST_ROWS = 12
MOST_MONTHS = 36
DAYS = 91
MOST_ERRORS = 8


class Tally(msgspec.Struct, frozen=True):
    """Items, bytes and seconds of one platform, kind, month (`2026-11`) or creator, whose platform and id are there."""

    name: str
    items: int = 0
    bytes: int = 0
    seconds: float = 0.0
    platform: str = ""
    creator_id: int = 0


class Ending(msgspec.Struct, frozen=True):
    """How many jobs ended on a day (`2026-11-20`), and how."""

    day: str
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in the order of a measure, the most first; months and days without a gap, oldest first.

    `errors` are codes of jobs that failed in these days and how often, the most frequent first.
    """

    total: Tally
    platforms: tuple[Tally, ...]
    kinds: tuple[Tally, ...]
    creators: tuple[Tally, ...]
    months: tuple[Tally, ...]
    days: tuple[Ending, ...]
    errors: tuple[tuple[str, int], ...]


def figures(db: sqlite3.Connection, measure: Measure, today: date) -> Figures:
    """All of them. `today` is a day of this computer's calendar."""
    since = (today - timedelta(days=DAYS - 1)).isoformat()
    return Figures(
        total=_total(db),
        platforms=_tallies(db, "platform", measure),
        kinds=_tallies(db, "kind", measure),
        creators=_creators(db, measure),
        months=_months(db, today),
        days=_days(db, today, since),
        errors=_errors(db, since),
    )


def _total(db: sqlite3.Connection) -> Tally:
    sql = """
        SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0), coalesce(sum(seconds), 0)
        FROM tallies WHERE about = 'platform'
    """
    return Tally("", *db.execute(sql).fetchone())


def _tallies(db: sqlite3.Connection, about: str, measure: Measure) -> tuple[Tally, ...]:
    sql = f"""
        SELECT name, items, bytes, seconds FROM tallies WHERE about = ? AND items > 0
        ORDER BY {measure} DESC, name LIMIT {MOST_ROWS}
    """
    return tuple(Tally(*row) for row in db.execute(sql, (about,)))


def _creators(db: sqlite3.Connection, measure: Measure) -> tuple[Tally, ...]:
    sql = f"""
        SELECT coalesce(name, handle, platform_id) AS name, items, bytes, seconds, platform, id
        FROM creators WHERE items > 0 ORDER BY {measure} DESC, id DESC LIMIT {MOST_ROWS}
    """
    return tuple(Tally(*row) for row in db.execute(sql))


def _months(db: sqlite3.Connection, today: date) -> tuple[Tally, ...]:
    last = today.year * 12 + today.month - 1
    names = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(last - MOST_MONTHS + 1, last + 1)]
    sql = "SELECT name, items, bytes, seconds FROM tallies WHERE about = 'month' AND name >= ? AND items > 0"
    known = {row["name"]: Tally(*row) for row in db.execute(sql, (names[0],))}
    first = next((place for place, name in enumerate(names) if name in known), len(names))
    return tuple(known.get(name, Tally(name)) for name in names[first:])


def _days(db: sqlite3.Connection, today: date, since: str) -> tuple[Ending, ...]:
    sql = "SELECT day, status, sum(jobs) AS jobs FROM endings WHERE day >= ? GROUP BY day, status"
    known: dict[str, dict[str, int]] = {}
    for row in db.execute(sql, (since,)):
        known.setdefault(row["day"], {})[row["status"]] = row["jobs"]
    days = [(today - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]
    return tuple(Ending(day, **known.get(day, {})) for day in days) if known else ()


def _errors(db: sqlite3.Connection, since: str) -> tuple[tuple[str, int], ...]:
    sql = f"""
        SELECT code, sum(jobs) FROM endings WHERE day >= ? AND status = 'failed' GROUP BY code
        ORDER BY 2 DESC, code LIMIT {MOST_ERRORS}
    """
    return tuple((row[0], row[1]) for row in db.execute(sql, (since,)))

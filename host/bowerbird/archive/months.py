"""Months of a shelf that is in the order of days: how many items each has, and the place at which it begins.

Triggers count them as items come and go (0018_months.sql), by platform, creator and kind: what they cost grows with the
months, not with the items.
"""

from __future__ import annotations

import re
import sqlite3

import msgspec

from bowerbird.archive.gallery import ORDERS, Place, Wanted

MOST_MONTHS = 1200
_MONTH = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])\Z")
# Columns of orders that go by days.
_DAYS = ("published", "captured_at")
# Filters of which no counts are kept.
_UNCOUNTED = ("collection_id", "tag", "spoken", "gone")


class MonthCount(msgspec.Struct, frozen=True):
    """A month (`2026-11`) and how many items stand in it."""

    month: str
    items: int


def column_of(order: str) -> str | None:
    """The column whose months divide a shelf of this order; None where it is not in the order of days."""
    column = ORDERS[order].column
    return column if column in _DAYS else None


def are_counted(wanted: Wanted) -> bool:
    """Whether counts are kept of what is wanted: a year is that of the day on which an item was published."""
    column = column_of(wanted.order)
    if column is None or any(getattr(wanted, name) is not None for name in _UNCOUNTED):
        return False
    return wanted.year is None or column == "published"


def months(db: sqlite3.Connection, platform: str | None, wanted: Wanted) -> tuple[MonthCount, ...]:
    """The months that `wanted` leads through, in its order; none where no counts are kept.

    `platform` is that of `wanted`, or of its creator.
    """
    if not are_counted(wanted):
        return ()
    way = "DESC" if ORDERS[wanted.order].descends else "ASC"
    rows = db.execute(
        f"SELECT month, sum(items) FROM months WHERE {' AND '.join(_conditions(platform, wanted))}"
        f" GROUP BY month ORDER BY month {way} LIMIT {MOST_MONTHS}",
        {"about": column_of(wanted.order), "platform": platform, "creator": wanted.creator_id or 0,
         "kind": wanted.kind, "year": f"{wanted.year or 0:04}"},
    )  # fmt: skip
    return tuple(MonthCount(*row) for row in rows)


def _conditions(platform: str | None, wanted: Wanted) -> list[str]:
    return [
        "about = :about",
        "platform IN (SELECT platform FROM totals)" if platform is None else "platform = :platform",
        "creator_id = :creator",
        "items > 0",
        *(["kind = :kind"] if wanted.kind else []),
        *(["month BETWEEN :year AND :year || '-99'"] if wanted.year is not None else []),
    ]


def begin_of(month: str, order: str) -> Place | None:
    """The place before the first item of a month (`2026-11`), as `Wanted.after`; None for what is no month."""
    if column_of(order) is None or not _MONTH.match(month):
        return None
    # what comes before `2026-12` in the order of text is all of November, and what comes after `2026-11` as well
    return (_following(month), 0) if ORDERS[order].descends else (month, 0)


def _following(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"

"""Months of shelves: their counts follow every change, and each leads to its first item."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.archive.gallery import Wanted, gallery
from bowerbird.archive.migrations import SCHEMAS, _statements, ensure_archive
from bowerbird.archive.months import MonthCount, begin_of, months
from bowerbird.database import open_writer

ITEMS = 60
STEPS = (
    "UPDATE items SET kind = 'live', upload_date = '19990101' WHERE id = 6",
    "UPDATE items SET creator_id = NULL, captured_at = '2026-09-01T00:00:00Z' WHERE id = 3",
    "UPDATE items SET deleted_at = '2026', kind = 'reel' WHERE id = 1",
    "UPDATE items SET upload_date = '20200101', creator_id = 1 WHERE id = 1",
    "UPDATE items SET deleted_at = NULL WHERE id = 1",
    "UPDATE items SET upload_date = NULL WHERE id = 9",
    "DELETE FROM items WHERE id IN (2, 12)",
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Items of two platforms over two years, every third by a creator, one in the trash."""
    ensure_archive(tmp_path / "archive.db")
    with contextlib.closing(open_writer(tmp_path / "archive.db")) as opened:
        opened.execute(
            "INSERT INTO creators (id, platform, platform_id, created_at, updated_at) VALUES (1, 'a', 'c', '', '')"
        )
        opened.executemany(
            "INSERT INTO items (id, platform, platform_id, kind, creator_id, url, folder, upload_date, captured_at,"
            " updated_at) VALUES (?, ?, ?, ?, ?, 'u', ?, ?, ?, '')",
            [
                (n, "ab"[n % 2], f"p{n}", "video" if n % 4 else "post", 1 if n % 6 == 0 else None, f"f{n}",
                 f"{2024 + n % 2}{n % 12 + 1:02}11", f"2026-{n % 5 + 1:02}-{n % 28 + 1:02}T00:00:00.000Z")
                for n in range(1, ITEMS + 1)
            ],
        )  # fmt: skip
        opened.execute("UPDATE items SET deleted_at = '2026' WHERE id = 12")
        yield opened


def _kept(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute("SELECT * FROM months WHERE items <> 0")]


def _count_anew(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    """What the migration counts in an archive that it finds."""
    db.execute("BEGIN")
    db.execute("DELETE FROM months")
    for statement in _statements(SCHEMAS / "0018_months.sql"):
        if "INTO months SELECT" in statement and "TRIGGER" not in statement:
            db.execute(statement)
    found = _kept(db)
    db.execute("ROLLBACK")
    return found


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_the_counts_are_those_of_counting_anew(db: sqlite3.Connection, steps: int) -> None:
    """Whatever changes in items, each month holds as many as are shown in it; so in an older archive."""
    for step in STEPS[:steps]:
        db.execute(step)
    assert _kept(db) == _count_anew(db)


@pytest.mark.parametrize("order", ["newest", "oldest", "archived"])
@pytest.mark.parametrize(
    ("platform", "wishes", "where"),
    [(None, {}, "true"), ("a", {"platform": "a"}, "platform = 'a'"), ("a", {"creator_id": 1}, "creator_id = 1"),
     ("b", {"platform": "b", "kind": "video"}, "platform = 'b' AND kind = 'video'")],
)  # fmt: skip
def test_months_are_those_of_the_shelf(
    db: sqlite3.Connection, order: str, platform: str | None, wishes: dict[str, object], where: str
) -> None:
    """Of everything, a platform, a creator or a kind: the months in its order, each with its items."""
    column, way = (
        ("captured_at", "DESC") if order == "archived" else ("published", "ASC" if order == "oldest" else "DESC")
    )
    plain = f"""
        SELECT substr({column}, 1, 7), count(*) FROM items WHERE deleted_at IS NULL AND {where}
        GROUP BY 1 ORDER BY 1 {way}
    """
    found = months(db, platform, Wanted(order=order, **wishes))  # type: ignore[arg-type]
    assert found == tuple(MonthCount(*row) for row in db.execute(plain))


@pytest.mark.parametrize("order", ["newest", "oldest", "archived"])
def test_a_month_leads_to_its_first_item(db: sqlite3.Connection, order: str) -> None:
    """Whatever the order, the page of a month begins with an item of that month, and no month is lost between."""
    found = months(db, None, Wanted(order=order))  # type: ignore[arg-type]
    column = "captured_at" if order == "archived" else "published"
    before = 0
    for one in found:
        page = gallery(db, Wanted(order=order, after=begin_of(one.month, order), limit=ITEMS))  # type: ignore[arg-type]
        assert getattr(page.cards[0], column).startswith(one.month)
        assert len(page.cards) == ITEMS - 1 - before
        before += one.items


@pytest.mark.parametrize(
    "wishes",
    [{"tag": "x"}, {"gone": True}, {"spoken": True}, {"collection_id": 1}, {"order": "longest"}, {"order": "archived",
     "year": 2024}],
)  # fmt: skip
def test_no_counts_where_none_are_kept(db: sqlite3.Connection, wishes: dict[str, object]) -> None:
    """A filter or an order of which nothing is counted has no months, rather than wrong ones."""
    assert months(db, None, Wanted(**{"order": "newest", **wishes})) == ()  # type: ignore[arg-type]


def test_a_year_has_its_own_months(db: sqlite3.Connection) -> None:
    """The year of a filter is that of publication, and so are its months."""
    assert {one.month[:4] for one in months(db, None, Wanted(order="oldest", year=2024))} == {"2024"}


@pytest.mark.parametrize(
    ("month", "order"),
    [("2026-13", "newest"), ("2026", "newest"), ("x", "oldest"), ("", "archived"), ("2026-11", "viewed")],
)
def test_what_is_no_month_leads_nowhere(month: str, order: str) -> None:
    """An address that names no month begins at the beginning; so does an order that has none."""
    assert begin_of(month, order) is None


def test_months_are_read_without_touching_an_item(db: sqlite3.Connection) -> None:
    """Neither items nor a whole table is read for the months of a platform."""
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    months(db, "a", Wanted(platform="a", kind="video"))
    db.set_trace_callback(None)
    plan = " ".join(row[3] for sql in asked for row in db.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert "SEARCH months USING PRIMARY KEY (about=? AND platform=? AND creator_id=? AND kind=?)" in plan
    assert "items" not in plan.replace("months", "")

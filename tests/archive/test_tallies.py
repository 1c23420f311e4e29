"""Figures of what is kept follow every change, and an archive of an earlier version has them at once."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bowerbird.archive.migrations import SCHEMAS, _statements, ensure_archive
from bowerbird.archive.tallies import Ending, Tally, figures
from bowerbird.database import open_writer

ITEM = """
    INSERT INTO items (platform, platform_id, kind, creator_id, url, folder, duration, captured_at, updated_at)
    VALUES (:platform, :id, :kind, :creator, '', :id, :duration, :at, '')
"""
TODAY = date(2026, 11, 20)
STEPS = (
    "UPDATE items SET kind = 'short', creator_id = 2 WHERE id = 1",
    "UPDATE items SET duration = 61 WHERE id = 2",
    "UPDATE items SET creator_id = NULL, captured_at = '2026-09-01T00:00:00Z' WHERE id = 3",
    "UPDATE files SET file_size = 5 WHERE item_id = 2",
    "UPDATE items SET deleted_at = '2026-11-20', kind = 'reel' WHERE id = 1",
    "UPDATE files SET file_size = 77 WHERE item_id = 1",
    "UPDATE items SET deleted_at = NULL WHERE id = 1",
    "DELETE FROM files WHERE item_id = 2",
    "DELETE FROM items WHERE id = 2",
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive of three items by two creators."""
    ensure_archive(tmp_path / "archive.db")
    with contextlib.closing(open_writer(tmp_path / "archive.db")) as opened:
        for number in (1, 2):
            columns = "platform, platform_id, name, created_at, updated_at"
            opened.execute(f"INSERT INTO creators ({columns}) VALUES ('youtube', ?, 'N', '', '')", (str(number),))
        for number, platform, at in (
            (1, "youtube", "2026-08-01"),
            (2, "youtube", "2026-11-02"),
            (3, "web", "2026-11-03"),
        ):
            values = {"platform": platform, "id": str(number), "kind": "video", "creator": 1, "duration": 10 * number}
            opened.execute(ITEM, {**values, "at": f"{at}T00:00:00Z"})
            opened.execute(
                "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, created_at)"
                " VALUES (?, ?, 'video', ?, '', '')",
                (number, str(number), 100 * number),
            )
        yield opened


def _counted(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    kept = db.execute(
        "SELECT about, name, items, bytes, seconds FROM tallies WHERE items <> 0 OR bytes <> 0"
    ).fetchall()
    of_creators = db.execute("SELECT id, items, bytes, seconds FROM creators").fetchall()
    return sorted((tuple(row) for row in (*kept, *of_creators)), key=str)


def _count_anew(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    """What the migration counts in an archive that it finds."""
    db.execute("BEGIN")
    db.execute("DELETE FROM tallies")
    db.execute("UPDATE creators SET bytes = 0, seconds = 0")
    for statement in _statements(SCHEMAS / "0014_tallies.sql"):
        if any(words in statement for words in ("VIEW weighed", "INTO tallies SELECT", "UPDATE creators SET (")):
            db.execute(statement)
    found = _counted(db)
    db.execute("ROLLBACK")
    return found


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_the_counts_are_those_of_counting_anew(db: sqlite3.Connection, steps: int) -> None:
    """Whatever changes in items and files, the figures are what one gets by adding everything up."""
    for step in STEPS[:steps]:
        db.execute(step)
    assert _counted(db) == _count_anew(db)


def test_rows_have_the_order_of_the_measure(db: sqlite3.Connection) -> None:
    """The most comes first, months have no gap, and what is in the trash does not count."""
    db.execute("UPDATE items SET deleted_at = 'x' WHERE id = 1")
    by_bytes = figures(db, "bytes", TODAY)
    assert by_bytes.total == Tally("", 2, 500, 50)
    assert [one.name for one in by_bytes.platforms] == ["web", "youtube"]
    assert [one.bytes for one in by_bytes.creators] == [500]
    db.execute("UPDATE items SET deleted_at = NULL WHERE id = 1")
    found = figures(db, "items", TODAY)
    assert [one.name for one in found.platforms] == ["youtube", "web"]
    assert [(one.name, one.items) for one in found.months] == [
        ("2026-08", 1), ("2026-09", 0), ("2026-10", 0), ("2026-11", 2),
    ]  # fmt: skip


def test_endings_are_counted_by_day_and_code(db: sqlite3.Connection) -> None:
    """Each end of a job counts on its day, with why it failed, and stays when the job is taken out of the history."""
    columns = "id, url, target_key, target, platform, kind, status, error_code, created_at, updated_at"
    for number, (before, after, code) in enumerate(
        (("running", "completed", None), ("running", "failed", "gone"), ("failed", "completed", "gone"))
    ):
        values = (str(number), "u", str(number), "{}", "web", "page", before, code, "", "")
        db.execute(f"INSERT INTO jobs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        db.execute("UPDATE jobs SET status = ? WHERE id = ?", (after, str(number)))
    db.execute("DELETE FROM jobs")
    today = datetime.now().astimezone().date()
    found = figures(db, "items", today)
    assert found.days[-1] == Ending(today.isoformat(), completed=2, failed=2)
    assert found.days[0].day == (today - timedelta(days=90)).isoformat()
    assert found.errors == (("gone", 2),)

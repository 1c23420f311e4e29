"""Shelves: orders, filters, and pages that follow each other at the same cost in any archive."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from bowerbird.archive import gallery as galleries
from bowerbird.archive import shelves
from bowerbird.archive.gallery import ORDERS, Wanted, gallery
from bowerbird.database import open_writer
from tests.new_archive import make_archive

ITEMS = 120


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """Items of all sorts: every third by a creator, some without a day, a length or counts, one in the trash."""
    path: Path = tmp_path_factory.mktemp("gallery") / "archive.db"
    make_archive(path)
    db = open_writer(path)
    db.execute(
        "INSERT INTO creators (id, platform, platform_id, name, created_at, updated_at)"
        " VALUES (1, 'a', 'c', 'C', '', '')"
    )
    db.executemany(
        "INSERT INTO items (id, platform, platform_id, kind, creator_id, url, folder, upload_date, duration,"
        " view_count, captured_at, updated_at, gone_at) VALUES (?, ?, ?, ?, ?, 'u', ?, ?, ?, ?, ?, '', ?)",
        [
            (n, "ab"[n % 2], f"p{n}", "video" if n % 4 else "post", 1 if n % 6 == 0 else None, f"f{n}",
             None if n % 10 == 0 else f"{2015 + n % 7}0{n % 9 + 1}11", None if n % 5 == 0 else n * 7 % 50,
             None if n % 3 == 0 else n % 4, f"2026-01-{n % 28 + 1:02}T00:00:00.000Z",
             "2026" if n % 20 == 0 else None)
            for n in range(1, ITEMS + 1)
        ],
    )  # fmt: skip
    db.executemany("INSERT INTO tags VALUES (?, 'keep')", [(n,) for n in range(1, ITEMS + 1, 2)])
    db.executemany(
        "INSERT INTO transcripts (item_id, language, origin, text) VALUES (?, 'en', 'manual', 'x')",
        [(n,) for n in range(3, ITEMS + 1, 3)],
    )
    db.execute("UPDATE items SET deleted_at = '2026' WHERE id = 12")
    return db


def _all(db: sqlite3.Connection, limit: int, **wishes: object) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        page = gallery(db, Wanted(limit=limit, after=after, **wishes))  # type: ignore[arg-type]
        found += [card.id for card in page.cards]
        after = page.next
        if after is None:
            return found


_FILTERS = (
    ({}, "true"),
    ({"platform": "a"}, "platform = 'a'"),
    ({"creator_id": 1}, "creator_id = 1"),
    ({"kind": "post", "platform": "a"}, "kind = 'post' AND platform = 'a'"),
    ({"year": 2017}, "year = 2017"),
    ({"year": 2026, "kind": "video"}, "year = 2026 AND kind = 'video'"),
    ({"tag": "keep", "spoken": True}, "id % 2 = 1 AND spoken"),
    ({"gone": True}, "gone_at IS NOT NULL"),
    ({"tag": "none"}, "false"),
)


@pytest.mark.parametrize("few", [0, 1000], ids=["by the order", "by the filter"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("wishes", "where"), _FILTERS)
def test_pages_hold_what_fits_once_and_in_order(
    many: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    wishes: dict[str, object],
    where: str,
    order: str,
    few: int,
) -> None:
    """Every filter in every order, page after page, is what one plain query says; whichever way is taken."""
    monkeypatch.setattr(galleries, "FEW", few)
    monkeypatch.setattr(galleries, "SCANNED", 25)
    way = "DESC" if ORDERS[order].descends else "ASC"
    plain = f"SELECT id FROM items WHERE deleted_at IS NULL AND {where} ORDER BY {ORDERS[order].column} {way}, id {way}"
    assert _all(many, 7, order=order, **wishes) == [row[0] for row in many.execute(plain)]


@pytest.mark.parametrize("scanned", [25, 1000], ids=["a part", "all"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_page_is_read_from_the_index_of_its_order(
    many: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, order: str, scanned: int
) -> None:
    """Neither a page nor the one behind it sorts anything, or touches a row that it does not show."""
    monkeypatch.setattr(galleries, "FEW", 0)
    monkeypatch.setattr(galleries, "SCANNED", scanned)
    for after in (None, ("2026-01-05", 5)):
        said: list[str] = []
        many.set_trace_callback(said.append)
        gallery(many, Wanted(kind="video", year=2017, order=order, after=after))  # type: ignore[arg-type]
        many.set_trace_callback(None)
        asked = [sql for sql in said if "items_by" in sql]
        # the end, where there is one, and the page
        plans = [[row[3] for row in many.execute(f"EXPLAIN QUERY PLAN {sql}", defaultdict(str))] for sql in asked]
        assert plans
        for plan in plans:
            assert any(f"COVERING INDEX {ORDERS[order].read_by}" in line for line in plan)
            assert not any("TEMP B-TREE" in line for line in plan)


@pytest.mark.parametrize("order", ["longest", "viewed"])
def test_items_of_one_value_are_read_as_far_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """Where all have no views and no length, a page in vain costs what it costs among items that differ."""
    monkeypatch.setattr(galleries, "FEW", -1)
    monkeypatch.setattr(galleries, "SCANNED", 100)
    make_archive(tmp_path / "archive.db")
    with closing(open_writer(tmp_path / "archive.db")) as db:
        db.executemany(
            "INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at)"
            " VALUES ('a', ?, 'video', 'u', ?, '2026', '')",
            ((str(n), str(n)) for n in range(1_000)),
        )
        steps, after = [], None
        for _ in range(3):
            steps.append(0)
            db.set_progress_handler(lambda: steps.append(steps.pop() + 1), 10)
            page = gallery(db, Wanted(kind="post", order=order, after=after))  # type: ignore[arg-type]
            db.set_progress_handler(None, 0)
            assert not page.cards
            after = page.next
    # ten steps of SQLite each; 100 entries take some ten of these
    assert max(steps) < 400


def test_an_item_without_a_day_stands_where_it_was_saved(many: sqlite3.Connection) -> None:
    """What the platform does not date has the day on which it came."""
    card = next(card for card in gallery(many).cards if card.id == 100)
    assert card.published == card.captured_at[:19]


def test_what_a_shelf_holds_is_counted_as_items_come_and_go(many: sqlite3.Connection) -> None:
    """Kinds, years and creators are those of the items that are shown, after changes too."""

    def counted() -> None:
        rows = "SELECT {0}, count(*) FROM items WHERE deleted_at IS NULL AND platform = 'a' GROUP BY 1"
        found = shelves.counts(many, "a")
        assert sorted(found.kinds) == [tuple(row) for row in many.execute(rows.format("kind"))]
        assert sorted(found.years) == [tuple(row) for row in many.execute(rows.format("year"))]
        of_creator = many.execute("SELECT count(*) FROM items WHERE creator_id = 1 AND deleted_at IS NULL").fetchone()
        assert [one.items for one in shelves.creators(many, "a")] == [of_creator[0]]

    counted()
    many.execute("BEGIN")
    many.execute("UPDATE items SET kind = 'live', upload_date = '19990101' WHERE id = 6")
    many.execute("UPDATE items SET creator_id = NULL WHERE id = 18")
    many.execute("UPDATE items SET deleted_at = NULL WHERE id = 12")
    many.execute("DELETE FROM tags WHERE item_id = 24")
    many.execute("DELETE FROM transcripts WHERE item_id = 24")
    many.execute("DELETE FROM items WHERE id = 24")
    counted()
    many.execute("ROLLBACK")


def test_older_archives_are_counted_when_they_are_brought_up(tmp_path: Path) -> None:
    """Items from before the shelves stand on them, and wait for their thumbnails."""
    from bowerbird.archive import migrations, thumbnails
    from bowerbird.archive.migrations import SCHEMAS

    path = tmp_path / "archive.db"
    make_archive(path)
    with closing(open_writer(path)) as db:
        db.execute(
            "INSERT INTO items (platform, platform_id, kind, url, folder, upload_date, captured_at, updated_at)"
            " VALUES ('web', 'a', 'page', 'u', 'f', '20190101', '2026', '')"
        )
        db.execute("DELETE FROM shelves")
        script = migrations._statements(SCHEMAS / "0010_shelves_and_thumbnails.sql")
        for statement in script:
            if "INSERT INTO shelves SELECT" in statement and "TRIGGER" not in statement:
                db.execute(statement)
        assert shelves.counts(db).years == ((2019, 1),)
        assert thumbnails.any_missing(db)

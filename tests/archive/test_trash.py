"""Items go to the trash, come back, and are removed for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.archive import trash
from bowerbird.archive.filing import file_item
from bowerbird.archive.finding import find
from bowerbird.archive.reads import item, totals
from bowerbird.clock import later
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.settings import Settings
from tests.archive.conftest import Attempts, media_files

Rows = Callable[..., list[tuple[Any, ...]]]
OLD = -trash.KEPT_SECONDS - 60


def everything_about(db: sqlite3.Connection, item_id: int) -> None:
    """One row in each table that can speak of an item."""
    job = (
        "INSERT INTO jobs (id, item_id, url, target_key, target, platform, kind, status, created_at, updated_at)"
        " VALUES ('j1', ?, 'u', 'k', '{}', 'youtube', 'video', 'completed', '', '')"
    )
    with transaction(db):
        db.execute(job, (item_id,))
        db.execute("INSERT INTO known_members VALUES ('j1', ?)", (item_id,))
        db.execute("INSERT INTO comments (item_id, platform_id, text) VALUES (?, 'c', 'nice')", (item_id,))
        db.execute("INSERT INTO tags VALUES (?, 'birds')", (item_id,))
        db.execute(
            "INSERT INTO collections (platform, kind, platform_id, url, created_at, updated_at)"
            " VALUES ('youtube', 'playlist', 'p', 'u', '', '')"
        )
        db.execute("INSERT INTO collection_items VALUES (1, ?, 1, '')", (item_id,))


def test_the_trash_hides_and_gives_back(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """What is put away is in no read and no total, its files stay; put back it is as it was."""
    item_id = file_item(db, settings, attempts.filing())
    before, files = totals(db), media_files(settings)
    for _ in range(2):
        trash.put_away(db, item_id)
    assert item(db, item_id) is None
    assert find(db, "nest").hits == ()
    assert (totals(db).items, totals(db).bytes) == (0, 0)
    [one] = trash.content(db)
    assert (one.id, one.bytes, one.is_going) == (item_id, before.bytes, False)
    assert media_files(settings) == files
    for _ in range(2):
        trash.put_back(db, item_id)
    assert totals(db) == before
    assert trash.content(db) == ()
    assert [hit.item_id for hit in find(db, "nest").hits] == [item_id]


def test_the_trash_is_emptied_after_its_time(
    db: sqlite3.Connection, settings: Settings, attempts: Attempts, rows: Rows
) -> None:
    """After 30 days rows, words and files are gone, and nothing else; what the person put there stays."""
    item_id = file_item(db, settings, attempts.filing())
    everything_about(db, item_id)
    folder = settings.archive / rows("SELECT folder FROM items")[0][0]
    trash.put_away(db, item_id)
    assert (trash.is_due(db), trash.empty(db, settings)) == (False, 0)
    db.execute("UPDATE items SET deleted_at = ?", (later(OLD),))
    (folder / "mine.txt").write_text("kept")
    assert trash.is_due(db)
    assert trash.empty(db, settings, busy={"youtube"}) == 0
    assert trash.empty(db, settings) == 1
    assert media_files(settings) == {f"{folder.relative_to(settings.archive).as_posix()}/mine.txt": b"kept"}
    assert find(db, "nest").hits == ()
    assert (totals(db).items, totals(db).bytes, trash.is_due(db)) == (0, 0, False)
    assert rows("SELECT item_id FROM jobs") == [(None,)]
    referring = [
        (table, key[3])
        for (table,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for key in rows(f"PRAGMA foreign_key_list({table})")
        if key[2] == "items"
    ]
    assert len(referring) >= 9
    for table, column in referring:
        assert (table, rows(f"SELECT count(*) FROM {table} WHERE {column} = ?", item_id)) == (table, [(0,)])
    assert rows("SELECT count(*) FROM cues") == [(0,)]


def test_an_empty_folder_goes_too(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """Where nothing else lies in the folders of item, creator and platform they go; also what a stop left behind."""
    item_id = file_item(db, settings, attempts.filing())
    folder = settings.archive / trash_folder(db, item_id)
    (folder / "aBc-123_xyz_2.mp4").write_bytes(b"left by a stopped attempt")
    trash.put_away(db, item_id)
    trash.give_up(db, item_id)
    assert trash.empty(db, settings) == 1
    assert not (settings.archive / "youtube").exists()


def trash_folder(db: sqlite3.Connection, item_id: int) -> str:
    """The item's folder below the archive."""
    return str(db.execute("SELECT folder FROM items WHERE id = ?", (item_id,)).fetchone()[0])


def test_saving_again_brings_it_back(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """A new save takes it out of the trash, also when it was to be removed at once; totals are those of one item."""
    item_id = file_item(db, settings, attempts.filing())
    before = totals(db)
    trash.put_away(db, item_id)
    trash.give_up(db, item_id)
    assert file_item(db, settings, attempts.filing()) == item_id
    assert (trash.empty(db, settings), totals(db)) == (0, before)
    trash.put_away(db, item_id)
    assert (trash.is_due(db), trash.empty(db, settings)) == (False, 0)


def test_files_of_what_is_in_the_trash_are_counted_once(
    db: sqlite3.Connection, settings: Settings, attempts: Attempts, rows: Rows
) -> None:
    """A larger file that comes with the new save is what the totals say."""
    item_id = file_item(db, settings, attempts.filing())
    trash.put_away(db, item_id)
    db.execute(
        "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, created_at)"
        " VALUES (?, 'x', 'other', 5, '', '')",
        (item_id,),
    )
    assert totals(db).bytes == 0
    file_item(db, settings, attempts.filing(content=b"a longer film"))
    assert [(totals(db).bytes,)] == rows("SELECT sum(file_size) FROM files")


@pytest.mark.parametrize("act", [trash.put_away, trash.put_back, trash.give_up])
def test_what_is_not_there_is_said(db: sqlite3.Connection, act: Callable[..., None]) -> None:
    """An item that is gone for good can't be put anywhere."""
    with pytest.raises(RequestError) as refused:
        act(db, 4711)
    assert refused.value.code == "not_found"


def test_two_windows_do_opposite_things(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """What was put back is not removed by an older page, and what is being removed is not put back."""
    item_id = file_item(db, settings, attempts.filing())
    with pytest.raises(RequestError) as refused:
        trash.give_up(db, item_id)
    assert refused.value.code == "wrong_state"
    trash.put_away(db, item_id)
    trash.give_up(db, item_id)
    with pytest.raises(RequestError) as refused:
        trash.put_back(db, item_id)
    assert refused.value.code == "wrong_state"


def test_a_link_in_the_way_is_not_followed(
    db: sqlite3.Connection, settings: Settings, attempts: Attempts, tmp_path: Path
) -> None:
    """Nothing outside of the archive is removed, whatever stands in an item's place by now."""
    item_id = file_item(db, settings, attempts.filing())
    folder = settings.archive / trash_folder(db, item_id)
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    trash.put_away(db, item_id)
    trash.give_up(db, item_id)
    assert trash.empty(db, settings) == 1
    assert sorted(elsewhere.iterdir()) == before


def test_pages_of_the_trash(db: sqlite3.Connection, settings: Settings, rows: Rows) -> None:
    """Pages go on by key, last deleted first, from an index of the trash alone."""
    db.executemany(
        "INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at, deleted_at)"
        " VALUES ('youtube', ?, 'video', 'u', ?, '', '', ?)",
        ((f"v{n}", f"f{n}", later(-60.0 * n)) for n in range(5)),
    )
    first = trash.content(db, limit=3)
    rest = trash.content(db, before=(first[-1].deleted_at, first[-1].id), limit=3)
    assert [one.id for one in (*first, *rest)] == [1, 2, 3, 4, 5]
    plan = " ".join(row[3] for row in rows(f"EXPLAIN QUERY PLAN {trash._SELECT} ORDER BY deleted_at DESC, id DESC"))
    assert "items_trash" in plan
    assert "TEMP B-TREE" not in plan

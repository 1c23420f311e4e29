"""An archive of an earlier version is brought to this one, and keeps what it holds."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from bowerbird.archive import marks
from bowerbird.archive.finding import find
from bowerbird.archive.migrations import SCHEMAS, _statements, ensure_archive
from bowerbird.database import APPLICATION_ID, SCHEMA_VERSION, open_writer


def _first_archive(path: Path) -> None:
    """An archive as the first version made it, with one job."""
    steps = Migrations("bowerbird")

    @steps(name="0001_first_schema")
    def _first(db: Database) -> None:
        for statement in _statements(SCHEMAS / "0001_first_schema.sql"):
            db.conn.execute(statement)

    with contextlib.closing(sqlite3.connect(path)) as db:
        steps.apply(Database(db))
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute("PRAGMA user_version=1")
        columns = "id, url, target_key, target, platform, kind, status, created_at, updated_at"
        db.execute(f"INSERT INTO jobs ({columns}) VALUES ('j', 'u', 'k', '{{}}', 'web', 'page', 'failed', '', '')")
        db.commit()


def _schema(path: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(
            "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
        ).fetchall()


def test_an_archive_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    """It has every table and index of a new one, its rows, and the version; doing it again changes nothing."""
    old, new = tmp_path / "old.db", tmp_path / "new" / "archive.db"
    _first_archive(old)
    for _ in range(2):
        ensure_archive(old)
    ensure_archive(new)
    assert _schema(old) == _schema(new)
    with contextlib.closing(sqlite3.connect(old)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("SELECT id, incognito FROM jobs").fetchall() == [("j", 0)]
        scripts = [path.stem for path in sorted(SCHEMAS.glob("*.sql"))]
        assert [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")] == scripts


def test_notes_and_tags_of_before_are_found(tmp_path: Path) -> None:
    """What was written before there was a search for it is in the search after the upgrade."""
    old = tmp_path / "archive.db"
    with contextlib.closing(sqlite3.connect(old)) as db:
        scripts = [script for script in sorted(SCHEMAS.glob("*.sql")) if script.stem < "0020"]
        for statement in itertools.chain.from_iterable(map(_statements, scripts)):
            db.execute(statement)
        steps = [("bowerbird", script.stem, "") for script in scripts]
        db.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        db.executemany("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)", steps)
        columns = "id, platform, platform_id, kind, url, folder, captured_at, updated_at, own_note"
        rows = [(1, "a", "Die Größe davon"), (2, "b", None), (3, "c", "quiet"), (4, "d", None)]
        sql = f"INSERT INTO items ({columns}) VALUES (?, 'web', ?, 'image', 'u', ?, '', '', ?)"
        db.executemany(sql, [(number, name, name, note) for number, name, note in rows])
        db.executemany("INSERT INTO tags (item_id, tag) VALUES (?, ?)", [(2, "東京"), (3, "nest"), (3, "pond")])
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute("PRAGMA user_version=19")
        db.commit()
    ensure_archive(old)
    with contextlib.closing(open_writer(old)) as db:
        found = {asked: [hit.item_id for hit in find(db, asked).hits] for asked in _ASKED}
        marks.set_note(db, 3, "")
        assert find(db, "quiet").hits == ()
    assert found == {
        "grosse": [],
        "GRÖßE": [1],
        "京": [2],
        "quiet nest": [3],
        "quiet": [3],
        "nest": [3],
        '"nest pond"': [],
    }


_ASKED = ("grosse", "GRÖßE", "京", "quiet nest", "quiet", "nest", '"nest pond"')


def test_the_version_is_that_of_the_last_script() -> None:
    """An archive that has all of them is of this version, and no other one is."""
    assert max(int(script.name[:4]) for script in SCHEMAS.glob("*.sql")) == SCHEMA_VERSION

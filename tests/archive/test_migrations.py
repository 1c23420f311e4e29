"""An archive of an older version becomes one of this version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bowerbird.archive import migrations
from bowerbird.archive.migrations import SCHEMAS, ensure_archive
from bowerbird.archive.reads import totals
from bowerbird.database import APPLICATION_ID, SCHEMA_VERSION, open_writer


def test_the_version_is_that_of_the_last_script() -> None:
    """An archive that has all of them is of this version, and no other one is."""
    assert max(int(script.name[:4]) for script in SCHEMAS.glob("*.sql")) == SCHEMA_VERSION


def test_a_first_archive_is_brought_up(tmp_path: Path) -> None:
    """The tables of the first version get what came later, and keep what they hold."""
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        migrations._step(SCHEMAS / "0001_first_schema.sql")(type("Opened", (), {"conn": db})())
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.execute("PRAGMA user_version=1")
        db.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
        db.execute("INSERT INTO _sqlite_migrations VALUES ('bowerbird', '0001_first_schema', '')")
        db.execute(
            "INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at)"
            " VALUES ('web', 'a', 'page', 'u', 'f', '', '')"
        )
        db.commit()
    ensure_archive(path)
    ensure_archive(path)
    with closing(open_writer(path)) as db:
        db.execute("UPDATE items SET own_note = 'kept', deleted_at = '2026'")
        assert totals(db).items == 0

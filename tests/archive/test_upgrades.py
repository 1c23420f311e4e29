"""Archives of every released schema become those of today, also while a host of that time is connected.

`released/` holds the schemas as they were released; what is there never changes.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bowerbird.archive import migrations
from bowerbird.archive.migrations import SCHEMAS, ensure_archive
from bowerbird.clock import now
from bowerbird.database import APPLICATION_ID, SCHEMA_VERSION, open_writer
from bowerbird.queue import reads
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.settings import Settings

RELEASED = sorted(Path(__file__).with_name("released").glob("*.sql"))
URL = "https://www.youtube.com/watch?v=v{:010d}"
# As the host of schema 1 wrote them.
CAPTURE = """
    INSERT INTO captures (key, url, source, captured_at, options, job_id, receipt, created_at)
    VALUES (:key, :url, 'cli', :now, '{}', :key, '{}', :now)
"""
JOB = """
    INSERT INTO jobs (id, capture_id, url, target_key, target, platform, kind, status, priority, refresh_only, options,
                      host, created_at, updated_at)
    VALUES (:key, (SELECT id FROM captures WHERE key = :key), :url, :key,
            json_object('url', :url, 'platform', 'youtube', 'kind', 'video', 'canonical_url', :url), 'youtube', 'video',
            'pending', 0, 0, '{}', 'www.youtube.com', :now, :now)
"""


def _old_archive(path: Path, schema: Path) -> sqlite3.Connection:
    """An archive as it was then, and the connection of a host of then."""
    path.parent.mkdir()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.executescript(schema.read_text())
    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
    db.execute(f"PRAGMA user_version={int(schema.stem)}")
    db.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
    )
    for script in sorted(SCHEMAS.glob("*.sql"))[: int(schema.stem)]:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bowerbird', ?, '')",
            (script.stem,),
        )
    return db


def _click(db: sqlite3.Connection, number: int) -> None:
    values = {"key": f"key {number}", "url": URL.format(number), "now": now()}
    db.execute("BEGIN IMMEDIATE")
    db.execute(CAPTURE, values)
    db.execute(JOB, values)
    db.execute("COMMIT")


def test_released_schemas_are_as_they_were_released() -> None:
    """A migration that was released is never changed."""
    for schema in RELEASED:
        (script,) = SCHEMAS.glob(f"{schema.stem}_*.sql")
        assert script.read_text() == schema.read_text()


@pytest.mark.parametrize("schema", RELEASED, ids=lambda schema: schema.stem)
def test_old_archive_is_brought_forward_beside_an_old_host(tmp_path: Path, schema: Path) -> None:
    """What was captured before stays, what an old host still captures afterwards is there too, and runs in its turn."""
    settings = Settings(archive=tmp_path / "archive", home=tmp_path / "home")
    with contextlib.closing(_old_archive(settings.database, schema)) as old:
        _click(old, 1)
        ensure_archive(settings.database)
        _click(old, 2)
        with contextlib.closing(open_writer(settings.database)) as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
            assert {job.id for job in reads.jobs(db, settings).jobs} == {"key 1", "key 2"}
            assert reads.counts(db).pending == 2
            revisions = db.execute("SELECT count(DISTINCT revision), min(revision) FROM jobs").fetchone()
            assert tuple(revisions) >= (2, 1)
            claimed = [job.id for _ in range(2) if (job := claim(db, Crowd(), Limits(9, 9)))]
            assert claimed == ["key 1", "key 2"]
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that is cut short leaves an archive that the next one brings forward."""
    settings = Settings(archive=tmp_path / "archive", home=tmp_path / "home")
    with contextlib.closing(_old_archive(settings.database, RELEASED[0])) as old:
        _click(old, 1)
    apply, applied = migrations._apply, []

    def cut_short(script: Path, db: object) -> None:
        applied.append(script)
        if len(applied) == 3:
            raise KeyboardInterrupt
        apply(script, db)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_apply", cut_short)
        with pytest.raises(KeyboardInterrupt):
            ensure_archive(settings.database)
    ensure_archive(settings.database)
    with contextlib.closing(open_writer(settings.database)) as db:
        assert [job.id for job in reads.jobs(db, settings).jobs] == ["key 1"]

"""What a run of kills has left, held against what was promised."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.database import open_writer
from bowerbird.settings import Settings
from tests.faults.senders import Browser, Person
from tests.messages.client import Message
from tests.platforms import media

# Writes down each change to or from a final state, in whichever process it happens.
_WITNESS = """
    CREATE TABLE witness (job_id TEXT, was TEXT, became TEXT);
    CREATE TRIGGER witness_jobs AFTER UPDATE OF status ON jobs WHEN new.status <> old.status
        AND (new.status IN ('completed', 'failed', 'cancelled') OR old.status IN ('completed', 'failed', 'cancelled'))
    BEGIN INSERT INTO witness VALUES (new.id, old.status, new.status); END;
"""


@dataclass
class Figures:
    """Counts for the closing line, and what was promised and is not so."""

    counts: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def check(self, what: str, wrong: Iterable[object]) -> None:
        """Count what is wrong, and keep the first ones."""
        found = list(wrong)
        self.counts[what] = len(found)
        if found:
            self.broken.append(f"{what}: {len(found)}, such as {found[:3]}")


class Inspection:
    """Watches one archive of pictures from its beginning to its end."""

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._jobs = jobs
        self._seen_half: set[str] = set()
        self._last_look = 0.0
        pictures = (f"/clips/{number:05d}/one.jpg" for number in range(jobs))
        self._expected = {hashlib.sha256(media.unique("picture.jpg", path)).hexdigest(): path for path in pictures}

    def begin(self) -> None:
        """Put a witness into the archive."""
        with self._archive() as db:
            db.executescript(_WITNESS)

    def look(self) -> None:
        """While it goes on: what changed since the last look and has a final name must be whole."""
        since, self._last_look = self._last_look - 1, time.time()
        for path in self._final("*.jpg"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime >= since and _sha256(path) not in self._expected:
                    self._seen_half.add(path.name)

    def end(
        self, browsers: list[Browser], person: Person, kills: Counter[str], left: list[str], seconds: float
    ) -> Figures:
        """All that was promised, looked at once more."""
        self._last_look = 0.0
        self.look()
        figures = Figures({f"kills of {kind}": number for kind, number in sorted(kills.items())})
        figures.counts |= {"kills": sum(kills.values()), "seconds": round(seconds)}
        receipts = {key: receipt for one in browsers for key, receipt in one.receipts.items()}
        with self._archive() as db:
            _counts(figures, db, browsers, person)
            figures.check("acknowledged and lost", _lost(db, receipts))
            figures.check("acknowledged at the site and lost", _lost_forms(db, person.forms))
            figures.check("other answers for the same key", (wrong for one in browsers for wrong in one.wrong))
            figures.check("targets without their item", self._missing(db))
            figures.check("jobs that are not completed", _rows(db, "SELECT * FROM jobs WHERE status <> 'completed'"))
            figures.check("jobs done twice", _rows(db, _DONE_TWICE))
            figures.check("targets done twice", _rows(db, _TARGETS_TWICE))
            figures.check("attempts without an end", _rows(db, "SELECT id FROM attempts WHERE ended_at IS NULL"))
            figures.check("damage of the database", _damage(db))
            figures.check("files that are not as their row says", self._wrong_files(db))
            figures.check("files without a row", self._strays(db))
        figures.check("half files under a final name", self._seen_half)
        figures.check("left below .partial", self._settings.partial.glob("*"))
        figures.check("left processes", left)
        return figures

    @contextlib.contextmanager
    def _archive(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(open_writer(self._settings.database)) as db:
            yield db

    def _final(self, pattern: str = "*") -> Iterator[Path]:
        for path in self._settings.archive.glob("[!.]*/**/" + pattern):
            if path.is_file():
                yield path

    def _missing(self, db: sqlite3.Connection) -> list[str]:
        there = {row["sha256"] for row in db.execute("SELECT sha256 FROM files WHERE file_type = 'image'")}
        return [path for sha256, path in self._expected.items() if sha256 not in there]

    def _wrong_files(self, db: sqlite3.Connection) -> Iterator[str]:
        for row in db.execute("SELECT file_path, file_size, sha256 FROM files"):
            path = self._settings.archive / row["file_path"]
            if not path.is_file() or path.stat().st_size != row["file_size"] or _sha256(path) != row["sha256"]:
                yield row["file_path"]

    def _strays(self, db: sqlite3.Connection) -> set[str]:
        there = {path.relative_to(self._settings.archive).as_posix() for path in self._final()}
        return there - {row["file_path"] for row in db.execute("SELECT file_path FROM files")}


_DONE_TWICE = """
    SELECT job_id, group_concat(was || ' to ' || became) FROM witness
    GROUP BY job_id HAVING count(*) > 1 OR max(became) <> 'completed'
"""
_TARGETS_TWICE = """
    SELECT target_key, count(*) FROM jobs WHERE NOT refresh_only GROUP BY target_key HAVING count(*) > 1
    UNION ALL SELECT url, count(*) FROM items GROUP BY url HAVING count(*) > 1
    UNION ALL SELECT sha256, count(*) FROM files WHERE file_type = 'image' GROUP BY sha256 HAVING count(*) > 1
"""


def _counts(figures: Figures, db: sqlite3.Connection, browsers: list[Browser], person: Person) -> None:
    asked = {
        "captures": "SELECT count(*) FROM captures",
        "jobs": "SELECT count(*) FROM jobs",
        "refreshes among them": "SELECT count(*) FROM jobs WHERE refresh_only",
        "items": "SELECT count(*) FROM items",
        "attempts": "SELECT count(*) FROM attempts",
        "attempts that were killed": "SELECT count(*) FROM attempts WHERE outcome <> 'done'",
    }
    figures.counts |= {name: db.execute(sql).fetchone()[0] for name, sql in asked.items()}
    figures.counts["pictures filed once more"] = (
        db.execute("SELECT count(*) FROM attempts WHERE outcome = 'done'").fetchone()[0]
        - db.execute("SELECT count(*) FROM jobs").fetchone()[0]
    )
    figures.counts["acknowledged to browsers"] = sum(len(one.receipts) for one in browsers)
    figures.counts["acknowledged to the person"] = sum(len(links) for links in person.forms.values())
    figures.counts["frames refused, to be sent again"] = sum(one.refused for one in browsers)
    figures.counts["answers of the site"] = dict(sorted(person.answers.items()))


def _lost(db: sqlite3.Connection, receipts: dict[str, Message]) -> Iterator[str]:
    for key, receipt in receipts.items():
        row = db.execute("SELECT job_id FROM captures WHERE key = ?", (key,)).fetchone()
        job = db.execute("SELECT 1 FROM jobs WHERE id = ?", (receipt["job_id"],)).fetchone()
        if row is None or row["job_id"] != receipt["job_id"] or job is None:
            yield key


def _lost_forms(db: sqlite3.Connection, forms: dict[str, list[str]]) -> Iterator[str]:
    pasted = Counter(url for links in forms.values() for url in links)
    for url, times in pasted.items():
        sql = "SELECT count(*) FROM captures JOIN jobs ON jobs.id = job_id WHERE source = 'site' AND captures.url = ?"
        if db.execute(sql, (url,)).fetchone()[0] != times:
            yield url


def _rows(db: sqlite3.Connection, sql: str) -> Iterator[tuple[object, ...]]:
    return (tuple(row) for row in db.execute(sql))


def _damage(db: sqlite3.Connection) -> Iterator[object]:
    yield from (row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok")
    yield from (tuple(row) for row in db.execute("PRAGMA foreign_key_check"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

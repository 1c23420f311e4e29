"""An empty archive, and attempts that brought something."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bowerbird.archive.filing import Filing, file_item
from bowerbird.database import open_writer
from bowerbird.model import FileType
from bowerbird.scraping import Cue, FileReady, ItemFound, ScrapedCreator, TranscriptReady
from bowerbird.settings import Settings, load_settings
from tests.new_archive import make_archive

CREATOR = ScrapedCreator(platform_id="UC1", handle="@bower", name="Bower Bird", follower_count=10)
ITEM = ItemFound(
    platform="youtube", platform_id="aBc-123_xyz", kind="video", url="https://www.youtube.com/watch?v=aBc-123_xyz",
    title="A blue nest", description="Straw and feathers", creator=CREATOR, view_count=7, hashtags=("nest", "blue"),
)  # fmt: skip
CUES = (Cue(0.0, 2.0, "Here is a nest"), Cue(2.5, 1.5, "made of <straw>"), Cue(4.0, 1.0, "and it is blue"))
ENGLISH = TranscriptReady(language="en", origin="manual", cues=CUES)


class Attempts:
    """Makes attempt folders with real files in them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._count = 0

    def folder(self) -> Path:
        """A new attempt's folder below `.partial/`."""
        self._count += 1
        folder = self._settings.partial / f"job-{self._count}"
        folder.mkdir(parents=True)
        return folder

    def file(self, folder: Path, name: str, file_type: FileType, content: bytes = b"film", **more: Any) -> FileReady:
        """A whole file of an attempt."""
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return FileReady(name=name, file_type=file_type, size=len(content), sha256=digest, **more)

    def filing(
        self, item: ItemFound = ITEM, *, film: str = "media.mp4", content: bytes = b"film", **more: Any
    ) -> Filing:
        """An attempt that brought a film and, unless told otherwise, a thumbnail and an English transcript."""
        folder = self.folder()
        files = (
            self.file(folder, film, "video", content),
            self.file(folder, "picture.webp", "thumbnail", b"picture"),
        )
        chosen = {"files": files, "transcripts": (ENGLISH,), "target_key": f"{item.platform}:{item.platform_id}"} | more
        return Filing(job_id=folder.name, folder=str(folder), item=item, **chosen)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose archive exists and is empty."""
    places = {"BOWERBIRD_HOME": str(tmp_path / "home"), "BOWERBIRD_ARCHIVE": str(tmp_path / "archive")}
    made = load_settings(places)
    make_archive(made.database)
    return made


@pytest.fixture
def db(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The worker's connection to it."""
    with contextlib.closing(open_writer(settings.database)) as connection:
        yield connection


@pytest.fixture
def attempts(settings: Settings) -> Attempts:
    """A maker of attempts."""
    return Attempts(settings)


@pytest.fixture
def rows(db: sqlite3.Connection) -> Callable[..., list[tuple[Any, ...]]]:
    """What a query answers, as plain tuples."""
    return lambda sql, *values: [tuple(row) for row in db.execute(sql, values)]


def media_files(settings: Settings) -> dict[str, bytes]:
    """All files that have a final name, by their path below the archive."""
    found = (path for path in settings.archive.rglob("*") if path.is_file())
    paths = {path.relative_to(settings.archive).as_posix(): path for path in found}
    return {
        name: path.read_bytes() for name, path in paths.items()
        if not name.startswith((".partial", ".setup", "archive.db"))
    }  # fmt: skip


def a_film(platform_id: str = "1", **fields: Any) -> ItemFound:
    """A film of YouTube with these fields, and no others."""
    return ItemFound(platform="youtube", platform_id=platform_id, kind="video", url="u", **fields)


@pytest.fixture
def save(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> Callable[..., int]:
    """Files a film with the given fields, and a transcript of the given lines, three seconds each."""

    def _save(platform_id: str = "1", lines: Sequence[str] = (), language: str = "en", **fields: Any) -> int:
        cues = tuple(Cue(3.0 * number, 3.0, line) for number, line in enumerate(lines))
        spoken = (TranscriptReady(language=language, origin="manual", cues=cues),) if cues else ()
        return file_item(db, settings, attempts.filing(a_film(platform_id, **fields), transcripts=spoken))

    return _save

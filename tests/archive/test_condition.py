"""What is said of files that are no longer as they were saved."""

from __future__ import annotations

import sqlite3

from bowerbird.archive import condition
from bowerbird.archive.filing import file_item
from bowerbird.archive.reads import item
from bowerbird.settings import Settings
from tests.archive.conftest import Attempts


def test_files_are_compared_with_what_was_saved(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """A look finds what is gone, of another size or no file; reading finds another content of the same size."""
    found = item(db, file_item(db, settings, attempts.filing()))
    assert found
    files = {file.file_type: file for file in found.files}
    assert condition.read_faults(settings.archive, found.files) == {}
    (settings.archive / files["metadata"].path).unlink()
    (settings.archive / files["thumbnail"].path).write_bytes(b"a larger picture")
    (settings.archive / files["video"].path).write_bytes(b"mlif")
    (settings.archive / files["transcript"].path).unlink()
    (settings.archive / files["transcript"].path).mkdir()
    expected = {
        files["metadata"].path: "missing", files["thumbnail"].path: "changed", files["transcript"].path: "unreadable",
    }  # fmt: skip
    assert condition.faults(settings.archive, found.files) == expected
    assert condition.read_faults(settings.archive, found.files) == {**expected, files["video"].path: "changed"}


def test_nothing_outside_the_archive_is_read(db: sqlite3.Connection, settings: Settings, attempts: Attempts) -> None:
    """A link in the place of a file is not followed."""
    found = item(db, file_item(db, settings, attempts.filing()))
    assert found
    video = next(file for file in found.files if file.file_type == "video")
    path = settings.archive / video.path
    path.rename(settings.home.with_name("elsewhere"))
    path.symlink_to(settings.home.with_name("elsewhere"))
    assert condition.read_faults(settings.archive, found.files) == {video.path: "unreadable"}

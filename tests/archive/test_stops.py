"""Filing that is stopped at any step, or runs out of disk, leaves nothing half and is completed by the next attempt."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bowerbird.archive import captions
from bowerbird.archive.filing import file_item
from bowerbird.database import open_writer
from tests.archive.conftest import CUES, ITEM, Attempts, media_files

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

_STEPS = frozenset(("open", "os.mkdir", "os.rename", "os.remove", "os.chmod", "os.scandir", "os.listdir"))
_DIED = 71


class Fuse:
    """Ends this process, as kill -9 would, before its n-th step on the disk or in the database."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def arm(self, db) -> None:
        """From here on every step burns."""
        db.set_trace_callback(self._burn)
        sys.addaudithook(lambda event, arguments: self._burn(event) if event in _STEPS else None)

    def _burn(self, _: str) -> None:
        self._left -= 1
        if self._left < 0:
            os._exit(_DIED)


def _filed_until(settings, filing, steps: int) -> bool:
    """File in a process of its own that dies before the n-th step; whether it lived to the end."""
    child = os.fork()
    if child == 0:
        outcome = 1
        with contextlib.suppress(BaseException), contextlib.closing(open_writer(settings.database)) as db:
            Fuse(steps).arm(db)
            file_item(db, settings, filing)
            outcome = 0
        os._exit(outcome)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, _DIED)
    return status == 0


def _told(settings) -> dict[str, int]:
    with contextlib.closing(open_writer(settings.database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return dict(map(tuple, db.execute("SELECT file_path, file_size FROM files")))


def _sizes(settings) -> dict[str, int]:
    return {path: len(body) for path, body in media_files(settings).items()}


def _check_nothing_half(settings, wanted: dict[str, set[int]]) -> None:
    """Every file with a final name is whole, and every row has its file."""
    found = _sizes(settings)
    assert all(size in wanted[path.rpartition("/")[2]] for path, size in found.items())
    assert set(_told(settings)) <= set(found)


def _steps_of(settings, make_filing, wanted) -> int:
    for step in range(1, 400):
        lived = _filed_until(settings, make_filing(), step)
        _check_nothing_half(settings, wanted)
        if lived:
            return step
    raise AssertionError("it never came to an end")


def test_a_first_filing_killed_at_every_step_is_completed_by_the_next(settings, attempts):
    """Kill at step 1, 2, 3 …: never a half file or a row without its file, and at the end exactly one whole item."""
    filing = attempts.filing(content=b"film" * 1000)
    wanted = {"aBc-123_xyz.mp4": {4000}, "thumbnail.webp": {7}}
    steps = _steps_of(settings, lambda: _again(attempts, settings, filing, b"film" * 1000), _with_texts(wanted))
    assert steps > 30
    assert _told(settings) == _sizes(settings)
    assert len(_told(settings)) == 5


def test_a_forced_filing_killed_at_every_step_is_completed_by_the_next(settings, attempts):
    """The older film is there until the newer is told, and no leftover of it stays at the end."""
    with contextlib.closing(open_writer(settings.database)) as db:
        file_item(db, settings, attempts.filing())
    wanted = {"aBc-123_xyz.mp4": {4}, "aBc-123_xyz.webm": {4000}, "thumbnail.webp": {7}}
    new = attempts.filing(film="media.webm", content=b"film" * 1000, force=True)
    _steps_of(settings, lambda: _again(attempts, settings, new, b"film" * 1000), _with_texts(wanted))
    assert _told(settings) == _sizes(settings)
    assert "aBc-123_xyz.mp4" not in {path.rpartition("/")[2] for path in _sizes(settings)}


def test_no_final_name_is_ever_opened_for_writing(settings, attempts):
    """Files get their final names by renaming alone, so nobody ever sees one that is still being written."""
    filing = attempts.filing()
    child = os.fork()
    if child == 0:
        written: list[str] = []
        with contextlib.suppress(BaseException), contextlib.closing(open_writer(settings.database)) as db:
            sys.addaudithook(lambda event, told: written.append(str(told[0])) if _writes(event, told) else None)
            file_item(db, settings, filing)
            written.append(str(settings.partial))
        own = (str(settings.partial), str(settings.database))
        os._exit(0 if len(written) > 1 and all(path.startswith(own) for path in written) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _writes(event: str, told: tuple) -> bool:
    return event == "open" and bool(told[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def test_all_is_on_the_disk_before_it_is_told(db, settings, attempts, monkeypatch):
    """At the commit every file and its folder were flushed: a power cut after it takes nothing back."""
    flushed: set[int] = set()
    missing: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.add(os.fstat(handle).st_ino))

    def _look(statement: str) -> None:
        if statement == "COMMIT":
            places = [path for path in (settings.archive / "youtube").rglob("*") if path.stat().st_ino not in flushed]
            missing.extend([str(path) for path in places] or ["nothing"])

    db.set_trace_callback(_look)
    file_item(db, settings, attempts.filing())
    assert missing == ["nothing"]


def _again(attempts: Attempts, settings, filing, content: bytes):
    """The same attempt anew: its folder is emptied, as the worker does, and everything is fetched again."""
    folder = Path(filing.folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in filing.files:
        (folder / file.name).write_bytes(content if file.file_type == "video" else b"picture")
    return filing


def _with_texts(wanted: dict[str, set[int]]) -> dict[str, set[int]]:
    metadata = json.dumps(msgspec.to_builtins(ITEM), indent=2)
    return wanted | {
        "metadata.json": {len(metadata)},
        "transcript.en.vtt": {len(captions.as_webvtt(CUES).encode())},
        "transcript.en.txt": {len(captions.as_text(CUES).encode()) + 1},
    }


_FULL_DISK = """
import contextlib, sys
from pathlib import Path
from bowerbird.archive.filing import file_item
from bowerbird.archive.migrations import ensure_archive
from bowerbird.database import open_writer
from bowerbird.errors import JobError
from bowerbird.scraping import Cue, TranscriptReady
from bowerbird.settings import load_settings
from tests.archive.conftest import CUES, ITEM, Attempts, media_files

place = Path(sys.argv[1])
settings = load_settings({"BOWERBIRD_HOME": str(place / "home"), "BOWERBIRD_ARCHIVE": str(place / "archive")})
ensure_archive(settings.database)
cues = tuple(Cue(float(n), 1.0, f"line {n}") for n in range(20_000))
long = TranscriptReady(language="en", origin="manual", cues=cues)
attempts = Attempts(settings)
with contextlib.closing(open_writer(settings.database)) as db:
    for room in (0, 64, 512, 1200, 1800, 9000):
        filing = attempts.filing(transcripts=(long,))
        filler = place / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        with filler.open("r+b") as file:
            file.truncate(max(0, filler.stat().st_size - room * 1024))
        try:
            file_item(db, settings, filing)
            print("filed")
        except JobError as error:
            print(error.code)
        told = {row[0] for row in db.execute("SELECT file_path FROM files")}
        assert told in (set(), set(media_files(settings)))
        filler.unlink()
print("whole" if len(told) == 5 else "not whole")
"""


def _may_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    return (
        subprocess.run(
            ("unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"), capture_output=True, check=False
        ).returncode
        == 0
    )


def test_a_full_disk_is_told_and_harmless(tmp_path):
    """On a disk that fills up filing says `disk_full`; once there is room the same attempt is filed whole."""
    if not _may_mount():
        pytest.skip("no disk of a few megabytes can be made here")
    small_disk = 'mount -t tmpfs -o size=12m none "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ("unshare", "-rm", "sh", "-c", small_disk, "sh", str(tmp_path), sys.executable, _FULL_DISK),
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout.split()
    assert said[0] == "disk_full"
    assert said[-1] == "whole"
    assert set(said) <= {"disk_full", "filed", "whole"}, said

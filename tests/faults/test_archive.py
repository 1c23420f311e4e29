"""Archives that can't be written or read, and disks without room."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.namespace import with_mount
from tests.platforms import StandIn, faults, youtube
from tests.worker.machine import FOR_EVER, PATIENCE, UNTIL_IDLE, Machine

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}
READ_ONLY = "mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"

# what became of archive.db → words of the sentence that is said
UNUSABLE = {
    "garbage": (b"this is no database at all" * 500, "not a Bowerbird archive"),
    "empty": (b"", "not a Bowerbird archive"),
}


def _check_refused(status: int, said: str, words: str) -> None:
    assert status == 1
    assert words in said
    assert "Traceback" not in said
    assert "/tmp" not in said


@pytest.mark.parametrize("what", sorted(UNUSABLE))
def test_foreign_database_is_refused(machine: Machine, what: str) -> None:
    """Promise 2: a file that is no archive is not adopted: a sentence, exit code 1, and the file stays as it is."""
    content, _ = UNUSABLE[what]
    machine.db.close()
    machine.settings.database.write_bytes(content)
    for rest in ("-wal", "-shm"):
        machine.settings.database.with_name("archive.db" + rest).unlink(missing_ok=True)
    said = machine.work(*FOR_EVER)
    _check_refused(machine.status, said, "archive.db")
    assert machine.settings.database.read_bytes() == content


def test_damaged_database_is_told(machine: Machine) -> None:
    """Promise 2: a database that breaks in the middle ends the worker with a sentence."""
    machine.save(WATCH + youtube.SILENT)
    machine.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    machine.db.close()
    content = bytearray(machine.settings.database.read_bytes())
    content[4096:] = bytes([0xAB]) * (len(content) - 4096)
    machine.settings.database.write_bytes(content)
    said = machine.work(*FOR_EVER)
    _check_refused(machine.status, said, "damaged")


def test_read_only_archive_is_told(machine: Machine) -> None:
    """Promise 2: an archive that can't be written ends the worker with a sentence and the next step."""
    machine.save(WATCH + youtube.SILENT)
    command = with_mount(READ_ONLY, machine.archive, [sys.executable, *UNTIL_IDLE])
    done = subprocess.run(
        command, env=machine.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    _check_refused(done.returncode, done.stdout + done.stderr, "can't be written")


def test_read_only_home_is_told(machine: Machine) -> None:
    """Promise 2: a settings folder that can't be written is named too."""
    machine.settings.home.mkdir()
    command = with_mount(READ_ONLY, machine.settings.home, [sys.executable, *UNTIL_IDLE])
    done = subprocess.run(
        command, env=machine.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    _check_refused(done.returncode, done.stdout + done.stderr, "can't be written")


def test_disk_that_fills_up_is_waited_for(tmp_path: Path, platforms: StandIn) -> None:
    """Promise 2: at the disk's floor the attempt ends and what it has is kept; with room it goes on by itself."""
    platforms.fault(faults.slow(400_000, times=2, **MEDIA))
    command = with_mount(
        "mount -t tmpfs -o size=120m none {folder}",
        tmp_path,
        [sys.executable, "-m", "tests.faults.full_disk", str(tmp_path)],
    )
    environment = {"PATH": "/usr/bin:/bin", **platforms.environment}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["waiting"] == ["waiting", "disk", "disk_full"]
    assert len(seen["partial"]) == 1
    assert seen["completed"] == ["completed", None, None]

"""Power cuts: what the disk may hold at any moment of what was recorded, and whether that keeps what was told.

A disk keeps what was synced. Of what came after it keeps any part in any order, in sectors of 512 bytes.
"""

from __future__ import annotations

import contextlib
import pickle
import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.recorder import Delete, Event, Sync, Told, Truncate, Write

ROOT = Path(__file__).parents[2]
SECTOR = 512
LIKELY = (0.0, 0.5, 1.0)  # how much of what was not synced a disk has kept


@dataclass
class _OnDisk:
    """One file: what is certain, and what was given to the system since."""

    content: bytearray = field(default_factory=bytearray)
    unsure: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.unsure:
            _apply(self.content, event)
        self.unsure.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        content = bytearray(self.content)
        likely = chance.choice(LIKELY)
        pieces = [piece for event in self.unsure for piece in _pieces(event)]
        for piece in pieces:
            if chance.random() < likely:
                _apply(content, piece)
        return bytes(content)


def _apply(content: bytearray, event: Write | Truncate) -> None:
    if isinstance(event, Truncate):
        del content[event.size :]
        return
    missing = event.offset - len(content)
    content.extend(bytes(max(0, missing)))
    content[event.offset : event.offset + len(event.content)] = event.content


def _pieces(event: Write | Truncate) -> list[Write | Truncate]:
    if isinstance(event, Truncate):
        return [event]
    cuts = range(-(event.offset % SECTOR), len(event.content), SECTOR)
    spans = [(max(0, cut), cut + SECTOR) for cut in cuts]
    return [Write(event.name, event.offset + start, event.content[start:end]) for start, end in spans]


@dataclass(frozen=True)
class Image:
    """What was on the disk when the power went, and what somebody had been told by then."""

    files: dict[str, bytes]
    told: frozenset[str]


def image(before: dict[str, bytes], events: Sequence[Event], chance: random.Random) -> Image:
    """The disk after these events and a power cut. `before` is what lay there, for certain, at their beginning."""
    disk = {name: _OnDisk(bytearray(content)) for name, content in before.items()}
    told: set[str] = set()
    for event in events:
        if isinstance(event, Told):
            told.update(event.keys)
        elif isinstance(event, Delete):
            disk.pop(event.name, None)
        elif isinstance(event, Sync):
            disk.setdefault(event.name, _OnDisk()).sync()
        else:
            disk.setdefault(event.name, _OnDisk()).unsure.append(event)
    return Image({name: file.after_a_cut(chance) for name, file in disk.items()}, frozenset(told))


def verdict(folder: Path, image: Image) -> tuple[int, bool]:
    """Switch on again: how much of what was told is lost, and whether the database is sound."""
    for path in folder.glob("archive.db*"):
        path.unlink()
    for name, content in image.files.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    try:
        with contextlib.closing(sqlite3.connect(folder / "archive.db")) as db:
            kept = {key for (key,) in db.execute("SELECT key FROM captures JOIN jobs ON jobs.id = job_id")}
            is_sound = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            is_sound &= not db.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError:
        return len(image.told), False
    return len(image.told - kept), is_sound


@dataclass(frozen=True)
class Recording:
    """What a process that takes captures found on its disk, and then gave to it."""

    before: dict[str, bytes]
    events: Sequence[Event]

    def cut(self, folder: Path, times: int, seed: int) -> tuple[int, int]:
        """Of so many power cuts: how many lost something that was told, how many damaged the database."""
        folder.mkdir(exist_ok=True)
        chance = random.Random(seed)
        moments = [chance.randint(1, len(self.events)) for _ in range(times)]
        verdicts = [verdict(folder, image(self.before, self.events[:moment], chance)) for moment in moments]
        return sum(lost > 0 for lost, _ in verdicts), sum(not is_sound for _, is_sound in verdicts)


def record(folder: Path, synchronous: str, seed: int) -> Recording:
    """Let a process take captures in a new archive."""
    command = [sys.executable, "-m", "tests.faults.recorded_intake", str(folder), synchronous, str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return Recording(*pickle.loads(done.stdout))

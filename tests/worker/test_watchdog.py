"""What hangs is ended, what is only slow is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.scraping import Failed, Operation, Progress
from bowerbird.settings import Settings
from bowerbird.worker.watchdog import WatchDog

STALL = 100.0


class Watched:
    """A watch-dog with a clock and a disk of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.free = 10**12
        self.memory = 10**8
        settings = Settings(archive=folder, home=folder, stall_seconds=STALL, attempt_hours=1.0)
        self.dog = WatchDog(settings, folder, 0.0, lambda: self.memory, lambda _: self.free)

    def silent(self, now: float) -> str | None:
        """The verdict after a silence."""
        return _code(self.dog.hears(None, now))

    def told(self, downloaded: int, now: float) -> str | None:
        """The verdict after a percentage."""
        return _code(self.dog.hears(Progress(bytes_downloaded=downloaded), now))

    def landed(self, size: int) -> None:
        """So many bytes lie on the disk."""
        (self.folder / "media.part").write_bytes(bytes(size))


def _code(verdict: Failed | None) -> str | None:
    return verdict and verdict.code


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """An attempt that begins at second 0."""
    return Watched(tmp_path)


def test_silence_is_ended(watched: Watched) -> None:
    """An attempt that says nothing and fetches nothing ends after the stall time, not before."""
    assert [watched.silent(now) for now in (1.0, 50.0, 99.0, 101.0)] == [None, None, None, "timeout"]


def test_drip_is_ended(watched: Watched) -> None:
    """A byte every two seconds, told as progress, is a stall."""
    verdicts = [watched.told(second // 2, float(second)) for second in range(1, 103)]
    assert verdicts.index("timeout") == 99


def test_slow_is_not_ended(watched: Watched) -> None:
    """A few hundred bytes a second are enough to go on."""
    assert all(watched.told(200 * second, float(second)) is None for second in range(1, 1000))


def test_bytes_on_the_disk_count(watched: Watched) -> None:
    """A library that tells nothing but writes is alive."""
    for step in range(1, 10):
        watched.landed(20_000 * step)
        assert watched.silent(STALL * step + 1) is None
    assert watched.silent(STALL * 10 + 10) == "timeout"


def test_new_operation_is_alive(watched: Watched) -> None:
    """Whoever says what it does now has all the time again."""
    assert watched.dog.hears(Operation("Joining"), 90.0) is None
    assert watched.silent(180.0) is None
    assert watched.silent(191.0) == "timeout"


def test_end_comes_in_any_case(watched: Watched) -> None:
    """Also an attempt that fetches all the time ends at the limit; endless talk does not help."""
    assert watched.told(10**9, 3599.0) is None
    verdict = watched.dog.hears(Operation("Talking"), 3601.0)
    assert _code(verdict) == "timeout"


def test_full_disk_ends_it(watched: Watched) -> None:
    """When the floor is reached the attempt ends at the next look."""
    assert watched.silent(1.0) is None
    watched.free = 1024
    assert watched.silent(2.0) == "disk_full"


def test_vanishing_files_are_no_trouble(watched: Watched, tmp_path: Path) -> None:
    """A library renames and removes its files while they are counted."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert watched.silent(STALL + 1) == "timeout"


def test_too_much_memory_is_ended(watched: Watched) -> None:
    """What holds more memory than an attempt may is ended at the next look, whatever it says meanwhile."""
    assert watched.told(10**6, 1.0) is None
    watched.memory = 4 << 30
    assert [watched.told(10**6, second) for second in (1.9, 3.5)] == [None, "too_large"]

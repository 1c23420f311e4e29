"""Ends what hangs: an attempt must say something new or move bytes, may not take for ever, nor fill disk or memory.

A server that drips a byte every two seconds defeats every library's own timeout, so bytes are counted over time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from bowerbird.archive.space import free_bytes
from bowerbird.scraping import Failed, Progress, ScraperEvent
from bowerbird.settings import Settings
from bowerbird.worker import memory

# Slower than this over the whole stall time counts as standing still; a modem of 1990 was twenty times as fast.
SLOWEST = 100.0
# Seconds between two looks at clock, bytes and disk.
LOOK = 0.5
# Seconds between two looks at the memory, which cost some milliseconds.
MEMORY_LOOK = 2.0


class WatchDog:
    """Watches one attempt; times are seconds of the monotonic clock."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        started: float,
        held: Callable[[], int],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """`held` tells the bytes of memory that the scraper and all that it started hold."""
        self._settings = settings
        self._folder = folder
        self._held = held
        self._most_held = memory.allowed()
        self._next_memory_look = started + MEMORY_LOOK
        self._free = free
        self._deadline = started + settings.attempt_hours * 3600
        self._next_look = started
        self._since = started
        self._told = 0
        self._moved: int | None = 0  # bytes when it last said something; None: not counted yet

    def hears(self, event: ScraperEvent | None, now: float) -> Failed | None:
        """Take what the scraper said, None for a silence; why the attempt must end, or None."""
        if isinstance(event, Progress):
            self._told = max(self._told, event.bytes_downloaded)
        elif event is not None:
            # counted at the next look: a list says a hundred things a second
            self._since, self._moved = now, None
        if now < self._next_look:
            return None
        self._next_look = now + LOOK
        return self._verdict(now)

    def _verdict(self, now: float) -> Failed | None:
        if now >= self._deadline:
            return Failed(code="timeout", message="This took longer than an attempt may.", hint="Try a lower quality.")
        if self._free(self._settings.archive) < self._settings.disk_floor:
            return Failed(code="disk_full", message="")
        if self._is_too_much_memory(now):
            return Failed(code="too_large", message="This took more memory than an attempt may hold.")
        if self._moved is None:
            self._moved = self._bytes()
        if now - self._since < self._settings.stall_seconds:
            return None
        moved = self._bytes()
        if moved - self._moved >= SLOWEST * (now - self._since):
            self._since, self._moved = now, moved
            return None
        return Failed(code="timeout", message="The site stopped sending.", hint="Try again later.")

    def _is_too_much_memory(self, now: float) -> bool:
        if now < self._next_memory_look:
            return False
        self._next_memory_look = now + MEMORY_LOOK
        return self._held() > self._most_held

    def _bytes(self) -> int:
        """What was fetched: what the scraper told, or what lies on the disk of libraries that tell nothing."""
        return max(self._told, sum(_size(path) for path in self._folder.rglob("*")))


def _size(path: Path) -> int:
    # What a library renames or removes just now counts nothing.
    with contextlib.suppress(OSError):
        return path.stat().st_size if path.is_file() else 0
    return 0

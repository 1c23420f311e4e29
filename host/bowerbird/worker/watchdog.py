"""Ends what hangs: an attempt must say something new or move bytes, and may not take for ever.

A server that drips a byte every two seconds defeats every library's own timeout, so bytes are counted over time.
"""

from __future__ import annotations

from pathlib import Path

from bowerbird.model import Failed
from bowerbird.settings import Settings

# Slower than this over the whole stall time counts as standing still; a modem of 1990 was twenty times as fast.
SLOWEST = 100.0


class WatchDog:
    """Watches one attempt; times are seconds of the monotonic clock."""

    def __init__(self, settings: Settings, folder: Path, started: float) -> None:
        self._stall = settings.stall_seconds
        self._deadline = started + settings.attempt_hours * 3600
        self._folder = folder
        self._since = started
        self._size = 0

    def stirred(self, now: float) -> None:
        """The attempt said that it does something new."""
        self._since = now
        self._size = self._bytes()

    def verdict(self, now: float) -> Failed | None:
        """Why the attempt must end, or None."""
        if now >= self._deadline:
            return Failed(code="timeout", message="This took longer than an attempt may.", hint="Try a lower quality.")
        if now - self._since < self._stall:
            return None
        size = self._bytes()
        if size - self._size >= SLOWEST * (now - self._since):
            self._since, self._size = now, size
            return None
        return Failed(code="timeout", message="The site stopped sending.", hint="Try again later.")

    def _bytes(self) -> int:
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

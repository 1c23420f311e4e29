"""Whether there is room again for the jobs that wait for the disk."""

from __future__ import annotations

import time

from bowerbird.archive.space import STEP, free_bytes
from bowerbird.settings import Settings

# Seconds between two looks at the disk.
LOOK = 2.0


class Room:
    """The disk of one archive, as its worker sees it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._not_enough: int | None = None
        self._next_look = 0.0

    def use(self, settings: Settings) -> None:
        """The floor may be another one now; it is looked at anew, whatever was not enough before."""
        self._settings = settings
        self._not_enough = None

    def was_not_enough(self) -> None:
        """An attempt ended because of the disk as it is now."""
        self._not_enough = free_bytes(self._settings.archive)

    def is_back(self) -> bool:
        """Whether trying again makes sense; False too where it is not yet time to look."""
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + LOOK
        free = free_bytes(self._settings.archive)
        if free <= self._settings.disk_floor:
            return False
        return self._not_enough is None or free >= self._not_enough + STEP

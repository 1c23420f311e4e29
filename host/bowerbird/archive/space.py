"""How much room the archive's disk has."""

from __future__ import annotations

import shutil
from pathlib import Path

# Nobody knows beforehand how much a job needs, so it is tried again whenever so much more is free than when it stopped.
STEP = 64 * 1024 * 1024


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write where `path` is, or will be."""
    existing = next(place for place in (path, *path.parents) if place.exists())
    return shutil.disk_usage(existing).free


_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def size(count: float) -> str:
    """Bytes in decimal units, as everybody is told them: `486 MB`, `1.9 GB`."""
    number, step = float(count), 0
    while number >= 999.5 and step < len(_UNITS) - 1:
        number, step = number / 1000, step + 1
    return f"{number:.1f} {_UNITS[step]}" if step and number < 9.95 else f"{number:.0f} {_UNITS[step]}"

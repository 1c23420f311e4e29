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

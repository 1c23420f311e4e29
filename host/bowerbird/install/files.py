"""Files that are there wholly or not at all, and how their place is told to the person they belong to."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_file(path: Path, content: bytes, mode: int = 0o644) -> bool:
    """Give a file this content and mode, by a rename. Whether it was different before. Raises OSError."""
    if _has(path, content, mode):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _has(path: Path, content: bytes, mode: int) -> bool:
    with contextlib.suppress(OSError):
        return path.read_bytes() == content and (os.name == "nt" or path.stat().st_mode & 0o777 == mode)
    return False


def remove_file(path: Path) -> bool:
    """Remove a file; whether there was one. Raises OSError where it is there and can't be removed."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def shown(path: Path) -> str:
    """A place as its owner reads it: below the own home folder it begins with `~`."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)

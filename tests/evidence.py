"""Looking for a secret in all files of some folders while other processes still work there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def files_of(*folders: Path) -> Iterator[Path]:
    """Every file below the folders; what goes away meanwhile is left out, where `rglob` would raise."""
    for folder in folders:
        for root, _, names in os.walk(folder):
            yield from (Path(root, name) for name in names)


def files_with(words: bytes, *folders: Path) -> list[str]:
    """The names of the files that hold these bytes.

    Raises:
        AssertionError: there is no file at all, so that nothing would be shown.

    """
    files = list(files_of(*folders))
    assert files
    return [path.name for path in files if words in _content(path)]


def _content(path: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return b""

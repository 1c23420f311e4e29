"""Whether an item's files are still what was saved: by a look at each, or by reading all of them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from bowerbird.archive.names import inside
from bowerbird.archive.reads import File
from bowerbird.errors import JobError

Fault = Literal["missing", "changed", "unreadable"]

_BLOCK = 1024 * 1024


def faults(archive: Path, files: Iterable[File]) -> dict[str, Fault]:
    """Path -> what is wrong, of those files that are gone or of another size. Costs a look at each, no reading."""
    found = {file.path: _looked(archive, file) for file in files}
    return {path: fault for path, fault in found.items() if fault}


def read_faults(archive: Path, files: Iterable[File]) -> dict[str, Fault]:
    """As `faults`, and those whose content is another one: reads every byte."""
    found = {file.path: _looked(archive, file) or _compared(archive, file) for file in files}
    return {path: fault for path, fault in found.items() if fault}


def _looked(archive: Path, file: File) -> Fault | None:
    try:
        status = inside(archive, file.path).stat()
    except FileNotFoundError:
        return "missing"
    except (OSError, JobError):
        return "unreadable"
    if not stat.S_ISREG(status.st_mode):
        return "unreadable"
    return None if status.st_size == file.size else "changed"


def _compared(archive: Path, file: File) -> Fault | None:
    digest = hashlib.sha256()
    try:
        with inside(archive, file.path).open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
    except (OSError, JobError):
        return "unreadable"
    return None if digest.hexdigest() == file.sha256 else "changed"

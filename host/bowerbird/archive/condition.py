"""Whether an item's files are still what was saved: by a look at each, or by reading all of them."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from bowerbird.archive.names import inside
from bowerbird.archive.reads import File
from bowerbird.errors import JobError

Fault = Literal["missing", "changed", "unreadable"]
Look = Callable[[str], Path | None]

_BLOCK = 1024 * 1024


def faults(archive: Path, files: Iterable[File]) -> dict[str, Fault]:
    """Path -> what is wrong, of those files that are gone or of another size. Costs a look at each, no reading."""
    look = functools.cache(functools.partial(_folder, archive))
    found = {file.path: _looked(look, file) for file in files}
    return {path: fault for path, fault in found.items() if fault}


def read_faults(archive: Path, files: Iterable[File]) -> dict[str, Fault]:
    """As `faults`, and those whose content is another one: reads every byte."""
    look = functools.cache(functools.partial(_folder, archive))
    found = {file.path: _looked(look, file) or _compared(look, file) for file in files}
    return {path: fault for path, fault in found.items() if fault}


def _folder(archive: Path, folder: str) -> Path | None:
    """The real folder; None where it is reached over a link."""
    with contextlib.suppress(OSError, JobError):
        return inside(archive, folder)
    return None


def _looked(look: Look, file: File) -> Fault | None:
    folder, _, name = file.path.rpartition("/")
    place = look(folder)
    if place is None:
        return "unreadable"
    try:
        status = (place / name).lstat()
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError):
        return "unreadable"
    if not stat.S_ISREG(status.st_mode):
        return "unreadable"
    return None if status.st_size == file.size else "changed"


def _compared(look: Look, file: File) -> Fault | None:
    folder, _, name = file.path.rpartition("/")
    digest = hashlib.sha256()
    try:
        with (look(folder) or Path()).joinpath(name).open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
    except OSError:
        return "unreadable"
    return None if digest.hexdigest() == file.sha256 else "changed"

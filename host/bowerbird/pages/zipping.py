"""Bytes of a zip that nobody has whole: they are made as they are asked for.

Media are compressed already, so they are stored as they are. What is gone from the disk is left out, and named in
a text file at the end.
"""

from __future__ import annotations

import itertools
import os
import time
import zipfile
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from bowerbird.archive.names import LONGEST_NAME, safe_name
from bowerbird.pages.media import place_of_file

BLOCK = 1 << 20
MISSING = "Not on the disk.txt"
# A zip can't tell of a time before, nor of one after.
_FIRST_YEAR, _LAST_YEAR = 1980, 2107


class Entry(NamedTuple):
    """A file of the archive by its path there, and what it is to be called in the zip."""

    path: str
    name: str


class _Pipe:
    """Where `zipfile` writes to. It can do without seeking, but not be asked for the next bytes: these wait here."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, block: bytes) -> int:
        self._waiting += block
        return len(block)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def zipped(archive: Path, entries: Sequence[Entry]) -> Iterator[bytes]:
    """The zip of these files in pieces of about BLOCK bytes, none of them read before it is asked for."""
    pipe, missing, names = _Pipe(), list[str](), set[str]()
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED) as whole:
        for path, name in entries:
            found = place_of_file(archive, path)
            is_whole = found is not None and (yield from _stored(whole, pipe, found, unique(name, names)))
            if not is_whole:
                missing.append(path)
        if missing:
            whole.writestr(unique(MISSING, names), _told(missing))
    yield pipe.taken()


def _stored(
    whole: zipfile.ZipFile, pipe: _Pipe, found: tuple[Path, os.stat_result], name: str
) -> Generator[bytes, None, bool]:
    """The bytes of one file; whether all of it could be read."""
    place, status = found
    entry = zipfile.ZipInfo(name, _moment(status))
    entry.external_attr = 0o644 << 16
    # by its size it is decided whether 32 bits are enough; what is written to it meanwhile is not read
    entry.file_size = left = status.st_size
    try:
        with place.open("rb") as source, whole.open(entry, "w") as target:
            while block := source.read(min(BLOCK, left)):
                left -= len(block)
                target.write(block)
                yield pipe.taken()
    except OSError:
        return False
    return not left


def _moment(status: os.stat_result) -> tuple[int, int, int, int, int, int]:
    moment = time.localtime(status.st_mtime)[:6]
    return moment if _FIRST_YEAR <= moment[0] <= _LAST_YEAR else (_FIRST_YEAR, 1, 1, 0, 0, 0)


def _told(missing: Sequence[str]) -> str:
    return "\n".join(("These files are not as they were saved, and not in this zip or not whole:", "", *missing, ""))


def unique(name: str, names: set[str]) -> str:
    """`name` with every part safe for any disk, and unlike all `names` whatever their case; it is one of them then."""
    path = PurePosixPath(*(safe_name(part, max_bytes=LONGEST_NAME) for part in name.split("/")))
    tries = itertools.chain([path], (path.with_stem(f"{path.stem} ({number})") for number in itertools.count(2)))
    found = next(str(one) for one in tries if str(one).casefold() not in names)
    names.add(found.casefold())
    return found

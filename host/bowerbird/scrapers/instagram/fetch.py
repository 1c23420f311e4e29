"""A file from Instagram's CDN: fetched without any cookie of an account, whole, and of a kind that is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from bowerbird.errors import JobError
from bowerbird.model import FileType
from bowerbird.scrapers import media
from bowerbird.scrapers.classify import classify, evidence_of
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, FileReady, Progress

BLOCK = 1 << 16
_ONCE_MORE = frozenset(("network", "timeout", "incomplete"))


class Piece(NamedTuple):
    """One file of an item: where it is, what it should become, and its place among several."""

    url: str
    stem: str
    thumbnail: bool = False
    position: int | None = None


class StaleAddressError(Exception):
    """The CDN no longer takes the signature of an address: the post must be asked for again."""


class Fetcher:
    """The files of one attempt."""

    def __init__(self, cdn: Any, assignment: Assignment, report: Report) -> None:
        self._cdn = cdn
        self._limit = assignment.max_bytes
        self._free = assignment.free_bytes
        self._report = report
        self._began = monotonic()
        self.bytes = 0  # of whole files
        self.share: Callable[[float], float | None] = lambda _: None  # of one file → of all, where that is known

    def fetch(self, piece: Piece, folder: Path) -> FileReady:
        """Fetch and check a file. Raises JobError, or StaleAddressError."""
        try:
            return self._fetched(piece, folder)
        except JobError as error:
            if error.code not in _ONCE_MORE:
                raise
        # from its start: the CDN resumes, but its files are small
        return self._fetched(piece, folder)

    def _fetched(self, piece: Piece, folder: Path) -> FileReady:
        part = folder / f"{piece.stem}.part"
        try:
            with self._cdn.get(piece.url, stream=True) as answer:
                _refuse(answer.status_code, answer.headers)
                told = self._written(answer, part)
            return _checked(part, told, piece)
        except (JobError, StaleAddressError):
            part.unlink(missing_ok=True)
            raise
        except Exception as error:
            part.unlink(missing_ok=True)
            raise classify(evidence_of(error)) from error

    def _written(self, answer: Any, part: Path) -> bool:
        """Write what comes; whether the answer named its length."""
        length = answer.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        self._refuse_too_large(total or 0)
        size = 0
        with part.open("wb") as file:
            for block in answer.raw.stream(BLOCK, decode_content=False):
                size += file.write(block)
                self._refuse_too_large(size)
                self._tell(size, total)
        if total is not None and size != total:
            raise JobError("incomplete", detail=f"{size} of {total} bytes arrived")
        self.bytes += size
        return total is not None

    def _refuse_too_large(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise JobError("too_large")
        if self._free is not None and self.bytes + size > self._free:
            raise JobError("disk_full")

    def _tell(self, size: int, total: int | None) -> None:
        seconds, done = monotonic() - self._began, self.bytes + size
        speed = done / seconds if seconds > 0.5 else None
        fraction = self.share(min(1.0, size / total)) if total else None
        self._report(Progress(bytes_downloaded=done, speed=speed, fraction=fraction))


def _refuse(status: int, headers: Any) -> None:
    if status == 200:
        return
    if status == 403:
        raise StaleAddressError
    if status in (404, 410):
        raise JobError("gone", "Instagram says that this file is no longer there.")
    if status == 429:
        named = str(headers.get("Retry-After") or "")
        raise JobError("rate_limited", retry_after=float(named) if named.isdigit() else None)
    raise JobError("network", detail=f"the CDN answered {status}")


def _checked(part: Path, has_length: bool, piece: Piece) -> FileReady:
    with part.open("rb") as file:
        head = file.read(media.HEAD)
    kind = media.kind_of_bytes(head)
    if kind is None or kind.file_type != "image":
        # this also says what else it is that came
        shape = media.examine(part)
    elif has_length or media.picture_is_whole(part, kind.ending):
        shape = media.picture_shape(part)
    else:
        raise JobError("incomplete")
    if piece.thumbnail and shape.file_type != "image":
        raise JobError("unsafe_file")
    file_type: FileType = "thumbnail" if piece.thumbnail else shape.file_type
    ending = kind.ending if kind else ""
    return media.ready(part.replace(part.with_name(f"{piece.stem}.{ending}")), file_type, shape, piece.position)

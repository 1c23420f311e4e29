"""The scraper for addresses of media files: pictures, videos and sounds as they are, over requests.

yt-dlp takes no pictures and believes a name; here the first bytes decide what is kept. Pages and manifests are left to
the next scraper of the route.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from bowerbird import __version__
from bowerbird.clock import as_text
from bowerbird.errors import JobError
from bowerbird.model import Kind
from bowerbird.scrapers import media
from bowerbird.scrapers.classify import classify, evidence_of
from bowerbird.scrapers.clean import write_metadata
from bowerbird.scrapers.describe import web_id
from bowerbird.scrapers.interface import Report
from bowerbird.scrapers.transcripts import new_session
from bowerbird.scraping import Assignment, FileReady, ItemFound, Operation, Progress, ScraperEvent

BLOCK = 1 << 16
HEADERS = {
    "User-Agent": f"Mozilla/5.0 (compatible; Bowerbird/{__version__})",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_PART, _VERSION = "media.part", "media.version"  # what is there so far, and which version of the file it is of
_ITEM_KINDS: dict[str, Kind] = {"image": "image", "audio": "audio", "video": "video"}
_A_PAGE = (
    "No library here finds a video or pictures on this page.",
    "Open the single post or video and save that. A picture alone: right-click it, and choose Save this image.",
)
_MANIFESTS = (b"#EXTM3U", b"<MPD", b"<?xml", b"<SmoothStreamingMedia")


class Opened(NamedTuple):
    """An answer whose head was read: the kind of the file, bytes in all (None: not told), where it goes on."""

    answer: Any
    head: bytes
    blocks: Iterator[bytes]
    kind: media.FileKind
    begin: int
    total: int | None


class FilesScraper:
    """One media file at one address."""

    name = "files"

    def __init__(self) -> None:
        self._session = new_session()

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield the item and its file. Raises JobError; `not_supported` for a page."""
        yield Operation("Asking for the file")
        try:
            with self._ask(assignment) as answer:
                yield from _item(_opened(answer, assignment), assignment, report)
        except JobError:
            raise
        except Exception as error:
            raise classify(evidence_of(error)) from error

    def _ask(self, assignment: Assignment) -> Any:
        headers = {**HEADERS, **_resume_headers(Path(assignment.folder))}
        answer = self._session.get(assignment.target.canonical_url, headers=headers, stream=True)
        if answer.status_code == 416 or not _goes_on(answer, Path(assignment.folder)):
            # what is there is no part of what the site has now
            answer.close()
            _forget(Path(assignment.folder))
            answer = self._session.get(assignment.target.canonical_url, headers=HEADERS, stream=True)
        answer.raise_for_status()
        if not _goes_on(answer, Path(assignment.folder)):
            answer.close()
            raise JobError("incomplete", "The site sent a part of the file instead of the whole.")
        return answer


def _resume_headers(folder: Path) -> dict[str, str]:
    part, version = folder / _PART, folder / _VERSION
    if not (part.is_file() and version.is_file() and part.stat().st_size):
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": version.read_text("utf-8")}


def _goes_on(answer: Any, folder: Path) -> bool:
    """Whether an answer is whole, or the part that was asked for: one that begins where the file ends."""
    if answer.status_code != 206:
        return True
    asked = _resume_headers(folder).get("Range")
    place = answer.headers.get("Content-Range", "").lower().replace(" ", "=", 1).partition("/")[0]
    return bool(asked) and place.startswith(str(asked))


def _forget(folder: Path) -> None:
    for name in (_PART, _VERSION):
        (folder / name).unlink(missing_ok=True)


def _opened(answer: Any, assignment: Assignment) -> Opened:
    """Read the first bytes of the file and refuse what is not kept. Raises JobError."""
    folder = Path(assignment.folder)
    resumed = answer.status_code == 206
    if not resumed:
        _forget(folder)
    begin = (folder / _PART).stat().st_size if resumed else 0
    blocks = answer.raw.stream(BLOCK, decode_content=False)
    first = next(blocks, b"")
    head = _head_of(folder / _PART) if resumed else first
    length = answer.headers.get("Content-Length", "")
    total = begin + int(length) if length.isascii() and length.isdigit() else None
    opened = Opened(answer, first, blocks, _kind(head, assignment), begin, total)
    _refuse_too_large(opened, assignment)
    return opened


def _head_of(part: Path) -> bytes:
    with part.open("rb") as file:
        return file.read(media.HEAD)


def _kind(head: bytes, assignment: Assignment) -> media.FileKind:
    if not head:
        raise JobError("incomplete", "The site sent an empty file.")
    if media.is_page(head) or head.lstrip().startswith(_MANIFESTS):
        raise JobError("not_supported", *_A_PAGE)
    kind = media.kind_of_bytes(head)
    if kind is None:
        raise JobError("unsafe_file")
    if assignment.audio_only and kind.file_type == "video":
        # taking the sound out is yt-dlp's business
        raise JobError("not_supported")
    return kind


def _refuse_too_large(opened: Opened, assignment: Assignment) -> None:
    total = opened.total or 0
    if assignment.max_bytes is not None and total > assignment.max_bytes:
        raise JobError("too_large")
    if assignment.free_bytes is not None and total - opened.begin > assignment.free_bytes:
        raise JobError("disk_full")


def _item(opened: Opened, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
    folder = Path(assignment.folder)
    yield _described(opened, assignment)
    if assignment.media:
        yield Operation(f"Fetching {opened.kind.file_type}")
        path = _fetched(opened, assignment, report)
        yield Operation("Checking the file")
        yield _checked(path, opened, media.telling(report))
    yield media.ready(write_metadata(_told(opened, assignment), folder), "metadata")


def _described(opened: Opened, assignment: Assignment) -> ItemFound:
    target = assignment.target
    changed = _last_modified(opened.answer)
    return ItemFound(
        platform="web",
        platform_id=web_id(target.canonical_url),
        kind=_ITEM_KINDS.get(opened.kind.file_type, "file"),
        url=target.canonical_url,
        title=unquote(PurePosixPath(urlsplit(target.canonical_url).path).stem, errors="replace") or None,
        taken_at=changed,
        upload_date=changed[:10] if changed else None,
    )


def _last_modified(answer: Any) -> str | None:
    try:
        return as_text(parsedate_to_datetime(answer.headers["Last-Modified"]))
    except (KeyError, ValueError):
        return None


def _told(opened: Opened, assignment: Assignment) -> dict[str, Any]:
    """What the site said of the file; there is no library that describes it."""
    headers = opened.answer.headers
    told = {
        name.lower().replace("-", "_"): headers.get(name)
        for name in ("Content-Type", "Last-Modified", "ETag", "Server")
    }
    return {
        "webpage_url": assignment.target.url,
        "final_url": opened.answer.url,
        "extractor": "files",
        "filesize": opened.total,
        **{name: value for name, value in told.items() if value},
    }


def _fetched(opened: Opened, assignment: Assignment, report: Report) -> Path:
    """Write the file to its part, then give it its name. Raises JobError `incomplete` if bytes are missing."""
    folder = Path(assignment.folder)
    headers = opened.answer.headers
    version = headers.get("ETag") or headers.get("Last-Modified")
    if version and not version.startswith("W/"):
        (folder / _VERSION).write_text(version, "utf-8")
    size = _written(opened, folder / _PART, assignment.max_bytes, report)
    if opened.total is not None and size < opened.total:
        raise JobError("incomplete", detail=f"{size} of {opened.total} bytes arrived")
    (folder / _VERSION).unlink(missing_ok=True)
    return (folder / _PART).replace(folder / f"media.{opened.kind.ending}")


def _written(opened: Opened, part: Path, limit: int | None, report: Report) -> int:
    size, began = opened.begin, monotonic()
    with part.open("ab" if opened.begin else "wb") as file:
        for block in chain((opened.head,), opened.blocks):
            size += file.write(block)
            if limit is not None and size > limit:
                raise JobError("too_large")
            report(_progress(opened, size, monotonic() - began))
    report(_progress(opened, size, monotonic() - began))
    return size


def _progress(opened: Opened, size: int, seconds: float) -> Progress:
    speed = (size - opened.begin) / seconds if seconds > 0.5 else None
    return Progress(
        bytes_downloaded=size,
        bytes_total=opened.total,
        speed=speed,
        eta=(opened.total - size) / speed if opened.total and speed else None,
        fraction=min(1.0, size / opened.total) if opened.total else None,
    )


def _checked(path: Path, opened: Opened, tell: media.Tell) -> FileReady:
    try:
        shape = _shape(path, opened, tell)
    except JobError:
        path.unlink()
        raise
    return media.ready(path, shape.file_type, shape, tell=tell)


def _shape(path: Path, opened: Opened, tell: media.Tell) -> media.Shape:
    if opened.kind.file_type != "image":
        return media.examine(path, tell)
    if opened.total is None and not media.picture_is_whole(path, opened.kind.ending):
        raise JobError("incomplete")
    return media.picture_shape(path)

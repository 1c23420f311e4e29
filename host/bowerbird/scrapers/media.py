"""What a file that landed really is: its kind by its first bytes, whether it is whole, its size and hash.

Names and content types are never believed. Pictures are only looked at by their headers: decoding one to learn its
width would let a 50,000 by 50,000 bomb in.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bowerbird.errors import JobError
from bowerbird.model import FileType
from bowerbird.scraping import FileReady, Operation

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

BLOCK = 1 << 20
TELL_EVERY = 5.0  # seconds; the worker takes an attempt for stalled that says nothing for `stall_seconds`
HEAD = 4096  # bytes that are enough to know a kind
SHORTFALL = 1.0  # seconds that the last packet may end before the header says; encoders round
SHORTFALL_PART = 0.02  # the same as a part of the duration, for long files with rough headers


Tell = Callable[[float], None]  # takes the part of a file's check that is done, 0-1


def telling(report: Callable[[Operation], None]) -> Tell:
    """Say now and then how far the check of a file is: of a large one on a slow disk it takes minutes."""
    next_time = time.monotonic() + TELL_EVERY

    def tell(part: float) -> None:
        nonlocal next_time
        if time.monotonic() >= next_time:
            next_time = time.monotonic() + TELL_EVERY
            report(Operation(f"Checking the file: {part:.0%}"))

    return tell


def _nobody(_part: float) -> None:
    """For files that are checked in a moment."""


class FileKind(NamedTuple):
    """A kind of file that is kept: what it holds and the ending that it gets."""

    file_type: FileType
    ending: str


class Shape(NamedTuple):
    """What demuxing tells: pixels, seconds, and whether there is a picture or a sound."""

    file_type: FileType
    width: int | None
    height: int | None
    duration: float | None


# first bytes, with "." for any → what it is (Wikipedia's list of file signatures, checked against files of each kind)
_SIGNATURES: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"\xff\xd8\xff", FileKind("image", "jpg")),
    (0, b"\x89PNG\r\n\x1a\n", FileKind("image", "png")),
    (0, b"GIF87a", FileKind("image", "gif")),
    (0, b"GIF89a", FileKind("image", "gif")),
    (4, b"ftypavif", FileKind("image", "avif")),
    (4, b"ftypM4A", FileKind("audio", "m4a")),
    (4, b"ftypM4B", FileKind("audio", "m4a")),
    (4, b"ftypqt", FileKind("video", "mov")),
    (4, b"ftyp", FileKind("video", "mp4")),
    (4, b"moov", FileKind("video", "mp4")),
    (0, b"\x1aE\xdf\xa3", FileKind("video", "webm")),
    (0, b"ID3", FileKind("audio", "mp3")),
    (0, b"\xff\xfb", FileKind("audio", "mp3")),
    (0, b"\xff\xf3", FileKind("audio", "mp3")),
    (0, b"\xff\xf2", FileKind("audio", "mp3")),
    (0, b"\xff\xf1", FileKind("audio", "aac")),
    (0, b"\xff\xf9", FileKind("audio", "aac")),
    (0, b"OggS", FileKind("audio", "ogg")),
    (0, b"fLaC", FileKind("audio", "flac")),
    (0, b"FLV\x01", FileKind("video", "flv")),
)
# the forms of RIFF, by their bytes 8 to 11
_RIFF_FORMS = {
    b"WEBP": FileKind("image", "webp"),
    b"WAVE": FileKind("audio", "wav"),
    b"AVI ": FileKind("video", "avi"),
}


def kind_of_bytes(head: bytes) -> FileKind | None:
    """The kind of a file that starts with `head`; None for everything that is not kept."""
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    found = next((kind for place, mark, kind in _SIGNATURES if head[place : place + len(mark)] == mark), None)
    if found and found.ending == "webm" and b"matroska" in head[:64]:
        return FileKind("video", "mkv")
    if found is None and head[:1] == b"G" and head[188:189] == b"G":
        return FileKind("video", "ts")
    return found


def kind_of_file(path: Path) -> FileKind | None:
    """The kind of a file on disk."""
    with path.open("rb") as file:
        return kind_of_bytes(file.read(HEAD))


# endings that a library gives and that fit their content better than its first bytes tell
_ENDINGS = frozenset(
    (
        "mp4",
        "webm",
        "mkv",
        "m4a",
        "mp3",
        "opus",
        "ogg",
        "oga",
        "flac",
        "wav",
        "aac",
        "mov",
        "avi",
        "flv",
        "ts",
        "3gp",
        "jpg",
        "png",
    )
)
_PICTURE_ENDINGS = frozenset(("jpg", "png", "gif", "webp", "avif"))


def named_by_kind(path: Path) -> Path:
    """Give a file the ending of its kind, unless it has one that fits; the path that it has then."""
    kind = kind_of_file(path)
    if kind is None or path.suffix[1:] == kind.ending:
        return path
    if kind.file_type != "image" and path.suffix[1:] in _ENDINGS - _PICTURE_ENDINGS:
        return path
    return path.replace(path.with_suffix(f".{kind.ending}"))


def sha256_of(path: Path, tell: Tell = _nobody) -> str:
    """The file's hash in hex; the one time that it is read for this: the second half of its check."""
    digest, size = hashlib.sha256(), max(1, path.stat().st_size)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            tell(0.5 + file.tell() / size / 2)
    return digest.hexdigest()


def ready(
    path: Path, file_type: FileType, shape: Shape | None = None, position: int | None = None, tell: Tell = _nobody
) -> FileReady:
    """The event for a whole file that lies directly in the attempt's folder."""
    width, height, duration = shape[1:] if shape else (None, None, None)
    return FileReady(
        name=path.name,
        file_type=file_type,
        size=path.stat().st_size,
        sha256=sha256_of(path, tell),
        position=position,
        width=width,
        height=height,
        duration=duration,
    )


def get_ready() -> None:
    """Import what `examine` needs while something else is waited for: 50 ms, once a process."""
    if "av" not in sys.modules:
        threading.Thread(target=import_module, args=("av",), name="av", daemon=True).start()


def examine(path: Path, tell: Tell = _nobody) -> Shape:
    """Demux a video or sound file to its end: the first half of its check.

    Raises JobError `unsafe_file` for what is neither, `incomplete` where the last packet ends before the header says.
    """
    refuse_other_kinds(path)
    import av

    try:
        with av.open(str(path)) as container:
            return _demuxed(container, tell)
    except av.FFmpegError as error:
        raise JobError("incomplete", detail=f"demuxing: {error}") from error


def refuse_other_kinds(path: Path) -> None:
    """By the first bytes: JobError `incomplete` for a page or nothing, `unsafe_file` for what is no medium."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise JobError("incomplete", "The site sent an empty file.")
    if is_page(head):
        raise JobError("incomplete", "The site sent a page instead of the file.")
    if kind_of_bytes(head) is None:
        raise JobError("unsafe_file", "The site sent something that is no video, sound or picture.")


def is_page(head: bytes) -> bool:
    """Whether a file that starts like this is an HTML page."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<title", b"<body"))


def _demuxed(container: InputContainer, tell: Tell) -> Shape:
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    if not streams:
        raise JobError("incomplete", detail="no stream in the file")
    pictures = [
        stream for stream in container.streams.video if not stream.disposition & stream.disposition.attached_pic
    ]
    told = container.duration / 1_000_000 if container.duration else None
    end = _last_packet(container, streams, tell)
    if told and end < told - max(SHORTFALL, told * SHORTFALL_PART):
        raise JobError("incomplete", detail=f"the header says {told:.1f} s, the packets end at {end:.1f} s")
    if end == 0:
        raise JobError("incomplete", detail="no packet in the file")
    if not pictures:
        return Shape("audio", None, None, told or end)
    return Shape("video", pictures[0].width or None, pictures[0].height or None, told or end)


def _last_packet(container: InputContainer, streams: Sequence[Stream], tell: Tell) -> float:
    """Seconds from the first packet's time to the end of the last."""
    first, last, place = None, 0.0, 0
    size = max(1, container.size)
    # The fractions of each packet would take longer than its reading.
    ticks = {stream.index: float(stream.time_base) for stream in streams if stream.time_base}
    for packet in container.demux(streams):
        place = max(place, packet.pos or 0)
        tell(min(1.0, place / size) / 2)
        tick = ticks.get(packet.stream_index)
        if packet.pts is None or tick is None:
            continue
        start = packet.pts * tick
        first = start if first is None else min(first, start)
        last = max(last, start + (packet.duration or 0) * tick)
    return last - (first or 0.0)


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Width and height by the header of a png, gif, webp or jpg; None where they are not found."""
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if head[:3] == b"GIF":
        return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    if head[8:12] == b"WEBP":
        return _webp_size(head)
    return _jpeg_size(head) if head[:2] == b"\xff\xd8" else None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """The three layouts of RFC 9649: VP8X, VP8L, VP8."""
    if head[12:16] == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """The first start-of-frame segment (ITU T.81, B.1.1.3); segments before it are skipped by their length."""
    place = 2
    while place + 9 < len(head) and head[place] == 0xFF:
        mark = head[place + 1]
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(head[place + 7 : place + 9], "big"), int.from_bytes(
                head[place + 5 : place + 7], "big"
            )
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return None


# how a whole picture ends; what follows may be padding
_ENDS = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB`\x82", "gif": b";"}


def picture_is_whole(path: Path, ending: str) -> bool:
    """Whether a picture has its end, for answers that did not name their length."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - 1024))
        tail = file.read()
    if ending == "webp":
        return size >= int.from_bytes(head[4:8], "little") + 8
    return _ENDS.get(ending, b"") in tail


def picture_shape(path: Path) -> Shape:
    """A picture's size by its header."""
    with path.open("rb") as file:
        size = picture_size(file.read(1 << 16))
    width, height = size or (None, None)
    return Shape("image", width, height, None)

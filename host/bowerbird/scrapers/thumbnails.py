"""Small pictures of an item for lists, made by libav from what was saved, in a child of their own.

A decoder is the one place where a hostile picture could do harm: so none is decoded where the archive is open. A child
that dies of one, needs too long or too much memory, takes only that item's thumbnails with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.errors import JobError
from bowerbird.scrapers.media import HEAD, kind_of_bytes
from bowerbird.scraping import MakeThumbnails, ScraperEvent, Thumbnail, ThumbnailsMade

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

WIDEST = 4.0  # width over height; what is wider is made smaller
MOST_PIXELS = 100_000_000  # a picture of a large camera has 60; decoded, this many take 400 MB
QUALITY = {"quality": "75", "compression_level": "0"}  # the fastest method is a third of the time, and no larger
BLUR = 3  # columns and rows of the picture that stands there until the real one has come
# Where in a film to look for a frame that shows something, as parts of its length.
LOOKS = (0.1, 0.3, 0.6)
DULL = 12  # the least difference of brightness, of 255, in a frame that shows something
_ALPHA = ("rgba", "bgra", "argb", "abgr", "ya8", "ya16be", "ya16le", "rgba64be", "rgba64le", "gbrap", "pal8")


class Thumbnails:
    """Made without arguments, as every class of the table SCRAPERS. It takes only the time that nobody else wants."""

    def __init__(self) -> None:
        if hasattr(os, "nice"):
            os.nice(19)

    def make(self, work: MakeThumbnails) -> Iterator[ScraperEvent]:
        """Write `{width}.webp` of each size into the folder, and say which. Raises JobError `unsafe_file`."""
        frame, upright = _frame(Path(work.source))
        has_alpha = frame.format.name in _ALPHA
        made = [
            _made(frame, upright, height, Path(work.folder), has_alpha) for height in _heights(upright, work.heights)
        ]
        yield ThumbnailsMade(
            width=upright[0],
            height=upright[1],
            thumbnails=tuple(made),
            blur="" if has_alpha else _blur(frame),
        )


def _frame(source: Path) -> tuple[VideoFrame, tuple[int, int]]:
    """The picture, or a film's frame, and its width and height when it stands upright."""
    import av

    with source.open("rb") as file:
        kind = kind_of_bytes(file.read(HEAD))
    if kind is None:
        raise JobError("unsafe_file", detail="no picture, film or sound")
    try:
        with av.open(str(source)) as container:
            frame = _telling(container, is_film=kind.file_type == "video")
    except (av.FFmpegError, ValueError, StopIteration, IndexError) as error:
        raise JobError("unsafe_file", detail=f"decoding: {type(error).__name__}") from error
    frame = _turned(frame)
    return frame, (frame.width, frame.height)


def _telling(container: InputContainer, *, is_film: bool) -> VideoFrame:
    """The first frame that shows something, else the last one that was looked at."""
    stream = container.streams.video[0]
    if stream.width * stream.height > MOST_PIXELS:
        raise JobError("unsafe_file", detail="too many pixels")
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    stream.codec_context.thread_count = 1
    if not is_film or not container.duration:
        return next(container.decode(stream))
    frame = None
    for part in LOOKS:
        container.seek(int(container.duration * part))
        frame = next(container.decode(stream), frame)
        if frame is not None and _shows_something(frame):
            break
    if frame is None:
        container.seek(0)
        return next(container.decode(stream))
    return frame


def _shows_something(frame: VideoFrame) -> bool:
    tiny = _pixels(frame.reformat(8, 8, format="gray"), 8)
    return max(tiny) - min(tiny) >= DULL


def _turned(frame: VideoFrame) -> VideoFrame:
    """As a camera that was held sideways or upside down saw it."""
    turns = {-90: ("transpose", "clock"), 90: ("transpose", "cclock"), 180: ("hflip", ""), -180: ("hflip", "")}
    wanted = turns.get(round(frame.rotation))
    if wanted is None:
        return frame
    from av.filter import Graph

    graph = Graph()
    first = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))
    turn = graph.add(*wanted) if wanted[1] else graph.add("hflip")
    first.link_to(turn)
    last = turn
    if not wanted[1]:
        last = graph.add("vflip")
        turn.link_to(last)
    sink = graph.add("buffersink")
    last.link_to(sink)
    graph.configure()
    graph.push(frame)
    turned: Any = graph.pull()
    return turned  # type: ignore[no-any-return]


def _heights(size: tuple[int, int], wanted: tuple[int, ...]) -> list[int]:
    """Those that are smaller than the picture, and its own where it is smaller than the largest: none is blown up."""
    own = int(size[0] / min(WIDEST, size[0] / size[1]))
    smaller = [height for height in wanted if height <= own]
    is_worth_it = own < wanted[-1] and own > (smaller[-1] * 1.25 if smaller else 0)
    return [*smaller, max(1, own)] if is_worth_it or not smaller else smaller


def _made(frame: VideoFrame, size: tuple[int, int], height: int, folder: Path, has_alpha: bool) -> Thumbnail:
    width = max(1, round(height * min(WIDEST, size[0] / size[1])))
    height = max(1, round(width * size[1] / size[0]))
    content = _encoded(frame, width, height, "yuva420p" if has_alpha else "yuv420p")
    (folder / f"{width}.webp").write_bytes(content)
    return Thumbnail(width, height, len(content))


def _encoded(frame: VideoFrame, width: int, height: int, pixels: str) -> bytes:
    from av import CodecContext

    small = frame.reformat(width, height, format=pixels, interpolation="AREA")
    small.pts = 0
    encoder: Any = CodecContext.create("libwebp", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.time_base, encoder.options = Fraction(1, 1), QUALITY
    return b"".join(bytes(packet) for packet in (*encoder.encode(small), *encoder.encode(None)))


def _blur(frame: VideoFrame) -> str:
    """BLUR x BLUR colours, row by row, three hexadecimal digits each."""
    tiny = _pixels(frame.reformat(BLUR, BLUR, format="rgb24", interpolation="AREA"), BLUR * 3)
    return "".join(f"{byte >> 4:x}" for byte in tiny)


def _pixels(frame: VideoFrame, row: int) -> bytes:
    """The bytes of a frame's only plane without what each line is filled up with."""
    plane = frame.planes[0]
    content = bytes(plane)
    return b"".join(content[at : at + row] for at in range(0, plane.line_size * frame.height, plane.line_size))

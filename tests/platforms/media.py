"""Real media, made by ffmpeg once for each version of the recipes and kept in a cache folder.

Recipes are inputs and options of ffmpeg; the pictures are tiny, whatever height a platform declares for them.
Every id gets bytes of its own that are still valid, so that hashes differ: a `free` box (ISO 14496-12) behind mp4,
an EBML Void element (RFC 8794) behind webm, a comment segment in jpg, and an ID3 block (ID3v2.4) before mp3.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

_X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
_VP9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 120k -g 24"
_DASH = "-movflags frag_keyframe+empty_moov+default_base_moof+dash"
_AAC = "-c:a aac -b:a 48k"
_OPUS = "-c:a libopus -b:a 48k"


def _picture(seconds: int, size: str = "320x180") -> str:
    return f"-f lavfi -i testsrc2=size={size}:rate=12:duration={seconds}"


def _tone(seconds: int) -> str:
    return f"-f lavfi -i sine=frequency=440:duration={seconds}"


def _clip(seconds: int) -> dict[str, str]:
    both = f"{_picture(seconds)} {_tone(seconds)} {_X264} -crf 30 -g 24 {_AAC} -movflags +faststart -shortest"
    return {
        f"video-{seconds}.mp4": f"{_picture(seconds)} {_X264} -crf 30 -g 24 {_DASH}",
        f"video-{seconds}.webm": f"{_picture(seconds)} {_VP9}",
        f"audio-{seconds}.m4a": f"{_tone(seconds)} {_AAC} {_DASH}",
        f"audio-{seconds}.webm": f"{_tone(seconds)} {_OPUS}",
        f"both-{seconds}.mp4": both,
    }


_NOISE = "-f lavfi -i testsrc2=size=640x360:rate=24:duration=12,noise=alls=25:allf=t"
_STILL = "-f lavfi -i testsrc2=duration=1:size="

RECIPES: dict[str, str] = {
    **_clip(4),
    **_clip(24),
    "audio-12.m4a": f"{_tone(12)} {_AAC} {_DASH}",
    "audio-4.mp3": f"{_tone(4)} -c:a libmp3lame -b:a 64k",
    "both-24.webm": f"{_picture(24)} {_tone(24)} {_VP9} {_OPUS} -shortest",
    "both-4.webm": f"{_picture(4)} {_tone(4)} {_VP9} {_OPUS} -shortest",
    "picture.jpg": f"{_STILL}320x180 -frames:v 1 -q:v 5",
    "picture.png": f"{_STILL}64x64 -frames:v 1",
    "picture.webp": f"{_STILL}320x180 -frames:v 1 -c:v libwebp",
    # the big one, 3 MB: long enough to cancel, cut and resume
    "video-12.mp4": f"{_NOISE} {_X264} -g 48 -b:v 2000k -movflags +faststart",
    # twelve hours, 46 kB: a picture each half minute
    "day.mp4": f"-f lavfi -i color=c=blue:s=64x36:r=1/30:d=43200 {_X264} -g 4 -movflags +faststart",
    "segment-0.ts": f"{_picture(2)} {_tone(2)} {_X264} -g 24 {_AAC} -f mpegts",
    "segment-1.ts": f"{_picture(2)} {_tone(2)} {_X264} -g 24 {_AAC} -output_ts_offset 2 -f mpegts",
}

TYPES = {
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ts": "video/mp2t",
}

_making = threading.Lock()


def default_folder() -> Path:
    """The cache folder of this version of the recipes, private to the user."""
    version = hashlib.sha256(repr(sorted(RECIPES.items())).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"bowerbird-media-{os.getuid()}-{version}"


_folder = default_folder()


def keep_in(folder: Path) -> None:
    """Keep the media in another folder from now on."""
    global _folder  # noqa: PLW0603  one cache for the process, as the recipes are one table
    _folder = folder
    _base.cache_clear()
    size.cache_clear()


def make_all() -> None:
    """Make whatever is missing: about 3 seconds the first time, nothing afterwards."""
    for name in RECIPES:
        _base(name)


def unique(name: str, mark: str) -> bytes:
    """Return the recipe's file with bytes of its own for `mark`. Raises KeyError for an unknown recipe."""
    return _MARKERS[Path(name).suffix](_base(name), mark.encode()[:100])


@lru_cache(maxsize=4096)
def size(name: str, mark: str) -> int:
    """How many bytes `unique` gives."""
    return len(unique(name, mark))


@cache
def _base(name: str) -> bytes:
    path = _folder / name
    if not path.exists():
        _make(name, path)
    return path.read_bytes()


def _make(name: str, path: Path) -> None:
    import imageio_ffmpeg

    with _making:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_name(f"{os.getpid()}-{threading.get_ident()}-{name}")
        options = ["-y", "-v", "error", "-nostdin", *RECIPES[name].split(), str(unfinished)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *options], check=True, timeout=120)
        unfinished.replace(path)


def _free_box(file: bytes, mark: bytes) -> bytes:
    return file + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark


def _void_element(file: bytes, mark: bytes) -> bytes:
    return file + b"\xec" + bytes([0x80 | len(mark)]) + mark


def _jpeg_comment(file: bytes, mark: bytes) -> bytes:
    return file[:2] + b"\xff\xfe" + (2 + len(mark)).to_bytes(2, "big") + mark + file[2:]


def _png_text(file: bytes, mark: bytes) -> bytes:
    import zlib

    chunk = b"tEXtmark\0" + mark
    length, checksum = len(chunk) - 4, zlib.crc32(chunk)
    return file[:33] + length.to_bytes(4, "big") + chunk + checksum.to_bytes(4, "big") + file[33:]


def _riff_chunk(file: bytes, mark: bytes) -> bytes:
    padded = mark + b"\0" * (len(mark) % 2)
    body = file[8:] + b"mark" + len(mark).to_bytes(4, "little") + padded
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _id3_block(file: bytes, mark: bytes) -> bytes:
    frame = b"\x03" + mark
    block = b"TIT2" + len(frame).to_bytes(4, "big") + b"\0\0" + frame
    return b"ID3\x04\0\0\0\0" + bytes([len(block) >> 7, len(block) & 0x7F]) + block + file


def _null_packet(file: bytes, mark: bytes) -> bytes:
    return file + b"\x47\x1f\xff\x10" + mark.ljust(184, b"\xff")


_MARKERS: dict[str, Callable[[bytes, bytes], bytes]] = {
    ".mp4": _free_box,
    ".m4a": _free_box,
    ".webm": _void_element,
    ".jpg": _jpeg_comment,
    ".png": _png_text,
    ".webp": _riff_chunk,
    ".mp3": _id3_block,
    ".ts": _null_packet,
}

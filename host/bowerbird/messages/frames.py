"""Native messaging frames: a 32-bit length in native byte order, then UTF-8 JSON.

developer.chrome.com/docs/extensions/develop/concepts/native-messaging: at most 64 MiB to the host, 1 MiB from it.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec

from bowerbird.errors import RequestError

LARGEST_IN = 63 * 1024 * 1024
LARGEST_OUT = 1024 * 1024
# Bytes of a list in a message: the rest of the frame is small.
ROOM = LARGEST_OUT - 4096
_LENGTH = struct.Struct("=I")
_CHUNK = 1 << 16


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's body, or None when the other end is gone, in the middle of a frame too.

    Raises RequestError `too_large` after skipping a body that is longer than LARGEST_IN bytes.
    """
    header = _exactly(stream, _LENGTH.size)
    if header is None:
        return None
    (length,) = _LENGTH.unpack(header)
    if length <= LARGEST_IN:
        return _exactly(stream, length)
    if not _skip(stream, length):
        return None
    raise RequestError("too_large")


def _skip(stream: BinaryIO, length: int) -> bool:
    while length > 0:
        skipped = stream.read(min(length, _CHUNK))
        if not skipped:
            return False
        length -= len(skipped)
    return True


def _exactly(stream: BinaryIO, length: int) -> bytes | None:
    body = stream.read(length)
    return body if len(body) == length else None


def how_many_fit(values: Sequence[Any]) -> int:
    """How many of these, from the first on, a list in one message can hold."""
    room = ROOM
    for number, value in enumerate(values):
        room -= len(msgspec.json.encode(value)) + 1
        if room < 0:
            return number
    return len(values)


class FrameWriter:
    """Writes whole frames, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, message: dict[str, Any]) -> None:
        """Send one message. What is longer than LARGEST_OUT is sent as an error, because a browser ends such a host."""
        body = msgspec.json.encode(message)
        if len(body) > LARGEST_OUT:
            error = RequestError("too_large", "The answer is too long.", "Ask for fewer things at once.")
            body = msgspec.json.encode({"id": message.get("id"), "ok": False, "error": error.as_dict()})
        frame = _LENGTH.pack(len(body)) + body
        with self._lock:
            self._write_all(frame)

    def _write_all(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[self._stream.write(view) :]
        self._stream.flush()

"""`bowerbird-host`: the program that a browser starts. Takes the pipes first, then imports the rest."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from bowerbird.install.origins import CHROMIUM_ORIGIN, FIREFOX_ID


def main() -> int:
    """Talk to the browser until it closes the pipe; 1 for a foreign caller or settings that can't be read."""
    os.umask(0o077)
    incoming, outgoing = _take_pipes()
    _import_msgspec()
    from bowerbird.errors import RequestError
    from bowerbird.messages.conversation import converse, refusal
    from bowerbird.messages.frames import FrameWriter
    from bowerbird.settings import load_settings

    writer = FrameWriter(outgoing)
    try:
        try:
            check_caller(sys.argv[1:])
            settings = load_settings()
        except RequestError as error:
            writer.write(refusal(None, error))
            return 1
        converse(settings, incoming, writer)
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The browser's pipes for us alone: whatever a library prints goes to stderr."""
    if sys.platform == "win32":
        import msvcrt

        for stream in (sys.stdin, sys.stdout):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return os.fdopen(os.dup(0), "rb"), outgoing


def _import_msgspec() -> None:
    """Import msgspec without typing_extensions, from which it takes what `typing` has too: 6 of the host's 40 ms."""
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    import msgspec  # noqa: F401

    del sys.modules["typing_extensions"]


def check_caller(arguments: list[str]) -> None:
    """Raise RequestError `forbidden_origin` unless our extension starts us.

    Chromium passes the origin first, Firefox the manifest's path and then the extension's id.
    """
    from bowerbird.errors import RequestError

    if CHROMIUM_ORIGIN in arguments[:1] or FIREFOX_ID in arguments[1:2]:
        return
    raise RequestError("forbidden_origin")


if __name__ == "__main__":
    sys.exit(main())

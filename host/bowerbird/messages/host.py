"""`bowerbird-host`: the program that a browser starts. One reply to each frame; it ends with its pipe."""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import Any, BinaryIO

from bowerbird.database import as_request_error
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.install.origins import CHROMIUM_ORIGIN, FIREFOX_ID
from bowerbird.messages import frames, requests
from bowerbird.messages.handlers import HANDLERS, Desk
from bowerbird.messages.watcher import Watcher
from bowerbird.settings import Settings, load_settings


def main() -> int:
    """Talk to the browser until it closes the pipe; 1 for a foreign caller or settings that can't be read."""
    os.umask(0o077)
    incoming, outgoing = _take_pipes()
    writer = frames.FrameWriter(outgoing)
    try:
        check_caller(sys.argv[1:])
        settings = load_settings()
    except RequestError as error:
        writer.write({"id": None, "ok": False, "error": error.as_dict()})
        return 1
    try:
        converse(settings, incoming, writer)
    except BrokenPipeError:
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


def check_caller(arguments: list[str]) -> None:
    """Raise RequestError `forbidden_origin` unless our extension starts us.

    Chromium passes the origin first, Firefox the manifest's path and then the extension's id.
    """
    if CHROMIUM_ORIGIN in arguments[:1] or FIREFOX_ID in arguments[1:2]:
        return
    raise RequestError("forbidden_origin")


def converse(settings: Settings, incoming: BinaryIO, writer: frames.FrameWriter) -> None:
    """Answer frames until there are no more."""
    watcher = Watcher(settings, writer.write)
    desk = Desk(settings, watcher.watch)
    try:
        while True:
            body = _next(incoming, writer)
            if body is None:
                return
            writer.write(answer(desk, body))
            desk.do_afterwards()
    finally:
        watcher.end()
        desk.drop_archive()


def _next(incoming: BinaryIO, writer: frames.FrameWriter) -> bytes | None:
    while True:
        try:
            return frames.read_frame(incoming)
        except RequestError as error:  # noqa: PERF203 - a reply for each, and on to the next
            writer.write({"id": None, "ok": False, "error": error.as_dict()})


def answer(desk: Desk, body: bytes) -> dict[str, Any]:
    """The one reply to a frame. Never raises for what a frame holds or what the archive does."""
    number = None
    try:
        envelope = requests.read_envelope(body)
        number = requests.usable_id(envelope)
        if number is None:
            raise RequestError("bad_request", "The request has no usable id.")
        request = requests.read_request(envelope.type, body)
        return {"id": number, "ok": True, **HANDLERS[envelope.type](desk, request)}
    except sqlite3.Error as error:
        desk.drop_archive()
        return _refusal(number, as_request_error(error))
    except BowerbirdError as error:
        if error.code in ("archive_unavailable", "busy", "disk_full"):
            desk.drop_archive()
        return _refusal(number, error)
    except Exception:  # noqa: BLE001 - the host lives on after any frame; the cause is in the log
        _log(desk.settings)
        return _refusal(number, RequestError("internal"))


def _refusal(number: int | None, error: BowerbirdError) -> dict[str, Any]:
    return {"id": number, "ok": False, "error": error.as_dict()}


def _log(settings: Settings) -> None:
    import logging

    from bowerbird.logs import start_log

    start_log(settings, "host")
    logging.getLogger("bowerbird.host").exception("a request failed")


if __name__ == "__main__":
    sys.exit(main())

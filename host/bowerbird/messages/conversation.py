"""One reply to each frame, until the browser closes the pipe."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from bowerbird.database import as_request_error
from bowerbird.errors import BowerbirdError, RequestError
from bowerbird.messages import frames, requests
from bowerbird.messages.desk import Desk
from bowerbird.messages.handlers import HANDLERS
from bowerbird.messages.presence import Presence
from bowerbird.messages.watcher import Watcher
from bowerbird.queue.waker import Waker
from bowerbird.settings import Settings

Answer = dict[str, Any]
# After one of these the archive is opened anew: its file may have been replaced, or half opened.
_ARCHIVE_TROUBLES = frozenset(("archive_unavailable", "busy", "disk_full"))


def converse(settings: Settings, incoming: BinaryIO, writer: frames.FrameWriter) -> None:
    """Answer frames until there are no more. Raises BrokenPipeError where nobody reads the answers."""
    watcher, waker, presence = Watcher(settings, writer.write), Waker(settings), Presence(settings, writer.write)
    desk = Desk(settings, watcher.watch, waker, presence)
    try:
        waker.start()
        while True:
            body = _next(incoming, writer)
            if body is None:
                return
            said = answer(desk, body)
            if callable(said):
                threading.Thread(target=_write, args=(writer, said), daemon=True).start()
            else:
                writer.write(said)
            _do_afterwards(desk)
    finally:
        watcher.end()
        waker.end()
        presence.end()
        desk.drop_archive()


def _next(incoming: BinaryIO, writer: frames.FrameWriter) -> bytes | None:
    while True:
        try:
            return frames.read_frame(incoming)
        except RequestError as error:  # noqa: PERF203 - a reply for each, and on to the next
            writer.write(refusal(None, error))


def _write(writer: frames.FrameWriter, work: Callable[[], Answer]) -> None:
    with contextlib.suppress(OSError):
        writer.write(work())


def answer(desk: Desk, body: bytes) -> Answer | Callable[[], Answer]:
    """The one reply to a frame, or the work that brings it. Never raises for what a frame holds or the archive does."""
    number = None
    try:
        body = requests.well_formed(body)
        envelope = requests.read_envelope(body)
        number = requests.usable_id(envelope)
        if number is None:
            raise RequestError("bad_request", "The request has no usable id.")
        request = requests.read_request(envelope.type, body)
        desk.look_at_archive()
        said = HANDLERS[envelope.type](desk, request)
        return partial(_finish, desk.settings, number, said) if callable(said) else {"id": number, "ok": True, **said}
    except sqlite3.Error as error:
        desk.drop_archive()
        return refusal(number, as_request_error(error))
    except BowerbirdError as error:
        if error.code in _ARCHIVE_TROUBLES:
            desk.drop_archive()
        return refusal(number, error)
    except Exception:  # noqa: BLE001 - the host lives on after any frame; the cause is in the log
        _log(desk.settings, "a request failed")
        return refusal(number, RequestError("internal"))


def _finish(settings: Settings, number: int, work: Callable[[], Answer]) -> Answer:
    try:
        return {"id": number, "ok": True, **work()}
    except BowerbirdError as error:
        return refusal(number, error)
    except Exception:  # noqa: BLE001 - as above
        _log(settings, "a request failed")
        return refusal(number, RequestError("internal"))


def refusal(number: int | None, error: BowerbirdError) -> Answer:
    """The reply that says why not."""
    return {"id": number, "ok": False, "error": error.as_dict()}


def _do_afterwards(desk: Desk) -> None:
    """What was put off must not cost the conversation: what is committed is safe without it."""
    try:
        desk.do_afterwards()
    except (OSError, sqlite3.Error, RequestError):
        _log(desk.settings, "what was put off failed")


def _log(settings: Settings, what: str) -> None:
    import logging

    from bowerbird.logs import start_log

    logger = logging.getLogger("bowerbird")
    with contextlib.suppress(OSError):
        if not logger.handlers:
            start_log(settings, "host")
        logger.getChild("host").exception(what)

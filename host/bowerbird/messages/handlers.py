"""One named function for each request, in the table `HANDLERS`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from bowerbird.messages.captures import capture
from bowerbird.messages.desk import Desk

Answer = dict[str, Any]
# A handler whose answer takes seconds returns the work instead, which is done beside the conversation.
Handler = Callable[[Desk, Any], Answer | Callable[[], Answer]]


def _of(module: str, name: str) -> Handler:
    """A function of a module of this folder that is imported when it is first asked: no capture waits for it."""

    def handle(desk: Desk, request: Any) -> Answer | Callable[[], Answer]:
        handler: Handler = getattr(import_module(f"bowerbird.messages.{module}"), name)
        return handler(desk, request)

    return handle


HANDLERS: dict[str, Handler] = {
    "hello": _of("answers", "hello"),
    "capture": capture,
    "lookup": _of("answers", "lookup"),
    "identify": _of("answers", "identify_urls"),
    "jobs": _of("answers", "jobs"),
    "job": _of("answers", "job"),
    "queue": _of("answers", "queue"),
    "watch": _of("answers", "watch"),
    "open": _of("answers", "open_site"),
    "session": _of("sessions", "session"),
    "no_session": _of("sessions", "no_session"),
    "sessions": _of("sessions", "sessions"),
    "settings": _of("care", "settings"),
    "doctor": _of("care", "doctor"),
}

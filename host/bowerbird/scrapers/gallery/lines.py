"""What the program prints, line by line, as messages. Pure.

Every line of ours begins with a mark that is new in each run, so that no page and no title can speak for the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

Metadata = Mapping[str, Any]
Event = Literal["post", "file", "kept", "failed"]

LOG, ASK, PAGE, MOVED = "log", "ask", "page", "moved"
EVENTS: tuple[Event, ...] = ("post", "file", "kept", "failed")


class Log(NamedTuple):
    """A line of the program's log; of a longer text the first line."""

    level: str
    name: str
    text: str


class Asked(NamedTuple):
    """The program waits to hear whether the post or file of this id is to be fetched."""

    key: str


class PageEnded(NamedTuple):
    """The program waits before it asks for a list's next page."""


class Told(NamedTuple):
    """A post begins, or a file of it was fetched, was there already, or could not be had."""

    event: Event
    metadata: Metadata


class Moved(NamedTuple):
    """Bytes of a file came in."""


class Noise(NamedTuple):
    """A line that is none of ours: the rest of a longer text, or what an interpreter prints that can't start."""

    text: str


Message = Log | Asked | PageEnded | Told | Moved | Noise


def messages_of(lines: Iterable[bytes], mark: str) -> Iterator[Message]:
    """Each message as soon as its lines are there."""
    rest = iter(lines)
    for line in rest:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        _, found, told = text.partition(mark)
        if not found:
            yield Noise(text)
            continue
        message = _message(told, rest)
        if message is not None:
            yield message


def _message(told: str, rest: Iterator[bytes]) -> Message | None:
    kind, _, text = told.partition("|")
    if kind == LOG:
        level, _, text = text.partition("|")
        name, _, text = text.partition("|")
        return Log(level, name, text)
    if kind == ASK:
        return Asked(text)
    if kind == PAGE:
        return PageEnded()
    if kind == MOVED:
        return Moved()
    event = next((one for one in EVENTS if one == kind), None)
    return Told(event, _json(next(rest, b"{}"))) if event else None


def _json(line: bytes) -> Metadata:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}

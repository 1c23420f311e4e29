"""What the platform answered. The program's log only has status and address, so it leaves each answer in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

LARGEST = 16 << 20  # bytes of an answer that are looked at
FOLDER = "answers"

_WRITTEN = re.compile(r"Writing '(.*)' response to '(.*)'$")
_STATUS = re.compile(r"^Status: (\d{3})", re.MULTILINE)
_RETRY_AFTER = re.compile(r"^retry-after: *(\d{1,6})\s*$", re.MULTILINE | re.IGNORECASE)
_CONTENT = b"\nContent\n-------\n"
_DEPTH = 12  # levels below which no post is looked for


class Answer(NamedTuple):
    """One answer of the platform; `retry_after` in seconds."""

    url: str
    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def host(self) -> str:
        """Who answered."""
        return urlsplit(self.url).hostname or ""

    @property
    def json(self) -> Any:
        """The body, read as JSON; None for anything else."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None


def answer_of(logged: str, folder: Path) -> Answer | None:
    """The answer that a line of the log speaks of, if it does; its file is gone afterwards."""
    found = _WRITTEN.search(logged)
    if found is None:
        return None
    path = folder / Path(found[2]).name
    try:
        with path.open("rb") as file:
            written = file.read(LARGEST)
        path.unlink()
    except OSError:
        return Answer(found[1], 0, b"")
    head, _, body = written.partition(_CONTENT)
    headers = head.decode("utf-8", "replace")
    status, wait = _STATUS.search(headers), _RETRY_AFTER.search(headers)
    return Answer(found[1], int(status[1]) if status else 0, body, min(float(wait[1]), 86400.0) if wait else None)


def nodes_of(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """The posts or stories of Instagram that an answer holds, in its order, those of a carousel's files left out."""
    if answer.body[:1] in (b"{", b"["):
        yield from _nodes(answer.json, _DEPTH)


def _nodes(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one, depth)
    if not isinstance(value, dict) or depth == 0:
        return
    if "pk" in value and "taken_at" in value:
        yield value
        return
    for one in value.values():
        yield from _nodes(one, depth - 1)

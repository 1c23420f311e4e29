"""What the stand-in's parts hand to each other: a request as it arrived, and the answer a platform gives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

Headers = tuple[tuple[str, str], ...]

_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


@dataclass(frozen=True)
class Changes:
    """What a test changed in the worlds since the start.

    `published`: new entries by list (or views by video). `removed`: ids. `renewed`: by account, how often its session
    was replaced by another. `refused`: by account, how its platform meets it now, in that platform's words ("expired",
    "checkpoint" ...). `renamed`: new names by old ones.
    """

    published: Mapping[str, int] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    renewed: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One request; `target` is path and query as sent, header names are lower case."""

    scheme: str
    method: str
    host: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    changes: Changes = field(default_factory=Changes)

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the first value of each."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies sent, by name; what can't be parsed counts as none."""
        try:
            jar = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; anything else counts as an empty one."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Answer:
    """One answer; `Content-Length` is added when it is sent."""

    status: int = 200
    body: bytes = b""
    headers: Headers = ()

    def with_headers(self, headers: Headers) -> Answer:
        """Return the same answer with more headers."""
        return replace(self, headers=(*self.headers, *headers))


class Platform(Protocol):
    """The interface of a world: a module with these two names."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Globs of the host names that it answers for."""

    def answer(self, request: Request) -> Answer | None:
        """Answer a request; None when the platform has nothing at that path."""


def text(body: str, content_type: str = "text/plain", status: int = 200) -> Answer:
    """Answer with text as UTF-8."""
    return Answer(status, body.encode(), (("Content-Type", f"{content_type}; charset=utf-8"),))


def html(body: str, status: int = 200) -> Answer:
    """Answer with a page."""
    return text(body, "text/html", status)


def compact(value: object) -> str:
    """JSON without blanks: libraries look for exact text such as `"profile_id":"`; `<` can't end a script."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def json_answer(value: object, status: int = 200) -> Answer:
    """Answer with JSON."""
    return text(compact(value), "application/json", status)


def redirect(location: str, status: int = 302) -> Answer:
    """Send the caller elsewhere."""
    return Answer(status, headers=(("Location", location),))


def media(request: Request, body: bytes, content_type: str) -> Answer:
    """Answer with a file as a CDN does: `bytes=a-b` and `bytes=a-` give 206, a start past the end 416 (RFC 9110)."""
    headers: Headers = (
        ("Content-Type", content_type),
        ("Accept-Ranges", "bytes"),
        ("Last-Modified", "Tue, 05 May 2026 10:00:00 GMT"),
        ("Access-Control-Allow-Origin", "*"),
    )
    wanted = _RANGE.match(request.headers.get("range", ""))
    if not wanted:
        return Answer(200, body, headers)
    first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
    if first >= len(body):
        return Answer(416, b"", (*headers, ("Content-Range", f"bytes */{len(body)}")))
    part = body[first : last + 1]
    span = f"bytes {first}-{first + len(part) - 1}/{len(body)}"
    return Answer(206, part, (*headers, ("Content-Range", span)))


def whole(body: bytes, content_type: str) -> Answer:
    """Answer with a file from a server that knows no Range."""
    return Answer(200, body, (("Content-Type", content_type),))

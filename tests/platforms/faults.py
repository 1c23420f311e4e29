"""Faults are frozen rules laid over the normal answers; the first rule that matches and is not used up acts.

Every function here returns a `Fault`; its keywords `host`, `path`, `method`, `cookie`, `text`, `skip`, `times` say
which requests it meets: `platforms.fault(faults.status(429, path="/youtubei/v1/player*", skip=2, times=3))`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from typing import Any

from tests.platforms.exchange import Answer, Headers, Request

Match = Any  # the match keywords of Fault, passed on as they are


@dataclass(frozen=True)
class Fault:
    """One rule: which requests it meets, how often, and what becomes of their answers."""

    host: str = "*"  # glob
    path: str = "*"  # glob over the path and the query
    method: str = "*"
    cookie: str = ""  # only requests whose Cookie header contains this
    text: str = ""  # only requests whose body contains this, such as a video id in a player call
    skip: int = 0  # let so many through first
    times: int | None = None  # then act so often; None: always
    status: int | None = None
    headers: Headers = ()  # replace the normal ones with a status, else are added to them
    body: str = ""
    delay: float = 0.0  # seconds before the first byte
    bytes_per_second: float | None = None  # 0.5: a byte every two seconds
    cut_after: int | None = None  # bytes of the body, then the connection is closed
    length: bool = True  # whether a cut answer names its Content-Length
    drop: bool = False  # close without a byte
    hang: bool = False  # never answer; ends when the caller leaves or the stand-in stops

    def meets(self, request: Request) -> bool:
        """Whether the rule is about this request."""
        return (
            fnmatchcase(request.host, self.host)
            and fnmatchcase(request.target, self.path)
            and fnmatchcase(request.method, self.method)
            and self.cookie in request.headers.get("cookie", "")
            and self.text.encode() in request.body
        )

    def over(self, answer: Answer) -> Answer:
        """Lay the rule over the platform's answer."""
        if self.status is None:
            return answer.with_headers(self.headers)
        return Answer(self.status, self.body.encode(), self.headers)


NONE = Fault()


def status(code: int, body: str = "", headers: Headers = (), **match: Match) -> Fault:
    """Answer with a status instead."""
    return replace(NONE, status=code, body=body, headers=headers, **match)


def page(body: str = "<!doctype html><title>Sorry</title><p>Something went wrong.", **match: Match) -> Fault:
    """Answer with an HTML page and 200 where something else was due."""
    return status(200, body, (("Content-Type", "text/html; charset=utf-8"),), **match)


def wrong_shape(body: str = '{"status":"ok","data":{}}', **match: Match) -> Fault:
    """Answer with JSON of a shape nobody expects."""
    return status(200, body, (("Content-Type", "application/json"),), **match)


def redirect(location: str, **match: Match) -> Fault:
    """Send the caller elsewhere."""
    return status(302, "", (("Location", location),), **match)


def headers(*added: tuple[str, str], **match: Match) -> Fault:
    """Add headers to the normal answer."""
    return replace(NONE, headers=added, **match)


def rotated_cookies(**match: Match) -> Fault:
    """Clear YouTube's login cookie on the watch page, as it does when the session was rotated."""
    cleared = "LOGIN_INFO=; Domain=.youtube.com; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT"
    return headers(("Set-Cookie", cleared), **{"path": "/watch*", **match})


def late(seconds: float, **match: Match) -> Fault:
    """Wait before the first byte."""
    return replace(NONE, delay=seconds, **match)


def slow(bytes_per_second: float, **match: Match) -> Fault:
    """Send the body at this pace; 0.5 is the drip that no socket timeout sees."""
    return replace(NONE, bytes_per_second=bytes_per_second, **match)


def cut(after: int, **match: Match) -> Fault:
    """Close after so many bytes of the body although `Content-Length` promised more."""
    return replace(NONE, cut_after=after, **match)


def cut_unseen(after: int, **match: Match) -> Fault:
    """Close after so many bytes without ever having named a length: libraries take it for success."""
    return replace(NONE, cut_after=after, length=False, **match)


def drop(**match: Match) -> Fault:
    """Close the connection without a byte."""
    return replace(NONE, drop=True, **match)


def hang(**match: Match) -> Fault:
    """Take the request and never answer."""
    return replace(NONE, hang=True, **match)


def from_json(rule: Mapping[str, Any]) -> Fault:
    """Read a rule sent over the control path; keys are the fields of Fault. Raises TypeError for an unknown one."""
    known = {one.name for one in fields(Fault)}
    if unknown := set(rule) - known:
        raise TypeError(f"unknown fields of a fault: {', '.join(sorted(unknown))}")
    return Fault(**{**rule, "headers": tuple((name, value) for name, value in rule.get("headers", ()))})


class Rules:
    """The rules in force and how often each was met; shared by the threads of all connections."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._met: dict[int, int] = {}
        self._rules: list[Fault] = []

    def add(self, rule: Fault) -> None:
        """Put a rule in force, behind those that are there."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Lift all rules."""
        with self._lock:
            self._rules.clear()
            self._met.clear()

    def meet(self, request: Request) -> Fault:
        """Count the request and return the rule that acts on it, or NONE."""
        with self._lock:
            return next((rule for place, rule in enumerate(self._rules) if self._acts(place, rule, request)), NONE)

    def _acts(self, place: int, rule: Fault, request: Request) -> bool:
        if not rule.meets(request):
            return False
        met = self._met[place] = self._met.get(place, 0) + 1
        return met > rule.skip and (rule.times is None or met <= rule.skip + rule.times)

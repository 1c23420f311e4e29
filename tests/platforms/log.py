"""What arrived at the stand-in and what became of it: the evidence that tests read."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from tests.platforms.exchange import Request

BODY_KEPT = 4000  # characters of a request's body


@dataclass(frozen=True)
class Entry:
    """One request; while it is being answered `status` is 0 and `complete` false."""

    number: int
    at: float  # seconds on the monotonic clock
    method: str
    host: str
    target: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    authorization: str = ""
    range: str = ""
    user_agent: str = ""
    body: str = ""
    status: int = 0
    sent: int = 0  # bytes of the body
    complete: bool = False
    faulted: bool = False
    flag: str = ""  # why a test should look at it


class Log:
    """Entries in the order of arrival; shared by the threads of all connections."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._next = 0

    def open(self, request: Request) -> int:
        """Note a request that arrived and return its number."""
        return self._add(
            method=request.method,
            host=request.host,
            target=request.target,
            cookies=request.cookies,
            authorization=request.headers.get("authorization", ""),
            range=request.headers.get("range", ""),
            user_agent=request.headers.get("user-agent", ""),
            body=request.body[:BODY_KEPT].decode("utf-8", "replace"),
        )

    def close(self, number: int, **became: Any) -> None:
        """Note what became of it: `status`, `sent`, `complete`, `faulted`, `flag`."""
        with self._lock:
            if number in self._entries:
                self._entries[number] = replace(self._entries[number], **became)

    def flag(self, host: str, why: str) -> None:
        """Note a connection that never became a request, such as a refused certificate."""
        self._add(method="CONNECT", host=host, target="", flag=why)

    def _add(self, **fields: Any) -> int:
        with self._lock:
            number = self._next
            self._next += 1
            self._entries[number] = Entry(number, time.monotonic(), **fields)
            return number

    def clear(self) -> None:
        """Forget all entries; requests that are still being answered are forgotten too."""
        with self._lock:
            self._entries.clear()

    def entries(self, host: str = "*", path: str = "*") -> list[Entry]:
        """Entries whose host and target fit the globs."""
        with self._lock:
            found = list(self._entries.values())
        return [one for one in found if fnmatchcase(one.host, host) and fnmatchcase(one.target, path)]

    def as_json(self) -> list[dict[str, Any]]:
        """All entries as plain objects."""
        return [asdict(one) for one in self.entries()]

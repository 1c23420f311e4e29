"""Frames that no extension would send, from a seed: messages of the wire changed at random, and plain noise."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.messages.test_frames import UNREADABLE, WRONG

WIRE = Path(__file__).parents[1] / "wire"
_SHORT = 4000  # bytes; what is longer is tried once, by tests/messages/test_frames.py

TEXTS = (
    "", " ", "..", "../../etc/passwd", "-h", "--exec=id", "\0", "\ud83d", "\udcff", "\u202egpj.exe", "\ufeff",
    "a" * 5000, "é" * 300, "%00", "%HOME%", "$(id)", "' OR 1=1 --", "<script>", "javascript:alert(1)", "file:///etc/passwd",
    "http://[::1", "http://127.0.0.1:9/", "http://user:pw@a.example/", "https://a.example:99999/", "https://xn--/",
    "https://www.youtube.com/watch?v=", "https://www.youtube.com/watch?v=jNQXAC9IVRw", "https://www.instagram.com/a/",
    "https://www.tiktok.com/@a/video/1", "https://a.example/\ud800", "ytsearch:x", "r:file:///etc/passwd", "*", "null",
    "2026-11-20T16:58:02.114Z", "9999-99-99", "dashboard", "item", "job", "settings", "cancel", "delete", "retry",
    "list",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2, 200, 201, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**400, 0.5, -0.0, 1e308, float("inf"),
           float("-inf"), float("nan"))  # fmt: skip
PLAIN = (None, True, False, [], {}, [[]], [{}], {"": ""})
_ODD = (b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\0", b"\xef\xbb\xbf", b'"', b"\\", b"\\u",
        b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"1e999", b"NaN", b"-", b"\n")  # fmt: skip


class Frames:
    """An endless, repeatable row of bodies."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._messages = list(_requests())
        self._bodies = [one for one in (*UNREADABLE.values(), *WRONG.values()) if len(one) < _SHORT]

    def __iter__(self) -> Iterator[bytes]:
        kinds: tuple[Callable[[], bytes], ...] = (self._changed, self._cut, self._noise, self._known)
        while True:
            [kind] = self._random.choices(kinds, (60, 25, 10, 5))
            yield kind()

    def _changed(self) -> bytes:
        message = copy.deepcopy(self._random.choice(self._messages))
        message["id"] = self._random.randrange(2**53)
        for _ in range(self._random.randrange(4)):
            self._change(message)
        return _encoded(message)

    def _change(self, message: dict[str, Any]) -> None:
        place: Any = message
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                return
            key = self._random.choice(keys)
            inside = place[key]
            if isinstance(inside, dict | list) and inside and self._random.random() < 0.8:
                place = inside
                continue
            break
        what = self._random.random()
        if what < 0.15:
            del place[key]
        elif what < 0.25 and isinstance(place, dict):
            place[self._random.choice(TEXTS)] = self._value(3)
        elif what < 0.3 and isinstance(place, list):
            place.extend(copy.deepcopy(place) * self._random.randrange(4))
        else:
            place[key] = self._value(3)

    def _value(self, depth: int) -> Any:
        kind = self._random.randrange(6 if depth else 4)
        if kind < 2:
            return self._random.choice(TEXTS)
        if kind == 2:
            return self._random.choice(NUMBERS)
        if kind == 3:
            return copy.deepcopy(self._random.choice(PLAIN))
        inside = [self._value(depth - 1) for _ in range(self._random.randrange(4))]
        return inside if kind == 4 else {self._random.choice(TEXTS): one for one in inside}

    def _cut(self) -> bytes:
        body = bytearray(self._changed())
        for _ in range(1 + self._random.randrange(4)):
            at = self._random.randrange(len(body) + 1)
            until = at + self._random.randrange(1, 9)
            what = self._random.randrange(5)
            if what == 0:
                del body[at:until]
            elif what == 1:
                body[at:at] = self._random.choice(_ODD)
            elif what == 2:
                body[at:until] = self._random.randbytes(until - at)
            elif what == 3:
                body[at:at] = body[at:until] * self._random.randrange(1, 9)
            else:
                del body[at:]
        return bytes(body)

    def _noise(self) -> bytes:
        if self._random.random() < 0.5:
            return self._random.randbytes(self._random.randrange(200))
        return _encoded(self._value(5))

    def _known(self) -> bytes:
        return self._random.choice(self._bodies)


def _requests() -> Iterator[dict[str, Any]]:
    for path in sorted(WIRE.glob("*.json")):
        for example in json.loads(path.read_text("utf-8")):
            if example["direction"] == "to_host" and isinstance(example["message"], dict):
                yield example["message"]


def _encoded(value: Any) -> bytes:
    # NaN and Infinity, which are no JSON, are written as JavaScript spells them; halves of pairs as escapes
    return json.dumps(value).encode()

"""Waiting for what another process does, without a fixed pause."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | Literal[False] | None], *, seconds: float = 60.0, said: str = "it") -> T:
    """What `look` gives once it is true.

    Raises:
        AssertionError: nothing true came within `seconds`; the last look is told.

    """
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{said} did not come within {seconds} s; last seen: {seen!r}")
        time.sleep(0.05)

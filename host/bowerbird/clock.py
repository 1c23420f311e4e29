"""The one door to the clock. Times are UTC, ISO 8601 with milliseconds and a Z, so that they sort as text."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone


def now() -> str:
    """The present, such as `2026-11-20T17:03:04.123Z`."""
    return as_text(datetime.now(timezone.utc))


def later(seconds: float) -> str:
    """The present plus so many seconds."""
    return as_text(datetime.now(timezone.utc) + timedelta(seconds=seconds))


def as_text(moment: datetime) -> str:
    """A point in time as it is stored."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """A stored time as an aware datetime; ValueError where it is none."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def seconds_until(text: str) -> float:
    """Seconds from now until a stored time; negative where it has passed."""
    return (parse(text) - datetime.now(timezone.utc)).total_seconds()


def drift() -> float:
    """Seconds by which the clock is ahead of the time that passes; it falls when somebody sets the clock back."""
    return datetime.now(timezone.utc).timestamp() - time.monotonic()

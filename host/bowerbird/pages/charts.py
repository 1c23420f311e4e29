"""Charts as plain SVG attributes, for a policy that allows no inline style. Pure; charts.html draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

WIDTH, HEIGHT = 260.0, 72.0
_TOP = 6.0


class Point(NamedTuple):
    """One value and its moment."""

    at: datetime
    value: float


class LineChart(NamedTuple):
    """A line in a field of WIDTH x HEIGHT, from zero at its foot; `end` is its last point."""

    points: str
    end: tuple[float, float]
    first: Point
    last: Point


def line_chart(values: Sequence[Point]) -> LineChart | None:
    """The line through these points, oldest first; None for fewer than two moments."""
    if len(values) < 2 or values[0].at >= values[-1].at:
        return None
    begin, span = values[0].at, (values[-1].at - values[0].at).total_seconds()
    most = max(1.0, *(one.value for one in values))
    places = [
        (
            round((one.at - begin).total_seconds() / span * WIDTH, 1),
            round(HEIGHT - max(one.value, 0.0) / most * (HEIGHT - _TOP), 1),
        )
        for one in values
    ]
    return LineChart(" ".join(f"{x},{y}" for x, y in places), places[-1], values[0], values[-1])

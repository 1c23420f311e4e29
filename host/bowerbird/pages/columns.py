"""Bars and columns as plain SVG attributes, for a policy that allows no inline style. Pure; bars.html draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 300.0, 96.0
_GAP = 0.16  # of a column's place
_WIDEST = 24.0


class Part(NamedTuple):
    """One series of a column; `series` counts from 1, from the foot up."""

    series: int
    y: float
    height: float


class Column(NamedTuple):
    """One column in a field of WIDTH x HEIGHT."""

    x: float
    width: float
    parts: tuple[Part, ...]


def columns(values: Sequence[Sequence[float]]) -> tuple[Column, ...]:
    """A column for each row of values, its values stacked; all begin at zero, the highest fills the field."""
    most = max((sum(row) for row in values), default=0)
    if most <= 0:
        return ()
    place = min(WIDTH / len(values), _WIDEST)
    width = round(place * (1 - _GAP), 2)
    return tuple(Column(round(number * place, 2), width, _stacked(row, most)) for number, row in enumerate(values))


def _stacked(row: Sequence[float], most: float) -> tuple[Part, ...]:
    parts, foot = [], HEIGHT
    for series, value in enumerate(row, 1):
        height = max(0.0, value) / most * HEIGHT
        foot -= height
        if height:
            # what is there is seen, however little it is
            parts.append(Part(series, round(min(foot, HEIGHT - 1), 2), round(max(height, 1.0), 2)))
    return tuple(parts)


def share(value: float, most: float) -> float:
    """How long a bar is, in percent of the longest."""
    return round(100 * max(0.0, value) / most, 1) if most > 0 else 0.0

"""One measured figure, and the table of all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured beside its reference of the same run.

    `limit` is for the ratio, or for `ours` where there is no reference.
    """

    name: str
    ours: float
    limit: float
    unit: str = "ms"
    reference: float | None = None
    what: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours to the reference."""
        return None if self.reference is None else self.ours / self.reference

    @property
    def ok(self) -> bool:
        """Whether the limit holds."""
        return (self.ours if self.ratio is None else self.ratio) <= self.limit

    def row(self) -> str:
        """The line of the table."""
        reference = "" if self.reference is None else f"{self.reference:.1f} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        limit = f"{self.limit:g} {self.unit}" if self.ratio is None else f"{self.limit:g} x"
        verdict = "ok" if self.ok else "NO"
        ours = f"{self.ours:.1f} {self.unit}"
        return f"{self.name:44}{ours:>13}{reference:>13}{ratio:>7}{limit:>9}  {verdict:3}{self.what}"


HEADING = f"{'figure':44}{'ours':>13}{'reference':>13}{'ratio':>7}{'limit':>9}  ok"


def medians(rounds: int, *measured: Callable[[], float]) -> list[float]:
    """The median of each, taken in turn, so that whatever else the machine does hits all alike."""
    taken = [[measure() for measure in measured] for _ in range(rounds)]
    return [statistics.median(values) for values in zip(*taken, strict=True)]


def percentile(values: Iterable[float], part: float) -> float:
    """The value below which so many hundredths lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part / 100))]

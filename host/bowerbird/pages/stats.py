"""What is kept, and how saving went, in figures: charts with the table behind each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple, get_args
from urllib.parse import quote

from datasette.utils.asgi import Response

from bowerbird.archive.tallies import Ending, Figures, Measure, Tally, figures
from bowerbird.pages import words
from bowerbird.pages.charts import LineChart, Point, line_chart
from bowerbird.pages.columns import Column, columns, share
from bowerbird.pages.visit import Visit

MEASURES: dict[Measure, str] = {"items": "Items", "bytes": "Size", "seconds": "Playing time"}
WEEK = 7


class Bar(NamedTuple):
    """What is counted, its name, the page that shows it, its value in words, and its length in percent."""

    tally: Tally
    name: str
    link: str
    value: str
    percent: float


class Bars(NamedTuple):
    """One chart of bars."""

    id: str
    heading: str
    rows: tuple[Bar, ...]


class Saving(NamedTuple):
    """How jobs ended: of the last days each, and the success rate of each week."""

    days: tuple[Ending, ...]
    columns: tuple[Column, ...]
    rate: LineChart | None
    weeks: tuple[tuple[str, int, int], ...]
    completed: int
    failed: int
    errors: tuple[tuple[str, str, int], ...]

    @property
    def percent(self) -> str:
        """The success rate of all these days."""
        return in_percent(self.completed, self.failed)


async def stats(visit: Visit) -> Response:
    """The page; `by` says what is measured."""
    by: Measure = next((one for one in get_args(Measure) if one == visit.query.get("by")), "items")
    today = datetime.now().astimezone().date()
    frame, found = await visit.read(lambda db: figures(db, by, today))
    return visit.page(
        "stats.html", frame, measures=MEASURES, by=by, found=found, charts_of=_charts(found, by),
        months=columns([[getattr(one, by)] for one in found.months]), saving=_saving(found), in_percent=in_percent,
        in_words=lambda tally: in_words(tally, by), month_name=words.month, day_name=day_name,
    )  # fmt: skip


def _charts(found: Figures, by: Measure) -> tuple[Bars, ...]:
    return (
        Bars("platforms", "By platform", _bars(found.platforms, by, words.platform, _of_platform)),
        Bars("kinds", "By kind", _bars(found.kinds, by, _kind, _of_kind)),
        Bars("creators", "By creator, those with the most", _bars(found.creators, by, str, _of_creator)),
    )


def _bars(
    rows: Sequence[Tally], by: Measure, call: Callable[[str], str], lead: Callable[[Tally], str]
) -> tuple[Bar, ...]:
    most = max((getattr(one, by) for one in rows), default=0)
    return tuple(Bar(one, call(one.name), lead(one), in_words(one, by), share(getattr(one, by), most)) for one in rows)


def _kind(name: str) -> str:
    said = words.kind(name)
    return said[:1].upper() + said[1:]


def _of_platform(tally: Tally) -> str:
    return f"/browse/{quote(tally.name, safe='')}"


def _of_kind(tally: Tally) -> str:
    return f"/browse?kind={quote(tally.name, safe='')}"


def _of_creator(tally: Tally) -> str:
    return f"/browse/{quote(tally.platform, safe='')}/{tally.creator_id}"


def in_words(tally: Tally, by: Measure) -> str:
    """The value that a chart shows, as a person reads it."""
    if by == "items":
        return words.amount(tally.items)
    return words.size(tally.bytes) if by == "bytes" else words.span(tally.seconds)


def in_percent(completed: int, failed: int) -> str:
    """A success rate: never 100 % where something failed, never 0 % where something was saved."""
    if not completed + failed:
        return "none ended"
    rate = 100 * completed / (completed + failed)
    rounded = round(rate)
    return "over 99 %" if rounded == 100 and failed else "under 1 %" if rounded == 0 and completed else f"{rounded} %"


def _saving(found: Figures) -> Saving:
    weeks = tuple(_week(found.days[place : place + WEEK]) for place in range(0, len(found.days), WEEK))
    points = [
        Point(datetime.fromisoformat(day), 100 * completed / (completed + failed))
        for day, completed, failed in weeks
        if completed + failed
    ]
    return Saving(
        found.days,
        columns([[one.completed, one.failed] for one in found.days]),
        line_chart(points),
        weeks,
        sum(one.completed for one in found.days),
        sum(one.failed for one in found.days),
        tuple((code, _said(code), count) for code, count in found.errors),
    )


def _week(days: Sequence[Ending]) -> tuple[str, int, int]:
    return days[0].day, sum(one.completed for one in days), sum(one.failed for one in days)


def _said(code: str) -> str:
    return words.said_of(code) or "Nothing was said"


def day_name(day: str) -> str:
    """A day of a chart: `20 November 2026`."""
    return words.long_day(date.fromisoformat(day))

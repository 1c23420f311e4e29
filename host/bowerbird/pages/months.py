"""Months of Browse: the headings between its cards, and the list by which one gets to a month at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

from bowerbird.archive.gallery import Card
from bowerbird.archive.months import MonthCount, column_of
from bowerbird.pages.words import month


class Shelf(NamedTuple):
    """Cards of one month, or all of a page: `name` is '' then. `items` counts the whole month, None where unknown."""

    key: str
    name: str
    items: int | None
    cards: tuple[Card, ...]


class MonthLink(NamedTuple):
    """A month of the list, as `2026-11` and `November 2026`; `is_here` says that the page begins with it."""

    key: str
    name: str
    items: int
    link: str
    is_here: bool


class YearOfMonths(NamedTuple):
    """A year of the list; `is_open` says that its months are shown at once."""

    year: str
    items: int
    months: tuple[MonthLink, ...]
    is_open: bool


def shelved(cards: Iterable[Card], order: str, counts: tuple[MonthCount, ...]) -> list[Shelf]:
    """The cards by months where they are in the order of days."""
    column, known = column_of(order), {one.month: one.items for one in counts}
    if column is None:
        whole = tuple(cards)
        return [Shelf("all", "", None, whole)] if whole else []
    by_month = itertools.groupby(cards, lambda card: getattr(card, column)[:7])
    return [Shelf(key, month(key), known.get(key), tuple(group)) for key, group in by_month]


def jumps(counts: tuple[MonthCount, ...], here: str, link: str) -> tuple[YearOfMonths, ...]:
    """The list: years in the order of the shelf, that of the month `here` open, else the first one.

    `link` is an address that ends before the month that it leads to.
    """
    named = [(one, name) for one in counts if (name := month(one.month))]
    opened = here[:4] or (named[0][0].month[:4] if named else "")
    return tuple(
        _year(year, tuple(MonthLink(one.month, name, one.items, link + one.month, one.month == here)
                          for one, name in group), opened)
        for year, group in itertools.groupby(named, lambda pair: pair[0].month[:4])
    )  # fmt: skip


def _year(year: str, months: tuple[MonthLink, ...], opened: str) -> YearOfMonths:
    return YearOfMonths(year, sum(one.items for one in months), months, year == opened)

"""Find words in all that is written and said, while they are typed; a spoken hit leads to its second."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.archive import shelves
from bowerbird.archive.finding import Place, Rank, SearchPage, find
from bowerbird.archive.operators import Operator, taken_apart, unfit
from bowerbird.pages.visit import Visit, number_in

# As many as video sites show at a time; an answer comes with each letter that is typed.
PAGE = 20
LONGEST_QUERY = 200
PLACES = (("", "Anywhere", "search"), ("speech", "Said in videos", "quote"), ("titles", "Titles", "list"),
          ("captions", "Captions", "image"), ("comments", "Comments", "quote"),
          ("notes", "Your notes and tags", "tag"))  # fmt: skip
_NEWEST_YEARS = 6


class Asked(NamedTuple):
    """What an address asks."""

    text: str
    rank: Rank
    after: Place | None


class Choice(NamedTuple):
    """A link that narrows the search: the query that it leads to, and whether it is what is asked now."""

    name: str
    icon: str
    query: str
    is_chosen: bool


async def search(visit: Visit) -> Response:
    """The page; without words only its field."""
    return await _answer(visit, "search.html")


async def live(visit: Visit) -> Response:
    """What is found alone, for who types."""
    return await _answer(visit, "search-found.html")


async def _answer(visit: Visit, template: str) -> Response:
    asked = _asked(visit)

    def look(db: sqlite3.Connection) -> tuple[SearchPage | None, shelves.ShelfCounts, tuple[str, ...]]:
        page = find(db, asked.text, after=asked.after, rank=asked.rank, limit=PAGE) if asked.text else None
        return page, shelves.counts(db), unfit(db, asked.text) if page and not page.hits else ()

    frame, (page, counts, why) = await visit.read(look)
    platforms = [one.platform for one in frame.totals.platforms]
    words, operators = taken_apart(asked.text)
    return visit.page(
        template, frame, asked=asked, page=page, is_first=asked.after is None, has_words=bool(words.strip()),
        places=tuple(Choice(name, icon, *_with(asked.text, "in", value)) for value, name, icon in PLACES),
        platforms=tuple(Choice(name, "", *_with(asked.text, "platform", name)) for name in platforms),
        years=tuple(
            Choice(str(year), "calendar", *_with(asked.text, "year", str(year)))
            for year, _ in counts.years[:_NEWEST_YEARS]
        ),
        narrowed=bool(operators), words=" ".join(words.split()), more=_more(asked, page), link=_link,
        why=why,
    )  # fmt: skip


def _asked(visit: Visit) -> Asked:
    text = f"{visit.query.get('q', '').strip()[:LONGEST_QUERY]} {visit.query.get('within', '')[:LONGEST_QUERY]}"
    return Asked(
        text=text.strip(),
        rank="newest" if visit.query.get("order") == "newest" else "best",
        after=_place(visit.query.get("after", "")),
    )


def _place(text: str) -> Place | None:
    numbers = [number_in(part) for part in text.split(".")]
    if len(numbers) not in (3, 4) or None in numbers:
        return None
    return Place(*(min(number or 0, 1 << 50) for number in numbers))


def _with(text: str, name: str, value: str) -> tuple[str, bool]:
    """The query with this operator in place of the one of this name, or without it where it stands there already."""
    words, operators = taken_apart(text)
    is_chosen = Operator(name, value, False) in operators or (not value and all(one.name != name for one in operators))
    others = [_written(one) for one in operators if one.name != name or one.negative]
    own = [f"{name}:{_quoted(value)}"] if value and not is_chosen else []
    return " ".join([*words.split(), *others, *own]), is_chosen


def _written(one: Operator) -> str:
    return f"{'-' * one.negative}{one.name}:{_quoted(one.value)}"


def _quoted(value: str) -> str:
    return f'"{value}"' if any(map(str.isspace, value)) else value


def _more(asked: Asked, page: SearchPage | None) -> str:
    if page is None or page.next is None:
        return ""
    known = page.next if page.next.low >= 0 else page.next[:3]
    return _link(asked.text, asked.rank, ".".join(map(str, known)))


def _link(text: str, rank: str = "best", after: str = "") -> str:
    fields = {"q": text, "order": rank if rank != "best" else "", "after": after}
    return f"/search?{urlencode({name: value for name, value in fields.items() if value})}"

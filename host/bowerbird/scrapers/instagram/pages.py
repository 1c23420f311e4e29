"""One of instaloader's lists page by page, and the cursor at which it goes on.

Its own iterator makes a post of each member that is only stepped over, which costs a request in some lists; its frozen
state holds a page's nodes, with addresses that run out. What leads to a page is a few bytes, and serves for weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from bowerbird.scrapers.instagram.library import Context

VERSION = 1


class Cursor(msgspec.Struct, frozen=True):
    """Where a list goes on: on the page that `after` leads to (None: the first), behind the member `last`."""

    v: int = VERSION
    after: str | None = None
    last: str | None = None

    def text(self) -> str:
        """As it is stored."""
        return msgspec.json.encode(self).decode()


def cursor_from(text: str | None) -> Cursor:
    """The cursor that was stored; the list's start where there is none, or one of another scraper or version."""
    try:
        found = msgspec.json.decode(text or "", type=Cursor)
    except msgspec.MsgspecError:
        return Cursor()
    return found if found.v == VERSION else Cursor()


class Page(NamedTuple):
    """The nodes of one page, what leads to it, and what leads to the next one (None: it is the last)."""

    nodes: list[Mapping[str, Any]]
    after: str | None
    following: str | None


class Listing:
    """A list of instaloader's; `make` makes its iterator, which asks for the first page that is wanted."""

    def __init__(self, context: Context, make: Callable[[], Any]) -> None:
        self._context = context
        self._make = make
        self._iterator: Any = None

    @property
    def count(self) -> int | None:
        """How many members the platform says that there are, once the first page is there."""
        count: int | None = self._iterator.count
        return count

    def post(self, node: Mapping[str, Any]) -> Any:
        """The post of a node; costs a request in lists whose nodes say too little."""
        return self._iterator._node_wrapper(node)

    def pages(self, after: str | None) -> Iterator[Page]:
        """Each page when it is asked for, from the one that `after` leads to. Raises what instaloader raises."""
        self._context.start_at(after)
        try:
            self._iterator = iterator = self._make()
        finally:
            started = self._context.started()
        # a visitor's first page comes with the profile, so that the place was not taken up
        found = iterator._data if started else iterator._query(after)
        while True:
            told = found.get("page_info") or {}
            following = told["end_cursor"] if told.get("has_next_page") else None
            yield Page([edge["node"] for edge in found["edges"]], after, following)
            if following is None:
                return
            after, before, found = following, found, iterator._query(following)
            if not found["edges"] or found["edges"] == before["edges"]:
                return

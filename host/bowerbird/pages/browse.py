"""Everything that is kept: all of it, by platform, by creator; in an order and filtered, as the address says."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from datasette.utils.asgi import Response

from bowerbird.archive import gallery, reads, shelves
from bowerbird.archive.gallery import ORDERS, Gallery, Place, Wanted
from bowerbird.archive.months import MonthCount, begin_of, months
from bowerbird.clock import parse
from bowerbird.errors import RequestError
from bowerbird.pages import chosen as chosen_items
from bowerbird.pages.charts import LineChart, Point, line_chart
from bowerbird.pages.months import jumps, shelved
from bowerbird.pages.visit import Visit, number_in

PAGE = 36
RAIL = 12
CREATORS_A_PAGE = 48
FIRST_ORDER = "archived"
# Names the month with which the page begins, `2026-11`; the link to more has its own place instead.
BEGINS = "from"
ORDER_WORDS = {
    "archived": "Last saved", "newest": "Newest", "oldest": "Oldest", "longest": "Longest", "viewed": "Most viewed",
}  # fmt: skip
# What an address may say beside its path, in the order in which our links say it.
_PARAMETERS = ("kind", "year", "tag", "collection", "spoken", "gone", "order")


class CreatorPage(NamedTuple):
    """What is told of a creator above the shelf."""

    creator: reads.Creator
    facts: shelves.CreatorFacts
    followers: LineChart | None
    posts: LineChart | None


class Found(NamedTuple):
    """All that a page needs of the archive."""

    page: Gallery
    creator: CreatorPage | None
    counts: shelves.ShelfCounts
    creators: tuple[shelves.CreatorHead, ...]
    collections: tuple[shelves.Collection, ...]
    collection: shelves.Collection | None
    tags: tuple[str, ...]
    months: tuple[MonthCount, ...]


async def browse(visit: Visit) -> Response:
    """A shelf of cards. Raises RequestError `not_found` for a creator or a collection that there is not."""
    platform, wanted = visit.parts.get("platform"), wanted_by(visit.parts, visit.query)
    frame, found = await visit.read(lambda db: _found(db, platform, wanted))
    _check(found, platform, wanted)
    chosen = {name: visit.query[name] for name in _PARAMETERS if visit.query.get(name)}
    begins = visit.query.get(BEGINS, "")
    return visit.page(
        "browse.html", frame, platform=platform, found=found, creator=found.creator, wanted=wanted, chosen=chosen,
        shelves=shelved(found.page.cards, wanted.order, found.months), orders=ORDER_WORDS,
        is_first=wanted.after is None,
        years=jumps(found.months, begins, _link(visit, chosen, {BEGINS: ""})), begins=begins,
        more=_more(visit, chosen, found.page.next), link=lambda **changes: _link(visit, chosen, changes),
        done=chosen_items.told(visit.query.get("done", "")), most=chosen_items.MOST,
        filtered=sorted(set(chosen) - {"order"}),
    )  # fmt: skip


async def creators(visit: Visit) -> Response:
    """All creators, those of whom most is kept first."""
    platform = visit.parts.get("platform")
    items, _, number = visit.query.get("after", "").partition(",")
    place = (number_in(items), number_in(number))
    after = None if place[0] is None or place[1] is None else (place[0], place[1])
    frame, found = await visit.read(lambda db: shelves.creators(db, platform, after=after, limit=CREATORS_A_PAGE + 1))
    last = found[CREATORS_A_PAGE - 1] if len(found) > CREATORS_A_PAGE else None
    more = f"{quote(visit.path)}?after={last.items},{last.id}" if last else ""
    return visit.page("creators.html", frame, platform=platform, creators=found[:CREATORS_A_PAGE], more=more)


def wanted_by(parts: Mapping[str, str], query: Mapping[str, str]) -> Wanted:
    """What an address asks for; what makes no sense in it is not asked."""
    order = query.get("order", FIRST_ORDER)
    order = order if order in ORDERS else FIRST_ORDER
    creator_id = number_in(parts.get("creator", ""))
    return Wanted(
        platform=None if creator_id else parts.get("platform"),
        creator_id=creator_id,
        collection_id=number_in(query.get("collection", "")),
        kind=query.get("kind") or None,
        year=number_in(query.get("year", "")),
        tag=query.get("tag") or None,
        spoken=True if query.get("spoken") else None,
        gone=True if query.get("gone") else None,
        order=order,  # type: ignore[arg-type]
        after=_place(query.get("after", ""), order) or begin_of(query.get(BEGINS, ""), order),
        limit=PAGE,
    )


def _place(text: str, order: str) -> Place | None:
    key, _, number = text.rpartition(",")
    item_id = number_in(number)
    if item_id is None or not key:
        return None
    if order not in ("longest", "viewed"):
        return key, item_id
    try:
        return float(key), item_id
    except ValueError:
        return None


def _found(db: sqlite3.Connection, platform: str | None, wanted: Wanted) -> Found:
    return Found(
        page=gallery.gallery(db, wanted),
        creator=_creator(db, wanted.creator_id) if wanted.creator_id else None,
        counts=shelves.counts(db, platform, wanted.creator_id),
        creators=shelves.creators(db, platform, limit=RAIL + 1),
        collections=shelves.collections(db, platform, wanted.creator_id, limit=RAIL),
        collection=shelves.collection(db, wanted.collection_id),
        tags=reads.tags(db),
        months=months(db, platform, wanted),
    )


def _creator(db: sqlite3.Connection, creator_id: int) -> CreatorPage | None:
    creator = reads.creator(db, creator_id)
    if creator is None:
        return None
    counts = shelves.creator_counts(db, creator_id)
    return CreatorPage(
        creator=creator,
        facts=shelves.facts(db, creator_id),
        followers=_chart((one.taken_at, one.follower_count) for one in counts),
        posts=_chart((one.taken_at, one.post_count) for one in counts),
    )


def _chart(values: Any) -> LineChart | None:
    return line_chart([Point(parse(at), value) for at, value in values if value is not None])


def _check(found: Found, platform: str | None, wanted: Wanted) -> None:
    if wanted.creator_id and (found.creator is None or found.creator.creator.platform != platform):
        raise RequestError("not_found", "There is no such creator in the archive.", "Look for the name in Search.")
    if wanted.collection_id and found.collection is None:
        raise RequestError("not_found", "There is no such collection in the archive.", "Look for it in Browse.")


def _more(visit: Visit, chosen: dict[str, str], place: Place | None) -> str:
    return _link(visit, chosen, {"after": f"{place[0]},{place[1]}"}) if place else ""


def _link(visit: Visit, chosen: dict[str, str], changes: Mapping[str, object]) -> str:
    """The address of the page with other parameters; None takes one away."""
    asked = {name: value for name, value in {**chosen, **changes}.items() if value is not None}
    return quote(visit.path) + (f"?{urlencode(asked)}" if asked else "")

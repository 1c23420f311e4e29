"""Everything that is kept, newest first, by platform and creator."""

from __future__ import annotations

import sqlite3
from urllib.parse import quote, urlencode

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.errors import RequestError
from bowerbird.pages.visit import Visit, number_in

PAGE = 60


async def browse(visit: Visit) -> Response:
    """A shelf of cards. Raises RequestError `not_found` for a creator that there is not."""
    platform = visit.parts.get("platform")
    creator_id = int(visit.parts["creator"]) if visit.parts.get("creator") else None

    def look(db: sqlite3.Connection) -> tuple[reads.Creator | None, tuple[reads.Card, ...]]:
        asked = reads.CardFilter(
            platform=None if creator_id else platform, creator_id=creator_id, before=_before(visit), limit=PAGE + 1
        )
        return reads.creator(db, creator_id), reads.cards(db, asked)

    frame, (creator, cards) = await visit.read(look)
    if creator_id and (creator is None or creator.platform != platform):
        raise RequestError("not_found", "There is no such creator in the archive.", "Look for the name in Search.")
    older = _older(visit, cards[PAGE - 1]) if len(cards) > PAGE else ""
    return visit.page("browse.html", frame, platform=platform, creator=creator, cards=cards[:PAGE], older=older)


def _before(visit: Visit) -> tuple[str, int] | None:
    at, _, number = visit.query.get("before", "").partition(",")
    item_id = number_in(number)
    return None if item_id is None else (at, item_id)


def _older(visit: Visit, last: reads.Card) -> str:
    return f"{quote(visit.path)}?{urlencode({'before': f'{last.captured_at},{last.id}'})}"

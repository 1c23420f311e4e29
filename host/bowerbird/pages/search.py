"""Find words in titles, captions and speech; a spoken hit leads to its second."""

from __future__ import annotations

from datasette.utils.asgi import Response

from bowerbird.archive.search import find
from bowerbird.pages.visit import Visit, number_in

PAGE = 30
LONGEST_QUERY = 200


async def search(visit: Visit) -> Response:
    """The page; without words only its field."""
    asked = visit.query.get("q", "").strip()[:LONGEST_QUERY]
    cursor = number_in(visit.query.get("before", ""))
    frame, page = await visit.read(lambda db: find(db, asked, before=cursor, limit=PAGE) if asked else None)
    return visit.page("search.html", frame, asked=asked, page=page, is_first=cursor is None)

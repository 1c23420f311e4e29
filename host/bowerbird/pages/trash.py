"""What was deleted and is still there."""

from __future__ import annotations

from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.archive import trash as kept
from bowerbird.pages.visit import Visit, number_in

PAGE = 60


async def trash(visit: Visit) -> Response:
    """The page, last deleted first."""
    at, _, number = visit.query.get("before", "").partition(",")
    item_id = number_in(number)
    before = None if item_id is None else (at, item_id)
    frame, found = await visit.read(lambda db: kept.content(db, before=before, limit=PAGE + 1))
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = f"/trash?{urlencode({'before': f'{last.deleted_at},{last.id}'})}" if last else ""
    return visit.page("trash.html", frame, items=found[:PAGE], older=older, kept_days=kept.KEPT_DAYS)

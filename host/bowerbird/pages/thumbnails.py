"""Thumbnails, by item and width, and those of its pieces. Where one is gone, the picture that it was made of."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

from bowerbird.archive import pieces, thumbnails
from bowerbird.pages.media import Receive, Scope, Send, file_response, place_of_file
from bowerbird.pages.refusals import Refused
from bowerbird.pages.site import DATABASE, Site

THUMBNAILS_PREFIX = "/thumbnails/"
_PATH = re.compile(r"/thumbnails/(?P<item>[0-9]{1,18})/(?:(?P<width>[0-9]{1,5})|piece-(?P<piece>[0-9]{1,18}))\.webp")
# An address names the moment at which it was made, so a thumbnail never changes.
_FOR_GOOD = {"cache-control": "private, max-age=31536000, immutable"}


class Wanted(NamedTuple):
    """Where a thumbnail lies in the archive, and what finds the picture that it was made of."""

    place: str
    source: Callable[[sqlite3.Connection], str | None]


def _whole(asked: re.Match[str]) -> Wanted:
    item_id = int(asked["item"])
    place = thumbnails.place_of(item_id, int(asked["width"]))
    return Wanted(place, lambda db: thumbnails.source(db, item_id))


def _piece(asked: re.Match[str]) -> Wanted:
    item_id, file_id = int(asked["item"]), int(asked["piece"])
    return Wanted(pieces.place_of(item_id, file_id), lambda db: pieces.source(db, item_id, file_id))


class Thumbnails:
    """Answers everything below THUMBNAILS_PREFIX."""

    def __init__(self, datasette: Any, site: Site) -> None:
        self._database = datasette.get_database(DATABASE)
        self._archive = site.settings.archive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the thumbnail, or that it is unchanged. Raises Refused."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused(405)
        asked = _PATH.fullmatch(scope["path"])
        if asked is None:
            raise Refused(404)
        item_id, wanted = int(asked["item"]), _piece(asked) if asked["piece"] else _whole(asked)
        if content := await self._database.read(lambda db: self._content(db, item_id, wanted.place)):
            from starlette.responses import Response

            await Response(content, media_type="image/webp", headers=_FOR_GOOD)(scope, receive, send)
            return
        source = await self._database.read(wanted.source)
        found = await asyncio.to_thread(place_of_file, self._archive, source) if source else None
        if found is None:
            raise Refused(404)
        await file_response(scope, *found)(scope, receive, send)

    def _content(self, db: sqlite3.Connection, item_id: int, place: str) -> bytes:
        """All of it in one trip to a reading thread: a page asks for dozens. b"" where it is gone. Raises Refused."""
        if not thumbnails.is_shown(db, item_id):
            raise Refused(404)
        found = place_of_file(self._archive, place)
        try:
            return found[0].read_bytes() if found else b""
        except OSError:
            return b""

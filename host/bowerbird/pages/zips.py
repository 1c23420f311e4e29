"""Files of one item, or of several, as a zip that is made while it is sent: nobody ever has the whole of it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from bowerbird.archive import reads
from bowerbird.archive.names import LONGEST_NAME, safe_name
from bowerbird.errors import RequestError
from bowerbird.pages import words
from bowerbird.pages.visit import Visit
from bowerbird.pages.zipping import Entry, zipped

# What one looks at; what a library said, and the platform's own thumbnail, stay behind.
TAKEN = ("video", "audio", "image", "transcript", "other")

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class ZipResponse:
    """An answer of Datasette's kind that comes in pieces; it ends early where nobody takes it any more."""

    def __init__(self, name: str, pieces: Iterator[bytes], receive: Receive) -> None:
        self._name, self._pieces, self._receive = name, pieces, receive

    async def asgi_send(self, send: Send) -> None:
        """Send it: a piece is read from the disk when the one before it has left."""
        headers = [(b"content-type", b"application/zip"), (b"content-disposition", _attachment(self._name).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        left = asyncio.create_task(_has_left(self._receive))
        try:
            while not left.done() and (piece := await asyncio.to_thread(next, self._pieces, None)) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            left.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _has_left(receive: Receive) -> None:
    """Return when the browser is gone: a server takes what is sent to nobody without a word."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _attachment(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9 ._()\[\]-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def of_item(visit: Visit) -> Any:
    """All files of one item. Raises RequestError `not_found` where there are none, or it lies in the trash."""
    item_id = int(visit.parts["item_id"])
    _, paths = await visit.read(lambda db: reads.file_paths(db, [item_id], TAKEN))
    folder = PurePosixPath(paths[0]).parent.name if paths else ""
    return _answer(visit, folder, [Entry(path, PurePosixPath(path).name) for path in paths])


async def of_items(visit: Visit, item_ids: Sequence[int]) -> Any:
    """Those of several items, in their folders. Raises as `of_item`, where none of them has any."""

    def look(db: sqlite3.Connection) -> list[str]:
        return reads.file_paths(db, item_ids, TAKEN)

    _, paths = await visit.read(look)
    folders = {PurePosixPath(path).parent for path in paths}
    return _answer(visit, f"Bowerbird, {words.counted(len(folders), 'item')}", [Entry(path, path) for path in paths])


def _answer(visit: Visit, name: str, entries: Sequence[Entry]) -> ZipResponse:
    if not entries:
        raise RequestError("not_found", "There is no file to put into a zip.", "What you chose may lie in the trash.")
    pieces = iter(()) if visit.method == "HEAD" else zipped(visit.site.settings.archive, entries)
    return ZipResponse(f"{safe_name(name, max_bytes=LONGEST_NAME)}.zip", pieces, visit.receive)

"""The archive's files, by Range. A view of Datasette's can't do this: its router forbids browsers to keep anything.

Only what the table `files` names is served, only from inside the archive folder, and only media that can't carry script
is shown in place; the rest is a download. On top lies a policy under which a document could do nothing.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path, PurePosixPath
from typing import Any

from bowerbird.archive import reads
from bowerbird.pages.refusals import Refused
from bowerbird.pages.site import DATABASE, Site

MEDIA_PREFIX = "/media/"
MEDIA_POLICY = (
    "sandbox; default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)
# What browsers show without running anything; everything else is handed over as a file to keep.
INLINE = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".aac": "audio/aac", ".ogg": "audio/ogg", ".opus": "audio/ogg",
    ".oga": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav", ".weba": "audio/webm",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif",
    ".avif": "image/avif", ".vtt": "text/vtt; charset=utf-8",
}  # fmt: skip
_CACHE = {"cache-control": "private, no-cache"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Media:
    """Answers everything below MEDIA_PREFIX."""

    def __init__(self, datasette: Any, site: Site) -> None:
        self._database = datasette.get_database(DATABASE)
        self._archive = site.settings.archive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, a part of it, or that it is unchanged. Raises Refused."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused(405)
        file_path = scope["path"].removeprefix(MEDIA_PREFIX)
        if file_path.startswith("."):
            raise Refused(404)
        if await self._database.read(lambda db: reads.file_type(db, file_path)) is None:
            raise Refused(404)
        found = await asyncio.to_thread(place_of_file, self._archive, file_path)
        if found is None:
            raise Refused(404)
        await file_response(scope, *found)(scope, receive, send)


def place_of_file(archive: Path, file_path: str) -> tuple[Path, os.stat_result] | None:
    """The file itself; None where it is gone, no plain file, not in a folder of media, or reached through a link."""
    try:
        path = PurePosixPath(file_path)
        if path.as_posix() != file_path or len(path.parts) < 2:
            return None
        root = archive.resolve(strict=True)
        wanted = root.joinpath(*path.parts)
        if wanted.resolve(strict=True) != wanted or not wanted.is_relative_to(root):
            return None
        status = wanted.stat()
    except (OSError, ValueError):
        return None
    return (wanted, status) if stat.S_ISREG(status.st_mode) else None


def file_response(scope: Scope, path: Path, status: os.stat_result, keep: dict[str, str] = _CACHE) -> Any:
    """The answer that sends a file, a part of it, or says that the browser has it; `keep` says for how long it may."""
    from starlette.responses import FileResponse, Response

    shown = INLINE.get(path.suffix.lower())
    response = FileResponse(
        path,
        headers=keep,
        stat_result=status,
        media_type=shown or "application/octet-stream",
        filename=path.name,
        content_disposition_type="inline" if shown else "attachment",
    )
    headers = dict(scope["headers"])
    if _is_known(headers, response.headers):
        return Response(status_code=304, headers={**keep, "etag": response.headers["etag"]})
    return response


def _is_known(asked: dict[bytes, bytes], ours: Any) -> bool:
    """Whether the browser has this very file already (RFC 9110, 13.1.2 and 13.1.3)."""
    marks = asked.get(b"if-none-match", b"").decode("latin-1")
    if marks:
        return marks.strip() == "*" or ours["etag"] in [mark.strip().removeprefix("W/") for mark in marks.split(",")]
    return bool(asked.get(b"if-modified-since", b"").decode("latin-1") == ours["last-modified"])

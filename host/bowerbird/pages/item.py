"""One item: its media, what is said in it, what the platform told about it, and how it came here."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.archive.captions import file_name
from bowerbird.errors import RequestError
from bowerbird.model import Cue, TranscriptReady
from bowerbird.pages.transcript import paragraphs
from bowerbird.pages.visit import Visit

PLAYED = ("video", "audio")
SHOWN = ("video", "audio", "image")


async def item(visit: Visit) -> Response:
    """The page. Raises RequestError `not_found`."""
    item_id, chosen = int(visit.parts["item_id"]), visit.query.get("transcript", "")

    def look(db: sqlite3.Connection) -> tuple[reads.Item | None, reads.TranscriptHead | None, tuple[Cue, ...]]:
        found = reads.item(db, item_id)
        head = _chosen(found.transcripts, chosen) if found else None
        return found, head, reads.cues(db, head.id) if head else ()

    frame, (found, head, cues) = await visit.read(look)
    if found is None:
        raise RequestError("not_found", "There is no such item in the archive.", "Search for it, or look in Browse.")
    return visit.page("item.html", frame, item=found, **_media(found, visit), **_said(found, head, cues))


def _chosen(heads: tuple[reads.TranscriptHead, ...], wanted: str) -> reads.TranscriptHead | None:
    return next((head for head in heads if str(head.id) == wanted), heads[0] if heads else None)


def _media(item: reads.Item, visit: Visit) -> dict[str, Any]:
    shown = item.files_of(*SHOWN)
    played = [file for file in shown if file.file_type in PLAYED]
    thumbnails = item.files_of("thumbnail")
    return {
        "shown": shown,
        "player": played[0] if len(shown) == 1 and played else None,
        "poster": thumbnails[0] if thumbnails else None,
        "start": _seconds(visit.query.get("t", "")),
        "tracks": _tracks(item),
    }


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _tracks(item: reads.Item) -> list[tuple[reads.TranscriptHead, reads.File]]:
    """Each transcript with its caption file, found by the name that the layout of media gives it."""
    files = {file.path.rpartition("/")[2]: file for file in item.files_of("transcript")}
    pairs = ((head, files.get(_caption_name(head, "vtt"))) for head in item.transcripts)
    return [(head, file) for head, file in pairs if file]


def _caption_name(head: reads.TranscriptHead, extension: str) -> str:
    return file_name(TranscriptReady(language=head.language, origin=head.origin, cues=()), extension)


def _said(item: reads.Item, head: reads.TranscriptHead | None, cues: tuple[Cue, ...]) -> dict[str, Any]:
    names = {_caption_name(head, extension) for extension in ("vtt", "txt")} if head else set()
    return {
        "transcript": head,
        "paragraphs": paragraphs(cues, item.chapters),
        "said_files": [file for file in item.files_of("transcript") if file.path.rpartition("/")[2] in names],
    }

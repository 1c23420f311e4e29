"""One item: its media, what is said in it, what the platform told about it, and how it came here."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from datasette.utils.asgi import Response

from bowerbird.archive import condition, reads, trash
from bowerbird.archive.captions import file_name
from bowerbird.archive.condition import Fault
from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.pages.charts import LineChart, Point, line_chart
from bowerbird.pages.item_acts import DONE
from bowerbird.pages.lines import job_line
from bowerbird.pages.transcript import blocks, paragraphs
from bowerbird.pages.visit import Frame, Visit, number_in
from bowerbird.pages.words import called, local
from bowerbird.queue import reads as queue
from bowerbird.scraping import Cue, TranscriptReady

PLAYED = ("video", "audio")
SHOWN = ("video", "audio", "image")
COMMENTS = 50
# Cues that stand in the page itself; scripts fetch the rest, and there is a link to all of them.
CUES = 240
# How far before the second that is asked for the cues of the page begin.
RUN_UP = 60.0


class Said(NamedTuple):
    """A part of a transcript: what comes before and behind it is there, but not in the page."""

    head: reads.TranscriptHead | None = None
    cues: tuple[Cue, ...] = ()
    is_earlier: bool = False
    is_later: bool = False


class Found(NamedTuple):
    """All that the page reads."""

    item: reads.Item | None
    trashed: trash.Trashed | None = None
    said: Said = Said()
    comments: tuple[reads.KeptComment, ...] = ()
    comments_kept: int = 0
    tags: tuple[str, ...] = ()
    job: Job | None = None


async def item(visit: Visit) -> Response:
    """The page. Raises RequestError `not_found`."""
    return await page_of(visit, int(visit.parts["item_id"]))


async def page_of(visit: Visit, item_id: int, faults: Mapping[str, Fault] | None = None) -> Response:
    """The page of an item, with these faults of its files instead of those that a look at each finds."""
    frame, found = await visit.read(lambda db: _found(db, visit, item_id))
    if found.item is None:
        return _absent(visit, frame, found)
    if faults is None:
        faults = await asyncio.to_thread(condition.faults, visit.site.settings.archive, found.item.files)
    return visit.page(
        "item.html", frame, item=found.item, name=name_of(found.item), faults=faults,
        done=DONE.get(visit.query.get("done", ""), ""), known_tags=set(found.tags).difference(found.item.tags),
        line=job_line(found.job, is_paused=frame.counts.is_paused) if found.job else None,
        counts=_counts(found.item.snapshots), **_media(found.item, visit, faults), **_said(found), **_comments(found),
    )  # fmt: skip


def _absent(visit: Visit, frame: Frame, found: Found) -> Response:
    if found.trashed is None:
        raise RequestError("not_found", "There is no such item in the archive.", "Search for it, or look in Browse.")
    return visit.page("trashed.html", frame, item=found.trashed, kept_days=trash.KEPT_DAYS)


def _found(db: sqlite3.Connection, visit: Visit, item_id: int) -> Found:
    item = reads.item(db, item_id)
    if item is None:
        return Found(None, trash.trashed(db, item_id))
    comments = reads.comments(db, item_id, after=number_in(visit.query.get("comments", "")), limit=COMMENTS + 1)
    return Found(
        item,
        said=_part(db, visit, item),
        comments=comments,
        comments_kept=reads.comments_kept(db, item_id) if comments else 0,
        tags=reads.tags(db),
        job=queue.job_of_item(db, visit.site.settings, item_id),
    )


async def said(visit: Visit) -> Response:
    """All lines of a transcript, for the page to take in. Raises RequestError `not_found`."""
    item_id = int(visit.parts["item_id"])

    def look(db: sqlite3.Connection) -> Found:
        item = reads.item(db, item_id)
        head = _chosen(item.transcripts, visit.query.get("transcript", "")) if item else None
        return Found(item, said=Said(head, reads.cues(db, head.id) if head else ()))

    frame, found = await visit.read(look)
    if found.item is None or found.said.head is None:
        raise RequestError("not_found", "There is no such transcript.", "Load the page again.")
    return await asyncio.to_thread(visit.part, "item-lines.html", frame, item=found.item, **_said(found))


async def live(visit: Visit) -> Response:
    """What is being done with the item now, and whether the page is older than the item."""
    item_id, since = int(visit.parts["item_id"]), visit.query.get("since", "")

    def look(db: sqlite3.Connection) -> tuple[reads.Item | None, Job | None]:
        return reads.item(db, item_id), queue.job_of_item(db, visit.site.settings, item_id)

    frame, (found, job) = await visit.read(look)
    if found is None:
        raise RequestError("not_found", "There is no such item in the archive.", "It may lie in the trash.")
    line = job_line(job, is_paused=frame.counts.is_paused) if job else None
    return visit.part("item-live.html", frame, item=found, line=line, is_newer=bool(since) and found.updated_at > since)


async def confirm(visit: Visit) -> Response:
    """Asks before an item goes to the trash; with scripts a dialog of the page does. Raises RequestError."""
    item_id = int(visit.parts["item_id"])
    frame, found = await visit.read(lambda db: reads.item(db, item_id))
    if found is None:
        raise RequestError("not_found", "There is no such item in the archive.", "It may lie in the trash.")
    return visit.page("item-confirm.html", frame, item=found, name=name_of(found), kept_days=trash.KEPT_DAYS)


def name_of(item: reads.Item) -> str:
    """What the item is called."""
    return called(item.title, item.kind, item.upload_date, item.captured_at)


# --- what is shown


def _media(item: reads.Item, visit: Visit, faults: Mapping[str, Fault]) -> dict[str, Any]:
    all_shown = item.files_of(*SHOWN)
    shown = tuple(file for file in all_shown if faults.get(file.path) not in ("missing", "unreadable"))
    played = [file for file in shown if file.file_type in PLAYED]
    thumbnails = [file for file in item.files_of("thumbnail") if file.path not in faults]
    player = played[0] if len(shown) == 1 and played else None
    return {
        "shown": shown,
        "lost": len(all_shown) - len(shown),
        "player": player,
        "seconds": (item.duration or (player.duration if player else None) or 0) if player else 0,
        "poster": thumbnails[0] if thumbnails else None,
        "start": _start(item, visit),
        "asked_second": "t" in visit.query,
        "tracks": _tracks(item),
    }


def _start(item: reads.Item, visit: Visit) -> int:
    return _seconds(visit.query["t"]) if "t" in visit.query else int(item.resume_seconds or 0)


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _tracks(item: reads.Item) -> list[tuple[reads.TranscriptHead, reads.File]]:
    """Each transcript with its caption file, found by the name that the layout of media gives it."""
    files = {file.path.rpartition("/")[2]: file for file in item.files_of("transcript")}
    pairs = ((head, files.get(_caption_name(head, "vtt"))) for head in item.transcripts)
    return [(head, file) for head, file in pairs if file]


def _caption_name(head: reads.TranscriptHead, extension: str) -> str:
    return file_name(TranscriptReady(language=head.language, origin=head.origin, cues=()), extension)


# --- what is said


def _chosen(heads: tuple[reads.TranscriptHead, ...], wanted: str) -> reads.TranscriptHead | None:
    return next((head for head in heads if str(head.id) == wanted), heads[0] if heads else None)


def _part(db: sqlite3.Connection, visit: Visit, item: reads.Item) -> Said:
    head = _chosen(item.transcripts, visit.query.get("transcript", ""))
    if head is None:
        return Said()
    if visit.query.get("whole"):
        return Said(head, reads.cues(db, head.id))
    begin = 0.0
    cues = reads.cues(db, head.id, limit=CUES + 1)
    second = _start(item, visit)
    if len(cues) > CUES and second > cues[CUES - 1].start:
        begin = second - RUN_UP
        cues = reads.cues(db, head.id, since=begin, limit=CUES + 1)
    return Said(head, cues[:CUES], is_earlier=begin > 0, is_later=len(cues) > CUES)


def _said(found: Found) -> dict[str, Any]:
    assert found.item
    head = found.said.head
    names = {_caption_name(head, extension) for extension in ("vtt", "txt")} if head else set()
    return {
        "transcript": head,
        "said": found.said,
        "blocks": blocks(paragraphs(found.said.cues, found.item.chapters)),
        "again": f"transcript={head.id}&" if head and head.id != found.item.transcripts[0].id else "",
        "said_files": [
            file for file in found.item.files_of("transcript") if file.path.rpartition("/")[2] in names
        ],
    }  # fmt: skip


def _comments(found: Found) -> dict[str, Any]:
    shown = found.comments[:COMMENTS]
    return {
        "comments": shown,
        "comments_kept": found.comments_kept,
        "more_comments": shown[-1].id if len(found.comments) > COMMENTS else None,
    }


class Counts(NamedTuple):
    """How a count went: its noun and its line."""

    noun: str
    chart: LineChart


def _counts(snapshots: Sequence[reads.Snapshot]) -> Counts | None:
    """The line of the first kind of count that was told at least twice."""
    for name, noun in (("view_count", "views"), ("like_count", "likes"), ("comment_count", "comments")):
        told = [(one.taken_at, getattr(one, name)) for one in snapshots]
        chart = line_chart([Point(local(at), float(value)) for at, value in told if value is not None])
        if chart:
            return Counts(noun, chart)
    return None

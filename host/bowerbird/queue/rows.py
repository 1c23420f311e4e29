"""Rows of `jobs` as values: the job object that everybody shows, and the claim that the worker works on."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from bowerbird.model import CaptureOptions, ErrorReport, Job, Target, options_from
from bowerbird.queue.order import positions
from bowerbird.settings import Settings

if TYPE_CHECKING:
    from bowerbird.archive.thumbnails import Picture

# A row of a list shows it at half of this, for screens that are twice as dense.
THUMBNAIL_WIDTH = 128
_AS_STORED = tuple(
    name
    for name in Job.__struct_fields__
    if name not in ("position", "item_url", "thumbnail_url", "error", "incognito")
)
_BESIDE = ("seq", "error_code", "error_message", "hint", "priority", "place", "incognito", "revision")
JOB_COLUMNS = ", ".join(f"jobs.{name}" for name in (*_AS_STORED, *_BESIDE))


class ClaimedJob(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker needs of a job that it has claimed. `tries` counts the automatic tries before this attempt.

    `scraper` is the one that the cursor belongs to. Of a list whose members are scraped at once (`streamed`), `members`
    counts those that have a row and `bytes_saved` what was filed of them since somebody last said continue. `trouble`
    is the code with which the attempt before ended; `is_suspected` one that may have been the worker's death.
    """

    id: str
    target: Target
    target_key: str
    options: CaptureOptions
    parent_id: str | None
    priority: int = 0
    tries: int
    cursor: str | None
    items_limit: int | None
    refresh_only: bool
    item_id: int | None
    account: str | None = None
    scraper: str | None = None
    streamed: bool = False
    members: int = 0
    bytes_saved: int = 0
    trouble: str | None = None
    incognito: bool = False
    is_suspected: bool = False


def as_claimed(row: sqlite3.Row) -> ClaimedJob:
    """A whole row of `jobs` as a claim."""
    return ClaimedJob(
        id=row["id"],
        target=msgspec.json.decode(row["target"], type=Target),
        target_key=row["target_key"],
        options=options_from(row["options"]),
        parent_id=row["parent_id"],
        priority=row["priority"],
        tries=row["retry_count"],
        cursor=row["cursor"],
        items_limit=row["items_limit"],
        refresh_only=bool(row["refresh_only"]),
        item_id=row["item_id"],
        account=row["account"],
        scraper=row["scraper"],
        streamed=bool(row["streamed"]),
        members=row["items_done"] - row["items_known"] + row["items_failed"],
        bytes_saved=row["bytes_saved"],
        trouble=row["error_code"],
        incognito=bool(row["incognito"]),
    )


def reread(db: sqlite3.Connection, job: ClaimedJob) -> ClaimedJob:
    """The claim as the job is now: how far it came. What it was before its claim stays as it was."""
    row = db.execute("SELECT * FROM jobs WHERE id = ?", (job.id,)).fetchone()
    return msgspec.structs.replace(as_claimed(row), tries=job.tries, trouble=job.trouble) if row else job


def tries_of(db: sqlite3.Connection, job: ClaimedJob) -> int:
    """How many automatic tries count now: none where something was saved since the last one."""
    row = db.execute("SELECT retry_count FROM jobs WHERE id = ?", (job.id,)).fetchone()
    return int(row["retry_count"]) if row else job.tries


def as_jobs(
    db: sqlite3.Connection, settings: Settings, rows: Sequence[sqlite3.Row], places: Mapping[int, int] | None = None
) -> list[Job]:
    """Rows with JOB_COLUMNS as job objects; `places` are their `positions` where these are known."""
    from bowerbird.archive.thumbnails import pictures

    places = positions(db, rows) if places is None else places
    shown = pictures(db, {row["item_id"] for row in rows if row["item_id"]})
    return [_as_job(settings, row, places.get(row["seq"]), shown.get(row["item_id"])) for row in rows]


def _as_job(settings: Settings, row: sqlite3.Row, position: int | None, picture: Picture | None) -> Job:
    return Job(
        # by their places: a page has fifty rows, and each name is looked for among all names of its row
        **dict(zip(_AS_STORED, row, strict=False)),
        incognito=bool(row["incognito"]),
        position=position,
        item_url=item_url(settings, row["item_id"]),
        thumbnail_url=_thumbnail_url(settings, picture),
        error=_error(row),
    )


def _error(row: sqlite3.Row) -> ErrorReport | None:
    if not row["error_code"]:
        return None
    return ErrorReport(code=row["error_code"], message=row["error_message"] or "", hint=row["hint"] or "")


def site_url(settings: Settings) -> str:
    """Where the site answers on this machine."""
    return f"http://127.0.0.1:{settings.port}"


def item_url(settings: Settings, item_id: int | None) -> str | None:
    """The page of an item."""
    return f"{site_url(settings)}/item/{item_id}" if item_id else None


def _thumbnail_url(settings: Settings, picture: Picture | None) -> str | None:
    """Where the site has a small picture of an item, else the one that the platform gave."""
    from bowerbird.archive.thumbnails import address_of

    path = address_of(picture, THUMBNAIL_WIDTH) if picture else ""
    return f"{site_url(settings)}{path}" if path else None

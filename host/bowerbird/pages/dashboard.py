"""The first page: paste links, see what needs you, what runs, what came lately."""

from __future__ import annotations

import shutil
import sqlite3
from typing import Any, NamedTuple

from datasette.utils.asgi import Response

from bowerbird.archive.gallery import Card, Wanted, gallery
from bowerbird.model import Job
from bowerbird.pages.lines import job_line
from bowerbird.pages.notices import Notice, notices
from bowerbird.pages.visit import Visit
from bowerbird.queue.reads import JobFilter, jobs

NOW_SHOWN = 12
RECENT_SHOWN = 5
CARDS_SHOWN = 12
UNDER_WAY = ("running", "waiting", "paused", "pending")
ENDED = ("completed", "failed", "cancelled")


class Live(NamedTuple):
    """What changes by itself."""

    now: tuple[Job, ...]
    recent: tuple[Job, ...]
    notices: tuple[Notice, ...]
    more_notices: int
    cards: tuple[Card, ...]


async def dashboard(visit: Visit) -> Response:
    """The whole page."""
    frame, found = await visit.read(lambda db: _look(db, visit))
    return visit.page("dashboard.html", frame, **_context(found), disk=shutil.disk_usage(visit.site.settings.archive))


async def live(visit: Visit) -> Response:
    """The parts that change, for the page to take in."""
    frame, found = await visit.read(lambda db: _look(db, visit))
    return visit.part("dashboard-live.html", frame, **_context(found))


def _look(db: sqlite3.Connection, visit: Visit) -> Live:
    settings = visit.site.settings
    under_way = tuple(
        job
        for status in UNDER_WAY
        for job in jobs(db, settings, JobFilter(statuses=(status,), roots_only=True, limit=NOW_SHOWN)).jobs
    )
    recent = tuple(
        job
        for status in ENDED
        for job in jobs(db, settings, JobFilter(statuses=(status,), roots_only=True, limit=RECENT_SHOWN)).jobs
    )
    told, more = notices(db, settings, under_way)
    latest = sorted(recent, key=lambda job: job.completed_at or job.created_at, reverse=True)[:RECENT_SHOWN]
    return Live(under_way[:NOW_SHOWN], tuple(latest), told, more, gallery(db, Wanted(limit=CARDS_SHOWN)).cards)


def _context(found: Live) -> dict[str, Any]:
    return {
        "now": [job_line(job) for job in found.now],
        "recent": [job_line(job) for job in found.recent],
        "notices": found.notices,
        "more_notices": found.more_notices,
        "cards": found.cards,
    }

"""The first page: paste links, see what needs you, what runs and in which order, what came lately."""

from __future__ import annotations

import shutil
import sqlite3
from typing import Any, NamedTuple

from datasette.utils.asgi import Response

from bowerbird.archive.gallery import Card, Wanted, gallery
from bowerbird.model import Job
from bowerbird.pages.lines import job_line
from bowerbird.pages.notices import Notice, notices
from bowerbird.pages.queue_acts import told
from bowerbird.pages.visit import Frame, Visit
from bowerbird.queue.preferences import effective
from bowerbird.queue.reads import JobFilter, JobPage, jobs, next_up
from bowerbird.settings import Settings

QUEUE_SHOWN = 50
RECENT_SHOWN = 5
CARDS_SHOWN = 12
# What is under way, and how many of each state are shown.
UNDER_WAY = {"running": 12, "waiting": 8, "paused": 8}
ENDED = ("completed", "failed", "cancelled")


class Live(NamedTuple):
    """What changes by itself."""

    now: tuple[Job, ...]
    under_way: str
    queue: tuple[Job, ...]
    recent: tuple[Job, ...]
    notices: tuple[Notice, ...]
    saved: tuple[Card, ...]
    choices: Settings


async def dashboard(visit: Visit) -> Response:
    """The whole page."""
    frame, found = await visit.read(lambda db: _look(db, visit))
    done = told(visit.query.get("done", ""))
    return visit.page("dashboard.html", frame, done=done, **_context(visit, frame, found))


async def live(visit: Visit) -> Response:
    """The parts that change, for the page to take in."""
    frame, found = await visit.read(lambda db: _look(db, visit))
    return visit.part("dashboard-live.html", frame, **_context(visit, frame, found))


async def pulse(visit: Visit) -> Response:
    """What the queue does, for the header of pages of which nothing else changes."""
    frame, _ = await visit.read(lambda _db: None)
    return visit.part("pulse.html", frame)


def _look(db: sqlite3.Connection, visit: Visit) -> Live:
    settings = visit.site.settings
    under_way = {status: _newest(db, settings, status, most) for status, most in UNDER_WAY.items()}
    recent = [job for status in ENDED for job in _newest(db, settings, status, RECENT_SHOWN).jobs]
    now = tuple(job for page in under_way.values() for job in page.jobs)
    latest = sorted(recent, key=lambda job: job.completed_at or job.created_at, reverse=True)[:RECENT_SHOWN]
    return Live(
        now=now,
        under_way=", ".join(_counted(status, page) for status, page in under_way.items() if page.jobs),
        queue=next_up(db, settings, QUEUE_SHOWN),
        recent=tuple(latest),
        notices=notices(db, settings, now),
        saved=gallery(db, Wanted(limit=CARDS_SHOWN)).cards,
        choices=effective(db, settings),
    )


def _newest(db: sqlite3.Connection, settings: Settings, status: str, most: int) -> JobPage:
    return jobs(db, settings, JobFilter(statuses=(status,), roots_only=True, limit=most))


def _counted(status: str, page: JobPage) -> str:
    """How many stand there: a list as one, since its members are told in its own row."""
    return f"{len(page.jobs)}{' and more' if page.next else ''} {status}"


def _context(visit: Visit, frame: Frame, found: Live) -> dict[str, Any]:
    is_paused = frame.counts.is_paused
    return {
        **found._asdict(),
        "now": [job_line(job, is_paused=is_paused) for job in found.now],
        "queue": [job_line(job, is_paused=is_paused) for job in found.queue],
        "more_queued": max(0, frame.counts.pending - len(found.queue)),
        "recent": [job_line(job) for job in found.recent],
        "disk": shutil.disk_usage(visit.site.settings.archive),
    }

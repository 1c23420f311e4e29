"""All jobs, newest first, by state, platform and day. All of it stands in the address."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.clock import as_text
from bowerbird.pages.lines import WORDS, job_line
from bowerbird.pages.visit import Frame, Visit, number_in
from bowerbird.queue.reads import JobFilter, JobPage, jobs

PAGE = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class Asked(NamedTuple):
    """The filters of the address, as they were understood. `after` asks for the page of newer jobs."""

    status: str
    platform: str
    since: str
    until: str
    before: int | None
    after: int | None

    def link(self, **changes: object) -> str:
        """The address of the same list with other filters."""
        fields = {**self._asdict(), "before": None, "after": None, **changes}
        kept = {name: value for name, value in fields.items() if value}
        return "/history" + (f"?{urlencode(kept)}" if kept else "")


async def history(visit: Visit) -> Response:
    """The whole page."""
    asked = _asked(visit)
    frame, page = await visit.read(lambda db: jobs(db, visit.site.settings, _filter(asked)))
    return visit.page("history.html", frame, **_context(frame, asked, page))


async def live(visit: Visit) -> Response:
    """The rows, for the page to take in."""
    asked = _asked(visit)
    frame, page = await visit.read(lambda db: jobs(db, visit.site.settings, _filter(asked)))
    return visit.part("history-live.html", frame, **_context(frame, asked, page))


def _asked(visit: Visit) -> Asked:
    query = visit.query
    status = query.get("status", "")
    return Asked(
        status if status in WORDS else "",
        query.get("platform", "")[:200],
        _day(query.get("since", "")),
        _day(query.get("until", "")),
        number_in(query.get("before", "")),
        number_in(query.get("after", "")),
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if _DAY.match(text) else ""
    except ValueError:
        return ""


def _filter(asked: Asked) -> JobFilter:
    return JobFilter(
        statuses=(asked.status,) if asked.status else (),
        platform=asked.platform or None,
        since=_midnight(asked.since, 0),
        until=_midnight(asked.until, 1),
        before=asked.before,
        after=asked.after,
        limit=PAGE,
    )


def _midnight(day: str, later: int) -> str | None:
    """When a day of this computer's calendar begins, as a stored time; `until` means the end of its day."""
    if not day:
        return None
    try:
        return as_text(datetime.fromisoformat(day).astimezone() + timedelta(days=later))
    except (OverflowError, ValueError):
        return None


def _context(frame: Frame, asked: Asked, page: JobPage) -> dict[str, Any]:
    first = page.first if asked.before or asked.after else None
    platforms = sorted({"youtube", "instagram", "tiktok", "web", *(one.platform for one in frame.totals.platforms)})
    return {
        "asked": asked,
        "lines": [job_line(job) for job in page.jobs],
        "platforms": platforms,
        "states": WORDS,
        "older": asked.link(before=page.next) if page.next else "",
        "newer": asked.link(after=first) if first else "",
        "live": "/live" + asked.link(before=asked.before, after=asked.after),
    }

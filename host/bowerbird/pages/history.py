"""Every job, in any order, by state, platform, error, day and words. All of it stands in the address."""

from __future__ import annotations

import re
import sqlite3
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.clock import as_text
from bowerbird.errors import JOB_ADVICE
from bowerbird.pages.causes import failed_by
from bowerbird.pages.lines import WORDS, job_line
from bowerbird.pages.queue_acts import told
from bowerbird.pages.visit import Frame, Visit, number_in
from bowerbird.queue import history as queue_history
from bowerbird.queue.causes import Causes, causes
from bowerbird.queue.history import ORDERS, HistoryPage, Sort, Spot

PAGE = 40
NEWEST = "-asked"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
# Column -> its words, and the way in which it is put in order first.
COLUMNS = {
    "title": ("What", "title"),
    "state": ("State", "state"),
    "platform": ("From", "platform"),
    "size": ("Size", "-size"),
    "asked": ("Asked for", NEWEST),
}

# By their words, for who looks for one.
_ERRORS = dict(sorted(((code, advice.message) for code, advice in JOB_ADVICE.items()), key=lambda error: error[1]))


class Fields(NamedTuple):
    """The address, as it was understood. `behind` and `ahead` are rows: last of the page before, first after."""

    status: str = ""
    platform: str = ""
    error: str = ""
    q: str = ""
    since: str = ""
    until: str = ""
    sort: str = NEWEST
    behind: str = ""
    ahead: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the order is asked for."""
        return any((self.status, self.platform, self.error, self.q, self.since, self.until))

    def link(self, **changes: object) -> str:
        """The address of the same list with other fields, from its beginning."""
        fields = {**self._asdict(), "behind": "", "ahead": "", **changes}
        kept = {name: value for name, value in fields.items() if value and (name, value) != ("sort", NEWEST)}
        return "/history" + (f"?{urlencode(kept)}" if kept else "")

    def sorted_by(self, column: str) -> str:
        """Where the head of a column leads: to its order, or to its other way."""
        first = COLUMNS[column][1]
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        return self.link(sort=other if self.sort == first else first)


class Found(NamedTuple):
    """All that the page reads."""

    page: HistoryPage
    causes: Causes


async def history(visit: Visit) -> Response:
    """The whole page."""
    fields = _fields(visit)
    frame, found = await _read(visit, fields)
    done = told(visit.query.get("done", ""))
    return visit.page("history.html", frame, done=done, **_context(frame, fields, found))


async def live(visit: Visit) -> Response:
    """The rows, for the page to take in."""
    fields = _fields(visit)
    frame, found = await _read(visit, fields)
    return visit.part("history-live.html", frame, **_context(frame, fields, found))


async def _read(visit: Visit, fields: Fields) -> tuple[Frame, Found]:
    asked = _asked(fields)

    def look(db: sqlite3.Connection) -> Found:
        page = queue_history.history(db, visit.site.settings, asked)
        return Found(page, _causes(db, fields, page))

    return await visit.read(look)


def _causes(db: sqlite3.Connection, fields: Fields, page: HistoryPage) -> Causes:
    """Why jobs failed, where some are shown. They are not counted by words or days: then none are told."""
    if fields.q or fields.since or fields.until or not any(job.status == "failed" for job in page.jobs):
        return Causes()
    return causes(db, platform=fields.platform, code=fields.error)


def _fields(visit: Visit) -> Fields:
    query = visit.query
    status, error, sort = query.get("status", ""), query.get("error", ""), query.get("sort", "")
    return Fields(
        status=status if status in WORDS else "",
        platform=query.get("platform", "")[:200],
        error=error if error in JOB_ADVICE else "",
        q=query.get("q", "").strip()[:200],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        sort=sort if sort.removeprefix("-") in ORDERS else NEWEST,
        behind=query.get("behind", "")[:400],
        ahead=query.get("ahead", "")[:400],
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if _DAY.match(text) else ""
    except ValueError:
        return ""


def _asked(fields: Fields) -> queue_history.Asked:
    sort = cast(Sort, fields.sort.removeprefix("-"))
    return queue_history.Asked(
        sort=sort,
        descending=fields.sort.startswith("-"),
        status=fields.status,
        platform=fields.platform,
        error_code=fields.error,
        words=fields.q,
        since=_midnight(fields.since, 0),
        until=_midnight(fields.until, 1),
        behind=_spot(sort, fields.behind),
        ahead_of=_spot(sort, fields.ahead),
        limit=PAGE,
    )


def _spot(sort: Sort, text: str) -> Spot | None:
    """A row of an address, `seq` or `seq:value`; None for what is none."""
    number, _, value = text.partition(":")
    seq = number_in(number)
    if seq is None or sort == "asked":
        return None if seq is None else Spot(seq)
    if sort != "size":
        return Spot(seq, value)
    size = number_in(value)
    return None if size is None else Spot(seq, size)


def _mark(spot: Spot) -> str:
    return str(spot.seq) if spot.value is None else f"{spot.seq}:{spot.value}"


def _midnight(day: str, later: int) -> str | None:
    """When a day of this computer's calendar begins, as a stored time; `until` means the end of its day."""
    if not day:
        return None
    try:
        return as_text(datetime.fromisoformat(day).astimezone() + timedelta(days=later))
    except (OverflowError, ValueError):
        return None


def _context(frame: Frame, fields: Fields, found: Found) -> dict[str, Any]:
    page = found.page
    platforms = sorted(
        {"youtube", "instagram", "tiktok", "web", *(one.platform for one in frame.totals.platforms)}
        | ({fields.platform} - {""})
    )
    return {
        "asked": fields,
        "lines": [job_line(job, is_paused=frame.counts.is_paused, tells_end=False) for job in page.jobs],
        "causes": [failed_by(cause) for cause in found.causes.shown],
        "more_causes": found.causes.more,
        "platforms": platforms,
        "states": WORDS,
        "columns": COLUMNS,
        "errors": _ERRORS,
        "older": fields.link(behind=_mark(page.last)) if page.last else "",
        "newer": fields.link(ahead=_mark(page.first)) if page.first else "",
        "live": "/live" + fields.link(behind=fields.behind, ahead=fields.ahead),
    }

"""The log: what happened, newest first, filtered as the address says, and as a file to keep or to show somebody."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.clock import now
from bowerbird.model import Component, Event, Level
from bowerbird.pages.visit import Frame, Visit, number_in
from bowerbird.queue import events

PAGE = 100
# Lines of a file: more than anybody reads, and few megabytes.
MOST_DOWNLOADED = 10_000
MOST_WORDS = 100
LEVELS = {"debug": "Everything", "info": "Information and above", "warning": "Warnings and errors", "error": "Errors"}
_JOB = re.compile(r"[0-9a-fA-F-]{36}\Z")


class Asked(NamedTuple):
    """The filters of the address, as they were understood."""

    level: str
    component: str
    words: str
    job: str
    before: int | None

    def link(self, path: str = "/logs", **changes: object) -> str:
        """The address of the same list with other filters."""
        kept = {name: value for name, value in {**self._asdict(), "before": None, **changes}.items() if value}
        return path + (f"?{urlencode(kept)}" if kept else "")

    @property
    def is_filtered(self) -> bool:
        """Whether anything was chosen that hides lines."""
        return bool(self.component or self.words or self.job or self.level in ("warning", "error"))


async def logs(visit: Visit) -> Response:
    """The whole page."""
    frame, context = await _found(visit)
    return visit.page("logs.html", frame, **context)


async def live(visit: Visit) -> Response:
    """The lines, for the page to take in."""
    frame, context = await _found(visit)
    return visit.part("logs-live.html", frame, **context)


async def download(visit: Visit) -> Response:
    """The lines that fit the filters as a text file, oldest first."""
    asked = _asked(visit)
    _, found = await visit.read(lambda db: list(_newest(db, asked)))
    text = "".join(f"{_line(event)}\n" for event in reversed(found))
    name = f'attachment; filename="bowerbird-log-{now()[:10]}.txt"'
    return Response(text, headers={"content-disposition": name}, content_type="text/plain; charset=utf-8")


def _asked(visit: Visit) -> Asked:
    query = visit.query
    level, component, job = (query.get(name, "") for name in ("level", "component", "job"))
    return Asked(
        level if level in get_args(Level) else "",
        component if component in get_args(Component) else "",
        query.get("words", "").strip()[:MOST_WORDS],
        job if _JOB.match(job) else "",
        number_in(query.get("before", "")),
    )


def _read(db: sqlite3.Connection, asked: Asked, before: int | None, limit: int) -> tuple[Event, ...]:
    return events.read(
        db, level=asked.level or "info", component=asked.component or None, job_id=asked.job or None, before=before,
        words=asked.words or None, limit=limit,
    )  # fmt: skip


def _newest(db: sqlite3.Connection, asked: Asked) -> Iterator[Event]:
    before = asked.before
    for _ in range(MOST_DOWNLOADED // events.MOST_READ):
        found = _read(db, asked, before, events.MOST_READ)
        yield from found
        if len(found) < events.MOST_READ:
            return
        before = found[-1].id


def _line(event: Event) -> str:
    about = f"  [{event.job_id}]" if event.job_id else ""
    said = " ".join(f"{event.message} {event.hint or ''}".split())
    return f"{event.at}  {event.level:<7}  {event.component:<7}  {event.code}{about}  {said}"


def _page(db: sqlite3.Connection, asked: Asked) -> tuple[tuple[Event, ...], int | None]:
    """The lines, and the id before which the next page begins; None where there is none."""
    found = _read(db, asked, asked.before, PAGE + 1)
    if len(found) > PAGE:
        return found[:PAGE], found[PAGE - 1].id
    end = (asked.before or events.newest(db) + 1) - events.MOST_SEARCHED
    return found, end if asked.words and end > 1 else None


async def _found(visit: Visit) -> tuple[Frame, dict[str, Any]]:
    asked = _asked(visit)
    frame, (found, older) = await visit.read(lambda db: _page(db, asked))
    return frame, {
        "asked": asked, "events": found, "levels": LEVELS, "components": get_args(Component),
        "older": asked.link(before=older) if older else "",
        "live": asked.link("/live/logs", before=asked.before), "download": asked.link("/logs/download"),
    }  # fmt: skip

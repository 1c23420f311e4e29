"""One request as pages see it: what was asked, a way to read the archive, a way to answer."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.database import open_writer
from bowerbird.errors import RequestError
from bowerbird.model import QueueCounts
from bowerbird.pages.site import Site
from bowerbird.queue import updates
from bowerbird.queue.reads import counts
from bowerbird.queue.wake import wake_worker

log = logging.getLogger("bowerbird.site")

Found = TypeVar("Found")

# A form of 500 chosen items, and what it does with them.
MOST_FIELDS = 600


@dataclasses.dataclass(frozen=True)
class Frame:
    """What stands on every page: how busy it is, how much is kept, and what waits for newer libraries.

    `update` is the update of the libraries that is asked for; `updating` are the jobs that are tried again after it.
    """

    counts: QueueCounts
    totals: reads.ArchiveTotals
    update: updates.Asked | None = None
    updating: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Visit:
    """One request to one page. `parts` are the named parts of its path."""

    site: Site
    database: Any
    method: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    session: str | None
    receive: Callable[[], Any]

    async def read(self, look: Callable[[sqlite3.Connection], Found]) -> tuple[Frame, Found]:
        """The frame and what `look` finds, in one trip to a reading thread."""

        def both(db: sqlite3.Connection) -> tuple[Frame, Found]:
            update = updates.asked(db)
            updating = updates.waiting_jobs(db) if update else frozenset()
            return Frame(counts(db), reads.totals(db), update, updating), look(db)

        found: tuple[Frame, Found] = await self.database.read(both)
        return found

    async def write(self, change: Callable[[sqlite3.Connection], Found]) -> Found:
        """What `change` answers; it runs on a connection whose commits survive a power cut. Raises RequestError."""

        def written() -> Found:
            db = open_writer(self.site.settings.database)
            try:
                return change(db)
            finally:
                db.close()

        return await asyncio.to_thread(written)

    def wake_worker(self) -> None:
        """Start the worker unless it runs. Where that fails, what was committed waits for the next one."""
        if not wake_worker(self.site.settings):
            log.warning("code=internal no worker could be started")

    async def form(self) -> dict[str, str]:
        """The fields of a posted form; of a field that comes twice the last one. The gate has limited its size."""
        return fields_of((await self.receive())["body"].decode("utf-8", "replace"))

    def page(self, template: str, frame: Frame, *, status: int = 200, **context: Any) -> Response:
        """A whole page, or a part of one."""
        html = self.site.templates.get_template(template).render(
            site=self.site, frame=frame, visit=self, status=status, **context
        )
        return Response.html(html, status=status)

    def part(self, template: str, frame: Frame, **context: Any) -> Response:
        """A part that a page asks for again and again; short where nothing has changed."""
        import hashlib

        response = self.page(template, frame, **context)
        mark = f'"{hashlib.blake2b(response.body.encode(), digest_size=9).hexdigest()}"'
        if self.headers.get("if-none-match") == mark:
            return Response(b"", status=304, headers={"etag": mark})
        response.headers["etag"] = mark
        return response

    def back(self) -> str:
        """The page of ours that the person comes from, else the first one."""
        came_from = urlsplit(self.headers.get("referer", ""))
        if f"{came_from.scheme}://{came_from.netloc}" != self.site.origin or came_from.path.startswith(("//", "/\\")):
            return "/"
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def saying(path: str, done: str) -> str:
    """The same page with the mark of what was done, which it shows as a sentence."""
    page, _, query = path.partition("?")
    fields = [(name, value) for name, value in parse_qsl(query) if name != "done"]
    return f"{page}?{urlencode([*fields, ('done', done)])}" if done else path


def fields_of(text: str) -> dict[str, str]:
    """The fields of a query or a form; of one that comes twice the last. Raises RequestError `too_large`."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise RequestError("too_large", "These are more fields than any form of this site has.") from error


def number_in(text: str) -> int | None:
    """The number that a field of an address says; None for what is none, or none that a table can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def go_to(path: str) -> Response:
    """Answer a form by another page, so that loading again does not send it again."""
    return Response(b"", status=303, headers={"location": path})

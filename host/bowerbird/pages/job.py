"""One job: what it does or why not, its members if it is a list, its attempts, its log, and who asked for it."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.errors import RequestError
from bowerbird.pages.lines import job_line
from bowerbird.pages.queue_acts import act_on_one, told
from bowerbird.pages.visit import Frame, Visit, go_to, number_in
from bowerbird.queue import events
from bowerbird.queue.reads import JobFilter, captures_of, jobs
from bowerbird.queue.reads import job as read_job

MEMBERS = 50
LOG_LINES = 100


async def job(visit: Visit) -> Response:
    """The whole page."""
    frame, context = await _found(visit)
    return visit.page("job.html", frame, done=told(visit.query.get("done", "")), **context)


async def live(visit: Visit) -> Response:
    """The parts that change, for the page to take in."""
    frame, context = await _found(visit)
    return visit.part("job-live.html", frame, **context)


async def act_on(visit: Visit) -> Response:
    """Do what the button says. Raises RequestError `not_found`, `wrong_state` or `bad_request`."""
    settings, job_id, action = visit.site.settings, visit.parts["job_id"], visit.parts["action"]

    def change(db: sqlite3.Connection) -> None:
        act_on_one(db, settings, job_id, action)
        visit.wake_worker()

    await visit.write(change)
    back = visit.back()
    return go_to("/history" if action == "delete" and back.startswith(f"/job/{job_id}") else back)


async def _found(visit: Visit) -> tuple[Frame, dict[str, Any]]:
    settings, job_id = visit.site.settings, visit.parts["job_id"]
    before, lines_before = number_in(visit.query.get("before", "")), number_in(visit.query.get("lines", ""))
    failed = visit.query.get("members") == "failed"

    def look(db: sqlite3.Connection) -> dict[str, Any]:
        found = read_job(db, settings, job_id)
        statuses = ("failed",) if failed else ()
        asked = JobFilter(parent_id=job_id, before=before, limit=MEMBERS, statuses=statuses)
        return {
            "job": found,
            "parent": read_job(db, settings, found.parent_id) if found and found.parent_id else None,
            "page": jobs(db, settings, asked),
            "attempts": reads.attempts(db, job_id),
            "gave": reads.gave(db, job_id),
            "captures": captures_of(db, job_id),
            "log": events.read(db, job_id=job_id, before=lines_before, limit=LOG_LINES)[::-1],
        }

    frame, found = await visit.read(look)
    if found["job"] is None:
        raise RequestError("not_found", "There is no such job.", "It may have been taken out of the list.")
    asked = urlencode({name: visit.query[name] for name in ("before", "lines", "members") if name in visit.query})
    of_failed = "members=failed&" if failed else ""
    log, last = found["log"], found["page"].next
    is_paused = frame.counts.is_paused
    return frame, {
        **found,
        "line": job_line(found["job"], is_paused=is_paused),
        "members": [job_line(member, is_paused=is_paused) for member in found["page"].jobs],
        "only_failed": failed,
        "older": f"/job/{job_id}?{of_failed}before={last}#h-members" if last else "",
        "older_lines": f"/job/{job_id}?lines={log[0].id}#h-log" if len(log) == LOG_LINES else "",
        "newer_lines": lines_before is not None,
        "live": f"/live/job/{job_id}" + (f"?{asked}" if asked else ""),
    }

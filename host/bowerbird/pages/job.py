"""One job: what it does or why it does not, its members if it is a list, its runs, and what can be done with it."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from bowerbird.archive import reads
from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.pages.lines import job_line
from bowerbird.pages.visit import Frame, Visit, go_to, number_in
from bowerbird.queue import actions
from bowerbird.queue.reads import JobFilter, JobPage, jobs
from bowerbird.queue.reads import job as read_job

MEMBERS = 50


async def job(visit: Visit) -> Response:
    """The whole page."""
    frame, context = await _found(visit)
    return visit.page("job.html", frame, **context)


async def live(visit: Visit) -> Response:
    """The parts that change, for the page to take in."""
    frame, context = await _found(visit)
    return visit.part("job-live.html", frame, **context)


async def act_on(visit: Visit) -> Response:
    """Do what the button says. Raises RequestError `not_found`, `wrong_state` or `bad_request`."""
    settings, job_id, action = visit.site.settings, visit.parts["job_id"], visit.parts["action"]

    def change(db: sqlite3.Connection) -> None:
        actions.act(db, settings, (job_id,), action)
        visit.wake_worker()

    await visit.write(change)
    back = visit.back()
    return go_to("/history" if action == "delete" and back.startswith(f"/job/{job_id}") else back)


async def _found(visit: Visit) -> tuple[Frame, dict[str, Any]]:
    settings, job_id = visit.site.settings, visit.parts["job_id"]
    before = number_in(visit.query.get("before", ""))

    def look(db: sqlite3.Connection) -> tuple[Job | None, Job | None, JobPage, dict[str, Any]]:
        found = read_job(db, settings, job_id)
        parent = read_job(db, settings, found.parent_id) if found and found.parent_id else None
        asked = JobFilter(parent_id=job_id, before=before, limit=MEMBERS)
        how = {"attempts": reads.attempts(db, job_id), "gave": reads.gave(db, job_id)}
        return found, parent, jobs(db, settings, asked), how

    frame, (found, parent, members, how) = await visit.read(look)
    if found is None:
        raise RequestError("not_found", "There is no such job.", "It may have been taken out of the list.")
    return frame, {
        "line": job_line(found),
        "job": found,
        "parent": parent,
        "members": [job_line(member) for member in members.jobs],
        "older": f"/job/{job_id}?before={members.next}" if members.next else "",
        "live": f"/live/job/{job_id}" + (f"?before={before}" if before else ""),
        **how,
    }

"""What the worker does, a line for each change, while somebody sits before it."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
from collections.abc import Iterator

from bowerbird.cli import show
from bowerbird.cli.opening import archive
from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.settings import Settings

LOOK = 0.2


@contextlib.contextmanager
def narrated(settings: Settings) -> Iterator[None]:
    """Tell on stderr what becomes of jobs meanwhile; silent where stderr is no terminal, or another worker works."""
    from bowerbird.queue.wake import worker_is_running

    if not sys.stderr.isatty() or worker_is_running(settings):
        yield
        return
    show.complain("Working here. Ctrl-C ends it: what runs gets half a minute to end, a second Ctrl-C none.")
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(settings, ended), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _tell(settings: Settings, ended: threading.Event) -> None:
    from bowerbird.queue import reads

    told: dict[str, str] = {}
    with contextlib.suppress(RequestError, sqlite3.Error), archive(settings) as db:
        revision = reads.newest_revision(db)
        while not ended.wait(LOOK):
            revision = _tell_changes(db, settings, revision, told)
        _tell_changes(db, settings, revision, told)


def _tell_changes(db: sqlite3.Connection, settings: Settings, revision: int, told: dict[str, str]) -> int:
    from bowerbird.queue import reads

    changed, revision = reads.changed_since(db, settings, revision)
    for job in changed:
        said = _said(job)
        if said and said != told.get(job.id):
            show.complain(said)
        told[job.id] = said
        if job.status in ("completed", "cancelled", "failed"):
            told.pop(job.id, None)
    return revision


def _said(job: Job) -> str:
    """The job with its state; '' while it waits for its first turn."""
    if job.status == "pending" and not job.error:
        return ""
    why = "" if job.status == "running" else show.remark(job)
    return "  ".join(part for part in (f"{show.WORDS[job.status]}: {show.name(job)}  [{job.id[:8]}]", why) if part)

"""One attempt of one job: give it to a scraper child, follow its events, file what it brought."""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import sqlite3
import time
from pathlib import Path

from bowerbird.archive.filing import Filing, file_item, refresh_item
from bowerbird.archive.keys import known_item
from bowerbird.archive.space import free_bytes
from bowerbird.database import open_progress
from bowerbird.errors import JOB_ADVICE, BowerbirdError, JobError
from bowerbird.model import Assignment, Failed, Finished
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scrapers import NEXT_SCRAPER_ON, scrapers_for
from bowerbird.settings import Settings
from bowerbird.worker.children import Child, ChildPool
from bowerbird.worker.listener import Listener
from bowerbird.worker.outcome import Cancelled, Collected, Done, GivenBack, Listed, Outcome
from bowerbird.worker.watchdog import WatchDog

log = logging.getLogger("bowerbird.worker")

# How soon a wish to end is noticed in a silence.
TICK = 0.25


class Attempt:
    """Runs in a thread of its own with connections of its own. `end` may be called from any thread."""

    def __init__(self, settings: Settings, pool: ChildPool, job: ClaimedJob) -> None:
        self.job = job
        self.scraper = ""
        self._settings = settings
        self._pool = pool
        self._wanted_end: Cancelled | GivenBack | None = None
        self._folder = settings.partial / job.id

    def end(self, outcome: Cancelled | GivenBack) -> None:
        """Ask the attempt to end in this way; its processes are gone within a tick. It may be done before."""
        self._wanted_end = outcome

    def run(self, db: sqlite3.Connection) -> Outcome:
        """Do the work and return how it ended. Never raises for what a scraper, a site or a disk does."""
        try:
            with contextlib.closing(open_progress(self._settings.database)) as progress:
                return self._run(db, progress)
        except BowerbirdError as error:
            return _failed(error)
        except OSError as error:
            log.exception("job=%s the disk refused", self.job.id)
            code = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "internal"
            return Failed(code=code, message="", detail=str(error.strerror))
        except Exception as error:
            log.exception("job=%s ended unexpectedly", self.job.id)
            return Failed(code="internal", message="", detail=type(error).__name__)

    def _run(self, db: sqlite3.Connection, progress: sqlite3.Connection) -> Outcome:
        free = free_bytes(self._settings.archive) - self._settings.disk_floor
        if free <= 0:
            return Failed(code="disk_full", message="")
        self._folder.mkdir(parents=True, exist_ok=True)
        assignment = self._assignment(free, with_media=not self._refreshes(db))
        outcome: Outcome = Failed(code="not_supported", message="")
        for name in scrapers_for(self.job.target):
            self.scraper = name
            listener = Listener(self._settings, db, progress, self.job)
            outcome = self._scrape(assignment, listener) or self._file(db, assignment, listener.collected)
            if not isinstance(outcome, Failed) or outcome.code not in NEXT_SCRAPER_ON:
                break
        return outcome

    def _assignment(self, free: int, *, with_media: bool) -> Assignment:
        job, chosen, settings = self.job, self.job.options, self._settings
        return Assignment(
            job_id=job.id, target=job.target, folder=str(self._folder), quality=chosen.quality or settings.quality,  # type: ignore[arg-type]
            audio_only=chosen.audio_only, comments=chosen.comments, media=with_media, cursor=job.cursor,
            transcripts=settings.transcripts if chosen.transcripts is None else chosen.transcripts,
            max_items=job.items_limit or chosen.max_items or settings.max_items, free_bytes=free,
        )  # fmt: skip

    def _refreshes(self, db: sqlite3.Connection) -> bool:
        """Only metadata: asked for, or archived meanwhile by another job for the same target."""
        if self.job.refresh_only:
            return True
        return not self.job.options.force and known_item(db, self.job.target_key) is not None

    def _scrape(self, assignment: Assignment, listener: Listener) -> Outcome | None:
        """Let a child work; None where it did all that it can, else how the attempt ends."""
        with self._pool.child(self.scraper) as child:
            return self._follow(child, assignment, listener)

    def _follow(self, child: Child, assignment: Assignment, listener: Listener) -> Outcome | None:
        dog = WatchDog(self._settings, self._folder, time.monotonic())
        child.begin(assignment)
        for event in child.events(TICK):
            if self._wanted_end:
                return self._wanted_end
            if isinstance(event, Failed):
                return event
            if isinstance(event, Finished):
                return None
            if event is not None:
                listener.take(event)
            verdict = dog.hears(event, time.monotonic())
            if verdict:
                return verdict
        return self._wanted_end or Failed(code="internal", message="The scraper ended unexpectedly.")

    def _file(self, db: sqlite3.Connection, assignment: Assignment, collected: Collected) -> Outcome:
        if collected.listed:
            return Listed()
        if collected.item is None:
            return Failed(code="not_supported", message="Nothing was found on this page.")
        filing = Filing(
            job_id=self.job.id, target_key=self.job.target_key, folder=str(self._folder), item=collected.item,
            files=tuple(collected.files), transcripts=tuple(collected.transcripts), notes=tuple(collected.notes),
            force=self.job.options.force,
        )  # fmt: skip
        place = file_item if assignment.media else refresh_item
        return Done(place(db, self._settings, filing))


def _failed(error: BowerbirdError) -> Failed:
    code = error.code if error.code in JOB_ADVICE else "internal"
    detail = error.detail if isinstance(error, JobError) else error.code
    return Failed(code=code, message=error.message, hint=error.hint, detail=detail)


def discard(folder: Path) -> None:
    """Remove what an attempt left behind."""
    shutil.rmtree(folder, ignore_errors=True)

"""One attempt of one job: what may be in its way, and how it ends whatever happens."""

from __future__ import annotations

import errno
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bowerbird.archive.space import free_bytes
from bowerbird.clock import now
from bowerbird.errors import JOB_ADVICE, BowerbirdError, JobError
from bowerbird.queue.lanes import lane_of
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from bowerbird.worker.children import ChildPool
from bowerbird.worker.climb import Climb
from bowerbird.worker.lending import Lender
from bowerbird.worker.outcome import Cancelled, Outcome, WantedEnd
from bowerbird.worker.record import AttemptRecord

log = logging.getLogger("bowerbird.worker")


class Attempt:
    """Runs in a thread of its own with connections that are lent to it. `end` may be called from any thread."""

    def __init__(self, settings: Settings, pool: ChildPool, job: ClaimedJob, stir: Callable[[], None]) -> None:
        self.job = job
        self.lane = lane_of(job.target)
        self.began = time.monotonic()
        self.is_scraping = True
        self._stir = stir
        self._settings = settings
        self._pool = pool
        self._wanted_end: WantedEnd | None = None
        self._record: AttemptRecord | None = None
        self._since = now()

    def end(self, outcome: WantedEnd) -> None:
        """Ask the attempt to end in this way; its processes are gone within a tick. It may be done before."""
        # What was cancelled is not paused or given back.
        if not isinstance(self._wanted_end, Cancelled):
            self._wanted_end = outcome

    def leave(self) -> None:
        """Its scraper has done all that it can: another job may begin while this one is filed."""
        self.is_scraping = False
        self._stir()

    @property
    def account(self) -> str:
        """Whose session the present turn uses; '' for nobody's."""
        return self._record.part.account if self._record else ""

    def run(self, db: sqlite3.Connection, progress: sqlite3.Connection, record: AttemptRecord) -> Outcome:
        """Do the work and return how it ended. Never raises for what a scraper, a site or a disk does.

        `progress` is a connection for what may be lost.
        """
        self._record = record
        try:
            return self._run(db, progress, record)
        except BowerbirdError as error:
            return _failed(error)
        except OSError as error:
            log.exception("job=%s the disk refused", self.job.id)
            code = "disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "internal"
            return Failed(code=code, message="", detail=str(error.strerror))
        except Exception as error:
            log.exception("job=%s ended unexpectedly", self.job.id)
            return Failed(code="internal", message="", detail=type(error).__name__)

    def missed_sessions(self, db: sqlite3.Connection) -> tuple[str, ...]:
        """The accounts of which a session was stored while the attempt ran: what the job waits for may be there."""
        return self._lender(db).newer(self._since)

    def _run(self, db: sqlite3.Connection, progress: sqlite3.Connection, record: AttemptRecord) -> Outcome:
        if free_bytes(self._settings.archive) <= self._settings.disk_floor:
            return Failed(code="disk_full", message="")
        (self._settings.partial / self.job.id).mkdir(parents=True, exist_ok=True)
        return Climb(
            settings=self._settings, pool=self._pool, job=self.job, db=db, progress=progress, record=record,
            lender=self._lender(db), wanted_end=self._wanted, leave=self.leave,
        ).run()  # fmt: skip

    def _lender(self, db: sqlite3.Connection) -> Lender:
        return Lender(self._settings, db, self.job, lambda: self._wanted_end is not None)

    def _wanted(self) -> WantedEnd | None:
        return self._wanted_end


def _failed(error: BowerbirdError) -> Failed:
    code = error.code if error.code in JOB_ADVICE else "internal"
    detail = error.detail if isinstance(error, JobError) else error.code
    return Failed(code=code, message=error.message, hint=error.hint, detail=detail)


def discard(folder: Path) -> None:
    """Remove what an attempt left behind."""
    shutil.rmtree(folder, ignore_errors=True)

"""The worker: claims jobs, runs their attempts, carries out requests, and ends when nothing can go on."""

from __future__ import annotations

import contextlib
import logging
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from filelock import FileLock, Timeout

from bowerbird.archive.migrations import ensure_archive
from bowerbird.archive.space import free_bytes
from bowerbird.clock import later
from bowerbird.database import open_keeper, open_writer
from bowerbird.errors import RequestError
from bowerbird.install.processes import note_process
from bowerbird.queue import reads, requests, transitions
from bowerbird.queue.claim import claim
from bowerbird.queue.rows import ClaimedJob
from bowerbird.queue.wake import lock_path
from bowerbird.settings import Settings
from bowerbird.worker.attempt import Attempt, discard
from bowerbird.worker.children import ChildPool
from bowerbird.worker.outcome import Cancelled, GivenBack
from bowerbird.worker.settle import AttemptRecord, settle

log = logging.getLogger("bowerbird.worker")

POLL = 0.1
# Waits that end within this time keep the worker alive; for longer ones somebody starts it again.
SOON = 900.0
LINGER = 15.0
GRACE = 30.0
SPACE_CHECK = 10.0
LOCK_PATIENCE = 2.0


class Worker:
    """The one worker of an archive. `run` returns when it is told to stop or, lingering a little, when it is idle."""

    def __init__(self, settings: Settings, child_log: BinaryIO, linger: float = LINGER) -> None:
        self._settings = settings
        self._pool = ChildPool(settings, child_log)
        self._linger = linger
        self._attempts: dict[str, tuple[Attempt, threading.Thread]] = {}
        self._stir = threading.Event()
        self._stopping = False
        self._next_space_check = 0.0

    def run(self) -> None:
        """Work. Raises RequestError `busy` where another worker has the archive, else as database.py does."""
        ensure_archive(self._settings.database)
        lock = FileLock(lock_path(self._settings), timeout=LOCK_PATIENCE)
        while True:
            with _held(lock), contextlib.closing(open_keeper(self._settings.database)) as db:
                self._begin(db)
                self._work(db)
                self._end(db)
            # Whoever wrote a row while the lock was held did not start another worker: look once more.
            if self._stopping or not self._has_claimable():
                return

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Claim nothing more and end; running attempts get some seconds. Also a signal handler."""
        self._stopping = True
        self._stir.set()

    def _begin(self, db: sqlite3.Connection) -> None:
        note_process(self._settings, "worker")
        recovered = transitions.recover(db)
        if recovered:
            log.info("recovered=%d jobs that ran when the last worker died", recovered)
        _sweep(db, self._settings.partial)

    def _work(self, db: sqlite3.Connection) -> None:
        idle_since: float | None = None
        changes = Changes(db)
        while not self._stopping:
            self._carry_out_requests(db)
            self._resume_waiting(db)
            self._start_attempts(db)
            self._pool.retire()
            if self._attempts or not reads.is_idle(db, later(SOON)):
                idle_since = None
            elif idle_since is None:
                idle_since = time.monotonic()
            if idle_since is not None and time.monotonic() - idle_since >= self._linger:
                return
            changes.wait(self._stir)

    def _end(self, db: sqlite3.Connection) -> None:
        deadline = time.monotonic() + GRACE
        while self._attempts and time.monotonic() < deadline:
            self._carry_out_requests(db)
            self._stir.wait(POLL)
            self._stir.clear()
            self._reap()
        for attempt, _thread in list(self._attempts.values()):
            attempt.end(GivenBack())
        for _attempt, thread in list(self._attempts.values()):
            thread.join()
        self._reap()
        self._pool.retire(idle_seconds=0)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _start_attempts(self, db: sqlite3.Connection) -> None:
        self._reap()
        while len(self._attempts) < self._settings.max_concurrent:
            running = Counter(attempt.job.target.platform for attempt, _thread in self._attempts.values())
            job = claim(db, running, self._settings.max_per_platform)
            if job is None:
                return
            self._start(job)

    def _start(self, job: ClaimedJob) -> None:
        db = open_writer(self._settings.database)
        attempt = Attempt(self._settings, self._pool, db, job)
        thread = threading.Thread(target=self._attempt, args=(db, attempt), name=job.id)
        self._attempts[job.id] = (attempt, thread)
        thread.start()

    def _attempt(self, db: sqlite3.Connection, attempt: Attempt) -> None:
        """The thread of one attempt. Should even writing down its end fail, the next worker recovers the job."""
        try:
            with contextlib.closing(db):
                record = AttemptRecord(db, attempt.job)
                outcome = attempt.run()
                record.close(attempt.scraper, outcome)
                settle(db, self._settings, attempt.job, outcome)
        except (RequestError, sqlite3.Error):
            log.exception("job=%s its end could not be written", attempt.job.id)
        finally:
            self._stir.set()

    def _reap(self) -> None:
        self._attempts = {key: pair for key, pair in self._attempts.items() if pair[1].is_alive()}

    def _carry_out_requests(self, db: sqlite3.Connection) -> None:
        for request in requests.open_requests(db):
            result = _CARRY_OUT[request.kind](self, db, request.job_id)
            requests.done(db, request, result)

    def _cancel(self, db: sqlite3.Connection, job_id: str) -> str:
        if job_id in self._attempts:
            self._attempts[job_id][0].end(Cancelled())
            return "ended"
        job = reads.job(db, self._settings, job_id)
        if job and job.status not in ("completed", "failed"):
            transitions.cancel(db, job_id)
        return self._discard(db, job_id)

    def _discard(self, _db: sqlite3.Connection, job_id: str) -> str:
        if job_id not in self._attempts:
            discard(self._settings.partial / job_id)
        return "discarded"

    def _resume_waiting(self, db: sqlite3.Connection) -> None:
        transitions.resume_due(db)
        if time.monotonic() < self._next_space_check:
            return
        self._next_space_check = time.monotonic() + SPACE_CHECK
        if free_bytes(self._settings.archive) > self._settings.disk_floor:
            transitions.resume_reason(db, "disk")

    def _has_claimable(self) -> bool:
        with contextlib.closing(open_writer(self._settings.database)) as db:
            return not reads.is_idle(db, later(0))


_CARRY_OUT: dict[str, Callable[[Worker, sqlite3.Connection, str], str]] = {
    "cancel": Worker._cancel,
    "discard": Worker._discard,
}


class Changes:
    """Notices commits of other connections without reading a table (sqlite.org/pragma.html#pragma_data_version)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, stir: threading.Event, most: float = 1.0) -> None:
        """Return when something was committed or `stir` is set, at the latest after `most` seconds."""
        deadline = time.monotonic() + most
        while time.monotonic() < deadline and not stir.wait(POLL):
            version = self._version()
            if version != self._seen:
                self._seen = version
                break
        stir.clear()


@contextlib.contextmanager
def _held(lock: FileLock):  # type: ignore[no-untyped-def]
    try:
        lock.acquire()
    except Timeout as error:
        raise RequestError(
            "busy", "A worker runs already for this archive.", "It does the work; nothing to do."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _sweep(db: sqlite3.Connection, partial: Path) -> None:
    """Remove what attempts of jobs left that are done or gone; the rest is kept, so that it goes on where it was."""
    if not partial.is_dir():
        return
    for folder in partial.iterdir():
        job = db.execute("SELECT status FROM jobs WHERE id = ?", (folder.name,)).fetchone()
        if job is None or job["status"] in ("completed", "cancelled"):
            discard(folder)


def stop_on_signals(worker: Worker) -> None:
    """SIGTERM and SIGINT end the worker gracefully."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)

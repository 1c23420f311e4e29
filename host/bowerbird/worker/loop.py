"""The worker: claims jobs, runs their attempts, carries out requests, and ends when nothing can go on."""

from __future__ import annotations

import contextlib
import logging
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from bowerbird.archive import thumbnails, trash
from bowerbird.archive.marker import HINT, MESSAGE, WRITES_LOST, Marker
from bowerbird.archive.places import open_place
from bowerbird.clock import drift, later
from bowerbird.database import as_request_error, file_identity, has_log, open_keeper, open_writer
from bowerbird.errors import RequestError
from bowerbird.install.processes import note_process
from bowerbird.logs import CHILD_LOG, keep_small, logs_folder
from bowerbird.queue import (
    budgets,
    bulk,
    events,
    jumps,
    losses,
    pausing,
    preferences,
    reads,
    requests,
    transitions,
    updates,
    workers,
)
from bowerbird.queue.claim import claim
from bowerbird.queue.indexing import index_new
from bowerbird.queue.lanes import Limits
from bowerbird.queue.prune import prune_some
from bowerbird.queue.requests import Request
from bowerbird.queue.session_states import Publisher
from bowerbird.queue.sweep import forget_events, forget_old
from bowerbird.settings import Settings
from bowerbird.worker import private
from bowerbird.worker.attempt import discard
from bowerbird.worker.attempts import PASSING, Attempts
from bowerbird.worker.changes import Changes
from bowerbird.worker.checking import Checks, forget_asked
from bowerbird.worker.children import Child, ChildPool
from bowerbird.worker.lease import lease
from bowerbird.worker.line import Line
from bowerbird.worker.outcome import Cancelled, Paused, WantedEnd
from bowerbird.worker.room import Room
from bowerbird.worker.stir import Stir
from bowerbird.worker.thumbnails import ThumbnailMaking
from bowerbird.worker.updating import Updating

log = logging.getLogger("bowerbird.worker")

# Waits that end within this time keep the worker alive; for longer ones somebody starts it again.
SOON = 900.0
LINGER = 15.0
GRACE = 30.0
# Seconds for which an archive may refuse to be written before the worker ends.
PATIENCE = 60.0
# Nobody else checkpoints; without it the -wal file grows with each percentage that is written.
CHECKPOINT_EVERY = 30.0
PRUNE_EVERY = 3600.0


class Worker:
    """The one worker of an archive. `run` returns when it is told to stop or, lingering a little, when it is idle."""

    def __init__(self, settings: Settings, child_log: BinaryIO, linger: float = LINGER) -> None:
        self._started_with = self._settings = settings
        self._pool = ChildPool(settings, child_log)
        self._room = Room(settings)
        self._linger = linger
        self._stir = Stir()
        self._line = Line(settings, self._stir.set)
        self._attempts = Attempts(settings, self._pool, self._room, self._stir.set)
        self._checks = Checks(settings, self._stir.set)
        self._updating = Updating(settings, self._pool, self._stir.set)
        self._sessions = Publisher(settings)
        self._thumbnails = ThumbnailMaking(settings, self._pool, self._stir.set)
        self._marker = Marker(settings.archive)
        self._stopping = False
        self._grace = GRACE
        self._file: tuple[int, int] | None = None
        self._next_checkpoint = 0.0
        self._drift = 0.0
        self._next_prune = 0.0
        self._pruned = 0
        self._trouble_since: float | None = None
        # Whether a private window's sign-in may be left that nothing needs: of a job that was given up, or an old one.
        self._leaves_private = True

    def adopt(self, child: Child) -> None:
        """Use a child that was started before."""
        self._pool.keep(child)

    def run(self) -> None:
        """Work. Raises RequestError `busy` where another worker has the archive, else as database.py does."""
        try:
            open_place(self._settings)
            self._hold_and_work()
            # Whoever wrote a row while the lease was held did not start another worker: look once more.
            while not self._stopping and self._has_work():
                with _unless_another_took_over():
                    self._hold_and_work()
        finally:
            self._pool.retire(idle_seconds=0)
            self._stir.close()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Claim nothing more and end; running attempts get some seconds, or none when told again. A signal handler."""
        if self._stopping:
            self._grace = 0.0
        self._stopping = True
        self._stir.set()

    def _hold_and_work(self) -> None:
        with lease(self._settings), contextlib.closing(open_keeper(self._settings.database)) as db:
            try:
                self._begin(db)
                self._work(db)
            except sqlite3.Error as error:
                raise as_request_error(error) from error
            finally:
                self._end(db)

    def _begin(self, db: sqlite3.Connection) -> None:
        self._file = file_identity(self._settings.database)
        self._grace = GRACE
        note_process(self._settings, "worker")
        workers.note_start(db, self._started_with)
        self._tell_what_is_lost(db)
        recovered = losses.recover(db, self._settings)
        if recovered:
            said = f"{recovered} jobs go on that ran when the last worker died."
            log.info(said)
            events.note(db, "warning", "queue", "recovered", said)
        jumps.bring_back(db)
        self._drift = drift()
        _sweep(db, self._settings.partial)
        forget_old(db)
        thumbnails.forget_where_removed(db, self._settings.archive)

    def _tell_what_is_lost(self, db: sqlite3.Connection) -> None:
        if self._marker.is_broken(db):
            log.error("code=%s %s", WRITES_LOST, MESSAGE)
            events.note(db, "error", "worker", WRITES_LOST, MESSAGE, hint=HINT)
            self._marker.forget()

    def _work(self, db: sqlite3.Connection) -> None:
        idle_since: float | None = None
        changes = Changes(db)
        while not self._stopping and self._is_in_place():
            is_idle = self._looked(db)
            idle_since = (idle_since or time.monotonic()) if is_idle else None
            if idle_since is not None and time.monotonic() - idle_since >= self._linger:
                return
            changes.wait(self._stir)

    def _is_in_place(self) -> bool:
        """Whether the archive is still where its name says; else its rows and files would go nowhere."""
        path = self._settings.database
        if file_identity(path) == self._file and has_log(path):
            return True
        log.warning("code=archive_unavailable the archive, or its log, was moved, removed or replaced")
        self._grace = 0.0
        return False

    def _looked(self, db: sqlite3.Connection) -> bool:
        """Do what is to be done; whether nothing is left. What is busy or full for a moment is done next time."""
        try:
            self._look(db)
            emptied = trash.empty(db, self._settings, busy=self._attempts.platforms())
            runs = self._attempts or self._checks.runs or self._thumbnails.runs or self._line.runs
            is_busy = runs or self._updating.holds or emptied
            is_idle = not is_busy and reads.is_idle(db, later(SOON))
        except (RequestError, sqlite3.Error) as error:
            told = as_request_error(error) if isinstance(error, sqlite3.Error) else error
            if told.code not in PASSING or self._lasts(told):
                raise told from error
            return False
        self._trouble_since = None
        if is_idle:
            self._sessions.look(db)
            self._tidy(db)
        return is_idle

    def _tidy(self, db: sqlite3.Connection) -> None:
        """Shorten the history, a little in each idle moment until it is short enough."""
        if time.monotonic() < self._next_prune:
            return
        with contextlib.suppress(RequestError):
            after = prune_some(db, self._settings, self._pruned)
            if after is not None:
                self._pruned = after
                self._stir.set()
                return
        self._pruned, self._next_prune = 0, time.monotonic() + PRUNE_EVERY

    def _lasts(self, trouble: RequestError) -> bool:
        """Whether the archive has refused for so long that only a person can help."""
        if self._trouble_since is None:
            log.warning("code=%s nothing can be written for the moment", trouble.code)
            self._trouble_since = time.monotonic()
        return not self._attempts and time.monotonic() - self._trouble_since > max(PATIENCE, self._linger)

    def _look(self, db: sqlite3.Connection) -> None:
        """Everything that may have to be done, once."""
        self._use(preferences.effective(db, self._started_with))
        self._attempts.reap(db)
        self._updating.look(db)
        self._carry_out_requests(db)
        forget_asked(db, self._settings)
        self._thumbnails.look(db)
        self._attempts.give_back(budgets.refused(db))
        if pausing.is_paused(db) or self._updating.holds:
            self._attempts.stop()
        transitions.resume_due(db)
        if self._room.is_back():
            transitions.resume_reason(db, "disk")
        if self._line.is_back(db):
            transitions.resume_reason(db, "network")
        self._begin_work(db)
        index_new(db)
        self._marker.note(db)
        self._pool.retire()
        self._checkpoint(db)

    def _use(self, settings: Settings) -> None:
        """From the next claim on these count; an attempt keeps those that it began with."""
        if settings != self._settings:
            self._settings = settings
            self._room.use(settings)
            self._attempts.use(settings)

    def _begin_work(self, db: sqlite3.Connection) -> None:
        if not self._updating.holds:
            self._checks.look(db)
            self._start_attempts(db)
        elif not self._attempts and not self._checks.runs:
            self._updating.begin(db)

    def _start_attempts(self, db: sqlite3.Connection) -> None:
        limits = Limits(self._settings.max_concurrent, self._settings.max_per_platform)
        while job := claim(db, self._attempts.crowd(), limits):
            self._attempts.start(job)

    def _carry_out_requests(self, db: sqlite3.Connection) -> None:
        for request in requests.open_requests(db):
            carry_out = _CARRY_OUT.get(request.kind)
            if request.kind == updates.KIND:
                continue
            if request.kind in bulk.KINDS:
                self._go_on(db, request)
            elif carry_out is None or request.job_id is None:
                requests.done(db, request, "unknown")
            elif carry_out(self, db, request.job_id):
                requests.done(db, request, "done")
                self._leaves_private = True
        if self._leaves_private:
            private.forget_unneeded(db, self._settings)
            self._leaves_private = False

    def _cancel(self, db: sqlite3.Connection, job_id: str) -> bool:
        """Whether it is done: the request stays open until the attempt is over, however that ends."""
        if not self._is_over(job_id, Cancelled()):
            return False
        transitions.cancel(db, job_id)
        return self._discard(db, job_id)

    def _pause(self, db: sqlite3.Connection, job_id: str) -> bool:
        if pausing.is_wanted(db, job_id) and not self._is_over(job_id, Paused()):
            return False
        pausing.settle_pause(db, job_id)
        return True

    def _resume(self, db: sqlite3.Connection, job_id: str) -> bool:
        pausing.resume_whole(db, job_id)
        return True

    def _retry_updated(self, db: sqlite3.Connection, job_id: str) -> bool:
        if updates.asked(db):
            return False
        updates.retry(db, self._settings, job_id)
        return True

    def _is_over(self, job_id: str, outcome: WantedEnd) -> bool:
        """Whether no attempt of the job runs; one that does is asked to end."""
        if job_id not in self._attempts:
            return True
        self._attempts.end(job_id, outcome)
        return False

    def _discard(self, _db: sqlite3.Connection, job_id: str) -> bool:
        if job_id not in self._attempts:
            discard(self._settings.partial / job_id)
        return True

    def _go_on(self, db: sqlite3.Connection, request: Request) -> None:
        """A few batches of what concerns very many jobs; the next ones at once, but after all else."""
        if not bulk.go_on(db, request):
            self._stir.set()

    def _checkpoint(self, db: sqlite3.Connection) -> None:
        if time.monotonic() >= self._next_checkpoint:
            self._next_checkpoint = time.monotonic() + CHECKPOINT_EVERY
            workers.note_alive(db)
            forget_events(db)
            self._sessions.look(db)
            keep_small(logs_folder(self._settings) / CHILD_LOG)
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._look_at_clock(db)

    def _look_at_clock(self, db: sqlite3.Connection) -> None:
        before, self._drift = self._drift, drift()
        if self._drift < before - jumps.SMALL:
            jumps.bring_back(db)

    def _end(self, db: sqlite3.Connection) -> None:
        """Let nothing run on that only the holder of the lease may run."""
        since = time.monotonic()
        with contextlib.suppress(RequestError, sqlite3.Error):
            while (self._attempts or self._updating.runs) and time.monotonic() - since < self._grace:
                self._stir.wait(1.0)
                self._attempts.reap(db)
                self._carry_out_requests(db)
        self._attempts.give_all_back()
        self._thumbnails.end()
        self._pool.retire(idle_seconds=0)
        with contextlib.suppress(RequestError, sqlite3.Error):
            self._attempts.reap(db)
            self._carry_out_requests(db)
            is_busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                self._marker.forget()

    def _has_work(self) -> bool:
        with contextlib.closing(open_writer(self._settings.database)) as db:
            return requests.any_open(db) or trash.is_due(db) or not reads.is_idle(db, later(0))


_CARRY_OUT: dict[str, Callable[[Worker, sqlite3.Connection, str], bool]] = {
    "cancel": Worker._cancel,
    "pause": Worker._pause,
    "discard": Worker._discard,
    "resume": Worker._resume,
    updates.RETRY: Worker._retry_updated,
}


@contextlib.contextmanager
def _unless_another_took_over() -> Iterator[None]:
    try:
        yield
    except RequestError as error:
        if error.code != "busy":
            raise


def _sweep(db: sqlite3.Connection, partial: Path) -> None:
    """Remove what attempts of jobs left that are done or gone; the rest is kept, so that it goes on where it was."""
    if not partial.is_dir():
        return
    for folder in partial.iterdir():
        job = db.execute("SELECT status FROM jobs WHERE id = ?", (folder.name,)).fetchone()
        if job is None or job["status"] in ("completed", "cancelled"):
            discard(folder)


def stop_on_signals(worker: Worker) -> dict[int, Any]:
    """SIGTERM, SIGINT and the terminal's end stop the worker gracefully, a second one at once.

    Returns what they did before, by their numbers.
    """
    numbers = (getattr(signal, name, None) for name in ("SIGTERM", "SIGINT", "SIGHUP"))
    return {number: signal.signal(number, worker.stop) for number in numbers if number is not None}

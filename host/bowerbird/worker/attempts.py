"""The attempts that run now, each in a thread of its own. Only the worker's main thread calls these methods."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection

from bowerbird.errors import RequestError
from bowerbird.logs import about_job
from bowerbird.queue import transitions
from bowerbird.queue.budgets import payer
from bowerbird.queue.lanes import PATIENCE, Crowd
from bowerbird.queue.losses import ASIDE
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from bowerbird.worker.attempt import Attempt
from bowerbird.worker.children import ChildPool
from bowerbird.worker.connections import Connections
from bowerbird.worker.outcome import GivenBack, NeedsSession, Outcome, WantedEnd
from bowerbird.worker.record import AttemptRecord
from bowerbird.worker.room import Room
from bowerbird.worker.settle import Ended, settle

log = logging.getLogger("bowerbird.worker")

# How often, after how many seconds, the end of an attempt is written down where the archive is busy or full.
SETTLE_TRIES = 5
SETTLE_PAUSE = 1.0
# Seconds until a job is claimed again of whose attempt not even the end could be written.
LOST_PAUSE = 30.0
PASSING = frozenset(("busy", "disk_full"))


class Attempts:
    """Starts attempts, counts them and sees them end. `stir` is called, from any thread, when one has ended."""

    def __init__(self, settings: Settings, pool: ChildPool, room: Room, stir: Callable[[], None]) -> None:
        self._settings = settings
        self._pool = pool
        self._room = room
        self._stir = stir
        self._running: dict[str, tuple[Attempt, threading.Thread]] = {}
        self._connections = Connections()

    def use(self, settings: Settings) -> None:
        """Attempts that begin from now on are set like this."""
        self._settings = settings

    def __len__(self) -> int:
        return len(self._running)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._running

    def crowd(self) -> Crowd:
        """Those whose scraper works; what is only being filed needs no place any more."""
        scraping = [attempt for attempt, _ in self._running.values() if attempt.is_scraping]
        now = time.monotonic()
        return Crowd(
            running=Counter(attempt.lane for attempt in scraping),
            fresh=Counter(attempt.lane for attempt in scraping if now - attempt.began < PATIENCE),
            is_closed=any(attempt.job.is_suspected and now - attempt.began < ASIDE for attempt in scraping),
        )

    def platforms(self) -> frozenset[str]:
        """Those at whose items something works."""
        return frozenset(attempt.job.target.platform for attempt, _ in self._running.values())

    def start(self, job: ClaimedJob) -> None:
        """Begin the attempt of a job that was claimed."""
        attempt = Attempt(self._settings, self._pool, job, self._stir)
        thread = threading.Thread(target=self._run, args=(attempt,), name=job.id)
        self._running[job.id] = (attempt, thread)
        thread.start()

    def end(self, job_id: str, outcome: WantedEnd) -> None:
        """Ask one to end; it is gone from here when it has."""
        self._running[job_id][0].end(outcome)

    def give_back(self, refused: Collection[tuple[str, str]]) -> None:
        """Ask those of these platforms and accounts to end; their jobs go on later where they were."""
        for attempt, _ in self._running.values():
            target = attempt.job.target
            if (target.platform, payer(target, attempt.account)) in refused:
                attempt.end(GivenBack())

    def stop(self) -> None:
        """Ask all to end; their jobs go on later where they were."""
        for attempt, _ in self._running.values():
            attempt.end(GivenBack())

    def give_all_back(self) -> None:
        """End all and wait for it."""
        self.stop()
        for _, thread in self._running.values():
            thread.join()
        self._connections.close()

    def reap(self, db: sqlite3.Connection) -> None:
        """Forget those that ended. A job whose end could not be written becomes pending again."""
        for job_id, (_, thread) in tuple(self._running.items()):
            if not thread.is_alive():
                transitions.give_back(db, job_id, LOST_PAUSE)
                del self._running[job_id]

    def _run(self, attempt: Attempt) -> None:
        """The thread of one attempt."""
        with about_job(attempt.job.id):
            self._run_and_settle(attempt)

    def _run_and_settle(self, attempt: Attempt) -> None:
        try:
            with self._connections.lent(self._settings.database) as (db, progress):
                record = AttemptRecord(progress, attempt.job)
                outcome = attempt.run(db, progress, record)
                if isinstance(outcome, Failed) and outcome.code == "disk_full":
                    self._room.was_not_enough()
                self._settle(db, attempt, record, outcome)
        except Exception:
            log.exception("job=%s its end could not be written", attempt.job.id)
        finally:
            self._stir()

    def _settle(self, db: sqlite3.Connection, attempt: Attempt, record: AttemptRecord, outcome: Outcome) -> None:
        for tries_left in reversed(range(SETTLE_TRIES)):
            try:
                record.end(outcome)
                settle(db, self._settings, Ended(attempt.job, record.part), outcome)
                if isinstance(outcome, NeedsSession):
                    job = attempt.job
                    for account in attempt.missed_sessions(db):
                        transitions.resume_sessions(db, job.target.platform, account, incognito=job.incognito)
                return
            except RequestError as error:
                if error.code not in PASSING or not tries_left:
                    raise
            time.sleep(SETTLE_PAUSE)

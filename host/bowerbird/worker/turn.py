"""One scraper's turn in an attempt: give the assignment to a child, follow its events, file what it brought."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import msgspec

from bowerbird.archive.filing import Filing, file_item, refresh_item
from bowerbird.queue import budgets, streams
from bowerbird.queue.claim import goes_first
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Assignment, Failed, Finished, ItemDone, WhichArchived
from bowerbird.settings import Settings
from bowerbird.worker.children import Child, ChildPool
from bowerbird.worker.listener import Listener
from bowerbird.worker.outcome import Collected, Done, GivenBack, Listed, Outcome, Rested, WantedEnd
from bowerbird.worker.watchdog import WatchDog

# How soon a wish to end is noticed in a silence.
TICK = 0.25


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """All that a turn needs. `wanted_end` says in which way somebody wants it to end, if so.

    `leave` is called when the scraper is needed no more and only the filing is left.
    """

    settings: Settings
    pool: ChildPool
    db: sqlite3.Connection
    job: ClaimedJob
    scraper: str
    assignment: Assignment
    wanted_end: Callable[[], WantedEnd | None]
    leave: Callable[[], None]

    def run(self, listener: Listener) -> Outcome:
        """Let a child work and file what it brought; how the turn ended."""
        with self.pool.child(self.scraper, self.assignment.session) as child:
            ended = self._follow(child, listener)
        listener.display.write()
        if ended is None:
            return self._file(listener.collected)
        return self._rested(ended, listener.requested) or ended

    def _follow(self, child: Child, listener: Listener) -> Outcome | None:
        """None where the scraper did all that it can, else how the turn ends."""
        dog = WatchDog(self.settings, self.settings.partial / self.job.id, time.monotonic(), child.memory)
        child.begin(self.assignment)
        for event in child.events(TICK):
            wanted = self.wanted_end()
            if wanted:
                return wanted
            if isinstance(event, Failed):
                return event
            if isinstance(event, Finished):
                return None
            if isinstance(event, WhichArchived):
                child.answer(listener.known(event.keys))
            elif event is not None:
                listener.take(event)
            listener.display.tick()
            verdict = dog.hears(event, time.monotonic()) or listener.limit_reached()
            if verdict:
                return verdict
            if isinstance(event, ItemDone) and goes_first(self.db, self.job):
                return GivenBack()
        return self.wanted_end() or Failed(code="internal", message="The scraper ended unexpectedly.")

    def _rested(self, ended: Outcome, requested: int) -> Rested | None:
        """Our own rest, where the scraper stopped because it asked as much as it was allowed to."""
        most = self.assignment.pace.requests
        is_ours = isinstance(ended, Failed) and ended.code == "rate_limited" and ended.retry_after is None
        if not is_ours or most is None or requested < most:
            return None
        session = self.assignment.session
        target = self.job.target
        until = budgets.held(self.db, target.platform, budgets.payer(target, session.account if session else ""))
        return Rested(until) if until else None

    def _file(self, collected: Collected) -> Outcome:
        if collected.listed:
            streams.end_at(self.db, self.job, collected.cursor)
            return Listed()
        if collected.item is None:
            return Failed(code="not_supported", message="Nothing was found on this page.")
        self.leave()
        filing = Filing(
            job_id=self.job.id, target_key=self.job.target_key, folder=self.assignment.folder, item=collected.item,
            files=tuple(collected.files), transcripts=tuple(collected.transcripts), notes=tuple(collected.notes),
            comments=tuple(collected.comments),
            force=self.job.options.force,
        )  # fmt: skip
        place = file_item if self.assignment.media else refresh_item
        return Done(place(self.db, self.settings, filing))

"""The turns of one attempt: scraper after scraper, and once more with a session where that may help."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import msgspec

from bowerbird.archive.keys import known_item
from bowerbird.archive.records import grows, kept_files
from bowerbird.archive.space import free_bytes
from bowerbird.queue import budgets, leases, streams
from bowerbird.queue.rows import ClaimedJob, reread
from bowerbird.scraping import Assignment, Failed, LentSession, Pace
from bowerbird.settings import Settings
from bowerbird.worker import ladder
from bowerbird.worker.children import ChildPool
from bowerbird.worker.lending import Lender
from bowerbird.worker.line import OF_THE_LINE, is_cut
from bowerbird.worker.listener import Listener, Part
from bowerbird.worker.outcome import CutOff, GivenBack, Listed, Outcome, Rested, WantedEnd
from bowerbird.worker.record import AttemptRecord
from bowerbird.worker.turn import Turn


class Climb(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt's way up the ladder. The connections are those of its thread: `progress` for what may be lost."""

    settings: Settings
    pool: ChildPool
    job: ClaimedJob
    db: sqlite3.Connection
    progress: sqlite3.Connection
    record: AttemptRecord
    lender: Lender
    wanted_end: Callable[[], WantedEnd | None]
    leave: Callable[[], None]

    def run(self) -> Outcome:
        """Let scrapers take turns; how the last one ended, or what says most of why all failed."""
        session = self.lender.first()
        if session is None and self.lender.needs_one:
            return self.wanted_end() or self.lender.missing()
        failures: list[Failed] = []
        for scraper in ladder.order(self.job):
            outcome, session = self._try(scraper, session)
            if not isinstance(outcome, Failed) or not ladder.goes_on(outcome):
                return self.lender.verdict(outcome, session)
            failures.append(outcome)
        return self.lender.verdict(ladder.most_telling(failures), session)

    def _try(self, scraper: str, session: LentSession | None) -> tuple[Outcome, LentSession | None]:
        """One scraper, at most twice; the session that it ended with."""
        outcome = self._turn(scraper, session)
        another = self.lender.another(outcome, session)
        if another is None:
            return outcome, session
        return self._turn(scraper, another), another

    def _turn(self, scraper: str, session: LentSession | None) -> Outcome:
        part = Part(scraper, session.account if session else "")
        self.record.begin(part)
        outcome = self._told(self._end_of_turn(part, session))
        self.record.end(outcome)
        if isinstance(outcome, Failed):
            self.lender.note(outcome.code, session)
        return outcome

    def _told(self, outcome: Outcome) -> Outcome:
        """The same, unless the site is not to blame, or somebody wants an end while that is found out."""
        if not (isinstance(outcome, Failed) and outcome.code in OF_THE_LINE):
            return outcome
        if is_cut(self.job.target.url, self.settings, lambda: self.wanted_end() is not None):
            return CutOff(outcome)
        return self.wanted_end() or outcome

    def _end_of_turn(self, part: Part, session: LentSession | None) -> Outcome:
        platform = self.job.target.platform
        alone = platform in budgets.ONE_AT_A_TIME
        if not leases.use_account(self.progress, self.job.id, platform, part.account, alone=alone):
            return GivenBack()
        until = budgets.held(self.db, platform, budgets.payer(self.job.target, part.account))
        if until:
            return Rested(until)
        job = reread(self.db, self.job)
        if _wanted(self.settings, job) <= 0:
            return Listed()
        listener = Listener(self.settings, self.db, self.progress, job, part)
        outcome = Turn(
            settings=self.settings, pool=self.pool, db=self.db, job=job, scraper=part.scraper,
            assignment=self._assignment(job, part, session), wanted_end=self.wanted_end, leave=self.leave,
        ).run(listener)  # fmt: skip
        for code in listener.warned:
            self.lender.note(code, session)
        return outcome

    def _assignment(self, job: ClaimedJob, part: Part, session: LentSession | None) -> Assignment:
        chosen, settings = job.options, self.settings
        is_its_own = not job.streamed or job.scraper == part.scraper
        return Assignment(
            job_id=job.id, target=job.target, folder=str(settings.partial / job.id),
            quality=chosen.quality or settings.quality,  # type: ignore[arg-type]
            audio_only=chosen.audio_only, comments=chosen.comments, media=not self._refreshes(),
            cursor=job.cursor if is_its_own else None,
            transcripts=settings.transcripts if chosen.transcripts is None else chosen.transcripts,
            newest_only=is_its_own and not chosen.force and streams.was_seen_whole(self.db, job),
            max_items=_wanted(settings, job), max_bytes=settings.max_job_bytes,
            free_bytes=max(0, free_bytes(settings.archive) - settings.disk_floor),
            session=session, pace=self._pace(part), kept=self._kept(),
        )  # fmt: skip

    def _kept(self) -> tuple[tuple[str, int], ...]:
        """The files of an item that grows which need not be fetched again."""
        item_id = known_item(self.db, self.job.target_key)
        if self.job.options.force or item_id is None or not grows(self.db, item_id):
            return ()
        return kept_files(self.db, item_id)

    def _pace(self, part: Part) -> Pace:
        target = self.job.target
        return budgets.pace_of(self.db, self.settings, target.platform, budgets.payer(target, part.account))

    def _refreshes(self) -> bool:
        """Only metadata: asked for, or archived by another job meanwhile; but not of what may have grown."""
        item_id = known_item(self.db, self.job.target_key)
        if item_id is not None and grows(self.db, item_id):
            return False
        return self.job.refresh_only or (not self.job.options.force and item_id is not None)


def _wanted(settings: Settings, job: ClaimedJob) -> int:
    """How many members to fetch: from the start of a list, or of one whose members are scraped at once, new ones."""
    limit = job.items_limit or job.options.max_items or settings.max_items
    return limit - job.members if job.streamed else limit

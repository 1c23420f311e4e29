"""One attempt of one job: give it to a scraper child, follow its events, file what it brought."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bowerbird import model
from bowerbird.archive.filing import Filing, file_item, refresh_item
from bowerbird.archive.keys import known_item
from bowerbird.archive.space import free_bytes
from bowerbird.database import open_progress
from bowerbird.errors import BowerbirdError
from bowerbird.model import Assignment, Failed
from bowerbird.queue import members, transitions
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scrapers import scrapers_for
from bowerbird.settings import Settings
from bowerbird.worker.children import Child, ChildPool
from bowerbird.worker.outcome import Cancelled, Collected, Done, GivenBack, Listed, Outcome
from bowerbird.worker.watchdog import WatchDog

log = logging.getLogger("bowerbird.worker")

TICK = 0.5
# A scraper that can't read a page hands over to the next in its row of the table.
_NEXT_SCRAPER = frozenset(("not_supported",))


class Attempt:
    """Runs in a thread of its own with connections of its own. `end` may be called from any thread."""

    def __init__(self, settings: Settings, pool: ChildPool, db: sqlite3.Connection, job: ClaimedJob) -> None:
        self.job = job
        self.scraper = ""
        self._settings = settings
        self._pool = pool
        self._db = db
        self._ended: Outcome | None = None
        self._wanted_end = threading.Event()
        self._folder = settings.partial / job.id
        self._collected = Collected()

    def end(self, outcome: Cancelled | GivenBack) -> None:
        """Ask the attempt to end in this way; its processes are gone within a tick."""
        self._ended = outcome
        self._wanted_end.set()

    def run(self) -> Outcome:
        """Do the work and return how it ended. Never raises for what a scraper, a site or a disk does."""
        try:
            with contextlib.closing(open_progress(self._settings.database)) as progress:
                return self._run(progress)
        except BowerbirdError as error:
            return _failed(error)
        except OSError as error:
            log.exception("job=%s the disk refused", self.job.id)
            return Failed(code="disk_full" if error.errno == 28 else "internal", message="", detail=str(error.strerror))
        except Exception as error:
            log.exception("job=%s ended unexpectedly", self.job.id)
            return Failed(code="internal", message="", detail=type(error).__name__)

    def _run(self, progress: sqlite3.Connection) -> Outcome:
        self._folder.mkdir(parents=True, exist_ok=True)
        free = free_bytes(self._settings.archive) - self._settings.disk_floor
        if free <= 0:
            return Failed(code="disk_full", message="")
        outcome: Outcome = Failed(code="not_supported", message="")
        for name in scrapers_for(self.job.target):
            self.scraper = name
            self._collected = Collected()
            outcome = self._scrape(name, progress, self._assignment(free))
            if not isinstance(outcome, Failed) or outcome.code not in _NEXT_SCRAPER:
                return outcome
        return outcome

    def _assignment(self, free: int) -> Assignment:
        job, chosen, settings = self.job, self.job.options, self._settings
        return Assignment(
            job_id=job.id, target=job.target, folder=str(self._folder), quality=chosen.quality or settings.quality,  # type: ignore[arg-type]
            audio_only=chosen.audio_only, comments=chosen.comments, media=not self._refreshes(), cursor=job.cursor,
            transcripts=settings.transcripts if chosen.transcripts is None else chosen.transcripts,
            max_items=job.items_limit or chosen.max_items or settings.max_items, free_bytes=free,
        )  # fmt: skip

    def _refreshes(self) -> bool:
        """Only metadata: asked for, or archived meanwhile by another job for the same target."""
        if self.job.refresh_only:
            return True
        return not self.job.options.force and known_item(self._db, self.job.target_key) is not None

    def _scrape(self, name: str, progress: sqlite3.Connection, assignment: Assignment) -> Outcome:
        child = self._pool.borrow(name)
        outcome = self._follow(child, progress, assignment)
        if outcome is None:
            self._pool.give_back(child)
            return self._file(assignment)
        if isinstance(outcome, Failed) and outcome.detail != _KILLED:
            self._pool.give_back(child)
        else:
            child.kill()
        return outcome

    def _follow(self, child: Child, progress: sqlite3.Connection, assignment: Assignment) -> Outcome | None:
        """Read events until the scraper is done (None) or the attempt ends otherwise."""
        dog = WatchDog(self._settings, self._folder, time.monotonic())
        child.begin(assignment)
        for event in child.events(TICK):
            if self._wanted_end.is_set():
                return self._ended
            if isinstance(event, model.Finished):
                return None
            if isinstance(event, Failed):
                return event
            bad = self._check(dog) if event is None else self._take(progress, dog, event)
            if bad:
                return bad
        if self._wanted_end.is_set():
            return self._ended
        return Failed(code="internal", message="The scraper ended unexpectedly.", detail=_KILLED)

    def _check(self, dog: WatchDog) -> Failed | None:
        verdict = dog.verdict(time.monotonic())
        if verdict:
            return Failed(code=verdict.code, message=verdict.message, hint=verdict.hint, detail=_KILLED)
        if free_bytes(self._settings.archive) < self._settings.disk_floor:
            return Failed(code="disk_full", message="", detail=_KILLED)
        return None

    def _take(self, progress: sqlite3.Connection, dog: WatchDog, event: model.ScraperEvent) -> Failed | None:
        if isinstance(event, model.Progress):
            transitions.show_progress(progress, self.job.id, event)
            return self._check(dog)
        dog.stirred(time.monotonic())
        take = _TAKES.get(type(event))
        if take:
            take(self, progress, event)
        return None

    def _take_operation(self, progress: sqlite3.Connection, event: model.Operation) -> None:
        transitions.show(progress, self.job.id, event.text)

    def _take_item(self, progress: sqlite3.Connection, event: model.ItemFound) -> None:
        self._collected.item = event
        transitions.show_title(progress, self.job.id, event.title, event.kind)

    def _take_file(self, progress: sqlite3.Connection, event: model.FileReady) -> None:
        self._collected.files.append(event)

    def _take_transcript(self, progress: sqlite3.Connection, event: model.TranscriptReady) -> None:
        self._collected.transcripts.append(event)

    def _take_note(self, progress: sqlite3.Connection, event: model.Noted) -> None:
        self._collected.notes.append(event.text)

    def _take_list(self, progress: sqlite3.Connection, event: model.ListPage) -> None:
        self._collected.listed = True
        members.add_page(self._db, self._settings, self.job, event)

    def _take_warning(self, progress: sqlite3.Connection, event: model.Warned) -> None:
        log.warning("job=%s code=%s %s", self.job.id, event.code, event.message)

    def _file(self, assignment: Assignment) -> Outcome:
        if self._collected.listed:
            return Listed()
        found = self._collected.item
        if found is None:
            return Failed(code="not_supported", message="Nothing was found on this page.")
        filing = Filing(
            job_id=self.job.id, target_key=self.job.target_key, folder=str(self._folder), item=found,
            files=tuple(self._collected.files), transcripts=tuple(self._collected.transcripts),
            notes=tuple(self._collected.notes), force=self.job.options.force,
        )  # fmt: skip
        place = file_item if assignment.media else refresh_item
        item_id = place(self._db, self._settings, filing)
        discard(self._folder)
        return Done(item_id)


_KILLED = "the attempt was ended"

_TAKES: dict[type, Callable[[Attempt, sqlite3.Connection, Any], None]] = {
    model.Operation: Attempt._take_operation,
    model.ItemFound: Attempt._take_item,
    model.FileReady: Attempt._take_file,
    model.TranscriptReady: Attempt._take_transcript,
    model.Noted: Attempt._take_note,
    model.ListPage: Attempt._take_list,
    model.Warned: Attempt._take_warning,
}


def _failed(error: BowerbirdError) -> Failed:
    code = error.code if error.code in model_codes() else "internal"
    return Failed(code=code, message=error.message, hint=error.hint)


def model_codes() -> frozenset[str]:
    """The codes that a job may have."""
    from bowerbird.errors import JOB_ADVICE

    return frozenset(JOB_ADVICE)


def discard(folder: Path) -> None:
    """Remove what an attempt left behind."""
    shutil.rmtree(folder, ignore_errors=True)

"""What a scraper says: progress is shown, members of lists are queued or filed, the rest is collected."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from bowerbird import scraping
from bowerbird.archive.keys import archived_ids
from bowerbird.archive.records import add_counts, add_creator
from bowerbird.errors import RequestError
from bowerbird.queue import budgets, members, streams
from bowerbird.queue.events import note
from bowerbird.queue.rows import ClaimedJob
from bowerbird.settings import Settings
from bowerbird.worker.display import Display
from bowerbird.worker.outcome import Collected
from bowerbird.worker.stream import Stream

log = logging.getLogger("bowerbird.worker")


class Part(msgspec.Struct, frozen=True):
    """Which scraper speaks, and with whose session ('' for nobody's)."""

    scraper: str
    account: str = ""


class Listener:
    """Takes the events of one scraper. `progress` is a connection for what may be lost, `db` for what may not."""

    def __init__(
        self, settings: Settings, db: sqlite3.Connection, progress: sqlite3.Connection, job: ClaimedJob, part: Part
    ):
        self.collected = Collected()
        self.requested = 0
        self.warned: set[str] = set()
        self._untold = 0
        self._settings = settings
        self._db = db
        self._progress = progress
        self._job = job
        self._payer = budgets.payer(job.target, part.account)
        self._stream = Stream(settings, db, job, part.scraper, self.collected)
        self.display = Display(progress, job.id)

    @property
    def _is_list(self) -> bool:
        return self.collected.listed or self._job.target.is_list

    def known(self, keys: Sequence[str]) -> scraping.Archived:
        """Of these keys those that need not be fetched; of a list they count as done."""
        if self._is_list:
            return scraping.Archived(tuple(streams.add_known(self._db, self._job, keys)))
        return scraping.Archived(() if self._job.options.force else tuple(archived_ids(self._db, keys)))

    def limit_reached(self) -> scraping.Failed | None:
        """Whether a list has saved as much as one job may without asking."""
        return self._stream.limit_reached() if self._is_list else None

    def take(self, event: scraping.ScraperEvent) -> None:
        """Do what the event asks for. Raises RequestError where the members of a list can't be written."""
        take = _TAKES.get(type(event))
        if take:
            take(self, event)

    def _take_progress(self, event: scraping.Progress) -> None:
        # A list is as far as its members are; what moves meanwhile are bytes.
        self.display.progress(msgspec.structs.replace(event, fraction=None) if self._is_list else event)

    def _take_operation(self, event: scraping.Operation) -> None:
        self.display.operation(event.text)

    def _take_item(self, event: scraping.ItemFound) -> None:
        self.collected.item = event
        if not self._is_list:
            self.display.title(event.title, event.kind)

    def _take_file(self, event: scraping.FileReady) -> None:
        self.collected.files.append(event)

    def _take_transcript(self, event: scraping.TranscriptReady) -> None:
        self.collected.transcripts.append(event)

    def _take_comments(self, event: scraping.CommentsFound) -> None:
        self.collected.comments += event.comments

    def _take_note(self, event: scraping.Noted) -> None:
        self.collected.notes.append(event.text)

    def _take_list(self, event: scraping.ListPage) -> None:
        self.collected.listed = True
        self.collected.cursor = event.cursor
        if event.creator:
            self._take_creator(scraping.CreatorFound(event.creator))
        if event.members:
            members.add_page(self._db, self._settings, self._job, event)
        else:
            self._stream.describe(event)

    def _take_creator(self, event: scraping.CreatorFound) -> None:
        self.collected.listed |= self._job.target.is_list
        add_creator(self._db, self._job.target.platform, event.creator)

    def _take_counts(self, event: scraping.CountsFound) -> None:
        # Of a busy archive they are not worth a wait: the next run brings them again.
        with contextlib.suppress(RequestError):
            add_counts(self._db, self._job.target.platform, event.counts)

    def _take_done(self, event: scraping.ItemDone) -> None:
        self._stream.done(event)

    def _take_skipped(self, event: scraping.Skipped) -> None:
        self._stream.skipped(event)

    def _take_requests(self, event: scraping.Requested) -> None:
        self.requested += event.requests
        self._untold += event.requests
        # Where the archive is busy for a moment they are counted with the next ones.
        with contextlib.suppress(RequestError):
            platform = self._job.target.platform
            budgets.spend(self._progress, self._settings, platform, self._payer, self._untold)
            self._untold = 0

    def _take_warning(self, event: scraping.Warned) -> None:
        self.warned.add(event.code)
        log.warning("code=%s %s", event.code, event.message)
        with contextlib.suppress(sqlite3.OperationalError):
            note(self._progress, "warning", "scraper", event.code, event.message, job_id=self._job.id)


_TAKES: dict[type, Callable[[Listener, Any], None]] = {
    scraping.Progress: Listener._take_progress,
    scraping.Operation: Listener._take_operation,
    scraping.ItemFound: Listener._take_item,
    scraping.FileReady: Listener._take_file,
    scraping.TranscriptReady: Listener._take_transcript,
    scraping.CommentsFound: Listener._take_comments,
    scraping.Noted: Listener._take_note,
    scraping.ListPage: Listener._take_list,
    scraping.Warned: Listener._take_warning,
    scraping.CountsFound: Listener._take_counts,
    scraping.CreatorFound: Listener._take_creator,
    scraping.ItemDone: Listener._take_done,
    scraping.Skipped: Listener._take_skipped,
    scraping.Requested: Listener._take_requests,
}

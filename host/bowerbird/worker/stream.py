"""A list whose members are scraped at once: each is filed when it is whole, and its row says where the list goes on."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import PurePosixPath

from bowerbird.archive.filing import Filing, file_item
from bowerbird.archive.keys import target_key
from bowerbird.archive.names import inside
from bowerbird.errors import JOB_ADVICE, JobError
from bowerbird.model import ErrorReport
from bowerbird.queue import streams
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Failed, FileReady, ItemDone, ItemFound, ListPage, Skipped
from bowerbird.settings import Settings
from bowerbird.worker.outcome import Collected

log = logging.getLogger("bowerbird.worker")

# What is wrong with one member's files is no reason to stop the list.
_OF_ONE_MEMBER = frozenset(("incomplete", *(code for code, advice in JOB_ADVICE.items() if advice.skips)))


class Stream:
    """The members of one list in one scraper's turn."""

    def __init__(self, settings: Settings, db: sqlite3.Connection, job: ClaimedJob, scraper: str, collected: Collected):
        self._settings = settings
        self._db = db
        self._job = job
        self._scraper = scraper
        self._collected = collected
        self._folder = settings.partial / job.id

    def describe(self, page: ListPage) -> None:
        """What the list is called, and how long it is."""
        self._collected.cursor = page.cursor
        streams.describe(self._db, self._job, page, self._scraper)

    def done(self, event: ItemDone) -> None:
        """File the member that was found last. Raises JobError where the archive, not the member, is the trouble."""
        item = self._collected.item
        if item is None:
            raise JobError("internal", detail="a member was done before it was found")
        place = self._place(event.cursor)
        target = streams.member_target(item)
        try:
            item_id = self._file(item, target_key(target))
        except JobError as error:
            if error.code not in _OF_ONE_MEMBER:
                raise
            log.warning("job=%s member=%s code=%s %s", self._job.id, item.platform_id, error.code, error.detail)
            reason = ErrorReport(code=error.code, message=error.message, hint=error.hint)
            streams.add_skipped(self._db, self._job, target, item.title, reason, place)
        else:
            streams.add_saved(self._db, self._job, target, item.title, item_id, place)
        finally:
            self._remove(self._collected.files)
            self._collected.next_item()

    def skipped(self, event: Skipped) -> None:
        """A member can't be had; what was begun of it goes."""
        target = streams.skipped_target(self._job, event.url)
        streams.add_skipped(self._db, self._job, target, event.title, event.error, self._place(event.cursor))
        self._remove(self._collected.files)
        self._collected.next_item()

    def limit_reached(self) -> Failed | None:
        """Whether as much was saved as one job may."""
        most = self._settings.max_job_bytes
        if most is None:
            return None
        row = self._db.execute("SELECT bytes_saved, items_done FROM jobs WHERE id = ?", (self._job.id,)).fetchone()
        if row["bytes_saved"] < most:
            return None
        message = f"{row['items_done']:,} saved, more than {self._settings.max_job_gb:g} GB: continue?"
        return Failed(code="limit_reached", message=message, hint="Choose continue to go on with the next ones.")

    def _place(self, cursor: str | None) -> streams.Place:
        if cursor is not None:
            self._collected.cursor = cursor
        self._collected.listed = True
        return streams.Place(self._scraper, cursor)

    def _file(self, item: ItemFound, key: str) -> int:
        collected = self._collected
        filing = Filing(
            job_id=self._job.id, target_key=key, folder=str(self._folder), item=item, files=tuple(collected.files),
            transcripts=tuple(collected.transcripts), notes=tuple(collected.notes),
            comments=tuple(collected.comments), force=self._job.options.force,
        )  # fmt: skip
        return file_item(self._db, self._settings, filing)

    def _remove(self, files: list[FileReady]) -> None:
        """What was filed has moved away; this is for what could not be, and for the folders that are empty now."""
        for file in files:
            with contextlib.suppress(JobError, OSError):
                inside(self._folder, file.name).unlink(missing_ok=True)
        for name in {PurePosixPath(file.name).parent for file in files} - {PurePosixPath()}:
            with contextlib.suppress(JobError, OSError):
                inside(self._folder, name).rmdir()

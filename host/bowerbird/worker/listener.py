"""What a scraper says in one attempt: progress is shown, members of lists are queued, the rest is collected."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from bowerbird import model
from bowerbird.queue import members, transitions
from bowerbird.queue.rows import ClaimedJob
from bowerbird.settings import Settings
from bowerbird.worker.outcome import Collected

log = logging.getLogger("bowerbird.worker")

# Seconds between two percentages of a job that are written down; a whole one always is.
PROGRESS_EVERY = 0.25


class Listener:
    """Takes the events of one scraper. `progress` is a connection for what may be lost, `db` for what may not."""

    def __init__(self, settings: Settings, db: sqlite3.Connection, progress: sqlite3.Connection, job: ClaimedJob):
        self.collected = Collected()
        self._settings = settings
        self._db = db
        self._progress = progress
        self._job = job
        self._next_progress = 0.0

    def take(self, event: model.ScraperEvent) -> None:
        """Do what the event asks for. Raises RequestError where the members of a list can't be written."""
        take = _TAKES.get(type(event))
        if take:
            take(self, event)

    def _take_progress(self, event: model.Progress) -> None:
        now = time.monotonic()
        if now < self._next_progress and event.fraction != 1:
            return
        self._next_progress = now + PROGRESS_EVERY
        self._show(transitions.show_progress, event)

    def _take_operation(self, event: model.Operation) -> None:
        self._show(transitions.show, event.text)

    def _take_item(self, event: model.ItemFound) -> None:
        self.collected.item = event
        self._show(transitions.show_title, event.title, event.kind)

    def _show(self, show: Callable[..., None], *values: Any) -> None:
        # An archive that is busy for a moment is no reason to lose a download.
        with contextlib.suppress(sqlite3.OperationalError):
            show(self._progress, self._job.id, *values)

    def _take_file(self, event: model.FileReady) -> None:
        self.collected.files.append(event)

    def _take_transcript(self, event: model.TranscriptReady) -> None:
        self.collected.transcripts.append(event)

    def _take_note(self, event: model.Noted) -> None:
        self.collected.notes.append(event.text)

    def _take_list(self, event: model.ListPage) -> None:
        self.collected.listed = True
        members.add_page(self._db, self._settings, self._job, event)

    def _take_warning(self, event: model.Warned) -> None:
        log.warning("job=%s code=%s %s", self._job.id, event.code, event.message)


_TAKES: dict[type, Callable[[Listener, Any], None]] = {
    model.Progress: Listener._take_progress,
    model.Operation: Listener._take_operation,
    model.ItemFound: Listener._take_item,
    model.FileReady: Listener._take_file,
    model.TranscriptReady: Listener._take_transcript,
    model.Noted: Listener._take_note,
    model.ListPage: Listener._take_list,
    model.Warned: Listener._take_warning,
}

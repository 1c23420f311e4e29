"""What a scraper is: an adapter of one library that reads an assignment and yields what it finds.

A scraper never sees the archive, another session, or anything outside of its assignment's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bowerbird.scraping import Assignment, MakeThumbnails, ScraperEvent, SessionCheck


class Report(Protocol):
    """Hands on an event from within a library's callback, where nothing can be yielded; any thread may call it."""

    def __call__(self, event: ScraperEvent) -> None:
        """Write the event at once. Progress may be left out if it comes too often."""

    def which_archived(self, keys: Sequence[str]) -> frozenset[str]:
        """Ask the worker which of these keys (`platform:platform_id`) need not be fetched; waits for the answer."""


class Scraper(Protocol):
    """One library. An instance serves many assignments, one after the other, in a process of its own."""

    name: str

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield what is found, files only when they are whole and checked; ending means that all was done.

        Neither `Finished` nor `Failed` is yielded: the child adds the one or the other. Raises JobError for what can't
        be had; `not_supported` lets the next scraper of the route try.

        The members of a list may come as `ListPage`, each to be a job of its own, or be scraped at once: each one's
        events between `ItemFound` and `ItemDone`, or `Skipped`.
        """


class SessionScraper(Scraper, Protocol):
    """A library that can ask its platform whether a session still holds."""

    def check(self, check: SessionCheck, report: Report) -> Iterator[ScraperEvent]:
        """Yield `SessionChecked`. Raises JobError `session_expired`, `challenge`, `rate_limited` or `network`."""


class ThumbnailMaker(Protocol):
    """What makes small pictures of a file that was saved; no library of a platform, but a child as theirs."""

    def make(self, work: MakeThumbnails) -> Iterator[ScraperEvent]:
        """Write the pictures and yield `ThumbnailsMade`. Raises JobError `unsafe_file`."""

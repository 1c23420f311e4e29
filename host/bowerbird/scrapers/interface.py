"""What a scraper is: an adapter of one library that reads an assignment and yields what it finds.

A scraper never sees the archive, another session, or anything outside of its assignment's folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bowerbird.model import Assignment, ScraperEvent


class Report(Protocol):
    """Hands on an event from within a library's callback, where nothing can be yielded; any thread may call it."""

    def __call__(self, event: ScraperEvent) -> None:
        """Write the event at once. Progress may be left out if it comes too often."""


class Scraper(Protocol):
    """One library. An instance serves many assignments, one after the other, in a process of its own."""

    name: str

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield what is found, files only when they are whole and checked; ending means that all was done.

        Neither `Finished` nor `Failed` is yielded: the child adds the one or the other. Raises JobError for what can't
        be had; `not_supported` lets the next scraper of the route try.
        """

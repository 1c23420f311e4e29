"""The scraper on instaloader: Instagram's profiles, posts, reels, stories, highlights, tagged and saved posts."""

from __future__ import annotations

from collections.abc import Iterator

from bowerbird.errors import JobError
from bowerbird.scrapers.instagram import refusals
from bowerbird.scrapers.instagram.item import Attempt
from bowerbird.scrapers.instagram.library import Library
from bowerbird.scrapers.instagram.pace import Turn
from bowerbird.scrapers.instagram.targets import KINDS
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, LentSession, Pace, ScraperEvent, SessionCheck, SessionChecked


class InstagramScraper:
    """Items and lists of Instagram, through one instaloader for each session."""

    name = "instaloader"

    def __init__(self) -> None:
        self._library: Library | None = None

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield an item with its files, or all members of a list. Raises JobError."""
        events = KINDS.get(assignment.target.kind)
        if events is None:
            raise JobError("not_supported")
        library = self._begin(assignment.session, assignment.pace, report)
        try:
            yield from events(Attempt(assignment, report, library))
        except Exception as error:
            raise refusals.job_error(error, library.account) from error
        finally:
            library.context.turn.tell()

    def check(self, check: SessionCheck, report: Report) -> Iterator[ScraperEvent]:
        """Yield whose session it is. Raises JobError `session_expired`, `challenge`, `rate_limited` or `network`."""
        library = self._begin(check.session, check.pace, report)
        try:
            yield SessionChecked(account=library.own_profile().username)
        except Exception as error:
            raise refusals.job_error(error, library.account) from error
        finally:
            library.context.turn.tell()

    def _begin(self, session: LentSession | None, pace: Pace, report: Report) -> Library:
        library = self._library
        if library is None or library.session != session:
            last = library.context.turn.last if library else None
            if library:
                library.close()
            library = self._library = Library(session)
        else:
            last = library.context.turn.last
        library.context.turn = Turn(pace, report, last)
        return library

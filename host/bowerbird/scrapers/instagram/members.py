"""The members of a list: what is archived costs nothing, what can't be had does not stop the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bowerbird.errors import JOB_ADVICE, JobError
from bowerbird.model import ErrorReport, Kind
from bowerbird.scrapers.instagram import refusals
from bowerbird.scrapers.instagram.item import Attempt, NoSuchPostError
from bowerbird.scrapers.instagram.pages import Cursor, cursor_from
from bowerbird.scraping import Counts, CountsFound, ItemDone, ListPage, Operation, ScrapedCreator, ScraperEvent, Skipped

IN_A_ROW = 3  # members that fail alike: then it is not the members
# may be the platform's or the connection's fault, which shows at the next member
_MAYBE_ALL = frozenset(("network", "timeout", "incomplete", "scraper_outdated", "internal"))
# what is refused to a whole visit, not to a member
_NEVER_SKIPPED = frozenset(("login_needed",))


class Entry(NamedTuple):
    """A member: its key in the archive, where it is, how to get its events, and what the list says it counts."""

    key: str
    url: str
    title: str | None
    events: Callable[[], Iterator[ScraperEvent]]
    counts: Callable[[], Counts] | None = None

    @property
    def platform_id(self) -> str:
        """The key without its platform."""
        return self.key.partition(":")[2]


class Entries(NamedTuple):
    """A page of members, what leads to it, and what leads to the next one (None: it is the last)."""

    members: list[Entry]
    after: str | None = None
    following: str | None = None


class About(NamedTuple):
    """What is known of the list itself."""

    title: str | None = None
    total: int | None = None
    kind: Kind | None = None
    creator: ScrapedCreator | None = None


class Walk:
    """One attempt's way through a list."""

    def __init__(self, attempt: Attempt) -> None:
        self.about = About()
        self._attempt = attempt
        self._start = cursor_from(attempt.assignment.cursor)
        self._sure = self._start
        self._unfiled = ""  # the key of the last member that was told and may not be filed yet
        self._new = 0
        self._begun: set[str] = set()
        self._doubtful: list[tuple[Entry, JobError]] = []

    @property
    def start(self) -> Cursor:
        """Where it begins."""
        return self._start

    def events(self, pages: Iterable[Entries]) -> Iterator[ScraperEvent]:
        """The events of all members that are new; ends early at a limit, with the cursor behind the last one."""
        for page in pages:
            yield self._listed(self._place(Cursor(after=page.after, last=self._last_on(page))))
            archived = self._archived(page)
            yield from _counted(page, archived)
            if self._is_known(page, archived):
                break
            for entry in self._wanted(page, archived):
                if self._is_enough():
                    yield from self._cleared()
                    return
                yield from self._member(entry, Cursor(after=page.after, last=entry.platform_id))
            yield from self._turned(page)
        yield from self._cleared()
        yield self._listed(None)

    def _turned(self, page: Entries) -> Iterator[ScraperEvent]:
        """Say that the next page comes, once this one is filed: a kill then costs one page, not two."""
        if page.following is None or not self._unfiled:
            return
        yield self._listed(self._place(Cursor(after=page.following)))
        # the worker answers when it has done all that it was told before
        self._attempt.report.which_archived([self._unfiled])
        self._unfiled = ""

    def _place(self, wanted: Cursor) -> Cursor:
        """Where the list goes on: not behind a member that is in doubt."""
        if not self._doubtful:
            self._sure = wanted
        return self._sure

    def _is_enough(self) -> bool:
        items, size = self._attempt.assignment.max_items, self._attempt.assignment.max_bytes
        return (items is not None and self._new >= items) or (size is not None and self._attempt.fetcher.bytes >= size)

    def _listed(self, cursor: Cursor | None) -> ListPage:
        about = self.about
        return ListPage(
            members=(),
            cursor=cursor.text() if cursor else None,
            title=about.title,
            total=about.total,
            kind=about.kind,
            creator=about.creator,
        )

    def _last_on(self, page: Entries) -> str | None:
        return self._start.last if page.after == self._start.after else None

    def _archived(self, page: Entries) -> frozenset[str]:
        keys = [entry.key for entry in page.members]
        return self._attempt.report.which_archived(keys) if keys else frozenset()

    def _is_known(self, page: Entries, archived: frozenset[str]) -> bool:
        """Everything behind a page of archived members was seen by a run that came to the end."""
        if not self._attempt.assignment.newest_only or self._last_on(page):
            # a page on which this very run stopped is archived by it
            return False
        return bool(page.members) and all(entry.key in archived for entry in page.members)

    def _wanted(self, page: Entries, archived: frozenset[str]) -> list[Entry]:
        ids = [entry.platform_id for entry in page.members]
        last = self._last_on(page)
        first = ids.index(last) + 1 if last in ids else 0
        # a pinned post stands at the head and in its place
        known = archived | self._begun
        return list({entry.key: entry for entry in page.members[first:] if entry.key not in known}.values())

    def _member(self, entry: Entry, place: Cursor) -> Iterator[ScraperEvent]:
        self._begun.add(entry.key)
        self._attempt.report(Operation(f"Fetching {entry.title or entry.platform_id}"))
        try:
            # whole or not at all: what is begun and can't be ended must not be seen
            events = list(entry.events())
        except Exception as error:  # noqa: BLE001 - what a member fails with is a value here
            self._attempt.forget(entry.platform_id)
            yield from self._missed(entry, refusals.job_error(error, self._attempt.library.account), place)
            return
        yield from self._cleared()
        yield from events
        yield ItemDone(cursor=self._place(place).text())
        self._unfiled = entry.key
        self._new += 1

    def _missed(self, entry: Entry, error: JobError, place: Cursor) -> Iterator[ScraperEvent]:
        if error.code in _MAYBE_ALL or isinstance(error, NoSuchPostError):
            self._doubtful.append((entry, error))
            if len(self._doubtful) >= IN_A_ROW:
                raise self._of_all(error)
            return
        if not JOB_ADVICE[error.code].skips or error.code in _NEVER_SKIPPED:
            raise error
        yield from self._cleared()
        yield _skipped(entry, error, self._place(place).text())

    def _of_all(self, error: JobError) -> JobError:
        """What it means that members fail one after the other."""
        if not isinstance(error, NoSuchPostError):
            return error
        if self._attempt.library.account:
            return refusals.outdated(f"{IN_A_ROW} posts in a row that are listed and not there")
        return refusals.login_needed()

    def _cleared(self) -> Iterator[ScraperEvent]:
        """What was in doubt lay with the members: they are skipped."""
        doubtful, self._doubtful = self._doubtful, []
        for entry, error in doubtful:
            yield _skipped(entry, error, None)


def _counted(page: Entries, archived: frozenset[str]) -> Iterator[CountsFound]:
    """What the page says of members that need not be fetched: it costs no request."""
    told = {entry.key: entry.counts for entry in page.members if entry.key in archived}
    found = tuple(counts() for counts in told.values() if counts)
    if found:
        yield CountsFound(found)


def _skipped(entry: Entry, error: JobError, cursor: str | None) -> Skipped:
    report = ErrorReport(code=error.code, message=error.message, hint=error.hint)
    return Skipped(url=entry.url, error=report, title=entry.title, cursor=cursor)

"""The scraper on gallery-dl: Instagram's collections, TikTok's photo posts, boards, forums, and what it alone knows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from bowerbird.errors import JobError
from bowerbird.scrapers.environment import Surroundings, read_surroundings
from bowerbird.scrapers.gallery import item, listing, stream
from bowerbird.scrapers.gallery.conversation import Conversation
from bowerbird.scrapers.gallery.targets import Plan, Reading, addresses_of, plan_of, session_needed
from bowerbird.scrapers.instagram.session import cookies_of
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, Operation, ScraperEvent

Read = Callable[[Assignment, Plan, Conversation, str, Report], Iterator[ScraperEvent]]

_WAYS: dict[Reading, Read] = {
    "post": item.post,
    "story": item.story,
    "page": item.page,
    "posts": stream.posts,
    "stories": stream.stories,
    "members": listing.members,
}


class GalleryScraper:
    """Items and lists, each attempt in a run of the program of its own."""

    name = "gallery_dl"

    def __init__(self) -> None:
        self._around: Surroundings = read_surroundings()

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield an item with its files, the posts of a list, or its members. Raises JobError."""
        plan = plan_of(assignment.target)
        addresses = addresses_of(assignment.target, plan, self._around.allow_private_hosts)
        _refuse(assignment)
        yield Operation("Asking for the page")
        *others, last = addresses
        for address in others:
            if (yield from self._is_known(assignment, plan, address, report)):
                return
        yield from self._read(assignment, plan, last, report)

    def _is_known(
        self, assignment: Assignment, plan: Plan, address: str, report: Report
    ) -> Generator[ScraperEvent, None, bool]:
        """Read it; False where the program does not know the host."""
        try:
            yield from self._read(assignment, plan, address, report)
        except JobError as error:
            if error.code != "not_supported":
                raise
            return False
        return True

    def _read(self, assignment: Assignment, plan: Plan, address: str, report: Report) -> Iterator[ScraperEvent]:
        wish = plan.wish._replace(start_at=stream.start_of(assignment))
        conversation = Conversation(assignment, wish, self._around, report)
        yield from _WAYS[plan.reading](assignment, plan, conversation, address, report)


def _refuse(assignment: Assignment) -> None:
    """What would only cost a request. Raises JobError."""
    target = assignment.target
    if assignment.audio_only and target.platform == "tiktok":
        raise JobError("not_supported")  # taking the sound out is yt-dlp's business
    if target.platform != "instagram":
        return
    if assignment.session is None:
        raise session_needed()
    cookies_of(assignment.session)

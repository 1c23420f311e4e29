"""The walk through a list's members, with a worker and members of ten lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bowerbird.scrapers.instagram.item import Attempt
from bowerbird.scrapers.instagram.library import Library
from bowerbird.scrapers.instagram.members import Entries, Entry, Walk
from bowerbird.scraping import Assignment, ItemDone, ItemFound, ScraperEvent
from tests.scrapers.instagram.conftest import target


class Worker:
    """Nothing is archived."""

    def __call__(self, event: ScraperEvent) -> None:
        """Hear it."""

    def which_archived(self, keys: Sequence[str]) -> frozenset[str]:
        """None of them."""
        return frozenset()


def entry(platform_id: str) -> Entry:
    """A member that arrives."""

    def events() -> Iterator[ScraperEvent]:
        yield ItemFound(platform="instagram", platform_id=platform_id, kind="post", url="https://www.instagram.com/")

    return Entry(f"instagram:{platform_id}", f"https://www.instagram.com/p/{platform_id}/", None, events)


def test_pinned_post_comes_once(tmp_path: Path) -> None:
    """A post that stands at the head, on the same page again and in its place later, is filed once."""
    library = Library(None)
    assignment = Assignment(job_id="job", target=target("garden/"), folder=str(tmp_path))
    walk = Walk(Attempt(assignment, Worker(), library))
    pages = [Entries([entry("old"), entry("new"), entry("old")]), Entries([entry("older"), entry("old")], "x")]
    events = list(walk.events(pages))
    library.close()
    assert [one.platform_id for one in events if isinstance(one, ItemFound)] == ["old", "new", "older"]
    assert len([one for one in events if isinstance(one, ItemDone)]) == 3

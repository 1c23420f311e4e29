"""What tests of the Instagram scraper share: targets, sessions, and a child that is told what is archived."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.model import Target
from bowerbird.scraping import (
    Archived,
    Assignment,
    FileReady,
    ItemDone,
    ItemFound,
    LentSession,
    ListPage,
    SessionCheck,
    Skipped,
    WhichArchived,
)
from bowerbird.targets import identify
from tests.platforms import StandIn, instagram
from tests.scrapers.conftest import Child, Events

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SITE = "https://www.instagram.com"


def lent(account: Any = instagram.ME, renewals: int = 0, **changes: str) -> LentSession:
    """The session that a browser of that account gives; further cookies by name, those with '' are left out."""
    cookies = {**account.cookies(renewals), **changes}
    lines = [f".instagram.com\tTRUE\t/\tTRUE\t2000000000\t{name}\t{value}" for name, value in cookies.items() if value]
    text = "\n".join(("# Netscape HTTP Cookie File", *lines)) + "\n"
    return LentSession(platform="instagram", account=str(account.pk), cookies=text, user_agent=AGENT)


def target(path: str) -> Target:
    """The target of a path on instagram.com, as a person's click makes it."""
    return identify(f"{SITE}/{path}")


class Scrapes:
    """`scrape(path, **fields of the assignment)`: what the child makes of a target, as ME if not told otherwise.

    What is filed counts as archived from then on, as it does for the worker. `asked` are the keys of each question.
    """

    def __init__(self, child: Child, folder: Path) -> None:
        self.child = child
        self.folder = folder
        self.archived: set[str] = set()
        self.asked: list[tuple[str, ...]] = []
        self.last_folder = folder
        self._open = ""

    def __call__(self, path: str, session: LentSession | None = lent(), **fields: Any) -> Events:  # noqa: B008
        """All events of one attempt."""
        self.last_folder = Path(tempfile.mkdtemp(dir=self.folder))
        work = Assignment(job_id="job", target=target(path), folder=str(self.last_folder), session=session, **fields)
        return self.run(work)

    def check(self, session: LentSession) -> Events:
        """All events of one question after a session."""
        return self.run(SessionCheck(folder=str(self.folder), session=session))

    def run(self, work: Assignment | SessionCheck) -> Events:
        """Hand it over, answer what is asked back, and collect the events."""
        self.child.send(work)
        return Events(self._heard(event) for event in self.child.events())

    def _heard(self, event: Any) -> Any:
        if isinstance(event, WhichArchived):
            self.asked.append(event.keys)
            self.child.send(Archived(tuple(self.archived.intersection(event.keys))))
        if isinstance(event, ItemFound):
            self._open = f"instagram:{event.platform_id}"
        if isinstance(event, ItemDone):
            self.archived.add(self._open)
        return event


@pytest.fixture
def scrape(warm_child: Callable[[str], Child], platforms: StandIn, tmp_path: Path) -> Scrapes:
    """Attempts of the warm child, in folders of their own."""
    return Scrapes(warm_child("instaloader"), tmp_path)


def codes(events: Events) -> list[str]:
    """The items that were filed, in their order."""
    return [one.platform_id for one in events.of(ItemFound)]


def files(events: Events, *file_types: str) -> list[FileReady]:
    """The files of these types, in their order."""
    return [one for one in events.of(FileReady) if one.file_type in file_types]


def last_cursor(events: Events) -> str | None:
    """What the worker has as the list's cursor in the end."""
    cursor = None
    for event in events:
        if isinstance(event, ListPage) or (isinstance(event, ItemDone | Skipped) and event.cursor):
            cursor = event.cursor
    return cursor


def asked(platforms: StandIn) -> int:
    """How many requests went to the platform; files don't count."""
    return len(platforms.seen("*.instagram.com"))

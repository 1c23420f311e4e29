"""A real child process of a scraper, led to the stand-in of the platforms."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from bowerbird.model import Target
from bowerbird.scrapers.environment import child_command
from bowerbird.scraping import Assignment, Failed, FileReady, Finished, ScraperEvent
from bowerbird.settings import Settings
from tests.platforms import StandIn
from tests.platforms.exchange import Changes

Event = TypeVar("Event")

PATIENCE = 60.0  # seconds until a child that says nothing counts as hung


class Events(list[ScraperEvent]):
    """All events of one assignment."""

    def of(self, kind: type[Event]) -> list[Event]:
        """Those of one kind."""
        return [one for one in self if isinstance(one, kind)]

    def one(self, kind: type[Event]) -> Event:
        """The only one of a kind."""
        found = self.of(kind)
        assert len(found) == 1, self
        return found[0]

    def file(self, file_type: str) -> FileReady:
        """The only file of a type."""
        found = [one for one in self.of(FileReady) if one.file_type == file_type]
        assert len(found) == 1, self
        return found[0]

    @property
    def error(self) -> str:
        """The code of the failure, '' if there was none."""
        return self[-1].code if isinstance(self[-1], Failed) else ""

    @property
    def finished(self) -> bool:
        """Whether all was done."""
        return isinstance(self[-1], Finished)


class Child:
    """A child as the worker starts it."""

    def __init__(
        self, name: str, settings: Settings, log: Path, within: Callable[[list[str]], list[str]] = list
    ) -> None:
        argv, environment = child_command(name, settings)
        argv = within(argv)
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                argv,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        self.log = log
        self._rest = b""

    def send(self, assignment: Assignment) -> None:
        """Hand an assignment over."""
        assert self.process.stdin
        self.process.stdin.write(msgspec.json.encode(assignment) + b"\n")
        self.process.stdin.flush()

    def lines(self) -> Iterator[bytes]:
        """Lines as they come, until the child closes its end."""
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        while True:
            line, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest = rest
                yield line
                continue
            assert select.select([descriptor], [], [], PATIENCE)[0], "the child is silent"
            block = os.read(descriptor, 65536)
            if not block:
                return
            self._rest += block

    def events(self) -> Iterator[ScraperEvent]:
        """Events until the last one of an assignment."""
        for line in self.lines():
            event: ScraperEvent = msgspec.json.decode(line, type=ScraperEvent)
            yield event
            if isinstance(event, Finished | Failed):
                return

    def run(self, assignment: Assignment) -> Events:
        """One assignment from its start to its end."""
        self.send(assignment)
        return Events(self.events())

    def hang_up(self) -> None:
        """Close the life pipe, as a dying worker does."""
        assert self.process.stdin
        self.process.stdin.close()

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not pipe.closed:
                pipe.close()


def group_is_gone(group: int) -> bool:
    """Whether nothing of a process group is alive, within a moment."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    """One stand-in for all tests of the scrapers."""
    with StandIn() as platforms:
        yield platforms


@pytest.fixture
def platforms(stand_in: StandIn) -> Iterator[StandIn]:
    """The stand-in without faults and with an empty log."""
    stand_in.clear()
    stand_in.reset_log()
    stand_in.changes = Changes()
    yield stand_in
    stand_in.clear()


@pytest.fixture(scope="session")
def settings(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that lead to the stand-in."""
    place = tmp_path_factory.mktemp("bowerbird")
    return Settings(archive=place / "archive", home=place / "home", proxy=stand_in.url, ca_bundle=stand_in.ca_file)


StartChild = Callable[..., Child]


@pytest.fixture(scope="session")
def warm_child(settings: Settings) -> Iterator[Callable[[str], Child]]:
    """The one warm child of each scraper; a new one if a test ended it."""
    children: dict[str, Child] = {}

    def get(name: str) -> Child:
        if name not in children or children[name].process.poll() is not None:
            settings.home.mkdir(exist_ok=True)
            children[name] = Child(name, settings, settings.home / f"{name}.log")
        return children[name]

    yield get
    for child in children.values():
        child.close()


@pytest.fixture
def start_child(settings: Settings, tmp_path: Path) -> Iterator[StartChild]:
    """`start_child(name, **settings)`: a child of a test's own."""
    children: list[Child] = []

    def start(name: str = "yt_dlp", **changes: Any) -> Child:
        own = msgspec.structs.replace(settings, **changes)
        children.append(Child(name, own, tmp_path / f"{len(children)}.log"))
        return children[-1]

    yield start
    for child in children:
        child.close()


class Scrape:
    """`scrape(target, scraper="yt_dlp", **fields of the assignment)`: what the warm child makes of a target."""

    def __init__(self, warm_child: Callable[[str], Child], folder: Path) -> None:
        self._warm_child = warm_child
        self.folder = folder

    def assignment(self, target: Target, **fields: Any) -> Assignment:
        """An assignment for this test's folder."""
        return Assignment(job_id="job", target=target, folder=str(self.folder), **fields)

    def __call__(self, target: Target, scraper: str = "yt_dlp", **fields: Any) -> Events:
        """All events of one attempt."""
        return self._warm_child(scraper).run(self.assignment(target, **fields))


@pytest.fixture
def scrape(warm_child: Callable[[str], Child], platforms: StandIn, tmp_path: Path) -> Scrape:
    """One attempt in a folder of its own."""
    return Scrape(warm_child, tmp_path / "partial")


def video(video_id: str, kind: Any = "video") -> Target:
    """A YouTube video as targets/ recognises it."""
    url = f"https://www.youtube.com/watch?v={video_id}"
    return Target(url=url, platform="youtube", kind=kind, platform_id=video_id, canonical_url=url)


def listed(path: str, kind: Any = "playlist") -> Target:
    """A YouTube list."""
    url = f"https://www.youtube.com/{path}"
    return Target(url=url, platform="youtube", kind=kind, platform_id=path, canonical_url=url)


def web(url: str, kind: Any = "page") -> Target:
    """An address of no known platform."""
    return Target(url=url, platform="web", kind=kind, canonical_url=url)

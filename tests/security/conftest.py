"""The archives and sites that tests of security attack, and the browsers that they attack them with."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.install.launcher import host_program
from bowerbird.install.processes import stop_processes
from bowerbird.settings import Settings
from tests.archive.conftest import attempts, db, rows, settings
from tests.messages.conftest import free_port, leading_to, worker_kept_away
from tests.new_archive import make_archive
from tests.pages.fixtures import fresh, person, site, stranger
from tests.security.attacker import Attacker, attacking
from tests.security.browsers import RUNNING, Browser, Tab

__all__ = ["attempts", "db", "fresh", "person", "rows", "settings", "site", "stranger"]

PROGRAMS = {"chromium": "chromium", "firefox": "firefox-esr"}
# between browser and host: what the browser sends is kept, the rest is as ever
LISTENING = '#!/bin/sh\ntee -a "{frames}" | "{host}" "$@"\n'


class Machine:
    """Where one browser has its host. `frames` is all that the browser sent to it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(archive=folder / "archive", home=folder / "home", port=free_port())
        self.settings.home.mkdir()
        self._frames = folder / "frames"
        self._frames.touch()
        self.program = folder / "listening-host"
        self.program.write_text(LISTENING.format(frames=self._frames, host=host_program()))
        self.program.chmod(0o700)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the browser."""
        home = self.settings.home / "user"
        home.mkdir(exist_ok=True)
        return {**leading_to(self.settings), "HOME": str(home), "PATH": os.environ["PATH"]}

    @property
    def frames(self) -> bytes:
        """What the host was sent until now."""
        return self._frames.read_bytes()


@pytest.fixture(scope="session")
def attacker() -> Iterator[Attacker]:
    """Somebody else's pages."""
    with attacking() as pages:
        yield pages


Start = Callable[[str], tuple[Browser, Machine]]


@pytest.fixture(scope="session")
def start_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """`start_browser(name)`: the one browser of that name, with its machine."""
    started: dict[str, tuple[Browser, Machine]] = {}
    with contextlib.ExitStack() as ends:

        def start(name: str) -> tuple[Browser, Machine]:
            if not shutil.which(PROGRAMS[name]):
                pytest.skip(f"{PROGRAMS[name]} is not installed: on Debian, apt install {PROGRAMS[name]}")
            if name not in started:
                folder = tmp_path_factory.mktemp(name)
                machine = Machine(folder)
                make_archive(machine.settings.database)
                ends.callback(stop_processes, machine.settings)
                ends.enter_context(worker_kept_away(machine.settings))
                started[name] = (
                    ends.enter_context(RUNNING[name](folder, machine.program, machine.environment)),
                    machine,
                )
            return started[name]

        yield start


@pytest.fixture(params=["chromium", "firefox"])
def browser_and_machine(request: pytest.FixtureRequest, start_browser: Start) -> tuple[Browser, Machine]:
    """Each of the two browsers."""
    return start_browser(request.param)


@pytest.fixture
def browser(browser_and_machine: tuple[Browser, Machine]) -> Browser:
    """Each of the two browsers."""
    return browser_and_machine[0]


@pytest.fixture
def machine(browser_and_machine: tuple[Browser, Machine]) -> Machine:
    """Where its host is."""
    return browser_and_machine[1]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab of a test's own."""
    opened = browser.tab()
    yield opened
    opened.close()

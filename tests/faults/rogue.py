"""A library that does what no library should, in a real child of a real worker: `files` is replaced by it.

`python -m tests.faults.rogue` is a worker until idle; its children are `python -m tests.faults.rogue files`.
What the library does is the name of the picture's folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bowerbird.scrapers import SCRAPERS
from bowerbird.scrapers.files import FilesScraper
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, ScraperEvent
from bowerbird.settings import Settings

ROOT = Path(__file__).parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(300)"]


def _prints() -> None:
    """Speak where only events may stand, by all ways that there are."""
    print("hello", flush=True)
    with contextlib.suppress(OSError):
        os.write(1, b'{"type":"finished"}\n')
    os.system("echo hello; echo hello >&2")
    sys.stdout.write("x" * 1_000_000)


def _exits() -> None:
    os._exit(0)


def _leaves() -> None:
    raise SystemExit(0)


def _dies() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _forks() -> None:
    """Leave a process behind, and then hang."""
    subprocess.Popen(SLEEPER)
    time.sleep(300)


def _ignores() -> None:
    """Neither listen to anybody nor say anything."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(300)


def _spins() -> None:
    while True:
        pass


MISDEEDS: dict[str, Callable[[], None]] = {
    "prints": _prints, "exits": _exits, "leaves": _leaves, "dies": _dies, "forks": _forks, "ignores": _ignores,
    "spins": _spins,
}  # fmt: skip


class Rogue(FilesScraper):
    """As `files`, after its misdeed."""

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Do what the address says, then what was asked."""
        MISDEEDS.get(assignment.target.canonical_url.split("/")[-2], lambda: None)()
        yield from super().scrape(assignment, report)


def _child() -> int:
    from bowerbird.scrapers.child import main

    SCRAPERS["files"] = "tests.faults.rogue:Rogue"
    return main(["files"])


def _worker() -> int:
    from bowerbird.cli import main
    from bowerbird.scrapers.environment import child_environment
    from bowerbird.worker import children

    def command(scraper: str, settings: Settings) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-m", "tests.faults.rogue", scraper], {
            **child_environment(settings), "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    children.child_command = command
    return main(["work", "--until-idle"])


if __name__ == "__main__":
    sys.exit(_child() if sys.argv[1:] else _worker())

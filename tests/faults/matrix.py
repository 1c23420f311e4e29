"""The matrix: everything is killed again and again while captures come in, and at the end every promise is looked at.

Two browsers and a person at the site capture pictures. Everything is real but the platform: hosts start workers,
workers start children, and the site serves and writes.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.database import open_reader, open_writer
from bowerbird.install.processes import stop_processes
from bowerbird.settings import Settings, load_settings
from tests.faults.inspection import Figures, Inspection
from tests.faults.processes import WORDS, adopt_orphans, alive, bury, kill_one
from tests.faults.senders import Browser, Feed, Person, Sender
from tests.messages.conftest import free_port
from tests.new_archive import make_archive
from tests.platforms import StandIn, faults
from tests.worker.machine import UNTIL_IDLE

# how the kills are shared out; a site takes the longest to come back
SHARES = {"host": 35, "worker": 27, "child": 27, "site": 11}
AHEAD = 20  # jobs that are asked for before the kills have come as far
BACKLOG = 60  # jobs in the queue at which the kills wait
# An attempt takes long enough to be met by kills: some seconds of a hundred are pauses of the platform.
DELAY = 0.15
SLOWLY = faults.slow(20_000, host="media.example", path="*7/one.jpg")
TELL = 10.0  # seconds between two lines of progress
LONGEST_END = 900.0  # seconds for what is left when the kills are over


@dataclass(frozen=True)
class Plan:
    """How much, and how fast: `pause` is the mean of the seconds between two kills."""

    kills: int
    captures: int
    jobs: int
    pause: float
    seed: int = 1


LONG = Plan(kills=2000, captures=20_000, jobs=5000, pause=0.6)


@dataclass
class Matrix:
    """One run."""

    plan: Plan
    settings: Settings
    environment: dict[str, str]
    tell: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)

    def run(self) -> Figures:
        """Kill, capture, finish, look. The figures; what was promised and is not so is in `broken`."""
        began = time.monotonic()
        adopt_orphans()
        inspection = Inspection(self.settings, self.plan.jobs)
        inspection.begin()
        self._feed = Feed(self.plan.jobs, self.plan.captures, random.Random(self.plan.seed), self._opened())
        person = Person(self._feed, self.plan.seed + 3, self.environment, self.settings)
        browsers = [Browser(self._feed, self.plan.seed + n, self.environment) for n in (1, 2)]
        self._senders: list[Sender] = [*browsers, person]
        for one in self._senders:
            one.start()
        self._kill_all(inspection, began)
        self._feed.open_to = self.plan.jobs
        self._finish(began)
        left = [kind for kind in WORDS if alive(kind)]
        return inspection.end(browsers, person, self.kills, left, time.monotonic() - began)

    def _kill_all(self, inspection: Inspection, began: float) -> None:
        chance = random.Random(self.plan.seed)
        told = began
        while sum(self.kills.values()) < self.plan.kills:
            time.sleep(chance.expovariate(1 / self.plan.pause))
            kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
            self.kills[kind] += kill_one(kind, chance)
            bury([one.pid for one in self._senders])
            self._feed.open_to = self._opened()
            if time.monotonic() - told >= TELL:
                told = time.monotonic()
                inspection.look()
                self._wait_for_queue(began)

    def _opened(self) -> int:
        """So many jobs may have been asked for: what is left is never less than the kills that are left."""
        ahead = min(AHEAD, self.plan.jobs // 4)
        return ahead + (self.plan.jobs - ahead) * sum(self.kills.values()) // self.plan.kills

    def _wait_for_queue(self, began: float) -> None:
        while True:
            open_jobs = self._open_jobs()
            self._tell(began, open_jobs)
            if open_jobs < BACKLOG:
                return
            time.sleep(2)

    def _finish(self, began: float) -> None:
        """No more kills: what is left is sent and done."""
        until = time.monotonic() + LONGEST_END
        while any(one.is_alive() for one in self._senders) and time.monotonic() < until:
            time.sleep(0.2)
            bury([one.pid for one in self._senders])
        while (left := self._open_jobs()) and time.monotonic() < until:
            self._tell(began, left)
            subprocess.run([sys.executable, *UNTIL_IDLE], env=self.environment, capture_output=True, check=False)
        stop_processes(self.settings)
        bury(())

    def _open_jobs(self) -> int:
        """Opened for each look, so that there are moments in which nobody has the archive open."""
        with contextlib.closing(open_reader(self.settings.database)) as db:
            sql = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running', 'waiting')"
            count: int = db.execute(sql).fetchone()[0]
            return count

    def _tell(self, began: float, open_jobs: int) -> None:
        acknowledged = sum(len(one.receipts) for one in self._senders)
        shares = ", ".join(f"{kind} {number}" for kind, number in sorted(self.kills.items()))
        self.tell(
            f"{time.monotonic() - began:6.0f} s  kills {sum(self.kills.values())}/{self.plan.kills} ({shares})  "
            f"acknowledged {acknowledged}/{self.plan.captures}  jobs in the queue {open_jobs}"
        )


@contextlib.contextmanager
def matrix(plan: Plan, tell: Callable[[str], None] = lambda line: None) -> Iterator[Matrix]:
    """An archive in a folder of its own and a stand-in, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-matrix-") as folder, StandIn() as platforms:
        platforms.delay = DELAY
        platforms.fault(SLOWLY)
        environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder, "BOWERBIRD_PORT": str(free_port()),
            "BOWERBIRD_HOME": str(Path(folder, "home")), "BOWERBIRD_ARCHIVE": str(Path(folder, "archive")),
            "BOWERBIRD_MAX_CONCURRENT": "3", "BOWERBIRD_MAX_PER_PLATFORM": "3", "BOWERBIRD_MAX_RETRIES": "20",
            "BOWERBIRD_RETRY_DELAY": "0.05", "BOWERBIRD_DISK_FLOOR_MB": "1", "BOWERBIRD_TRANSCRIPTS": "none",
            **platforms.environment,
        }  # fmt: skip
        settings = load_settings(environment)
        settings.home.mkdir()
        make_archive(settings.database)
        with contextlib.closing(open_writer(settings.database)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield Matrix(plan, settings, environment, tell)

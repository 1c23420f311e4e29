"""Profiles whose worker is killed at any post: `python -m tests.faults.lists [--kills N --posts N --seed N]`.

Prints its figures, and which promise was broken if one was: no post twice, none missing, and of each kill no more than
one page of the list asked for again.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote_plus

from tests.platforms import StandIn, instagram
from tests.platforms.instagram import documents
from tests.platforms.instagram import files as cdn
from tests.worker.machine import BACKGROUND, PATIENCE, Machine
from tests.worker.signed_in import store_instagram

MOST_AT_ONCE = 6  # posts between two kills
LATEST = 0.08  # seconds from a post that is filed to the kill
_AFTER = re.compile(r'"after":"(\w+)"')  # the first page is asked for without

# what was filed and lost its row in a kill is known to be there
_MEMBERS = """
    SELECT count(*) AS members, count(DISTINCT item_id) AS items FROM (
        SELECT item_id FROM jobs WHERE parent_id = ? UNION ALL SELECT item_id FROM known_members WHERE list_id = ?)
"""


@dataclass(frozen=True)
class Figures:
    """What was done, and what it cost."""

    kills: int
    profiles: int
    posts: int
    pages: int  # of the lists
    pages_again: int  # asked for again, in all
    most_again: int  # after one kill
    files_again: int  # of posts that were not filed yet
    seconds: float


class Killed:
    """A machine on which workers are killed while they read profiles of so many posts."""

    def __init__(self, machine: Machine, posts: int, seed: int) -> None:
        machine.set(instagram_delay_min=0, instagram_delay_max=0)
        store_instagram(machine)
        self._machine = machine
        self._posts = posts
        self._chance = random.Random(seed)
        self._again: list[int] = []
        self._pages = 0
        self._fetched: Counter[str] = Counter()

    def run(self, kills: int) -> Figures:
        """Kill so often, in one profile after the other. Raises AssertionError where a promise is broken."""
        begun, profiles, left = time.monotonic(), 0, kills
        while left:
            left -= self._profile(self._posts + profiles, left)
            profiles += 1
        self._machine.check_whole()
        return Figures(
            kills=kills,
            profiles=profiles,
            posts=self._machine.one("SELECT count(*) FROM items"),
            pages=self._pages,
            pages_again=sum(self._again),
            most_again=max(self._again),
            files_again=sum(times - 1 for times in self._fetched.values()),
            seconds=round(time.monotonic() - begun, 1),
        )

    def _profile(self, posts: int, kills: int) -> int:
        """One profile to its end; how often it was killed."""
        machine, seen = self._machine, set[str]()
        name = instagram.profile_of(posts)
        job_id = machine.save(f"https://www.instagram.com/{name}/")
        for number in range(kills + 1):
            is_last = number == kills
            goal = self._done(job_id) + self._chance.randint(1, MOST_AT_ONCE)
            worker = machine.start(*BACKGROUND)
            ended = self._wait(job_id, None if is_last else goal)
            if not ended:
                time.sleep(self._chance.uniform(0, LATEST))
            worker.kill()
            worker.wait()
            self._count(name, seen)
            if ended:
                break
        job = machine.job(job_id)
        assert (job.status, job.items_done, job.items_failed) == ("completed", posts, 0), job
        assert machine.rows(_MEMBERS, job_id, job_id) == [{"members": posts, "items": posts}]
        self._pages += len(seen)
        return number

    def _done(self, job_id: str) -> int:
        return self._machine.job(job_id).items_done

    def _wait(self, job_id: str, goal: int | None) -> bool:
        """Wait for so many posts, or for the end; whether it is the end."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            job = self._machine.job(job_id)
            if job.status == "completed":
                return True
            if goal is not None and job.items_done >= goal:
                return False
            time.sleep(0.003)
        raise AssertionError(f"neither {goal} posts nor the end: {self._machine.job(job_id)}")

    def _count(self, name: str, seen: set[str]) -> None:
        """Which pages of a profile were asked for since the last kill, and how many of them again."""
        bodies = [unquote_plus(entry.body) for entry in self._machine.platforms.log if documents.POSTS in entry.body]
        asked = [found[1] if (found := _AFTER.search(body)) else "" for body in bodies if f'"{name}"' in body]
        self._fetched.update(entry.target.split("?")[0] for entry in self._machine.platforms.seen(cdn.CDN))
        self._machine.platforms.reset_log()
        again = sum(1 for place, after in enumerate(asked) if after in seen or after in asked[:place])
        assert again <= 1, f"{again} pages asked for again after one kill: {asked}"
        self._again.append(again)
        seen.update(asked)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.lists", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--posts", type=int, default=120, help="of the first profile; each next one has one more")
    parser.add_argument("--seed", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, StandIn() as platforms:
        machine = Machine(Path(folder), platforms)
        try:
            figures = Killed(machine, chosen.posts, chosen.seed).run(chosen.kills)
        finally:
            machine.close()
    for name, value in asdict(figures).items():
        print(f"{name:12} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

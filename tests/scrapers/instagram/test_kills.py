"""A list whose child is killed at any moment goes on: no item twice, none missing, one page at most asked again."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest

from bowerbird.scraping import Assignment, ItemDone
from tests.platforms import StandIn, instagram
from tests.scrapers.conftest import Events, StartChild
from tests.scrapers.instagram.conftest import Scrapes, codes, last_cursor, lent, target

PROFILE, POSTS = instagram.profile_of(30), 30


class Killed(Scrapes):
    """Attempts whose child is killed as soon as so many items were filed in them."""

    def __call__(self, items: int, cursor: str | None) -> Events:  # type: ignore[override]
        """Whatever was heard until then."""
        work = Assignment(
            job_id="job", target=target(f"{PROFILE}/"), folder=str(self.folder), session=lent(), cursor=cursor
        )
        self.child.send(work)
        events, filed = Events(), 0
        for event in self.child.events():
            events.append(self._heard(event))
            filed += isinstance(event, ItemDone)
            if filed == items:
                os.killpg(self.child.process.pid, signal.SIGKILL)
                break
        return events


def pages_asked(platforms: StandIn) -> int:
    """How many pages of the list of posts were asked for."""
    return len([one for one in platforms.log if "29104886249145907" in one.body])


def go_through(start_child: StartChild, platforms: StandIn, folder: Path, kills: list[int]) -> None:
    """Kill after each of these numbers of items, then let it end; what was filed is every post once."""
    filed: list[str] = []
    cursor, archived = None, set[str]()
    for items in (*kills, -1):
        attempt = Killed(start_child("instaloader"), folder)
        attempt.archived = archived
        events = attempt(items, cursor)
        filed += codes(events)[: len(events.of(ItemDone))]
        cursor = last_cursor(events) or cursor
    assert events.finished
    assert len(filed) == len(set(filed)) == POSTS
    assert pages_asked(platforms) <= 3 + len(kills)


@pytest.mark.parametrize("kills", [[1], [11], [12], [13], [24], [29], [30], [5, 7, 1]])
def test_killed_list_goes_on(start_child: StartChild, platforms: StandIn, tmp_path: Path, kills: list[int]) -> None:
    """At the first, the last or any post, at a page's edge, and several times."""
    go_through(start_child, platforms, tmp_path, kills)


def test_random_kills(start_child: StartChild, platforms: StandIn, tmp_path: Path) -> None:
    """Kills at random posts of some runs; `python -m tests.faults.lists` kills a whole worker a hundred times."""
    chance = random.Random(3)
    for _ in range(3):
        platforms.reset_log()
        go_through(start_child, platforms, tmp_path, [chance.randint(1, 7) for _ in range(4)])

"""Which job may begin beside those that run."""

from __future__ import annotations

import pytest

from bowerbird.queue.lanes import Crowd, Limits, full_hosts, has_room

LIMITS = Limits(in_all=2, in_lane=2)
HUNG = {"youtube": 2}

# what runs, what of it is fresh, the lane, whether one more may begin there
ROOMS = (
    ({}, {}, "youtube", True),
    ({"youtube": 1}, {"youtube": 1}, "youtube", True),
    ({"youtube": 2}, {"youtube": 2}, "youtube", False),
    ({"youtube": 2}, {"youtube": 2}, "tiktok", False),
    (HUNG, {}, "youtube", False),
    (HUNG, {}, "tiktok", True),
    (HUNG | {"tiktok": 1}, {"tiktok": 1}, "tiktok", True),
    (HUNG | {"tiktok": 1}, {"tiktok": 1}, "web a.example", True),
    (HUNG | {"tiktok": 2}, {"tiktok": 2}, "tiktok", False),
    (HUNG | {"tiktok": 2}, {"tiktok": 2}, "web a.example", False),
    (HUNG | {"tiktok": 2}, {}, "web a.example", True),
    (HUNG | {"tiktok": 2, "web a.example": 2, "web b.example": 2}, {}, "web c.example", False),
)


@pytest.mark.parametrize(("running", "fresh", "lane", "may"), ROOMS)
def test_slow_attempts_fill_their_own_lane_alone(
    running: dict[str, int], fresh: dict[str, int], lane: str, may: bool
) -> None:
    """Fresh attempts share the places of all; one that takes long counts in its own lane, and some day in all again."""
    assert has_room(Crowd(running=running, fresh=fresh), LIMITS, lane) is may


def test_one_at_a_time_is_kept_to_while_nothing_is_slow() -> None:
    """With a limit of one nothing begins beside a fresh attempt, whatever the limits of lanes."""
    crowd = Crowd(running={"youtube": 1}, fresh={"youtube": 1})
    assert not any(has_room(crowd, Limits(1, 2), lane) for lane in ("youtube", "tiktok", "web a.example"))


def test_full_hosts_are_those_at_their_limit() -> None:
    """Of the hosts of the web those are passed over where no more may begin."""
    crowd = Crowd(running={"youtube": 1, "web a.example": 2, "web b.example": 1})
    assert full_hosts(crowd, LIMITS) == ["a.example"]

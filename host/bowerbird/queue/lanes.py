"""Which job may begin beside those that run: pure.

A lane is what shares one limit: a platform, or one host of the web. An attempt holds one of the places of all lanes
only for PATIENCE; after that it counts in its own lane alone. So a platform that is slow, or hangs with a thousand
jobs, fills no more than its own lane, and what was asked of others begins after seconds, whatever the limit is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from bowerbird.model import Target
from bowerbird.queue.budgets import WEB

# Seconds. Most small files and pages take less, so that a mixed queue keeps to the limit.
PATIENCE = 10.0
# However many lanes are slow: each attempt is a process with a library in its memory.
MOST_BESIDE = 4
_NONE: Mapping[str, int] = MappingProxyType({})


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """How many attempts run in each lane, and how many of them began within PATIENCE.

    `is_closed`: one of them is a job that runs alone.
    """

    running: Mapping[str, int] = _NONE
    fresh: Mapping[str, int] = _NONE
    is_closed: bool = False


class Limits(msgspec.Struct, frozen=True):
    """How many attempts there may be in all, and in one lane."""

    in_all: int
    in_lane: int


def lane_of(target: Target) -> str:
    """The lane of a target's jobs."""
    return web_lane(target.host) if target.platform == WEB else target.platform


def web_lane(host: str) -> str:
    """The lane of one host of the web."""
    return f"{WEB} {host}"


def has_room(crowd: Crowd, limits: Limits, lane: str) -> bool:
    """Whether one more may begin there."""
    in_lane = crowd.running.get(lane, 0)
    elsewhere = sum(crowd.fresh.values()) - crowd.fresh.get(lane, 0)
    in_all = sum(crowd.running.values())
    return in_lane < limits.in_lane and elsewhere + in_lane < limits.in_all and in_all < MOST_BESIDE * limits.in_all


def full_hosts(crowd: Crowd, limits: Limits) -> list[str]:
    """The hosts of the web where no more may begin, though it may where nothing runs."""
    start = web_lane("")
    return [
        lane.removeprefix(start)
        for lane in crowd.running
        if lane.startswith(start) and not has_room(crowd, limits, lane)
    ]

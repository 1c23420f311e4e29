"""Whether a failed attempt is tried again, and when: a pure decision."""

from __future__ import annotations

from typing import Literal

import msgspec

from bowerbird.errors import JOB_ADVICE
from bowerbird.model import Failed, WaitReason

LONGEST_DELAY = 3600.0
# No job waits longer for a time, whatever a platform or a clock says; a premiere may be months away.
LONGEST_WAIT = 366 * 24 * 3600.0
# A platform that asked for a pause is left alone longer each time; Instagram's own limits count in windows of 10 to
# 30 minutes, so a first pause of 5 minutes and at most 6 hours spans them.
FIRST_PAUSE = 300.0
LONGEST_PAUSE = 6 * 3600.0
MOST_PAUSES = 10
# How often something that has not begun is looked at where nobody says when it begins.
SCHEDULE_DELAY = 900.0


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the job. `seconds` from now until it may go on; None where no time is set."""

    status: Literal["pending", "waiting", "failed"]
    wait_reason: WaitReason | None = None
    seconds: float | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How often (`most`) and after how many seconds (`delay`, doubled each time) a try is repeated."""

    most: int = 3
    delay: float = 30.0


def decide(failure: Failed, tries: int, policy: Policy, chance: float) -> Decision:
    """What to do after an attempt failed.

    `tries` is how many automatic tries were made before; `chance` is a random number from 0 to 1 that spreads the
    delays by a quarter, so that jobs that failed together do not come back together.
    """
    advice = JOB_ADVICE[failure.code]
    if advice.waits == "rate_limit":
        return _pause(failure, tries, chance)
    if advice.waits == "schedule":
        return Decision(status="waiting", wait_reason="schedule", seconds=failure.retry_after or SCHEDULE_DELAY)
    if advice.waits == "session":
        return Decision(status="waiting", wait_reason="session")
    if advice.waits in ("disk", "confirm"):
        return Decision(status="waiting", wait_reason=advice.waits)  # type: ignore[arg-type]
    if advice.retry and tries < policy.most:
        return Decision(status="pending", seconds=spread(min(policy.delay * 2**tries, LONGEST_DELAY), chance))
    return Decision(status="failed")


def _pause(failure: Failed, tries: int, chance: float) -> Decision:
    if tries >= MOST_PAUSES:
        return Decision(status="failed")
    asked = failure.retry_after or 0.0
    seconds = max(asked, spread(min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE), chance))
    return Decision(status="waiting", wait_reason="rate_limit", seconds=seconds)


def spread(seconds: float, chance: float) -> float:
    """So many seconds, a quarter less (`chance` 0) to a quarter more (`chance` 1)."""
    return seconds * (0.75 + 0.5 * chance)

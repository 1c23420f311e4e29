"""Whether a failed attempt is tried again, and when: a pure decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from bowerbird.errors import JOB_ADVICE
from bowerbird.model import WaitReason
from bowerbird.scraping import Failed
from bowerbird.setting_kinds import delays_of
from bowerbird.settings import Settings

LONGEST_DELAY = 3600.0
# No job waits longer for a time, whatever a platform or a clock says; a premiere may be months away.
LONGEST_WAIT = 366 * 24 * 3600.0
# A platform that asked for a pause is left alone longer each time; Instagram's own limits count in windows of 10 to
# 30 minutes, so a first pause of 5 minutes and at most 6 hours spans them.
FIRST_PAUSE = 300.0
LONGEST_PAUSE = 6 * 3600.0
MOST_PAUSES = 10
# A platform that names a longer pause is not believed: clocks go wrong on both sides.
LONGEST_ASKED = 24 * 3600.0
PAUSES = tuple(min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE) for tries in range(MOST_PAUSES))
# How often something that has not begun is looked at where nobody says when it begins.
SCHEDULE_DELAY = 900.0


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the job. `seconds` from now until it may go on; None where no time is set."""

    status: Literal["pending", "waiting", "failed"]
    wait_reason: WaitReason | None = None
    seconds: float | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """When a try is repeated: after the seconds that `delays` names for its code, one after the other.

    Other codes have `most` tries, the first after `delay` seconds, the next after twice as many; and pauses that a
    platform asks for, which no setting shortens, the times of PAUSES.
    """

    most: int = 3
    delay: float = 30.0
    delays: Mapping[str, tuple[float, ...]] = {}

    def schedule(self, code: str) -> tuple[float, ...]:
        """The seconds before each try after this code, before they are spread."""
        usual = tuple(min(self.delay * 2**tries, LONGEST_DELAY) for tries in range(self.most))
        return self.delays.get(code, PAUSES if JOB_ADVICE[code].waits == "rate_limit" else usual)


def policy_of(settings: Settings) -> Policy:
    """What the settings say."""
    return Policy(most=settings.max_retries, delay=settings.retry_delay, delays=delays_of(settings.retry_delays))


def decide(failure: Failed, tries: int, policy: Policy, chance: float) -> Decision:
    """What to do after an attempt failed.

    `tries` is how many automatic tries were made before; `chance` is a random number from 0 to 1 that spreads the
    delays by a quarter, so that jobs that failed together do not come back together.
    """
    advice = JOB_ADVICE[failure.code]
    if advice.waits == "rate_limit":
        return _pause(failure, tries, policy, chance)
    if advice.waits == "schedule":
        seconds = min(failure.retry_after or SCHEDULE_DELAY, LONGEST_WAIT)
        return Decision(status="waiting", wait_reason="schedule", seconds=seconds)
    if advice.waits == "session":
        return Decision(status="waiting", wait_reason="session")
    if advice.waits in ("disk", "confirm"):
        return Decision(status="waiting", wait_reason=advice.waits)  # type: ignore[arg-type]
    schedule = policy.schedule(failure.code)
    if advice.retry and tries < len(schedule):
        return Decision(status="pending", seconds=spread(schedule[tries], chance))
    return Decision(status="failed")


def _pause(failure: Failed, tries: int, policy: Policy, chance: float) -> Decision:
    schedule = policy.schedule(failure.code)
    if tries >= len(schedule):
        return Decision(status="failed")
    seconds = max(failure.retry_after or 0.0, spread(schedule[tries], chance))
    return Decision(status="waiting", wait_reason="rate_limit", seconds=seconds)


def gave_up(failure: Failed, tries: int) -> Failed:
    """The failure as it is told at the end: how often it was tried again."""
    if not tries:
        return failure
    times = "once" if tries == 1 else f"{tries} times"
    return msgspec.structs.replace(failure, message=f"{failure.message} It was tried again {times}.")


def spread(seconds: float, chance: float) -> float:
    """So many seconds, a quarter less (`chance` 0) to a quarter more (`chance` 1)."""
    return seconds * (0.75 + 0.5 * chance)

"""Write down how an attempt ended. Which state follows from a failure is decided in queue/retry.py, purely."""

from __future__ import annotations

import contextlib
import logging
import random
import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec

from bowerbird.archive.filing import mark_gone
from bowerbird.clock import seconds_until
from bowerbird.errors import JOB_ADVICE, RequestError
from bowerbird.queue import budgets, members, pausing, transitions
from bowerbird.queue.retry import decide, gave_up, policy_of
from bowerbird.queue.rows import ClaimedJob, tries_of
from bowerbird.queue.warnings import warn
from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from bowerbird.worker import private
from bowerbird.worker.attempt import discard
from bowerbird.worker.listener import Part
from bowerbird.worker.outcome import Cancelled, CutOff, Done, GivenBack, Listed, NeedsSession, Outcome, Paused, Rested

log = logging.getLogger("bowerbird.worker")

# Failures that the next job will meet as well.
WARNED = frozenset(("disk_full", "rate_limited", "scraper_outdated"))
_NO_LINE = Failed(
    code="network",
    message="This computer has no connection to the internet.",
    hint="Nothing to do: this goes on by itself when there is one.",
)


class Ended(msgspec.Struct, frozen=True):
    """A job whose attempt is over, and whose turn was the last."""

    job: ClaimedJob
    part: Part


def settle(db: sqlite3.Connection, settings: Settings, ended: Ended, outcome: Outcome) -> None:
    """Make the job's state that which follows from the outcome."""
    job = ended.job
    log.info("job=%s platform=%s outcome=%s", job.id, job.target.platform, type(outcome).__name__.lower())
    _write(db, settings, ended, outcome)
    if job.incognito:
        private.forget_unneeded(db, settings)


def _write(db: sqlite3.Connection, settings: Settings, ended: Ended, outcome: Outcome) -> None:
    job = ended.job
    if isinstance(outcome, Failed):
        _failed(db, settings, ended, outcome)
        if outcome.code in WARNED:
            _warn(db, job, _with_advice(outcome))
        return
    if isinstance(outcome, Done | Listed):
        budgets.forgive(db, job.target.platform, budgets.payer(job.target, ended.part.account))
    _SETTLE[type(outcome)](db, settings, job, outcome)


def _warn(db: sqlite3.Connection, job: ClaimedJob, failure: Failed) -> None:
    """Tell whoever watches. The job's state is written by now and stands, whether this can be written or not."""
    with contextlib.suppress(RequestError):
        warn(db, failure.code, failure.message, failure.hint, job.id)


def _done(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Done) -> None:
    transitions.complete(db, job.id, outcome.item_id)
    discard(settings.partial / job.id)


def _listed(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Listed) -> None:
    members.finish_listing(db, job.id)
    discard(settings.partial / job.id)


def _cancelled(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Cancelled) -> None:
    transitions.cancel(db, job.id)
    discard(settings.partial / job.id)


def _paused(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Paused) -> None:
    pausing.settle_pause(db, job.id)
    # Where it was resumed meanwhile it is still running, and begins again.
    transitions.give_back(db, job.id)


def _given_back(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: GivenBack) -> None:
    transitions.give_back(db, job.id)


def _rested(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Rested) -> None:
    transitions.rest(db, job.id, outcome.until, budgets.said(job.target.platform))


def _needs_session(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: NeedsSession) -> None:
    transitions.wait(db, job.id, "session", None, outcome.failure)


def _cut_off(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: CutOff) -> None:
    transitions.wait(db, job.id, "network", None, _NO_LINE)


def _failed(db: sqlite3.Connection, settings: Settings, ended: Ended, outcome: Failed) -> None:
    job, failure = ended.job, _with_advice(outcome)
    chance = random.random()  # noqa: S311 - spreads retries, keeps no secret
    # A list that saved something since began its tries anew.
    tries = tries_of(db, job)
    decision = decide(failure, tries, policy_of(settings), chance)
    log.warning("job=%s code=%s next=%s detail=%s", job.id, failure.code, decision.status, failure.detail)
    if decision.status == "pending":
        transitions.retry_later(db, job.id, decision.seconds or 0.0, failure)
        return
    if decision.status == "waiting" and decision.wait_reason:
        seconds = decision.seconds
        if decision.wait_reason == "rate_limit":
            seconds = seconds_until(_refuse(db, ended, seconds, chance))
        transitions.wait(db, job.id, decision.wait_reason, seconds, failure)
        return
    if failure.code == "blocked" and job.target.platform in budgets.PER_ACCOUNT:
        _refuse(db, ended, None, chance)
    if failure.code == "gone" and job.item_id:
        mark_gone(db, job.item_id)
    transitions.fail(db, job.id, gave_up(failure, tries))
    if not JOB_ADVICE[failure.code].retry:
        discard(settings.partial / job.id)


def _refuse(db: sqlite3.Connection, ended: Ended, seconds: float | None, chance: float) -> str:
    """Until when nobody asks this platform with this account, or this host."""
    target = ended.job.target
    return budgets.refuse(db, target.platform, budgets.payer(target, ended.part.account), seconds, chance)


def _with_advice(failure: Failed) -> Failed:
    advice = JOB_ADVICE[failure.code]
    return msgspec.structs.replace(failure, message=failure.message or advice.message, hint=failure.hint or advice.hint)


_SETTLE: dict[type, Callable[[sqlite3.Connection, Settings, ClaimedJob, Any], None]] = {
    Done: _done,
    Listed: _listed,
    Cancelled: _cancelled,
    Paused: _paused,
    GivenBack: _given_back,
    Rested: _rested,
    NeedsSession: _needs_session,
    CutOff: _cut_off,
}

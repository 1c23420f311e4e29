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
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import JOB_ADVICE, RequestError
from bowerbird.model import Failed
from bowerbird.queue import members, transitions
from bowerbird.queue.retry import Policy, decide
from bowerbird.queue.rows import ClaimedJob
from bowerbird.queue.warnings import warn
from bowerbird.settings import Settings
from bowerbird.worker.attempt import discard
from bowerbird.worker.library_versions import library_of
from bowerbird.worker.outcome import Cancelled, Done, GivenBack, Listed, Outcome

log = logging.getLogger("bowerbird.worker")

# Failures that the next job will meet as well.
WARNED = frozenset(("disk_full", "rate_limited", "scraper_outdated"))


def settle(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Outcome) -> None:
    """Make the job's state that which follows from the outcome."""
    log.info("job=%s platform=%s outcome=%s", job.id, job.target.platform, type(outcome).__name__.lower())
    _SETTLE[type(outcome)](db, settings, job, outcome)
    if isinstance(outcome, Failed) and outcome.code in WARNED:
        _warn(db, job, _with_advice(outcome))


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


def _given_back(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: GivenBack) -> None:
    transitions.give_back(db, job.id)


def _failed(db: sqlite3.Connection, settings: Settings, job: ClaimedJob, outcome: Failed) -> None:
    failure = _with_advice(outcome)
    policy = Policy(most=settings.max_retries, delay=settings.retry_delay)
    decision = decide(failure, job.tries, policy, random.random())  # noqa: S311 - spreads retries, keeps no secret
    log.warning("job=%s code=%s next=%s detail=%s", job.id, failure.code, decision.status, failure.detail)
    if decision.status == "pending":
        transitions.retry_later(db, job.id, decision.seconds or 0.0, failure)
        return
    if decision.status == "waiting" and decision.wait_reason:
        if decision.wait_reason == "rate_limit" and decision.seconds:
            transitions.pause_platform(db, job.target.platform, decision.seconds)
        transitions.wait(db, job.id, decision.wait_reason, decision.seconds, failure)
        return
    if failure.code == "gone" and job.item_id:
        mark_gone(db, job.item_id)
    transitions.fail(db, job.id, failure)
    if not JOB_ADVICE[failure.code].retry:
        discard(settings.partial / job.id)


def _with_advice(failure: Failed) -> Failed:
    advice = JOB_ADVICE[failure.code]
    return msgspec.structs.replace(failure, message=failure.message or advice.message, hint=failure.hint or advice.hint)


_SETTLE: dict[type, Callable[[sqlite3.Connection, Settings, ClaimedJob, Any], None]] = {
    Done: _done,
    Listed: _listed,
    Cancelled: _cancelled,
    GivenBack: _given_back,
    Failed: _failed,
}


class AttemptRecord:
    """The row of one attempt: what ran, when, and how it ended."""

    def __init__(self, db: sqlite3.Connection, job: ClaimedJob) -> None:
        self._db = db
        with transaction(db):
            self._id = db.execute(
                "INSERT INTO attempts (job_id, number, started_at) VALUES (?, ?, ?)", (job.id, job.tries + 1, now())
            ).lastrowid

    def close(self, scraper: str, outcome: Outcome) -> None:
        """Complete the row."""
        code, detail = (outcome.code, outcome.detail[:2000]) if isinstance(outcome, Failed) else (None, None)
        with transaction(self._db):
            self._db.execute(
                """
                UPDATE attempts SET ended_at = ?, scraper = ?, library = ?, outcome = ?, error_code = ?, detail = ?
                WHERE id = ?
                """,
                (now(), scraper, library_of(scraper), type(outcome).__name__.lower(), code, detail, self._id),
            )

"""What a person does with jobs, and with the whole queue. Each command returns its exit code, as in commands.py."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

from bowerbird.cli import show
from bowerbird.cli.opening import archive
from bowerbird.clock import as_text, now
from bowerbird.errors import RequestError
from bowerbird.model import Job
from bowerbird.settings import Settings, load_settings

Arguments = argparse.Namespace
# Refusals that are about the one job that was named.
_OF_ONE_JOB = frozenset(("bad_request", "not_found", "wrong_state"))


def act(chosen: Arguments) -> int:
    """Do something with the jobs that are named, or with all of a kind."""
    _check(chosen)
    settings = load_settings()
    status = _act_on_all(settings, chosen) if chosen.every else _act_on_jobs(settings, chosen)
    wake(settings)
    return status


def wake(settings: Settings) -> None:
    """Start the worker, and say so where it can't be."""
    from bowerbird.queue.wake import wake_worker

    if not wake_worker(settings):
        show.complain(
            "It is safe, but the program that does the work can't be started now.", "Later, run: bowerbird work"
        )


def _check(chosen: Arguments) -> None:
    if bool(chosen.jobs) == chosen.every:
        hint = f"See them with: bowerbird jobs, and what it does with: bowerbird {chosen.action} --help"
        raise RequestError("bad_request", f"Name jobs, or say {chosen.all_of}.", hint)
    if chosen.until and chosen.every:
        raise RequestError("bad_request", "A time can be set for named jobs, not for all.", "Leave out: --until")
    if (chosen.platform or chosen.error) and not chosen.every:
        raise RequestError("bad_request", "--platform and --error choose among all that failed.", "Add: --failed")


def _act_on_all(settings: Settings, chosen: Arguments) -> int:
    from bowerbird.queue import reads

    with archive(settings) as db:
        said = _FOR_ALL[chosen.action](db, chosen)
        show.queue(reads.counts(db), said, as_json=chosen.json)
    return 0


def _pause_queue(db: sqlite3.Connection, _chosen: Arguments) -> str:
    from bowerbird.queue.pausing import pause_queue

    pause_queue(db)
    return "The queue is paused: what runs is stopped, nothing is begun. Go on with: bowerbird resume --all"


def _resume_queue(db: sqlite3.Connection, _chosen: Arguments) -> str:
    from bowerbird.queue.pausing import resume_queue

    resume_queue(db)
    return "The queue goes on."


def _retry_failed(db: sqlite3.Connection, chosen: Arguments) -> str:
    from bowerbird.queue.bulk import left_failed, retry_failed

    count = retry_failed(db, platform=chosen.platform, error_code=chosen.error)
    said = f"{count:,} that failed {'is' if count == 1 else 'are'} tried again."
    left = left_failed(db, platform=chosen.platform, error_code=chosen.error)
    which = "1 more stays: its link was" if left == 1 else f"{left:,} more stay: their links were"
    return f"{said} {which} asked for again since." if left else said


def _clear_completed(db: sqlite3.Connection, _chosen: Arguments) -> str:
    from bowerbird.queue.bulk import clear_completed, kept_lists

    said = f"Removed {clear_completed(db):,} from the history; what they saved stays."
    kept = kept_lists(db)
    if not kept:
        return said
    lists, which = ("1 list stays", "its id") if kept == 1 else (f"{kept:,} lists stay", "their ids")
    return f"{said} {lists}, of which something could not be had: delete by {which}, or run: bowerbird retry --failed"


# action -> does it, and says what became of it
_FOR_ALL: dict[str, Callable[[sqlite3.Connection, Arguments], str]] = {
    "pause": _pause_queue,
    "resume": _resume_queue,
    "retry": _retry_failed,
    "delete": _clear_completed,
}


def _act_on_jobs(settings: Settings, chosen: Arguments) -> int:
    """Those with which it can't be done are named, and it is done with the others."""
    named: dict[str, str] = {}
    after: list[Job] = []
    refused: dict[str, RequestError] = {}
    with archive(settings) as db:
        for given in chosen.jobs:
            with _one_job(given, refused):
                named.setdefault(whole_id(db, given), given)
        for job_id, given in named.items():
            with _one_job(given, refused):
                after += _acted(db, settings, job_id, chosen)
    if after:
        show.acted(after, chosen.action, as_json=chosen.json)
    for given, error in refused.items():
        show.not_acted(given, error, as_json=chosen.json)
    return 2 if refused else 0


def _acted(db: sqlite3.Connection, settings: Settings, job_id: str, chosen: Arguments) -> list[Job]:
    from bowerbird.queue import actions

    if chosen.until:
        return [actions.schedule(db, settings, job_id, _as_utc(chosen.until))]
    return actions.act(db, settings, (job_id,), chosen.action)


def _as_utc(moment: str) -> str:
    """A time of this place, unless it names its zone. Raises RequestError `bad_request` for none, or a past one."""
    try:
        until = as_text(datetime.fromisoformat(moment.replace("Z", "+00:00")))
    except (ValueError, OverflowError) as error:
        said = f"“{moment[:40]}” is no time."
        raise RequestError(
            "bad_request", said, "Write it such as 2026-12-24T18:00, in this computer's time."
        ) from error
    if until <= now():
        raise RequestError("bad_request", "That time has passed.", "Choose one to come, or leave out: --until")
    return until


@contextlib.contextmanager
def _one_job(given: str, refused: dict[str, RequestError]) -> Iterator[None]:
    """Keep a refusal that is about this job alone, so that the others are done."""
    try:
        yield
    except RequestError as error:
        if error.code not in _OF_ONE_JOB:
            raise
        refused[given] = error


def whole_id(db: sqlite3.Connection, given: str) -> str:
    """The id that begins so. Raises RequestError `not_found`, or `bad_request` where several do."""
    from bowerbird.queue.waiting import find_jobs

    found = find_jobs(db, given)
    if len(found) > 1:
        raise RequestError("bad_request", f"More than one job begins with {given[:40]}.", "Give more of its id.")
    if not found:
        raise RequestError("not_found", f"There is no job {given[:40]}.", "Look at the list with: bowerbird jobs")
    return found[0]

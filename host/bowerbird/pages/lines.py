"""A job as one line: its state in a shape and a word, what it does, and what can be done about it now."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.model import Job
from bowerbird.pages import words
from bowerbird.pages.cures import Cure, cure

WORDS = {
    "pending": "In the queue",
    "running": "Running",
    "waiting": "Waiting",
    "paused": "Paused",
    "completed": "Saved",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


class Button(NamedTuple):
    """A button of a job: the action it posts, its words and icon; `main` is the cure, shown with its words."""

    action: str
    label: str
    icon: str
    main: bool = False


class JobLine(NamedTuple):
    """What a row shows of a job beside its title; `more` stands behind a menu."""

    job: Job
    word: str
    says: tuple[str, ...]
    buttons: tuple[Button, ...]
    more: tuple[Button, ...]
    cure: Cure | None

    @property
    def shows_progress(self) -> bool:
        """Whether there is a bar: while it is under way, and where something is done already."""
        return self.job.status == "running" or (self.job.status in ("waiting", "paused") and self.job.progress > 0)


_CANCEL = Button("cancel", "Cancel", "cancel")
_PAUSE = Button("pause", "Pause", "pause")
_RESUME = Button("resume", "Go on", "play", main=True)
_RETRY = Button("retry", "Try again", "retry", main=True)
_CONTINUE = Button("continue", "Continue", "play", main=True)
_FORGET = Button("delete", "Take out of the list", "trash")
_NEXT = Button("top", "Do this next", "up")
_IN_QUEUE = (
    Button("up", "One place up", "up"),
    Button("down", "One place down", "down"),
    Button("raise", "More urgent", "up"),
    Button("lower", "Less urgent", "down"),
    _PAUSE,
)

_BUTTONS: dict[str, tuple[Button, ...]] = {
    "pending": (_NEXT, _CANCEL),
    "running": (_PAUSE, _CANCEL),
    "waiting": (_CONTINUE, _CANCEL),
    "paused": (_RESUME, _CANCEL),
    "completed": (_FORGET,),
    "failed": (_RETRY, _FORGET),
    "cancelled": (_RETRY, _FORGET),
}


def job_line(job: Job, *, is_paused: bool = False, tells_end: bool = True) -> JobLine:
    """The line of a job; `is_paused`: the whole queue is, so that its own time does not suffice.

    `tells_end`: how it was saved or failed is said too; a table has columns for that.
    """
    more = _IN_QUEUE if job.status == "pending" else ()
    rests = is_paused and bool(job.not_before) and job.status in ("pending", "waiting")
    said = _SAYINGS[job.status](job) if tells_end or job.status not in ("completed", "failed") else ()
    says = _words(*said, "once the queue goes on" if rests else "")
    return JobLine(job, WORDS[job.status], says, _buttons(job), more, cure(job))


def _buttons(job: Job) -> tuple[Button, ...]:
    if job.status == "waiting" and job.wait_reason in ("rate_limit", "schedule"):
        # what goes on by itself needs no cure
        return (_PAUSE, _CANCEL)
    return _BUTTONS[job.status]


def _words(*parts: str | None) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _members(job: Job) -> str:
    if not job.items_total and not job.items_done:
        return ""
    total = f" of {job.items_total:,}" if job.items_total else ""
    return f"{job.items_done:,}{total} done"


def _failures(job: Job) -> str:
    return f"{job.items_failed:,} could not be had" if job.items_failed else ""


def _pending(job: Job) -> tuple[str, ...]:
    again = f"tries again {words.upcoming(job.not_before)}" if job.not_before else ""
    if job.error and again:
        return _words(job.error.message.rstrip("."), again)
    place = "next, when a place is free" if job.position == 1 else f"place {job.position:,}" if job.position else ""
    return _words(place)


def _running(job: Job) -> tuple[str, ...]:
    # of a list that was read, the operation is how far its members are
    is_told = bool(job.items_total) and (job.current_operation or "").endswith(" saved")
    return _words(
        job.current_operation,
        "" if is_told else _members(job),
        words.so_far(job.bytes_downloaded, job.bytes_total),
        f"{words.size(job.speed)}/s" if job.speed else "",
        f"{words.span(job.eta)} left" if job.eta else "",
        _failures(job),
    )


def _waiting(job: Job) -> tuple[str, ...]:
    until = f"goes on {words.upcoming(job.not_before)}" if job.not_before else ""
    cause = job.error.message.rstrip(".") if job.error else _REASONS.get(job.wait_reason or "", "")
    return _words(cause, until, "" if job.wait_reason == "confirm" else _members(job))


def _paused(job: Job) -> tuple[str, ...]:
    return _words(words.so_far(job.bytes_downloaded, job.bytes_total), _members(job))


def _completed(job: Job) -> tuple[str, ...]:
    return _words(_members(job), words.size(job.bytes_total), words.ago(job.completed_at), _failures(job))


def _failed(job: Job) -> tuple[str, ...]:
    return _words(job.error.message.rstrip(".") if job.error else "", _members(job), words.ago(job.completed_at))


def _cancelled(job: Job) -> tuple[str, ...]:
    return _words(_members(job), words.ago(job.completed_at))


_REASONS = {
    "session": "The site wants you to sign in",
    "rate_limit": "The site asks for a pause",
    "disk": "The disk is full",
    "network": "There is no connection",
    "schedule": "It has not begun yet",
    "confirm": "The list is longer than the limit",
}
_SAYINGS = {
    "pending": _pending,
    "running": _running,
    "waiting": _waiting,
    "paused": _paused,
    "completed": _completed,
    "failed": _failed,
    "cancelled": _cancelled,
}

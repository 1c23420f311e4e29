"""What waits for a person: a cause that several jobs share is told once, with its cure."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.clock import later
from bowerbird.model import Job
from bowerbird.pages import words
from bowerbird.pages.causes import CauseLine, failed_by, waiting_for
from bowerbird.pages.cures import Cure
from bowerbird.queue import updates
from bowerbird.queue.causes import causes
from bowerbird.queue.workers import left_running
from bowerbird.settings import Settings

FRESH_SECONDS = 24 * 3600


class Several(NamedTuple):
    """The jobs that share a cause: how many, where they are listed, and what all of them do."""

    counted: str
    link: str
    do: str


class Notice(NamedTuple):
    """One bar: what is so, the next step, and its one button, which leads to `link` or posts `action` for `job_id`.

    `tone` is '', `bad` or `calm`.
    """

    icon: str
    tone: str
    bold: str
    text: str
    link: str = ""
    label: str = ""
    job_id: str = ""
    action: str = ""
    several: Several | None = None


def notices(db: sqlite3.Connection, settings: Settings, under_way: Sequence[Job]) -> tuple[Notice, ...]:
    """All that there are, the most pressing first; a page shows a few, and the others when it is asked."""
    found = [*_stopped(db, settings), *_update(db), *_waiting(under_way), *_failed(db), *_disk(settings)]
    told = {notice.bold for notice in found}
    found += [warning for warning in _warnings(db) if warning.bold not in told]
    return tuple(found)


def _stopped(db: sqlite3.Connection, settings: Settings) -> list[Notice]:
    """What counts as running while nobody works: the site looks once a minute whether a worker is needed."""
    if not left_running(db, settings):
        return []
    text = "What ran goes on within a minute, by itself."
    return [Notice("warn", "", "The worker ended before its time.", text, "/logs", "Show the log")]


def _update(db: sqlite3.Connection) -> list[Notice]:
    if updates.asked(db) is None:
        return []
    text = "Nothing else is begun meanwhile; then the queue goes on by itself."
    return [Notice("retry", "calm", "The libraries are being updated.", text, "/settings#libraries", "Look at it")]


def _waiting(under_way: Sequence[Job]) -> list[Notice]:
    waiting: dict[tuple[str, str], list[Job]] = {}
    for job in under_way:
        if job.status == "waiting" and job.wait_reason in _TELL:
            waiting.setdefault((job.platform, job.wait_reason), []).append(job)
    return [_wait(jobs) for jobs in waiting.values()]


def _wait(jobs: list[Job]) -> Notice:
    job, reason = jobs[0], jobs[0].wait_reason or ""
    line = waiting_for(jobs, _TELL[reason])
    icon = _ICONS.get(reason, "info")
    if reason == "confirm" and len(jobs) == 1:
        text = job.title or job.url
        return Notice(icon, "", _ended(line.says), text, label="Continue", job_id=job.id, action="continue")
    if len(jobs) > 1:
        return _shared(line, icon, "wait for it")
    cure = line.cure if line.cure and line.cure.link else Cure("Look at it", f"/job/{job.id}")
    return Notice(icon, "", _ended(line.says), line.hint, cure.link, cure.label)


def _failed(db: sqlite3.Connection) -> list[Notice]:
    """What several jobs failed by, the last of them lately: what is older stands in the history."""
    since = later(-FRESH_SECONDS)
    several = causes(db, since=since, least=2).shown
    return [_shared(failed_by(cause), "s-failed", "failed by it")._replace(tone="bad") for cause in several]


def _shared(line: CauseLine, icon: str, do: str) -> Notice:
    cure = line.cure or Cure("Show them", line.link)
    several = Several(line.counted, line.link, do)
    return Notice(icon, "", _ended(line.says), line.hint, cure.link, cure.label, several=several)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("?", "!", ".")) else f"{sentence}."


_TELL = {
    "session": "A site wants you to sign in.",
    "disk": "The disk is full.",
    "network": "There is no connection.",
    "confirm": "A list is longer than the limit.",
}
_ICONS = {"session": "key", "disk": "disk", "network": "plug", "confirm": "list"}


def _disk(settings: Settings) -> list[Notice]:
    free = shutil.disk_usage(settings.archive).free
    if free > 2 * settings.disk_floor:
        return []
    text = f"Saving stops at {words.size(settings.disk_floor)}, so that your computer keeps working."
    return [Notice("disk", "", f"{words.size(free)} are free.", text)]


def _warnings(db: sqlite3.Connection) -> list[Notice]:
    sql = """
        SELECT level, message, hint, job_id FROM (
            SELECT * FROM events WHERE component = 'worker' AND level IN ('warning', 'error') ORDER BY id DESC LIMIT 50)
        WHERE at > ? GROUP BY code, message ORDER BY max(id) DESC
    """
    return [
        Notice(
            "warn", "bad" if row["level"] == "error" else "calm", row["message"], row["hint"] or "",
            f"/job/{row['job_id']}" if row["job_id"] else "", "Look at it",
        )
        for row in db.execute(sql, (later(-FRESH_SECONDS),))
    ]  # fmt: skip

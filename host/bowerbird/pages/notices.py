"""What waits for a person: a cause that several jobs share is told once, with its cure."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.clock import later
from bowerbird.model import Job
from bowerbird.pages import words
from bowerbird.pages.cures import cure
from bowerbird.queue import updates
from bowerbird.settings import Settings

MOST_SHOWN = 3
FRESH_SECONDS = 24 * 3600


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


def notices(db: sqlite3.Connection, settings: Settings, under_way: Sequence[Job]) -> tuple[tuple[Notice, ...], int]:
    """The most pressing ones, and how many more there are."""
    found = [*_update(db), *_waiting(under_way), *_disk(settings)]
    told = {notice.bold for notice in found}
    found += [warning for warning in _warnings(db) if warning.bold not in told]
    return tuple(found[:MOST_SHOWN]), max(0, len(found) - MOST_SHOWN)


def _update(db: sqlite3.Connection) -> list[Notice]:
    if updates.asked(db) is None:
        return []
    text = "Nothing else is begun meanwhile; then the queue goes on by itself."
    return [Notice("retry", "calm", "The libraries are being updated.", text, "/settings#libraries", "Look at it")]


def _waiting(under_way: Sequence[Job]) -> list[Notice]:
    causes: dict[tuple[str, str], list[Job]] = {}
    for job in under_way:
        if job.status == "waiting" and job.wait_reason in _TELL:
            causes.setdefault((job.platform, job.wait_reason), []).append(job)
    return [_notice(jobs) for jobs in causes.values()]


def _notice(jobs: list[Job]) -> Notice:
    job = jobs[0]
    icon = _ICONS.get(job.wait_reason or "", "info")
    bold, text = (job.error.message, job.error.hint) if job.error else (_TELL[job.wait_reason or ""], "")
    if job.wait_reason == "confirm" and len(jobs) == 1:
        return Notice(icon, "", bold, job.title or job.url, label="Continue", job_id=job.id, action="continue")
    several = f" {words.counted(len(jobs), 'save')} wait for it." if len(jobs) > 1 else ""
    found = cure(job)
    if found and found.link:
        return Notice(icon, "", bold, text + several, found.link, found.label)
    link = f"/job/{job.id}" if len(jobs) == 1 else f"/history?status=waiting&platform={job.platform}"
    return Notice(icon, "", bold, text + several, link, "Look at it")


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

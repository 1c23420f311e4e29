"""What a machine shows of sessions: its jobs, its vault, and what arrived at Instagram."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.evidence import files_with
from tests.platforms import instagram

from .conftest import Machine

STORY = f"https://www.instagram.com/stories/{instagram.GARDEN}/{instagram.STORY_IMAGE}/"
PROFILE = f"https://www.instagram.com/{instagram.GARDEN}/"
SAVED = f"https://www.instagram.com/{instagram.ME.username}/saved/all-posts/"
COLLECTION = f"https://www.instagram.com/{instagram.ME.username}/saved/ponds/{instagram.OTHER_COLLECTION}/"
NO_PACE = {"BOWERBIRD_INSTAGRAM_DELAY_MIN": "0", "BOWERBIRD_INSTAGRAM_DELAY_MAX": "0"}


def without_pauses(machine: Machine) -> Machine:
    """The machine, asking Instagram without its usual pace."""
    return replace(machine, environment={**machine.environment, **NO_PACE})


def is_nowhere(secret: str, machine: Machine) -> bool:
    """Whether no file of archive, settings and logs has these words in it."""
    return not files_with(secret.encode(), machine.archive, Path(machine.environment["BOWERBIRD_HOME"]))


def vault(machine: Machine, sql: str) -> list[dict[str, Any]]:
    """What vault.db answers; nothing where there is none."""
    path = Path(machine.environment["BOWERBIRD_HOME"]) / "vault.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in db.execute(sql)]
        except sqlite3.OperationalError:  # it is being made
            return []


def waits(machine: Machine) -> bool:
    """Whether the one job waits for a session."""
    return machine.rows("SELECT status, wait_reason FROM jobs") == [{"status": "waiting", "wait_reason": "session"}]


def is_saved(machine: Machine, clicks: int = 1) -> bool:
    """Whether everything that was clicked so often is there."""
    found = machine.rows("SELECT status FROM jobs WHERE parent_id IS NULL")
    return [row["status"] for row in found] == ["completed"] * clicks


def lists(machine: Machine) -> dict[str, int]:
    """How many members each thing that was clicked has, by its kind; none may be missing."""
    rows = machine.rows("SELECT kind, items_done, items_failed FROM jobs WHERE parent_id IS NULL")
    assert not any(row["items_failed"] for row in rows)
    return {row["kind"]: row["items_done"] for row in rows}


def filed(machine: Machine) -> set[str]:
    """Ids of the items that have a picture or video, and each of their files on the disk as its row says."""
    sql = "SELECT platform_id, file_type, file_path, file_size FROM items JOIN files ON files.item_id = items.id"
    rows = machine.rows(sql)
    assert all((machine.archive / row["file_path"]).stat().st_size == row["file_size"] for row in rows)
    return {row["platform_id"] for row in rows if row["file_type"] in ("image", "video")}


def lent(machine: Machine) -> set[str]:
    """The user agents that asked Instagram's site signed in since its log was begun anew."""
    entries = machine.platforms.seen(instagram.COOKIE_HOST)
    return {one.user_agent for one in entries if instagram.carried(one)}

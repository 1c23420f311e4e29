"""Which job is next, and taking it. One statement per platform: a long queue of one costs the others nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.model import Target
from bowerbird.queue.rows import ClaimedJob, as_claimed

# The platforms that have pending jobs, each found by one step in the index jobs_claim, but for those that are paused.
OPEN_PLATFORMS = """
    WITH RECURSIVE found(platform) AS (
        SELECT min(platform) FROM jobs WHERE status = 'pending'
        UNION ALL
        SELECT (SELECT min(platform) FROM jobs WHERE status = 'pending' AND platform > found.platform)
        FROM found WHERE found.platform IS NOT NULL)
    SELECT platform FROM found WHERE platform IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM budgets WHERE budgets.platform = found.platform AND account = '' AND not_before > ?)
"""

# The first claimable job of a platform; two jobs for one target never run at the same time.
FIRST = """
    SELECT * FROM jobs
    WHERE status = 'pending' AND platform = ? AND (not_before IS NULL OR not_before <= ?)
      AND NOT EXISTS (SELECT 1 FROM jobs AS other
                      WHERE other.target_key = jobs.target_key AND other.status = 'running' AND other.listed = 0)
    ORDER BY priority DESC, seq LIMIT 1
"""

# Takes it, unless somebody cancelled it meanwhile. A list that is read from its start counts anew what it knows.
_TAKE = """
    UPDATE jobs SET status = 'running', wait_reason = NULL, not_before = NULL, current_operation = 'Starting',
           error_code = NULL, error_message = NULL, hint = NULL, completed_at = NULL,
           progress = CASE WHEN items_total IS NULL THEN 0 ELSE progress END,
           items_known = CASE WHEN cursor IS NULL THEN 0 ELSE items_known END,
           bytes_downloaded = NULL, bytes_total = NULL, speed = NULL, eta = NULL, started_at = ?, updated_at = ?
    WHERE seq = ? AND status = 'pending'
"""


def open_platforms(db: sqlite3.Connection, moment: str) -> list[str]:
    """The platforms that have pending jobs and are not paused at that time."""
    return [row["platform"] for row in db.execute(OPEN_PLATFORMS, (moment,))]


def claim(db: sqlite3.Connection, running: Mapping[str, int], most_per_platform: int) -> ClaimedJob | None:
    """Make the next job `running` and return it, or None where nothing can be claimed now.

    `running` says how many attempts of each platform run already. Raises RequestError as `transaction` does.
    """
    moment = now()
    free = [name for name in open_platforms(db, moment) if running.get(name, 0) < most_per_platform]
    chosen = _first(db, free, moment)
    if chosen is None:
        return None
    with transaction(db):
        taken = db.execute(_TAKE, (moment, moment, chosen["seq"])).rowcount
    return as_claimed(chosen) if taken else None


def first_target(db: sqlite3.Connection) -> Target | None:
    """What a worker that starts now would claim first."""
    moment = now()
    chosen = _first(db, open_platforms(db, moment), moment)
    return as_claimed(chosen).target if chosen else None


def _first(db: sqlite3.Connection, platforms: Iterable[str], moment: str) -> sqlite3.Row | None:
    rows = (db.execute(FIRST, (name, moment)).fetchone() for name in platforms)
    return min(filter(None, rows), key=lambda row: (-row["priority"], row["seq"]), default=None)

"""Which job is next, and taking it. One statement per platform: a long queue of one costs the others nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from bowerbird.clock import later, now
from bowerbird.database import json_list, transaction
from bowerbird.model import Target
from bowerbird.queue import losses
from bowerbird.queue.budgets import HELD, ONE_AT_A_TIME, PER_ACCOUNT_SQL, WEB
from bowerbird.queue.lanes import Crowd, Limits, full_hosts, has_room, web_lane
from bowerbird.queue.pausing import PAUSED
from bowerbird.queue.rows import ClaimedJob, as_claimed

# The platforms that have pending jobs, each found by one step in the index jobs_claim, but for those that have to wait;
# none while the whole queue is paused. The index is named: of 100,000 jobs SQLite takes another one, and 200 ms.
OPEN_PLATFORMS = f"""
    WITH RECURSIVE found(platform) AS (
        SELECT min(platform) FROM jobs INDEXED BY jobs_claim WHERE status = 'pending'
        UNION ALL
        SELECT (SELECT min(platform) FROM jobs INDEXED BY jobs_claim
                WHERE status = 'pending' AND platform > found.platform)
        FROM found WHERE found.platform IS NOT NULL)
    SELECT platform FROM found
    WHERE platform IS NOT NULL AND NOT {PAUSED} AND platform NOT IN (SELECT platform FROM budgets
        WHERE account = '' AND (not_before > :moment OR rests_until > :moment) AND platform NOT IN ({PER_ACCOUNT_SQL}))
"""

# A pending job whose time has come and whose account, where one is known, does not have to wait.
DUE = f"""
    status = 'pending' AND platform = :platform AND (not_before IS NULL OR not_before <= :moment)
      AND NOT {HELD.format(moment=":moment")}
"""

# The first claimable job of a platform, but for those of `full` hosts. Two jobs for one target never run at the same
# time; where `alone`, neither do two with one account, and a job of which nobody knows the account yet goes without
# company.
FIRST = f"""
    SELECT * FROM jobs INDEXED BY jobs_claim
    WHERE {DUE} AND coalesce(host, '') NOT IN (SELECT value FROM json_each(:full))
      AND NOT EXISTS (SELECT 1 FROM jobs AS other
                      WHERE other.target_key = jobs.target_key AND other.status = 'running' AND other.listed = 0)
      AND NOT (:alone AND EXISTS (
          SELECT 1 FROM jobs AS busy WHERE busy.status = 'running' AND busy.platform = :platform AND busy.listed = 0
             AND (busy.account IS NULL OR jobs.account IS NULL OR busy.account = jobs.account)))
    ORDER BY priority DESC, place, seq LIMIT 1
"""

# Takes it, unless somebody cancelled it meanwhile. A list that is read from its start counts anew what it knows.
_TAKE = """
    UPDATE jobs SET status = 'running', wait_reason = NULL, not_before = NULL, current_operation = 'Starting',
           error_code = NULL, error_message = NULL, hint = NULL, completed_at = NULL,
           progress = CASE WHEN items_total IS NULL THEN 0 ELSE progress END,
           items_known = CASE WHEN cursor IS NULL AND NOT streamed THEN 0 ELSE items_known END,
           bytes_downloaded = NULL, bytes_total = NULL, speed = NULL, eta = NULL, started_at = ?, updated_at = ?
    WHERE seq = ? AND status = 'pending'
"""

_GOES_FIRST = f"""
    SELECT 1 FROM jobs WHERE {DUE} AND priority > (SELECT priority FROM jobs WHERE id = :id) AND updated_at < :since
    LIMIT 1
"""
# Seconds; the worker looks at the queue each second.
NOTICED = 3.0


def open_platforms(db: sqlite3.Connection, moment: str) -> list[str]:
    """The platforms that have pending jobs and are not paused at that time."""
    return [row["platform"] for row in db.execute(OPEN_PLATFORMS, {"moment": moment})]


def claim(db: sqlite3.Connection, crowd: Crowd, limits: Limits) -> ClaimedJob | None:
    """Make the next job `running` and return it, or None where nothing can be claimed now.

    Raises RequestError as `transaction` does.
    """
    if crowd.is_closed:
        return None
    moment = now()
    free = [name for name in open_platforms(db, moment) if has_room(crowd, limits, _widest_lane(name))]
    chosen = _first(db, free, moment, full_hosts(crowd, limits))
    if chosen is None:
        return None
    is_suspected = chosen["started_at"] is not None and losses.in_a_row(db, chosen["id"]) >= losses.SUSPECTED
    if is_suspected and crowd.running:
        losses.postpone(db, chosen["id"], losses.ASIDE)
        return claim(db, crowd, limits)
    with transaction(db):
        taken = db.execute(_TAKE, (moment, moment, chosen["seq"])).rowcount
    return msgspec.structs.replace(as_claimed(chosen), is_suspected=is_suspected) if taken else None


def first_target(db: sqlite3.Connection) -> Target | None:
    """What a worker that starts now would claim first."""
    moment = now()
    chosen = _first(db, open_platforms(db, moment), moment)
    return as_claimed(chosen).target if chosen else None


def goes_first(db: sqlite3.Connection, job: ClaimedJob) -> bool:
    """Whether a job of the same platform waits that goes before this one: a list of hours lets it through.

    What could begin beside this one has begun after NOTICED.
    """
    values = {"platform": job.target.platform, "moment": now(), "since": later(-NOTICED), "id": job.id}
    return db.execute(_GOES_FIRST, values).fetchone() is not None


def _widest_lane(platform: str) -> str:
    """Of the web, a host where nothing runs."""
    return web_lane("") if platform == WEB else platform


def _first(
    db: sqlite3.Connection, platforms: Iterable[str], moment: str, full: Iterable[str] = ()
) -> sqlite3.Row | None:
    hosts = json_list(full)
    rows = (db.execute(FIRST, _asked(name, moment, hosts)).fetchone() for name in platforms)
    return min(filter(None, rows), key=lambda row: (-row["priority"], row["place"], row["seq"]), default=None)


def _asked(platform: str, moment: str, full: str) -> dict[str, Any]:
    return {"platform": platform, "moment": moment, "alone": platform in ONE_AT_A_TIME, "full": full}

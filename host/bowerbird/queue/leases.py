"""What the worker asks of browsers: a fresh session for a job; and whose session an attempt uses.

The other side, that of the hosts which pass a question on and write down its answer, is browsers.py. A question that
nobody answers stays open: a host that connects later passes it on too, so that what waits goes on by itself.
"""

from __future__ import annotations

import sqlite3

import msgspec

from bowerbird.clock import later, now
from bowerbird.database import transaction
from bowerbird.model import Platform, Target
from bowerbird.queue import browsers
from bowerbird.sessions import policy

# A question that had no answer a moment ago has none now; a list of a hundred private videos asks once.
LATELY_SECONDS = 30.0
# How many of the newest requests are looked through for that.
LATELY_ROWS = 50
# For how many sites a browser that connects is asked, those first for which something was captured last.
MOST_SITES = 100


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which session is wanted, and why, in a sentence; the payload of the row."""

    platform: Platform
    platform_host: str
    account: str | None = None
    reason: str = ""
    incognito: bool = False


def wanted_for(target: Target, reason: str, account: str | None = None, *, incognito: bool = False) -> Wanted:
    """The session that a target needs; of a private window where that was clicked in one."""
    return Wanted(
        platform=policy.platform_of(target), platform_host=policy.platform_host(target), account=account, reason=reason,
        incognito=incognito,
    )  # fmt: skip


def ask(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Ask for a session, anew where that was asked before: hosts pass each row on once. Returns the question's id."""
    with transaction(db):
        for known in browsers.needed(db):
            same = (wanted.platform, wanted.account, wanted.incognito)
            if (known.platform, known.account, known.incognito) == same:
                sql = "UPDATE requests SET done_at = ?, result = 'asked again' WHERE id = ?"
                db.execute(sql, (now(), known.request_id))
        sql = "INSERT INTO requests (kind, payload, created_at) VALUES ('session', ?, ?)"
        return int(db.execute(sql, (msgspec.json.encode(wanted).decode(), now())).lastrowid or 0)


def ask_again(db: sqlite3.Connection) -> int:
    """For a browser that connects: ask once more for what jobs wait for. Returns how many questions that makes."""
    rows = db.execute(
        """
        SELECT target, error_message, incognito, max(seq) FROM jobs WHERE status = 'waiting' AND wait_reason = 'session'
        GROUP BY platform, incognito, host ORDER BY max(seq) DESC LIMIT ?
        """,
        (MOST_SITES,),
    ).fetchall()
    wanted = [_wanted_by(row) for row in rows]
    asked = {(known.platform, known.incognito) for known in browsers.needed(db)}
    missing = {key: one for one in wanted if (key := (one.platform, one.incognito)) not in asked}
    for one in missing.values():
        ask(db, one)
    return len(missing)


def _wanted_by(row: sqlite3.Row) -> Wanted:
    target = msgspec.json.decode(row["target"], type=Target)
    return wanted_for(target, row["error_message"] or "", incognito=bool(row["incognito"]))


def result_of(db: sqlite3.Connection, question: int) -> str | None:
    """The answer, as in browsers.py, or None while there is none."""
    row = db.execute("SELECT result FROM requests WHERE id = ? AND done_at IS NOT NULL", (question,)).fetchone()
    return str(row["result"]) if row else None


def was_asked_lately(db: sqlite3.Connection, platform: Platform, *, incognito: bool = False) -> bool:
    """Whether browsers were asked for a session of this platform and window a moment ago, and brought none."""
    rows = db.execute(
        """
        SELECT payload FROM requests WHERE id > (SELECT max(id) FROM requests) - ? AND kind = 'session'
           AND created_at > ? AND result IS NOT 'stored'
        """,
        (LATELY_ROWS, later(-LATELY_SECONDS)),
    )
    asked = (msgspec.json.decode(row["payload"], type=Wanted) for row in rows)
    return any((one.platform, one.incognito) == (platform, incognito) for one in asked)


def use_account(db: sqlite3.Connection, job_id: str, platform: Platform, account: str, *, alone: bool) -> bool:
    """Write down whose session an attempt uses ('' for nobody's).

    With `alone`, False where another attempt of that account runs: the job then has to wait for that one.
    """
    with transaction(db):
        db.execute("UPDATE jobs SET account = ? WHERE id = ? AND account IS NOT ?", (account, job_id, account))
        if not alone:
            return True
        sql = """
            SELECT 1 FROM jobs WHERE status = 'running' AND listed = 0 AND platform = ? AND account = ? AND id <> ?
        """
        return db.execute(sql, (platform, account, job_id)).fetchone() is None

"""Jobs whose attempts were cut short by the death of the worker.

That is seldom their fault: a computer is switched off, a person ends a process. But something that takes the memory of
the whole machine, or hits a bug in a compiled library, would do so for ever. So each death counts, from the row of the
attempt that was written before it began; a job that was there often runs alone, that it takes no other with it, and
after too many deaths it is set aside.
"""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later
from bowerbird.database import transaction
from bowerbird.queue import transitions
from bowerbird.scraping import Failed
from bowerbird.settings import Settings

# So many deaths count like one failed try.
DEATHS_A_TRY = 3
# From so many on in a row a job is suspected, runs alone, and rests before: doubled each time, at most LONGEST_REST.
SUSPECTED = 3
LONGEST_REST = 600.0
# Seconds until a suspected job is looked at again while others run, and for which it runs alone.
ASIDE = 60.0

_IN_A_ROW = """
    SELECT count(*) FROM attempts WHERE job_id = :id AND outcome = 'lost'
       AND id > coalesce((SELECT max(id) FROM attempts WHERE job_id = :id AND outcome <> 'lost'), 0)
"""
_SET_ASIDE = Failed(
    code="internal",
    message="Bowerbird's worker ended each time that this was tried.",
    hint="Run: bowerbird doctor. Then try again.",
)


def in_a_row(db: sqlite3.Connection, job_id: str) -> int:
    """How many of the job's last attempts ended with the worker."""
    return int(db.execute(_IN_A_ROW, {"id": job_id}).fetchone()[0])


def recover(db: sqlite3.Connection, settings: Settings) -> int:
    """running → pending, or failed, for what ran when the last worker died. Returns how many. Raises RequestError."""
    lost = [row["id"] for row in db.execute("SELECT id FROM jobs WHERE status = 'running' AND listed = 0")]
    recovered = transitions.recover(db)
    for job_id in lost:
        _judge(db, settings, job_id)
    return recovered


def postpone(db: sqlite3.Connection, job_id: str, seconds: float) -> None:
    """Let a pending job rest. Raises RequestError."""
    with transaction(db):
        sql = "UPDATE jobs SET not_before = ? WHERE id = ? AND status = 'pending'"
        db.execute(sql, (later(seconds), job_id))


def _judge(db: sqlite3.Connection, settings: Settings, job_id: str) -> None:
    deaths = in_a_row(db, job_id)
    if deaths >= DEATHS_A_TRY * (settings.max_retries + 1):
        _set_aside(db, job_id)
    elif deaths >= SUSPECTED:
        postpone(db, job_id, min(settings.retry_delay * 2 ** (deaths - SUSPECTED), LONGEST_REST))


def _set_aside(db: sqlite3.Connection, job_id: str) -> None:
    transitions.fail(db, job_id, _SET_ASIDE)
    with transaction(db):
        # Whoever tries it again begins to count anew.
        db.execute(
            """
            UPDATE attempts SET outcome = 'failed', error_code = ?
            WHERE id = (SELECT max(id) FROM attempts WHERE job_id = ?)
            """,
            (_SET_ASIDE.code, job_id),
        )

"""Trouble of more than one job, as rows that host and site tell to whoever looks."""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later, now
from bowerbird.database import transaction

AGAIN_SECONDS = 3600


def warn(db: sqlite3.Connection, code: str, message: str, hint: str, job_id: str | None) -> None:
    """Write a warning, at most one of each code in an hour. Raises RequestError."""
    with transaction(db):
        db.execute(
            """
            INSERT INTO events (at, level, component, code, message, hint, job_id)
            SELECT ?, 'warning', 'worker', ?, ?, ?, ?
            WHERE NOT EXISTS (SELECT 1 FROM events WHERE component = 'worker' AND code = ? AND at > ?)
            """,
            (now(), code, message, hint, job_id, code, later(-AGAIN_SECONDS)),
        )

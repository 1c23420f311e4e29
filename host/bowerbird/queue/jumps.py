"""Times that a clock has set which was ahead, and is right again: what should wait for minutes would wait for years.

A row that was changed in the future shows it. What it had to wait for from then on, it has to wait for from now on.
"""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later, now
from bowerbird.database import transaction

# Seconds by which clocks are set without anybody noticing.
SMALL = 60.0

_AHEAD = "status IN ('pending', 'waiting', 'paused') AND not_before IS NOT NULL AND updated_at > :soon"


def any_ahead(db: sqlite3.Connection) -> bool:
    """Whether a job has to wait for a time that a wrong clock has set."""
    return db.execute(f"SELECT 1 FROM jobs WHERE {_AHEAD} LIMIT 1", {"soon": later(SMALL)}).fetchone() is not None


def bring_back(db: sqlite3.Connection) -> int:
    """Let jobs and accounts wait for as long as was meant; how many jobs there were. Raises as `transaction`."""
    times = {"now": now(), "soon": later(SMALL)}
    with transaction(db):
        db.execute(
            f"UPDATE budgets SET not_before = {_moved('not_before')}, rests_until = {_moved('rests_until')}, "
            f"window_at = {_moved('window_at')}, used_at = {_moved('used_at')}, updated_at = :now "
            "WHERE updated_at > :soon",
            times,
        )
        sql = f"UPDATE jobs SET not_before = {_moved('not_before')}, updated_at = :now WHERE {_AHEAD}"
        return db.execute(sql, times).rowcount


def _moved(column: str) -> str:
    """The column, as far from now as it was from the row's last change."""
    return f"strftime('%Y-%m-%dT%H:%M:%fZ', julianday(:now) + julianday({column}) - julianday(updated_at))"

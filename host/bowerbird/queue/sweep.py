"""Rows that served their purpose go, so that no table grows with the years."""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later
from bowerbird.database import transaction
from bowerbird.signin import ENDED_SESSION, SESSION_SECONDS

DAY = 24 * 3600
DONE_REQUESTS = OLD_EVENTS = 30 * DAY
# A link is good for a minute; a session that was ended must stay known for as long as its cookie would be good.
USED_LINKS = DAY


def forget_old(db: sqlite3.Connection) -> None:
    """Remove events, done requests, used links and ended sessions that are too old to matter. Raises RequestError."""
    with transaction(db):
        db.execute("DELETE FROM events WHERE at < ?", (later(-OLD_EVENTS),))
        db.execute("DELETE FROM requests WHERE done_at < ?", (later(-DONE_REQUESTS),))
        db.execute(
            "DELETE FROM signins WHERE used_at < CASE WHEN substr(nonce, 1, ?) = ? THEN ? ELSE ? END",
            (len(ENDED_SESSION), ENDED_SESSION, later(-SESSION_SECONDS), later(-USED_LINKS)),
        )

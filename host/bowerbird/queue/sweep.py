"""Rows that served their purpose go, so that no table grows with the years."""

from __future__ import annotations

import sqlite3

from bowerbird.clock import later
from bowerbird.database import transaction
from bowerbird.queue.events import prune
from bowerbird.signin import ENDED_SESSION, SESSION_SECONDS

DAY = 24 * 3600
DONE_REQUESTS = OLD_EVENTS = 30 * DAY
EVENTS_AT_ONCE = 1000
# A link is good for a minute; a session that was ended must stay known for as long as its cookie would be good.
USED_LINKS = DAY


def forget_events(db: sqlite3.Connection) -> int:
    """Remove some of the oldest lines of the log, if they are too old or too many. How many. Raises RequestError."""
    return prune(db, later(-OLD_EVENTS), EVENTS_AT_ONCE)


def forget_old(db: sqlite3.Connection) -> None:
    """Remove events, done requests, used links and ended sessions that are too old to matter. Raises RequestError."""
    while forget_events(db) == EVENTS_AT_ONCE:
        pass
    with transaction(db):
        db.execute("DELETE FROM requests WHERE done_at < ?", (later(-DONE_REQUESTS),))
        db.execute(
            "DELETE FROM signins WHERE used_at < CASE WHEN substr(nonce, 1, ?) = ? THEN ? ELSE ? END",
            (len(ENDED_SESSION), ENDED_SESSION, later(-SESSION_SECONDS), later(-USED_LINKS)),
        )

"""The words by which jobs are found, of those that are new: the worker's part, for nobody who clicks should wait for it.

A job's title that changes later is followed by a trigger (0015_provenance.sql).
"""

from __future__ import annotations

import sqlite3

from bowerbird.database import transaction

# Jobs of one commit: some milliseconds.
BATCH = 500
# Jobs come in the order of their numbers, so that what is new lies behind the last one whose words are known.
_NEW = "jobs WHERE seq > (SELECT coalesce(max(id), 0) FROM jobs_fts_docsize)"


def index_new(db: sqlite3.Connection) -> None:
    """Let the next BATCH of new jobs be found; costs nothing where none is new. Raises RequestError."""
    if db.execute(f"SELECT 1 FROM {_NEW} LIMIT 1").fetchone() is None:
        return
    with transaction(db):
        db.execute(
            f"INSERT INTO jobs_fts (rowid, title, url) SELECT seq, title, url FROM {_NEW} ORDER BY seq LIMIT {BATCH}"
        )

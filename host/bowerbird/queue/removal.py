"""Taking jobs out of the history. Items stay, and so does what tells how they came here and what was seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from bowerbird.archive import provenance
from bowerbird.clock import now

_THESE = "(SELECT value FROM json_each(:ids))"
# In this order, because of what refers to what. A list that was seen to its end need not be walked through again.
_STATEMENTS = (
    f"DELETE FROM attempts WHERE job_id IN {_THESE}",
    f"""
    INSERT INTO requests (kind, job_id, created_at) SELECT 'discard', id, :now FROM jobs
    WHERE id IN {_THESE} AND started_at IS NOT NULL AND status <> 'completed'
    """,
    f"""
    INSERT INTO lists_seen (target_key, seen_at) SELECT target_key, coalesce(completed_at, :now) FROM jobs
    WHERE id IN {_THESE} AND +status = 'completed' AND streamed AND cursor IS NULL
    ON CONFLICT (target_key) DO UPDATE SET seen_at = excluded.seen_at
    """,
    f"DELETE FROM jobs WHERE id IN {_THESE}",
)


def remove(db: sqlite3.Connection, job_ids: Sequence[str]) -> None:
    """Remove jobs, with all of their members among them; none of them runs. The caller holds the transaction."""
    newest = db.execute("SELECT coalesce(max(revision), 0) FROM jobs").fetchone()[0]
    provenance.keep(db, job_ids)
    # Members and their lists go together: only at the end must nothing refer to what is gone.
    db.execute("PRAGMA defer_foreign_keys=1")
    values = {"ids": json.dumps(list(job_ids)), "now": now()}
    for statement in _STATEMENTS:
        db.execute(statement, values)
    # The number of the last change must not fall, or those who follow the changes would miss the next ones.
    db.execute("UPDATE jobs SET revision = ? WHERE seq = (SELECT max(seq) FROM jobs)", (newest + 1,))


def lowest(db: sqlite3.Connection, job_ids: Sequence[str], most: int) -> list[str]:
    """The jobs that can be removed before these: members of members first, at most so many; themselves where none is.

    A list of a hundred thousand is so taken apart in small commits.
    """
    sql = f"SELECT id FROM jobs WHERE parent_id IN {_THESE} LIMIT :most"
    below = [row["id"] for row in db.execute(sql, {"ids": json.dumps(list(job_ids)), "most": most})]
    return lowest(db, below, most) if below else list(job_ids)

"""A job and, where it is a list, all below it; a list may hold lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

# How the next statement begins; {places} is one ? for each of the jobs to start from.
FAMILY = """
    WITH RECURSIVE family(id) AS (
        SELECT id FROM jobs WHERE id IN ({places})
        UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)
"""


def family_of(job_ids: Sequence[str]) -> str:
    """The beginning of a statement that can join `family`; its first values are these ids."""
    return FAMILY.format(places=", ".join("?" * len(job_ids)))


def family(db: sqlite3.Connection, job_id: str) -> list[str]:
    """The ids of the job and of all below it."""
    return [row["id"] for row in db.execute(f"{family_of((job_id,))} SELECT id FROM family", (job_id,))]

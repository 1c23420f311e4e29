"""What is done with very many jobs at once, in small commits: whoever captures something meanwhile gets in between."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from bowerbird.database import transaction
from bowerbird.queue.family import family

# Jobs of one commit: some milliseconds.
BATCH = 200
# Others try to write once in a millisecond (database.py), and have to find a gap.
GAP_SECONDS = 0.004

# What is done with some jobs, in a transaction: their ids come as a JSON array. Whether there is still reason to go on.
Step = Callable[[str], bool]


def give_way() -> None:
    """Let somebody else write, between two commits."""
    time.sleep(GAP_SECONDS)


def with_all_below(db: sqlite3.Connection, job_id: str, step: Step) -> None:
    """Do something with a job's members and theirs, not with itself, in commits of BATCH jobs. Raises RequestError.

    The caller holds no transaction. Each step sees its jobs as they are by then, so that what was claimed meanwhile is
    not missed; members that are found later are for whoever ends the attempt which finds them.
    """
    below = [one for one in family(db, job_id) if one != job_id]
    for start in range(0, len(below), BATCH):
        if start:
            give_way()
        with transaction(db):
            if not step(json.dumps(below[start : start + BATCH])):
                return

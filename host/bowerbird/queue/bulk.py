"""What a person does with all jobs of a kind, in batches: whoever captures something meanwhile gets in between.

A host or a page does the first batches, so that a person sees the effect, and leaves the rest to the worker.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Literal

import msgspec

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.queue import requests
from bowerbird.queue.actions import FRESH, reopen_above
from bowerbird.queue.batches import BATCH, give_way
from bowerbird.queue.pausing import hold_with_lists
from bowerbird.queue.reads import OVERTAKEN
from bowerbird.queue.removal import lowest, remove
from bowerbird.queue.requests import Request
from bowerbird.queue.rollup import roll_up

BulkAction = Literal["retry_failed", "clear_completed", "clear_failed"]
# Batches that whoever asks waits for; the worker does as many between two looks at everything else.
BATCHES = 5


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with all jobs that came to their end until `until`, and how far it got: up to the `seq` of `after`.

    `platform` and `error_code` narrow down which failed jobs it is done with; `count` is how many jobs it was so far.
    """

    action: BulkAction
    until: str
    platform: str | None = None
    error_code: str | None = None
    after: int = 0
    count: int = 0
    is_done: bool = False


def begin(
    db: sqlite3.Connection, action: BulkAction, *, platform: str | None = None, error_code: str | None = None
) -> Bulk:
    """Do the first batches, and ask the worker for the rest where it is not done; wake it. Raises RequestError."""
    begun = _some(db, Bulk(action=action, until=now(), platform=platform, error_code=error_code))
    if not begun.is_done:
        with transaction(db):
            requests.ask_for_all(db, action, msgspec.json.encode(begun).decode())
    return begun


def go_on(db: sqlite3.Connection, request: Request) -> bool:
    """Some batches of what was begun; whether it is done. For the worker. Raises RequestError."""
    try:
        begun = msgspec.json.decode(request.payload, type=Bulk)
    except msgspec.MsgspecError:
        requests.done(db, request, "unknown")
        return True
    so_far = _some(db, begun)
    if so_far.is_done:
        requests.done(db, request, "done")
    else:
        requests.come_so_far(db, request, msgspec.json.encode(so_far).decode())
    return so_far.is_done


def retry_failed(db: sqlite3.Connection, *, platform: str | None = None, error_code: str | None = None) -> int:
    """Try again all that failed, members of lists too. Returns how many; wake the worker. Raises RequestError."""
    return _all(db, Bulk(action="retry_failed", until=now(), platform=platform, error_code=error_code))


def left_failed(db: sqlite3.Connection, *, platform: str | None = None, error_code: str | None = None) -> int:
    """How many `retry_failed` leaves, because their links were asked for again since."""
    narrow = Bulk(action="retry_failed", until=now(), platform=platform, error_code=error_code)
    sql = f"SELECT count(*) FROM jobs WHERE status = 'failed' AND {_of_a_cause(narrow)} AND {_ASKED_AGAIN}"
    return int(db.execute(sql, msgspec.structs.asdict(narrow)).fetchone()[0])


def clear_completed(db: sqlite3.Connection) -> int:
    """Take what is completed out of the history; items stay, and so do lists of which members failed.

    Returns how many, a list with its members as one. Raises RequestError.
    """
    return _all(db, Bulk(action="clear_completed", until=now()))


def kept_lists(db: sqlite3.Connection) -> int:
    """How many lists `clear_completed` leaves, because something in them failed."""
    sql = "SELECT count(*) FROM jobs WHERE status = 'completed' AND +parent_id IS NULL AND items_failed > 0"
    return int(db.execute(sql).fetchone()[0])


def _all(db: sqlite3.Connection, bulk: Bulk) -> int:
    while not bulk.is_done:
        bulk = _some(db, bulk)
    return bulk.count


def _some(db: sqlite3.Connection, bulk: Bulk) -> Bulk:
    for _ in range(BATCHES):
        with transaction(db):
            bulk = KINDS[bulk.action](db, bulk)
        if bulk.is_done:
            break
        give_way()
    return bulk


_ASKED_AGAIN = """
    (parent_id IS NULL AND EXISTS (
        SELECT 1 FROM jobs AS later WHERE later.target_key = jobs.target_key AND later.status <> 'cancelled'
           AND later.parent_id IS NULL AND later.incognito = jobs.incognito AND later.seq > jobs.seq
           AND later.refresh_only <= jobs.refresh_only))
"""
# Of a list the members are tried that failed, and with them it runs again; by itself only where none of them failed.
# Of what was asked for again and again only the newest job: one target is one job.
_FAILED = """
    SELECT seq, id, parent_id FROM jobs
    WHERE status = 'failed' AND seq > :after AND coalesce(completed_at, updated_at) <= :until
      AND {of_a_cause}
      AND NOT (listed AND EXISTS (SELECT 1 FROM jobs AS member
                                  WHERE member.parent_id = jobs.id AND member.status = 'failed'))
      AND NOT {asked_again}
    ORDER BY seq LIMIT :most
"""


def _retry(db: sqlite3.Connection, bulk: Bulk) -> Bulk:
    rows = _rows(db, _FAILED.format(of_a_cause=_of_a_cause(bulk), asked_again=_ASKED_AGAIN), bulk)
    ids = json.dumps([row["id"] for row in rows])
    db.execute(
        f"""
        UPDATE jobs SET status = 'pending', listed = 0, progress = 0, {FRESH}
        WHERE id IN (SELECT value FROM json_each(:ids))
        """,
        {"ids": ids, "now": now()},
    )
    requests.take_back(db, ids)
    hold_with_lists(db, ids)
    for member in {row["parent_id"]: row for row in rows if row["parent_id"]}.values():
        reopen_above(db, member)
        roll_up(db, member["parent_id"])
    return _further(bulk, rows)


_COMPLETED = """
    SELECT seq, id FROM jobs
    WHERE status = 'completed' AND seq > :after AND coalesce(completed_at, updated_at) <= :until
      AND +parent_id IS NULL AND items_failed = 0
    ORDER BY seq LIMIT :most
"""


def _clear(db: sqlite3.Connection, bulk: Bulk) -> Bulk:
    rows = _rows(db, _COMPLETED, bulk)
    ids = [row["id"] for row in rows]
    doomed = lowest(db, ids, BATCH)
    remove(db, doomed)
    if doomed != ids:
        return bulk
    return _further(bulk, rows)


# A list goes with its members where all of these are saved; while another one is left in it, it stays.
_CAUSED = f"""
    status = 'failed' AND coalesce(completed_at, updated_at) <= :until AND {{of_a_cause}} AND NOT {OVERTAKEN}
    AND NOT EXISTS (SELECT 1 FROM jobs AS member WHERE member.parent_id = jobs.id
                    AND (member.status <> 'completed' OR member.items_failed > 0))
"""
_TAKEN = f"SELECT seq, id, parent_id FROM jobs WHERE {_CAUSED} AND seq > :after ORDER BY seq LIMIT :most"
# CROSS JOIN: from the few lists to their rows, not along all jobs of the cause.
_EMPTIED = f"""
    SELECT min(seq) FROM json_each(:lists) AS list CROSS JOIN jobs ON jobs.id = list.value WHERE {_CAUSED}
"""


def _clear_failed(db: sqlite3.Connection, bulk: Bulk) -> Bulk:
    rows = _rows(db, _TAKEN.format(of_a_cause=_of_a_cause(bulk)), bulk)
    ids = [row["id"] for row in rows]
    doomed = lowest(db, ids, BATCH)
    remove(db, doomed)
    if doomed != ids:
        return bulk
    lists = {row["parent_id"] for row in rows if row["parent_id"]}
    for list_id in lists:
        roll_up(db, list_id)
    return _back_to_lists(db, _further(bulk, rows), lists)


def _back_to_lists(db: sqlite3.Connection, bulk: Bulk, lists: Collection[str]) -> Bulk:
    """A list stands before its members: where nothing is left of it, it goes after them."""
    if not lists:
        return bulk
    sql = _EMPTIED.format(of_a_cause=_of_a_cause(bulk))
    values = {**msgspec.structs.asdict(bulk), "lists": json.dumps(sorted(lists))}
    first = db.execute(sql, values).fetchone()[0]
    return bulk if first is None else msgspec.structs.replace(bulk, after=first - 1, is_done=False)


def _of_a_cause(bulk: Bulk) -> str:
    """What narrows down by platform and error, in the form in which an index answers it."""
    wishes = {"platform = :platform": bulk.platform, "error_code = :error_code": bulk.error_code}
    return " AND ".join(text for text, value in wishes.items() if value) or "true"


def _rows(db: sqlite3.Connection, sql: str, bulk: Bulk) -> list[sqlite3.Row]:
    return db.execute(sql, {**msgspec.structs.asdict(bulk), "most": BATCH}).fetchall()


def _further(bulk: Bulk, rows: Sequence[sqlite3.Row]) -> Bulk:
    return msgspec.structs.replace(
        bulk,
        after=rows[-1]["seq"] if rows else bulk.after,
        count=bulk.count + len(rows),
        is_done=len(rows) < BATCH,
    )


KINDS: dict[str, Callable[[sqlite3.Connection, Bulk], Bulk]] = {
    "retry_failed": _retry,
    "clear_completed": _clear,
    "clear_failed": _clear_failed,
}

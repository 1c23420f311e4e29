"""The order of the queue: priority first, then place. A place lies far from the next one, so that one fits between.

A job that is moved takes the priority of those it is put among. No move renumbers more than the few jobs beside it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from bowerbird.clock import now
from bowerbird.queue.batches import with_all_below
from bowerbird.queue.family import family_of

# How far apart the places of two jobs are that were captured one after the other; as in 0003_order_and_pauses.sql.
GAP = 1 << 20
NEXT_PLACE = f"(SELECT coalesce(max(seq), 0) + 1 FROM jobs) * {GAP}"
# One step up or down: members lie one below their list, so that a raised list is wholly before what is not raised.
LEVEL = 10
FARTHEST = 100
# The plus keeps SQLite from walking through all jobs of a state where those of one family are meant.
_OPEN = "+status IN ('pending', 'running', 'waiting', 'paused')"
# Without a word SQLite may take an index that has to be sorted.
_QUEUE = "jobs INDEXED BY jobs_order"
_HERE = "status = 'pending' AND priority = :priority"
_BEFORE = "(place < :place OR (place = :place AND seq < :seq))"
_BEHIND = "(place > :place OR (place = :place AND seq >= :seq))"
_HIGHER = "status = 'pending' AND priority > :priority ORDER BY priority, place DESC, seq DESC"
_LOWER = "status = 'pending' AND priority < :priority ORDER BY priority DESC, place, seq"


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a job stands among the pending ones."""

    priority: int
    place: int
    seq: int


def shift_below(db: sqlite3.Connection, row: sqlite3.Row, steps: int) -> None:
    """Make all below a job so many steps more urgent that are not so yet, in small commits; itself: `shift`, then.

    Done again after it was cut short, it goes on where that was. The caller holds no transaction. Raises RequestError.
    """
    if _is_at_end(row, steps):
        return

    def step(ids: str) -> bool:
        _shift(db, ids, row["priority"], steps)
        return True

    with_all_below(db, row["id"], step)


def shift(db: sqlite3.Connection, row: sqlite3.Row, steps: int) -> None:
    """Make a job so many steps more urgent; no effect at the end of the scale. In a transaction."""
    if not _is_at_end(row, steps):
        _shift(db, json.dumps([row["id"]]), row["priority"], steps)


def _is_at_end(row: sqlite3.Row, steps: int) -> bool:
    return bool(abs(row["priority"] + steps * LEVEL) > FARTHEST)


def _shift(db: sqlite3.Connection, job_ids: str, priority: int, steps: int) -> None:
    """Those of the jobs that are not nearer to where a job of this priority goes than to where it is."""
    db.execute(
        f"""
        UPDATE jobs SET priority = priority + :change, updated_at = :now
        WHERE id IN (SELECT value FROM json_each(:ids)) AND {_OPEN} AND (priority - :middle) * :change < 0
        """,
        {"ids": job_ids, "change": steps * LEVEL, "middle": priority + steps * LEVEL // 2, "now": now()},
    )


def moved_by(db: sqlite3.Connection, job_ids: Sequence[str]) -> list[str]:
    """The pending jobs that move with these, in their present order: of a list whose members are queued, these."""
    rows = db.execute(
        f"""
        {family_of(job_ids)} SELECT id FROM jobs WHERE id IN (SELECT id FROM family) AND +status = 'pending'
        ORDER BY priority DESC, place, seq
        """,
        tuple(job_ids),
    )
    return [row["id"] for row in rows]


def to_top(db: sqlite3.Connection, job_ids: Sequence[str]) -> None:
    """Let these be the next ones, in this order. In a transaction."""
    first = db.execute(
        f"SELECT priority, place FROM {_QUEUE} WHERE status = 'pending' ORDER BY priority DESC, place LIMIT 1"
    ).fetchone()
    if first:
        _spread(db, job_ids, first["priority"], first["place"] - GAP * (len(job_ids) + 1), first["place"])


def before(db: sqlite3.Connection, job_ids: Sequence[str], spot: Spot) -> None:
    """Let these come just before the job that stands there, in this order. In a transaction."""
    low = _place_before(db, spot)
    high = spot.place
    if high - low <= len(job_ids):
        low, high = _make_room(db, spot, low, len(job_ids))
    _spread(db, job_ids, spot.priority, low, high)


def after(db: sqlite3.Connection, job_ids: Sequence[str], spot: Spot) -> None:
    """Let these come just behind the job that stands there, in this order. In a transaction."""
    following = db.execute(
        f"""
        SELECT priority, place, seq FROM {_QUEUE} WHERE {_HERE} AND {_BEHIND} AND seq <> :seq
        ORDER BY place, seq LIMIT 1
        """,
        msgspec.structs.asdict(spot),
    ).fetchone()
    if following:
        before(db, job_ids, spot_of(following))
        return
    end = db.execute(f"SELECT {NEXT_PLACE}").fetchone()[0]
    _spread(db, job_ids, spot.priority, spot.place, max(end, spot.place + GAP * len(job_ids)))


def ahead(db: sqlite3.Connection, job_id: str) -> str | None:
    """The pending job that comes just before this one; None where it is the next."""
    return _nearest(db, job_id, f"{_HERE} AND {_BEFORE} ORDER BY place DESC, seq DESC", _HIGHER)


def behind(db: sqlite3.Connection, job_id: str) -> str | None:
    """The pending job that comes just behind this one; None where it is the last."""
    return _nearest(db, job_id, f"{_HERE} AND {_BEHIND} AND seq <> :seq ORDER BY place, seq", _LOWER)


def _nearest(db: sqlite3.Connection, job_id: str, *ways: str) -> str | None:
    row = db.execute("SELECT priority, place, seq FROM jobs WHERE id = ?", (job_id,)).fetchone()
    for way in ways:
        found = db.execute(f"SELECT id FROM {_QUEUE} WHERE {way} LIMIT 1", msgspec.structs.asdict(spot_of(row)))
        for neighbour in found:
            return str(neighbour["id"])
    return None


def _place_before(db: sqlite3.Connection, spot: Spot) -> int:
    row = db.execute(
        f"SELECT place FROM {_QUEUE} WHERE {_HERE} AND {_BEFORE} ORDER BY place DESC, seq DESC LIMIT 1",
        msgspec.structs.asdict(spot),
    ).fetchone()
    return int(row["place"]) if row else spot.place - GAP


def _make_room(db: sqlite3.Connection, spot: Spot, low: int, wanted: int) -> tuple[int, int]:
    """Move those behind a crowded place apart, as few as make room; the places between which there is some now."""
    taken = 2 * wanted + 32
    while True:
        rows = db.execute(
            f"SELECT id, place FROM {_QUEUE} WHERE {_HERE} AND {_BEHIND} ORDER BY place, seq LIMIT :most",
            {**msgspec.structs.asdict(spot), "most": taken + 1},
        ).fetchall()
        crowd, rest = rows[:taken], rows[taken:]
        end = rest[0]["place"] if rest else low + GAP * (wanted + len(crowd) + 1)
        if end - low > 4 * (wanted + len(crowd)):
            break
        taken *= 2
    step = (end - low) // (wanted + len(crowd) + 1)
    _set_places(db, (row["id"] for row in crowd), spot.priority, low + step * wanted, step)
    return low, low + step * (wanted + 1)


def _spread(db: sqlite3.Connection, job_ids: Sequence[str], priority: int, low: int, high: int) -> None:
    _set_places(db, job_ids, priority, low, (high - low) // (len(job_ids) + 1))


def _set_places(db: sqlite3.Connection, job_ids: Iterable[str], priority: int, low: int, step: int) -> None:
    db.executemany(
        "UPDATE jobs SET priority = ?, place = ?, updated_at = ? WHERE id = ?",
        [(priority, low + step * number, now(), job_id) for number, job_id in enumerate(job_ids, 1)],
    )


def positions(db: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> dict[int, int]:
    """`seq` -> place in the queue from 1, of those of the rows that are pending.

    The rows are taken in their order, so that all of a page cost one walk along the index together: 5 ms where a
    hundred thousand are ahead.
    """
    spots = sorted((spot_of(row) for row in rows if row["status"] == "pending"), key=_turn)
    found: dict[int, int] = {}
    ahead, last = 0, None
    for spot in spots:
        ahead = ahead + _between(db, last, spot) if last and last.priority == spot.priority else _ahead(db, spot)
        found[spot.seq] = ahead + 1
        last = spot
    return found


def spot_of(row: sqlite3.Row) -> Spot:
    """Where a job with this row stands."""
    return Spot(priority=row["priority"], place=row["place"], seq=row["seq"])


def _turn(spot: Spot) -> tuple[int, int, int]:
    return -spot.priority, spot.place, spot.seq


def _ahead(db: sqlite3.Connection, spot: Spot) -> int:
    """How many come before this one."""
    of_higher = _count(db, "priority > :priority", spot)
    return of_higher + _count(db, "priority = :priority AND place < :place", spot) + _ties(db, spot)


def _between(db: sqlite3.Connection, start: Spot, end: Spot) -> int:
    """How many there are from `start` on before `end`, where both have one priority."""
    of_other_places = _count(db, "priority = :priority AND place >= :start AND place < :place", end, start=start.place)
    return of_other_places + _ties(db, end) - _ties(db, start)


def _ties(db: sqlite3.Connection, spot: Spot) -> int:
    return _count(db, "priority = :priority AND place = :place AND seq < :seq", spot)


def _count(db: sqlite3.Connection, condition: str, spot: Spot, **others: int) -> int:
    sql = f"SELECT count(*) FROM {_QUEUE} WHERE status = 'pending' AND {condition}"
    return int(db.execute(sql, {**msgspec.structs.asdict(spot), **others}).fetchone()[0])

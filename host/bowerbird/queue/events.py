"""What happened, for people who want to see it: a line each in the table `events`.

Transitions of jobs write theirs by themselves (a trigger of 0006_events.sql), in the transaction that makes them.
That a job was asked for is told by its own row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import get_args

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.model import Component, Event, Level

MOST_READ = 500
MOST_MESSAGE = 1000
# Words are looked for in so many lines at a time: in all of them it takes a fifth of a second.
MOST_SEARCHED = 10_000
# Lines that are kept at most: some 30 MB, and a quarter of a year for somebody who saves 250 things a day.
MOST_KEPT = 100_000

# Least level -> condition, each of which an index knows.
_AT_LEAST: Mapping[str, str] = {
    "debug": "true",
    "info": "level <> 'debug'",
    "warning": "level IN ('warning', 'error')",
    "error": "level = 'error'",
}


def note(
    db: sqlite3.Connection, level: Level, component: Component, code: str, message: str, *,
    hint: str | None = None, job_id: str | None = None,
) -> None:  # fmt: skip
    """Write one line, in the caller's transaction where it holds one. What must not be kept is taken out."""
    from bowerbird.redact import redact

    db.execute(
        "INSERT INTO events (at, level, component, code, message, hint, job_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now(), level, component, code, redact(message)[:MOST_MESSAGE], hint, job_id),
    )


def read(
    db: sqlite3.Connection, *, level: str | None = None, component: str | None = None, job_id: str | None = None,
    after: int | None = None, before: int | None = None, words: str | None = None, limit: int = 100,
) -> tuple[Event, ...]:  # fmt: skip
    """Lines of at least that level, newest first; those `after` an id oldest first, so that a log can be followed.

    `words` stand in the message or the code, in any case, of the MOST_SEARCHED lines `before` or before now. `limit` is at most `MOST_READ`. Raises RequestError `bad_request` for a level or component that there is not.
    """
    asked = {"component": component, "job_id": job_id, "after": after, "before": before, "words": words}
    conditions = [_AT_LEAST[_known("level", level, Level)]] if level else []
    if component:
        _known("component", component, Component)
    conditions += [text for name, text in _CONDITIONS.items() if asked[name] is not None]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT {_COLUMNS} FROM events {where} ORDER BY id {'DESC' if after is None else 'ASC'} LIMIT :limit"
    rows = db.execute(sql, {**asked, "limit": max(1, min(limit, MOST_READ))})
    return tuple(Event(**dict(row)) for row in rows)


_COLUMNS = ", ".join(Event.__struct_fields__)
_CONDITIONS = {
    "component": "component = :component",
    "job_id": "job_id = :job_id",
    "after": "id > :after",
    "before": "id < :before",
    "words": f"""
        id >= coalesce(:before, (SELECT max(id) + 1 FROM events)) - {MOST_SEARCHED}
        AND instr(lower(message || ' ' || code), lower(:words))
    """,
}


def _known(what: str, given: str, kinds: object) -> str:
    if given not in get_args(kinds):
        raise RequestError("bad_request", f"There is no such {what}; there are {', '.join(get_args(kinds))}.")
    return given


def newest(db: sqlite3.Connection) -> int:
    """The id of the newest line: where to start with `after`; 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])


def warnings(db: sqlite3.Connection, *, since: str = "", after: int = 0, limit: int = 50) -> tuple[Event, ...]:
    """What stands in the way of more than one job, newest first: the worker's own warnings since a time or an id."""
    sql = f"""
        SELECT {_COLUMNS} FROM events WHERE component = 'worker' AND level IN ('warning', 'error')
        AND id > ? AND at >= ? ORDER BY id DESC LIMIT ?
    """
    return tuple(Event(**dict(row)) for row in db.execute(sql, (after, since, limit)))


def prune(db: sqlite3.Connection, before: str, batch: int = 1000) -> int:
    """Remove up to `batch` of the oldest lines: those before a time, and those above `MOST_KEPT`. Returns how many.

    Nothing is left when it returns less than `batch`. Costs the same however many there are. The newest line stays, so
    that no id comes twice. Raises RequestError as `transaction` does.
    """
    ends = "SELECT id, at, (SELECT max(id) FROM events) - id >= ? AS beyond FROM events ORDER BY id LIMIT 1"
    oldest = db.execute(ends, (MOST_KEPT,)).fetchone()
    if oldest is None or not (oldest["beyond"] or oldest["at"] < before):
        return 0
    sql = """
        DELETE FROM events WHERE id < (SELECT max(id) FROM events) AND id <= (
            SELECT max(id) FROM (SELECT id, at FROM events ORDER BY id LIMIT :batch)
            WHERE at < :before OR id <= (SELECT max(id) FROM events) - :most)
    """
    with transaction(db):
        return db.execute(sql, {"before": before, "batch": batch, "most": MOST_KEPT}).rowcount

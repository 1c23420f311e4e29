"""The history in any order and by any filter. A page begins behind a row that was seen: the last costs as the first."""

from __future__ import annotations

import sqlite3
from typing import Literal, NamedTuple

import msgspec

from bowerbird.model import Job
from bowerbird.queue.reads import CONDITIONS, OVERTAKEN
from bowerbird.queue.rows import JOB_COLUMNS, as_jobs
from bowerbird.settings import Settings

Sort = Literal["asked", "platform", "title", "state", "size"]

# Where a filter leaves no more rows than this they are sorted; else the index of the order is walked.
FEW = 5_000
# Of words that are everywhere the newest are enough to be sorted.
_SAYING = """
    jobs.seq IN (SELECT rowid FROM jobs_fts WHERE jobs_fts MATCH :match ORDER BY rowid DESC LIMIT :few)
"""


class Order(NamedTuple):
    """What an order compares, and the index that has it; without one the table itself does."""

    column: str
    read_from: str


ORDERS: dict[str, Order] = {
    "asked": Order("seq", ""),
    "platform": Order("platform", "jobs_platform"),
    "title": Order("name", "jobs_by_name"),
    "state": Order("status", "jobs_status"),
    "size": Order("size", "jobs_by_size"),
}


class Spot(msgspec.Struct, frozen=True):
    """A row in an order: its `seq`, and what the order compares (None where that is `seq` itself)."""

    seq: int
    value: str | int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of the history. `since` and `until` are times in UTC, `words` are looked for in titles and links.

    `behind` is the last row of the page before; `ahead_of` the first row of the page after. In the order of sizes
    only jobs that have one are shown: those that came to their end.
    """

    sort: Sort = "asked"
    descending: bool = True
    status: str = ""
    platform: str = ""
    error_code: str = ""
    words: str = ""
    since: str | None = None
    until: str | None = None
    behind: Spot | None = None
    ahead_of: Spot | None = None
    limit: int = 50


class HistoryPage(msgspec.Struct, frozen=True):
    """One page; `last` leads on where there is more, `first` leads back where there may be."""

    jobs: tuple[Job, ...]
    first: Spot | None = None
    last: Spot | None = None


def history(db: sqlite3.Connection, settings: Settings, asked: Asked) -> HistoryPage:
    """The page that was asked for."""
    sql, values = _query(db, asked)
    rows = db.execute(sql, values).fetchall()
    backwards = asked.ahead_of is not None
    shown, more = rows[: asked.limit], len(rows) > asked.limit
    shown = shown[::-1] if backwards else shown
    if not shown:
        return HistoryPage(())
    return HistoryPage(
        tuple(as_jobs(db, settings, shown)),
        first=_spot(asked, shown[0]) if (more if backwards else asked.behind) else None,
        last=_spot(asked, shown[-1]) if more or backwards else None,
    )


def _spot(asked: Asked, row: sqlite3.Row) -> Spot:
    return Spot(row["seq"]) if asked.sort == "asked" else Spot(row["seq"], row[ORDERS[asked.sort].column])


def _query(db: sqlite3.Connection, asked: Asked) -> tuple[str, dict[str, object]]:
    order = ORDERS[asked.sort]
    values: dict[str, object] = {**msgspec.structs.asdict(asked), "match": phrases(asked.words), "few": FEW}
    values = {name: value for name, value in values.items() if not isinstance(value, Spot)}
    descending = asked.descending != (asked.ahead_of is not None)
    conditions = _filters(asked) + _from(asked, order, descending, values)
    way = "DESC" if descending else "ASC"
    source, by = _source(db, asked, order, values)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return (
        f"SELECT {JOB_COLUMNS}, jobs.name, jobs.size FROM {source} {where} ORDER BY {by} {way}"
        + (f", jobs.seq {way}" if order.read_from else "")
        + f" LIMIT {asked.limit + 1}",
        values,
    )


def _source(db: sqlite3.Connection, asked: Asked, order: Order, values: dict[str, object]) -> tuple[str, str]:
    """Where the rows come from, and by what they are put in order."""
    if not order.read_from:
        by_words = "jobs_fts CROSS JOIN jobs ON jobs.seq = jobs_fts.rowid AND jobs_fts MATCH :match"
        return (by_words, "jobs_fts.rowid") if values["match"] else ("jobs", "jobs.seq")
    # the plus keeps SQLite from walking the index of the order
    if values["match"] or _are_few(db, asked):
        return "jobs", f"+jobs.{order.column}"
    return f"jobs INDEXED BY {order.read_from}", f"jobs.{order.column}"


def _are_few(db: sqlite3.Connection, asked: Asked) -> bool:
    """Whether what a filter leaves is quickly sorted."""
    filters = {"platform": asked.platform, "status": asked.status, "error_code": asked.error_code}
    narrow = [f"{name} = :{name}" for name, value in filters.items() if value]
    if not narrow:
        return False
    sql = f"SELECT count(*) FROM (SELECT 1 FROM jobs WHERE {' AND '.join(narrow)} LIMIT {FEW + 1})"
    return int(db.execute(sql, filters).fetchone()[0]) <= FEW


def _filters(asked: Asked) -> list[str]:
    found = [CONDITIONS[name] for name in ("platform", "since", "until") if getattr(asked, name)]
    if asked.status == "failed":
        # in so many words, for the index of what failed holds nothing else
        found += ["jobs.status = 'failed'", f"NOT {OVERTAKEN}"]
    elif asked.status:
        found.append("jobs.status = :status")
    if asked.error_code:
        found.append("jobs.error_code = :error_code")
    if asked.sort == "size":
        found.append("jobs.size IS NOT NULL")
    if phrases(asked.words) and asked.sort != "asked":
        found.append(_SAYING)
    return found


def _from(asked: Asked, order: Order, descending: bool, values: dict[str, object]) -> list[str]:
    """Behind which row the page begins."""
    spot = asked.ahead_of or asked.behind
    if spot is None:
        return []
    values.update(seq=spot.seq, value=spot.value)
    sign = "<" if descending else ">"
    if not order.read_from:
        return [f"{'jobs_fts.rowid' if values['match'] else 'jobs.seq'} {sign} :seq"]
    return [f"(jobs.{order.column}, jobs.seq) {sign} (:value, :seq)"]


def phrases(words: str) -> str:
    """What is typed as a question to the index: all of it has to be there, each word may go on; '' for no word."""
    typed = (word.replace('"', "") for word in words.replace("\x00", " ").split())
    return " ".join(f'"{word}"*' for word in typed if any(letter.isalnum() for letter in word))

"""Updating the libraries that fetch: rows of `requests` by which it is asked for, and what came of the last one.

A row of the kind `update_libraries` asks the worker; one at a time is open. Its payload is `{"code", "before", "after",
"begun"}`, and its result the same in words. While it is open the worker begins nothing: so nothing has to be put back
by whoever dies meanwhile. A row of the kind `retry_updated` names a job that is tried again when the update is over.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping

import msgspec

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import Advice, RequestError
from bowerbird.queue import actions
from bowerbird.queue.events import note
from bowerbird.settings import Settings

KIND = "update_libraries"
RETRY = "retry_updated"
# Workers that may begin one update: where it ended two of them, it would end the next one too.
MOST_BEGUN = 2
# The last update is looked for among so many of the newest requests, and no page tells of more jobs that wait for one.
NEWEST = 1000

# What an update can end with, and how that is told; `updated` names the versions in its place.
SAID: dict[str, Advice] = {
    "updated": Advice("The libraries were updated.", ""),
    "up_to_date": Advice("All libraries are up to date.", ""),
    "offline": Advice(
        "The libraries could not be updated: the place where they come from can't be reached.",
        "Check the network, and proxy and ca_bundle in config.toml, then try again.",
    ),
    "read_only": Advice(
        "The libraries could not be updated: the folder of the program can't be written.",
        "Let the person update who installed Bowerbird, or run installers/install.sh yourself.",
    ),
    "no_pip": Advice(
        "The libraries could not be updated: pip, which fetches them, is missing.", "Run installers/install.sh again."
    ),
    "managed": Advice(
        "The libraries could not be updated: your system looks after them.",
        "Update Bowerbird as you update your system, or run installers/install.sh.",
    ),
    "disk_full": Advice(
        "The libraries could not be updated: the disk of the program is full.", "Free some space, then try again."
    ),
    "conflict": Advice(
        "The libraries could not be updated: what is newer does not fit the rest of Bowerbird.",
        "Run installers/install.sh again: it brings all of it up to date.",
    ),
    "slow": Advice(
        "The libraries could not be updated: it took more than ten minutes.", "Try again when the network is faster."
    ),
    "interrupted": Advice("The update of the libraries was interrupted.", "Try again."),
    "failed": Advice("The libraries could not be updated.", "Try again. The log has the details."),
}
GOOD = frozenset(("updated", "up_to_date"))


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """One update; `code` is '' while it is open, then one of SAID.

    `before` and `after` are versions by the names of libraries; `begun` is how many workers began it.
    """

    code: str = ""
    before: Mapping[str, str] = {}
    after: Mapping[str, str] = {}
    begun: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the libraries are up to date now."""
        return self.code in GOOD

    @property
    def changed(self) -> tuple[tuple[str, str, str], ...]:
        """Name, version before ('' for none) and after, of each library that is another one now."""
        news = ((name, self.before.get(name, ""), version) for name, version in self.after.items())
        return tuple((name, before, after) for name, before, after in news if before != after)

    @property
    def message(self) -> str:
        """What came of it, in a plain sentence."""
        if self.code == "updated":
            return f"The libraries were updated: {', '.join(map(_in_words, self.changed))}."
        return SAID.get(self.code, SAID["failed"]).message

    @property
    def hint(self) -> str:
        """The next step; '' where nothing is to be done."""
        return SAID.get(self.code, SAID["failed"]).hint


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A row that asks for an update, and how far that is; `done_at` is None while it is open."""

    id: int
    update: Update
    done_at: str | None = None


def ask(db: sqlite3.Connection, job_id: str | None = None) -> int:
    """Ask for an update, and for another try of a job after it; the number of the request. Wake the worker afterwards.

    Where one is open already, that is it. Raises RequestError.
    """
    with transaction(db):
        open_one = asked(db)
        number = open_one.id if open_one else _insert(db, KIND, None)
        if job_id and job_id not in waiting_jobs(db):
            _insert(db, RETRY, job_id)
    return number


def asked(db: sqlite3.Connection) -> Asked | None:
    """The update that is asked for and not over yet."""
    sql = f"SELECT * FROM requests WHERE kind = '{KIND}' AND done_at IS NULL ORDER BY id LIMIT 1"
    return _as_asked(db.execute(sql).fetchone())


def numbered(db: sqlite3.Connection, number: int) -> Asked | None:
    """The update of that request; None where there is none."""
    return _as_asked(db.execute(f"SELECT * FROM requests WHERE id = ? AND kind = '{KIND}'", (number,)).fetchone())


def last(db: sqlite3.Connection) -> Asked | None:
    """The newest update that is over, as long as few things were asked of the worker since."""
    sql = f"""
        SELECT * FROM (SELECT * FROM requests ORDER BY id DESC LIMIT {NEWEST})
        WHERE kind = '{KIND}' AND done_at IS NOT NULL ORDER BY id DESC LIMIT 1
    """
    return _as_asked(db.execute(sql).fetchone())


def waiting_jobs(db: sqlite3.Connection) -> frozenset[str]:
    """Ids of the jobs that are tried again after the update that is open."""
    sql = f"SELECT job_id FROM requests WHERE kind = '{RETRY}' AND done_at IS NULL LIMIT {NEWEST}"
    return frozenset(row["job_id"] for row in db.execute(sql))


def begin(db: sqlite3.Connection, one: Asked, versions: Mapping[str, str]) -> Asked | None:
    """A worker begins an update; None where it is not to be tried once more. Raises RequestError."""
    if one.update.begun >= MOST_BEGUN:
        finish(db, one, msgspec.structs.replace(one.update, code="interrupted"))
        return None
    before = one.update.before or versions
    begun = msgspec.structs.replace(one.update, before=before, begun=one.update.begun + 1)
    with transaction(db):
        db.execute("UPDATE requests SET payload = ? WHERE id = ?", (msgspec.json.encode(begun).decode(), one.id))
    return msgspec.structs.replace(one, update=begun)


def finish(db: sqlite3.Connection, one: Asked, update: Update) -> None:
    """What came of an update: in its row, and as a line of the log. Raises RequestError."""
    with transaction(db):
        db.execute(
            "UPDATE requests SET done_at = ?, result = ?, payload = ? WHERE id = ?",
            (now(), update.message, msgspec.json.encode(update).decode(), one.id),
        )
        note(
            db, "info" if update.is_good else "warning", "worker", f"libraries_{update.code}", update.message,
            hint=update.hint or None,
        )  # fmt: skip


def retry(db: sqlite3.Connection, settings: Settings, job_id: str) -> None:
    """failed → pending, of a job that waited for an update; where that was none, the job's log says why."""
    found = last(db)
    if found and not found.update.is_good:
        note(
            db, "warning", "queue", f"libraries_{found.update.code}", found.update.message,
            hint=found.update.hint, job_id=job_id,
        )  # fmt: skip
        return
    # somebody may have tried it again, or deleted it, meanwhile
    with contextlib.suppress(RequestError):
        actions.act(db, settings, (job_id,), "retry")


def _insert(db: sqlite3.Connection, kind: str, job_id: str | None) -> int:
    sql = "INSERT INTO requests (kind, job_id, created_at) VALUES (?, ?, ?)"
    return db.execute(sql, (kind, job_id, now())).lastrowid or 0


def _as_asked(row: sqlite3.Row | None) -> Asked | None:
    if row is None:
        return None
    try:
        update = msgspec.json.decode(row["payload"], type=Update)
    except msgspec.MsgspecError:
        update = Update()
    return Asked(id=row["id"], update=update, done_at=row["done_at"])


def _in_words(change: tuple[str, str, str]) -> str:
    name, before, after = change
    return f"{name} {before} → {after}" if before else f"{name} {after}"

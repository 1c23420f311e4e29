"""Asking browsers for sessions at run time: rows of `requests` of the kind `session`, and who is there to answer.

The worker asks; every connected host passes it on to its browser, which answers with fresh cookies or says that it has
none. The payload of such a row is `{"platform", "platform_host", "account", "reason", "incognito"}`; its result is

    stored          a session of that platform, and of that account where one was named, is in the vault
    other_account   the browser is signed in with another account; that one is in the vault
    no_session      every browser that is there has none, or may not give it
"""

from __future__ import annotations

import sqlite3
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from bowerbird.clock import later, now
from bowerbird.database import transaction
from bowerbird.errors import BowerbirdError
from bowerbird.queue.events import note
from bowerbird.sessions import policy

FRESH_SECONDS = 10.0  # a host whose row is older than this is gone
_GONE_SECONDS = 24 * 3600.0


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """One open request for a session; `account` None means any. `incognito`: only of a private window."""

    request_id: int
    platform: str
    platform_host: str
    account: str | None = None
    reason: str = ""
    incognito: bool = False


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    platform: str = ""
    platform_host: str = ""
    account: str | None = None
    reason: str = ""
    incognito: bool = False
    refused_by: tuple[str, ...] = ()


def needed(db: sqlite3.Connection, after: int = 0) -> list[Needed]:
    """The open requests behind that one, oldest first."""
    sql = "SELECT id, payload FROM requests WHERE kind = 'session' AND done_at IS NULL AND id > ? ORDER BY id LIMIT 100"
    found = [(row["id"], _read(row["payload"])) for row in db.execute(sql, (after,))]
    return [
        Needed(
            request_id=number, platform=asked.platform, platform_host=asked.platform_host, account=asked.account,
            reason=asked.reason, incognito=asked.incognito,
        )
        for number, asked in found
    ]  # fmt: skip


def stored(
    db: sqlite3.Connection, platform: str, account: str, request_id: int | None = None, *, incognito: bool = False
) -> None:
    """A session came: what asked for one of this platform, and of this kind of window, is answered."""
    with transaction(db):
        for asked in needed(db):
            is_of_window = (asked.platform, asked.incognito) == (platform, incognito)
            fits = is_of_window and asked.account in (None, account)
            if fits or asked.request_id == request_id:
                _done(db, asked.request_id, "stored" if fits else "other_account")


def refused(db: sqlite3.Connection, request_id: int, host_id: str) -> None:
    """The browser of a host has no session to give; when no other host is left that could, that is the answer."""
    with transaction(db):
        row = db.execute("SELECT payload FROM requests WHERE id = ? AND done_at IS NULL", (request_id,)).fetchone()
        if row is None:
            return
        asked = _read(row["payload"])
        refusals = {*asked.refused_by, host_id}
        payload = msgspec.json.encode(msgspec.structs.replace(asked, refused_by=tuple(sorted(refusals)))).decode()
        db.execute("UPDATE requests SET payload = ? WHERE id = ?", (payload, request_id))
        if refusals.issuperset(hosts(db)):
            _done(db, request_id, "no_session")


def ask_for_check(db: sqlite3.Connection, platform: str, account: str | None) -> None:
    """Ask the worker to find out whether a session still holds: a row of the kind `check_session`."""
    _ask_about(db, "check_session", platform, account)


def ask_to_forget(db: sqlite3.Connection, platform: str, account: str) -> None:
    """Ask the worker to remove a session from the vault, which the site does not open: a row of `forget_session`."""
    _ask_about(db, "forget_session", platform, account)


def _ask_about(db: sqlite3.Connection, kind: str, platform: str, account: str | None) -> None:
    payload = msgspec.json.encode({"platform": platform, "account": account}).decode()
    with transaction(db):
        db.execute("INSERT INTO requests (kind, payload, created_at) VALUES (?, ?, ?)", (kind, payload, now()))


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A session that somebody wants checked, or removed; `account` None means the newest of the platform."""

    request_id: int
    platform: str
    account: str | None = None


def next_check(db: sqlite3.Connection) -> Check | None:
    """The oldest check that was asked for and not done yet."""
    return next(iter(asked_about(db, "check_session")), None)


def asked_about(db: sqlite3.Connection, kind: Literal["check_session", "forget_session"]) -> tuple[Check, ...]:
    """What was asked for of this kind and is not done yet, oldest first."""
    sql = "SELECT id, payload FROM requests WHERE kind = ? AND done_at IS NULL ORDER BY id LIMIT 100"
    found = [(row["id"], _read(row["payload"])) for row in db.execute(sql, (kind,))]
    return tuple(Check(request_id=number, platform=one.platform, account=one.account) for number, one in found)


def check_done(db: sqlite3.Connection, check: Check, result: str, failure: BowerbirdError | None = None) -> None:
    """What came of it; why it could not be done is a warning for whoever watches."""
    with transaction(db):
        _done(db, check.request_id, result)
        if failure:
            note(db, "warning", "worker", failure.code, failure.message, hint=failure.hint)


def forgotten(db: sqlite3.Connection, platform: str, account: str | None) -> int:
    """What waits for a session that the person removed says so. Returns how many jobs that are."""
    message = f"You removed the sign-in of {policy.title(platform)}."
    hint = f"Open {policy.platform_host(platform)} in your browser and save something there: this goes on by itself."
    mine = "" if account is None else "AND coalesce(account, :account) = :account"
    sql = f"""
        SELECT id, url FROM jobs
        WHERE status = 'waiting' AND wait_reason = 'session' AND platform = :platform {mine}
    """
    with transaction(db):
        rows = db.execute(sql, {"platform": job_platform(platform), "account": account}).fetchall()
        waiting = [row["id"] for row in rows if platform in policy.SITES or _is_of(row, platform)]
        db.executemany(
            "UPDATE jobs SET error_message = ?, hint = ?, updated_at = ? WHERE id = ?",
            [(message, hint, now(), job_id) for job_id in waiting],
        )
    return len(waiting)


def job_platform(platform: str) -> str:
    """The platform of the jobs that a session is for: those of a site without a name of its own are `web`."""
    return platform if platform in policy.SITES else "web"


def greet(db: sqlite3.Connection, host_id: str, browser: str) -> None:
    """A host is there now."""
    with transaction(db):
        db.execute(
            "INSERT INTO hosts (id, browser, seen_at) VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
            (host_id, browser, now()),
        )
        db.execute("DELETE FROM hosts WHERE seen_at < ?", (later(-_GONE_SECONDS),))


def leave(db: sqlite3.Connection, host_id: str) -> None:
    """A host ends."""
    with transaction(db):
        db.execute("DELETE FROM hosts WHERE id = ?", (host_id,))


def hosts(db: sqlite3.Connection) -> frozenset[str]:
    """The hosts that are there now."""
    sql = "SELECT id FROM hosts WHERE seen_at >= ?"
    return frozenset(row["id"] for row in db.execute(sql, (later(-FRESH_SECONDS),)))


def connected(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """The browsers whose hosts have not said that they end, each with the time at which it was last heard of."""
    sql = "SELECT browser, seen_at FROM hosts WHERE browser IS NOT NULL ORDER BY seen_at DESC LIMIT 20"
    return [(row["browser"], row["seen_at"]) for row in db.execute(sql)]


def _read(payload: str) -> _Payload:
    try:
        return msgspec.json.decode(payload, type=_Payload)
    except msgspec.MsgspecError:
        return _Payload()


def _done(db: sqlite3.Connection, request_id: int, result: str) -> None:
    db.execute("UPDATE requests SET done_at = ?, result = ? WHERE id = ?", (now(), result, request_id))


def _is_of(row: sqlite3.Row, platform: str) -> bool:
    try:
        return policy.platform_of_host(urlsplit(row["url"]).hostname or "") == platform
    except ValueError:
        return False

"""vault.db in BOWERBIRD_HOME: where sessions are kept, encrypted.

Host, worker and command line open it for a moment each. It holds nothing that a visit to the site would not bring back:
where the key is lost its sessions are asked for again. `audit` remembers when each was stored, used and forgotten.

A private window's sessions are apart: they are lent to what was clicked in one, and never take an ordinary one's place.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, Literal

import msgspec

from bowerbird.clock import as_text, later, now, seconds_until
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.scraping import LentSession
from bowerbird.sessions import cookies as jar
from bowerbird.sessions import keys, policy, sealing
from bowerbird.sessions.cookies import Cookie
from bowerbird.sessions.sealing import Contents
from bowerbird.sessions.vault_file import MOST_NOTES, Event, Note, VaultFile, note
from bowerbird.settings import Settings

State = Literal["ok", "expired", "challenge", "lost"]

INCOGNITO_SECONDS = 24 * 3600  # a private window's session is there for the job at hand
REFUSED_SECONDS = 3600  # so long the very sign-in that a site refused is not taken again


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of a session. `username` is what a check said; `store_id` the browser's container.

    `incognito`: it is of a private window.
    """

    platform: str
    account: str
    username: str | None = None
    state: State
    stored_at: str
    used_at: str | None = None
    expires_at: str | None = None
    store_id: str | None = None
    incognito: bool = False


class Vault:
    """The sessions of one home. Any thread may use it: each call opens the file and closes it again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = VaultFile(settings)

    def store(
        self,
        platform: str,
        account: str,
        cookies: Sequence[Cookie],
        user_agent: str,
        *,
        store_id: str | None = None,
        incognito: bool = False,
    ) -> None:
        """Keep this account's session in place of the one before; that of a private window for a day at most.

        Raises RequestError `bad_session` for the very sign-in that the site refused within REFUSED_SECONDS, `busy`,
        `disk_full` or `internal`.
        """
        contents = Contents(cookies=tuple(cookies), user_agent=user_agent)
        expires = _expiry(platform, contents.cookies, incognito=incognito)
        with self._file.open() as db, transaction(db):
            self._refuse_dead(db, platform, account, contents, incognito=incognito)
            db.execute(
                """
                INSERT INTO sessions
                    (platform, account, state, state_at, sealed, store_id, incognito, stored_at, expires_at)
                VALUES (:platform, :account, 'ok', :now, :sealed, :store_id, :incognito, :now, :expires)
                ON CONFLICT (platform, account, incognito) DO UPDATE SET state = 'ok', state_at = :now,
                    sealed = :sealed, store_id = :store_id, stored_at = :now, expires_at = :expires
                """,
                {
                    "platform": platform, "account": account, "now": now(), "store_id": store_id,
                    "sealed": sealing.sealed(self._settings, contents), "incognito": incognito, "expires": expires,
                },
            )  # fmt: skip
            note(db, platform, account, "stored")

    def lend(self, platform: str, account: str | None = None, *, incognito: bool = False) -> LentSession | None:
        """The newest session that should still hold, of this account or of any; None where there is none.

        One of a private window is lent to what was clicked in one (`incognito`), and nothing else is lent to that. The
        use is noted in the audit trail.
        """
        holds = "AND state = 'ok' AND (expires_at IS NULL OR expires_at > :now)"
        return self._lend(platform, account, holds, incognito=incognito)

    def lend_for_check(self, platform: str, account: str | None = None) -> LentSession | None:
        """As `lend`, also one that the site refused: a check finds out. None of a private window is checked."""
        return self._lend(platform, account, "", incognito=False)

    def listed(self) -> list[SessionState]:
        """Every session, newest first. What can't be read with any key is `lost`."""
        with self._file.open() as db:
            rows = db.execute("SELECT * FROM sessions ORDER BY stored_at DESC, platform, account").fetchall()
            return [self._state(row) for row in rows]

    def set_state(
        self,
        platform: str,
        account: str,
        state: Literal["ok", "expired", "challenge"],
        *,
        username: str | None = None,
        incognito: bool = False,
    ) -> None:
        """What the site said of a session; no effect where there is none. `username` None leaves what is known."""
        event: Event = "checked" if state == "ok" else state
        with self._file.open() as db, transaction(db):
            changed = db.execute(
                "UPDATE sessions SET state = ?, state_at = ?, username = coalesce(?, username) "
                "WHERE platform = ? AND account = ? AND incognito = ?",
                (state, now(), username, platform, account, incognito),
            ).rowcount
            if changed:
                note(db, platform, account, event)

    def forget(self, platform: str, account: str | None = None) -> int:
        """Remove the sessions of an account, or of all accounts. Returns how many there were."""
        return self._forget(*_whose(platform, account))

    def has_private(self) -> bool:
        """Whether there is one of a private window: a look that opens none of them."""
        if not self.is_there:
            return False
        with self._file.open() as db:
            return db.execute("SELECT 1 FROM sessions WHERE incognito = 1 LIMIT 1").fetchone() is not None

    def forget_private(self, platform: str, account: str | None = None) -> int:
        """Remove those of private windows: nothing needs them any more. Returns how many there were."""
        where, values = _whose(platform, account)
        return self._forget(f"{where} AND incognito = 1", values) if self.is_there else 0

    def _forget(self, where: str, values: dict[str, Any]) -> int:
        with self._file.open() as db, transaction(db):
            for row in db.execute(f"SELECT platform, account FROM sessions WHERE {where}", values).fetchall():
                note(db, row["platform"], row["account"], "forgotten")
            return db.execute(f"DELETE FROM sessions WHERE {where}", values).rowcount

    def audit(self, after: int = 0, most: int = MOST_NOTES) -> list[Note]:
        """The trail behind the note `after`, oldest first."""
        with self._file.open() as db:
            rows = db.execute("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", (after, most))
            return [Note(**row) for row in rows]

    def newest_note(self) -> int:
        """The id of the last note, 0 where there is none."""
        with self._file.open() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0])

    def rotate(self) -> int:
        """A new key, and everything encrypted with it; the old keys go. Returns how many sessions were kept.

        A crash in between leaves old and new key, and every session readable; what no key opened before stays lost.
        """
        fresh = sealing.new_key()
        with self._file.open() as db:
            with transaction(db):
                known = [fresh, *keys.read_keys(self._settings)]
                keys.write_keys(self._settings, known)
                kept = _reseal(db, known)
                note(db, "", "", "rotated")
            with transaction(db):
                # another rotation that began meanwhile may have been cut short: then its successor tidies up
                if keys.read_keys(self._settings)[:1] == [fresh]:
                    keys.write_keys(self._settings, [fresh])
        return kept

    def close_to_others(self) -> bool:
        """Take key and vault out of the reach of others; whether one was within. Every other call does it too.

        It is noted in the audit trail, from where people hear of it. Raises RequestError as the others.
        """
        if not self.is_there:
            return keys.close_to_others(self._settings)
        with self._file.open():
            return self._file.was_exposed

    @property
    def is_there(self) -> bool:
        """Whether a session was ever stored."""
        return self._file.is_there

    def _lend(self, platform: str, account: str | None, fitting: str, *, incognito: bool) -> LentSession | None:
        if not self.is_there:
            return None
        where, values = _whose(platform, account)
        sql = f"SELECT * FROM sessions WHERE {where} AND incognito = :incognito {fitting} ORDER BY stored_at DESC"
        with self._file.open() as db:
            rows = db.execute(sql, {**values, "now": now(), "incognito": incognito}).fetchall()
            lent = next(filter(None, map(self._lent, rows)), None)
            if lent is not None:
                self._note_use(db, lent)
            return lent

    def _lent(self, row: sqlite3.Row) -> LentSession | None:
        contents = self._unsealed(row)
        cookies = jar.alive(contents.cookies) if contents else ()
        if contents is None or not cookies:
            return None
        return LentSession(
            platform=row["platform"],
            account=row["account"],
            cookies=jar.netscape(cookies),
            user_agent=contents.user_agent,
            incognito=bool(row["incognito"]),
        )

    def _note_use(self, db: sqlite3.Connection, lent: LentSession) -> None:
        with transaction(db):
            db.execute(
                "UPDATE sessions SET used_at = ? WHERE platform = ? AND account = ? AND incognito = ?",
                (now(), lent.platform, lent.account, lent.incognito),
            )
            note(db, lent.platform, lent.account, "used")

    def _refuse_dead(
        self, db: sqlite3.Connection, platform: str, account: str, contents: Contents, *, incognito: bool
    ) -> None:
        """Without this a browser that is signed out, but does not know it, is asked and believed again and again."""
        where, values = _whose(platform, account)
        sql = f"SELECT * FROM sessions WHERE {where} AND state = 'expired' AND incognito = :incognito"
        row = db.execute(sql, {**values, "incognito": incognito}).fetchone()
        before = self._unsealed(row) if row and seconds_until(row["state_at"]) > -REFUSED_SECONDS else None
        if before is None:
            return
        if jar.login_values(platform, before.cookies) == jar.login_values(platform, contents.cookies):
            site = policy.title(platform)
            raise RequestError(
                "bad_session",
                f"{site} no longer accepts the sign-in that this browser has.",
                f"Open {policy.platform_host(platform)}, sign out and in again, and try again.",
            )

    def _state(self, row: sqlite3.Row) -> SessionState:
        state = row["state"]
        if state == "ok" and row["expires_at"] and row["expires_at"] <= now():
            state = "expired"
        if self._unsealed(row) is None:
            state = "lost"
        told = {name: row[name] for name in SessionState.__struct_fields__ if name not in ("state", "incognito")}
        return SessionState(**told, state=state, incognito=bool(row["incognito"]))

    def _unsealed(self, row: sqlite3.Row) -> Contents | None:
        return sealing.unsealed(self._settings, row["sealed"])


def _reseal(db: sqlite3.Connection, known: list[bytes]) -> int:
    """Encrypt every row that can be read with the first of these keys; how many those are."""
    rows = db.execute("SELECT platform, account, incognito, sealed FROM sessions").fetchall()
    anew = [(sealing.resealed(known, row["sealed"]), row["platform"], row["account"], row["incognito"]) for row in rows]
    kept = [one for one in anew if one[0] is not None]
    db.executemany("UPDATE sessions SET sealed = ? WHERE platform = ? AND account = ? AND incognito = ?", kept)
    return len(kept)


def _whose(platform: str, account: str | None) -> tuple[str, dict[str, Any]]:
    values = {"platform": platform, "account": account}
    named = "" if account is None else " AND (account = :account OR username = :account)"
    return f"platform = :platform{named}", values


def _expiry(platform: str, cookies: Sequence[Cookie], *, incognito: bool) -> str | None:
    seconds = jar.expiry_of(platform, cookies)
    until = as_text(datetime.fromtimestamp(seconds, timezone.utc)) if seconds else None
    return min(until or later(INCOGNITO_SECONDS), later(INCOGNITO_SECONDS)) if incognito else until

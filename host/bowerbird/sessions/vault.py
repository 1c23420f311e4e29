"""vault.db in BOWERBIRD_HOME: where sessions are kept, encrypted (Fernet, cryptography.io/en/latest/fernet).

Host, worker and command line open it for a moment each. It holds nothing that a visit to the site would not bring back:
where the key is lost its sessions are asked for again. `audit` remembers when each was stored, used and forgotten.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import msgspec

from bowerbird.clock import as_text, later, now, seconds_until
from bowerbird.database import as_request_error, transaction
from bowerbird.errors import RequestError
from bowerbird.model import LentSession
from bowerbird.sessions import cookies as jar
from bowerbird.sessions import keys, policy
from bowerbird.sessions.cookies import Cookie
from bowerbird.settings import Settings

State = Literal["ok", "expired", "challenge", "lost"]
# `exposed` is of no session: others could read the key or the vault, and can no more.
Event = Literal["stored", "used", "checked", "expired", "challenge", "forgotten", "exposed"]

INCOGNITO_SECONDS = 24 * 3600  # a private window's session is there for the job at hand
REFUSED_SECONDS = 3600  # so long the very sign-in that a site refused is not taken again
MOST_NOTES = 5000  # rows of the audit trail

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    platform TEXT NOT NULL, account TEXT NOT NULL, username TEXT, state TEXT NOT NULL, state_at TEXT NOT NULL,
    sealed BLOB NOT NULL, store_id TEXT, incognito INTEGER NOT NULL DEFAULT 0, stored_at TEXT NOT NULL, used_at TEXT,
    expires_at TEXT, PRIMARY KEY (platform, account)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL, event TEXT NOT NULL);
"""


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of a session. `username` is what a check said; `store_id` the browser's container."""

    platform: str
    account: str
    username: str | None = None
    state: State
    stored_at: str
    used_at: str | None = None
    expires_at: str | None = None
    store_id: str | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail."""

    id: int
    at: str
    platform: str
    account: str
    event: Event


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    cookies: tuple[Cookie, ...]
    user_agent: str

    def __repr__(self) -> str:
        """Says how much; never what."""
        return f"Contents({len(self.cookies)} cookies)"


class Vault:
    """The sessions of one home. Any thread may use it: each call opens the file and closes it again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.home / "vault.db"
        self._was_exposed = False

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
        """Keep this account's session in place of the one before.

        Raises RequestError `bad_session` for the very sign-in that the site refused within REFUSED_SECONDS, `busy`,
        `disk_full` or `internal`.
        """
        contents = Contents(cookies=tuple(cookies), user_agent=user_agent)
        expires = _expiry(platform, contents.cookies, incognito=incognito)
        with self._open() as db, transaction(db):
            self._refuse_dead(db, platform, account, contents)
            sealed = self._fernet(make=True).encrypt(msgspec.json.encode(contents))
            db.execute(
                """
                INSERT INTO sessions
                    (platform, account, state, state_at, sealed, store_id, incognito, stored_at, expires_at)
                VALUES (:platform, :account, 'ok', :now, :sealed, :store_id, :incognito, :now, :expires)
                ON CONFLICT (platform, account) DO UPDATE SET state = 'ok', state_at = :now, sealed = :sealed,
                    store_id = :store_id, incognito = :incognito, stored_at = :now, expires_at = :expires
                """,
                {
                    "platform": platform, "account": account, "now": now(), "sealed": sealed, "store_id": store_id,
                    "incognito": incognito, "expires": expires,
                },
            )  # fmt: skip
            _note(db, platform, account, "stored")
            db.execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?", (MOST_NOTES,))

    def lend(self, platform: str, account: str | None = None) -> LentSession | None:
        """The newest session that should still hold, of this account or of any; None where there is none.

        The use is noted in the audit trail.
        """
        return self._lend(platform, account, "AND state = 'ok' AND (expires_at IS NULL OR expires_at > :now)")

    def lend_for_check(self, platform: str, account: str | None = None) -> LentSession | None:
        """As `lend`, also one that the site refused: a check finds out."""
        return self._lend(platform, account, "")

    def listed(self) -> list[SessionState]:
        """Every session, newest first. What can't be read with any key is `lost`."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM sessions ORDER BY stored_at DESC, platform, account").fetchall()
            return [self._state(row) for row in rows]

    def set_state(
        self, platform: str, account: str, state: Literal["ok", "expired", "challenge"], *, username: str | None = None
    ) -> None:
        """What the site said of a session; no effect where there is none. `username` None leaves what is known."""
        event: Event = "checked" if state == "ok" else state
        with self._open() as db, transaction(db):
            changed = db.execute(
                "UPDATE sessions SET state = ?, state_at = ?, username = coalesce(?, username) "
                "WHERE platform = ? AND account = ?",
                (state, now(), username, platform, account),
            ).rowcount
            if changed:
                _note(db, platform, account, event)

    def forget(self, platform: str, account: str | None = None) -> int:
        """Remove the sessions of an account, or of all accounts. Returns how many there were."""
        where, values = _whose(platform, account)
        with self._open() as db, transaction(db):
            for row in db.execute(f"SELECT account FROM sessions WHERE {where}", values).fetchall():
                _note(db, platform, row["account"], "forgotten")
            return db.execute(f"DELETE FROM sessions WHERE {where}", values).rowcount

    def audit(self, after: int = 0, most: int = MOST_NOTES) -> list[Note]:
        """The trail behind the note `after`, oldest first."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", (after, most))
            return [Note(**row) for row in rows]

    def newest_note(self) -> int:
        """The id of the last note, 0 where there is none."""
        with self._open() as db:
            return int(db.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0])

    def rotate(self) -> int:
        """A new key, and everything encrypted with it; the old keys go. Returns how many sessions were kept.

        A crash in between leaves old and new key, and every session readable.
        """
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet

        with self._open() as db, transaction(db):
            fresh = [Fernet.generate_key(), *keys.read_keys(self._settings)]
            keys.write_keys(self._settings, fresh)
            fernet, kept = MultiFernet([Fernet(key) for key in fresh]), 0
            for row in db.execute("SELECT platform, account, sealed FROM sessions").fetchall():
                with contextlib.suppress(InvalidToken):
                    values = (fernet.rotate(row["sealed"]), row["platform"], row["account"])
                    kept += db.execute(
                        "UPDATE sessions SET sealed = ? WHERE platform = ? AND account = ?", values
                    ).rowcount
        keys.write_keys(self._settings, fresh[:1])
        return kept

    def close_to_others(self) -> bool:
        """Take key and vault out of the reach of others; whether one was within. Every other call does it too.

        It is noted in the audit trail, from where people hear of it. Raises RequestError as the others.
        """
        if not self.is_there:
            return keys.close_to_others(self._settings)
        with self._open():
            return self._was_exposed

    @property
    def is_there(self) -> bool:
        """Whether a session was ever stored."""
        return self._path.exists()

    def _lend(self, platform: str, account: str | None, fitting: str) -> LentSession | None:
        if not self.is_there:
            return None
        where, values = _whose(platform, account)
        with self._open() as db:
            rows = db.execute(
                f"SELECT * FROM sessions WHERE {where} {fitting} ORDER BY stored_at DESC", {**values, "now": now()}
            ).fetchall()
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
        )

    def _note_use(self, db: sqlite3.Connection, lent: LentSession) -> None:
        with transaction(db):
            db.execute(
                "UPDATE sessions SET used_at = ? WHERE platform = ? AND account = ?",
                (now(), lent.platform, lent.account),
            )
            _note(db, lent.platform, lent.account, "used")

    def _refuse_dead(self, db: sqlite3.Connection, platform: str, account: str, contents: Contents) -> None:
        """Without this a browser that is signed out, but does not know it, is asked and believed again and again."""
        where, values = _whose(platform, account)
        row = db.execute(f"SELECT * FROM sessions WHERE {where} AND state = 'expired'", values).fetchone()
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
        told = {name: row[name] for name in SessionState.__struct_fields__ if name != "state"}
        return SessionState(**told, state=state)

    def _unsealed(self, row: sqlite3.Row) -> Contents | None:
        """What was stored, or None where no key opens it."""
        from cryptography.fernet import InvalidToken

        try:
            return msgspec.json.decode(self._fernet(make=False).decrypt(row["sealed"]), type=Contents)
        except (InvalidToken, LookupError, msgspec.MsgspecError):
            return None

    def _fernet(self, *, make: bool) -> Any:
        """Raises LookupError where the keys are lost and none is to be made."""
        from cryptography.fernet import Fernet, MultiFernet

        known = keys.make_key(self._settings) if make else keys.read_keys(self._settings)
        if not known:
            raise LookupError
        return MultiFernet([Fernet(key) for key in known])

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Raises RequestError `busy`, `disk_full` or `internal`."""
        try:
            self._make_private()
            with contextlib.closing(sqlite3.connect(self._path, isolation_level=None, timeout=3)) as db:
                db.row_factory = sqlite3.Row
                # what is forgotten is not left on the pages
                db.execute("PRAGMA secure_delete=1")
                db.executescript(SCHEMA)
                if self._was_exposed:
                    _note(db, "", "", "exposed")
                yield db
        except OSError:
            raise _unopened() from None
        except sqlite3.Error as error:
            told = as_request_error(error)
            raise told if told.code in ("busy", "disk_full") else _unopened() from None
        except RequestError as error:
            raise _unopened() if error.code == "archive_unavailable" else error from None

    def _make_private(self) -> None:
        """The file exists, for nobody else, before SQLite opens it: its journal gets the same mode."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        self._was_exposed = keys.close_to_others(self._settings) | _closed(self._path)


def _closed(path: Path) -> bool:
    """Take a file out of the reach of others; whether it was within."""
    if os.name == "nt" or not path.stat().st_mode & 0o077:
        return False
    path.chmod(0o600)
    return True


def _unopened() -> RequestError:
    return RequestError(
        "internal",
        "The stored sign-ins can't be opened.",
        "Move vault.db out of Bowerbird's settings folder: the sites are asked for again.",
    )


def _whose(platform: str, account: str | None) -> tuple[str, dict[str, Any]]:
    values = {"platform": platform, "account": account}
    named = "" if account is None else " AND (account = :account OR username = :account)"
    return f"platform = :platform{named}", values


def _note(db: sqlite3.Connection, platform: str, account: str, event: Event) -> None:
    db.execute(
        "INSERT INTO audit (at, platform, account, event) VALUES (?, ?, ?, ?)", (now(), platform, account, event)
    )


def _expiry(platform: str, cookies: Sequence[Cookie], *, incognito: bool) -> str | None:
    seconds = jar.expiry_of(platform, cookies)
    until = as_text(datetime.fromtimestamp(seconds, timezone.utc)) if seconds else None
    return min(until or later(INCOGNITO_SECONDS), later(INCOGNITO_SECONDS)) if incognito else until

"""What may be told of the sessions in the vault, for the site, which never opens it: rows of `session_states`.

Host, worker and command line write them when they have changed the vault. No cookie is there.
"""

from __future__ import annotations

import logging
import sqlite3

import msgspec

from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.settings import Settings

log = logging.getLogger("bowerbird.sessions")


class ShownSession(msgspec.Struct, frozen=True, kw_only=True):
    """One session as the site shows it. `state` is ok, expired, challenge or lost."""

    platform: str
    account: str
    incognito: bool = False
    username: str | None = None
    state: str
    stored_at: str
    used_at: str | None = None
    expires_at: str | None = None


_COLUMNS = ShownSession.__struct_fields__


def shown(db: sqlite3.Connection) -> tuple[ShownSession, ...]:
    """What was written last, by platform, the newest first."""
    rows = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM session_states ORDER BY platform, stored_at DESC LIMIT 200")
    return tuple(ShownSession(**{**dict(row), "incognito": bool(row["incognito"])}) for row in rows)


def publish(db: sqlite3.Connection, settings: Settings) -> None:
    """Write how the vault is now, unless that stands there already. Raises RequestError as the vault does."""
    from bowerbird.sessions.vault import Vault

    vault = Vault(settings)
    known = vault.listed() if vault.is_there else []
    now = {tuple(getattr(one, name) for name in _COLUMNS) for one in known}
    if now == {msgspec.structs.astuple(one) for one in shown(db)}:
        return
    with transaction(db):
        db.execute("DELETE FROM session_states")
        places = ", ".join("?" * len(_COLUMNS))
        db.executemany(f"INSERT INTO session_states ({', '.join(_COLUMNS)}) VALUES ({places})", now)


class Publisher:
    """Publishes after each change of the vault, which a look at its file tells."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stamp: tuple[int, ...] | None = None

    def look(self, db: sqlite3.Connection) -> None:
        """Publish if the vault was changed since the last look. What can't be read is told in the log, once."""
        stamp = self._read_stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            publish(db, self._settings)
        except RequestError as error:
            log.warning("code=%s %s", error.code, error.message)

    def _read_stamp(self) -> tuple[int, ...] | None:
        try:
            found = (self._settings.home / "vault.db").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

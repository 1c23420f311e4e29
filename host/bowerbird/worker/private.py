"""A private window's sign-in is there for what was clicked in one: with the last such job it is forgotten."""

from __future__ import annotations

import contextlib
import sqlite3

from bowerbird.errors import RequestError
from bowerbird.queue.browsers import job_platform
from bowerbird.queue.intake import IN_FLIGHT
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings

_NEEDED = f"SELECT 1 FROM jobs WHERE incognito = 1 AND platform = ? AND status IN {IN_FLIGHT} LIMIT 1"


def forget_unneeded(db: sqlite3.Connection, settings: Settings) -> None:
    """Forget them where no job of their platform needs one. What can't be forgotten now is lent for a day at most."""
    vault = Vault(settings)
    if not vault.is_there:
        return
    with contextlib.suppress(RequestError):
        for site in {one.platform for one in vault.listed() if one.incognito}:
            if not db.execute(_NEEDED, (job_platform(site),)).fetchone():
                vault.forget_private(site)

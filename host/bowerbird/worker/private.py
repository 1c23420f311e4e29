"""A private window's sign-in is there for what was clicked in one: with the last such job it is forgotten."""

from __future__ import annotations

import contextlib
import sqlite3

from bowerbird.errors import RequestError
from bowerbird.model import Platform
from bowerbird.queue.browsers import job_platform
from bowerbird.queue.intake import IN_FLIGHT
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings


def forget_unneeded(db: sqlite3.Connection, settings: Settings, platform: Platform) -> None:
    """Forget them where no job of this platform needs one. What can't be forgotten now ends after a day by itself."""
    sql = f"SELECT 1 FROM jobs WHERE incognito = 1 AND platform = ? AND status IN {IN_FLIGHT} LIMIT 1"
    vault = Vault(settings)
    if not vault.is_there or db.execute(sql, (platform,)).fetchone():
        return
    with contextlib.suppress(RequestError):
        kept = {one.platform for one in vault.listed() if one.incognito and job_platform(one.platform) == platform}
        for site in kept:
            vault.forget_private(site)

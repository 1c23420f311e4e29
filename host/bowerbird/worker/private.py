"""A private window's sign-in is there for what was clicked in one: with the last such job it is forgotten."""

from __future__ import annotations

import contextlib
import sqlite3

from bowerbird.clock import now
from bowerbird.errors import RequestError
from bowerbird.queue.browsers import job_platform
from bowerbird.queue.intake import IN_FLIGHT
from bowerbird.sessions.vault import SessionState, Vault
from bowerbird.settings import Settings

_NEEDED = f"SELECT 1 FROM jobs WHERE incognito = 1 AND platform = ? AND status IN {IN_FLIGHT} LIMIT 1"


def forget_unneeded(db: sqlite3.Connection, settings: Settings) -> None:
    """Forget them where no job of their platform needs one, and after their day in any case."""
    vault = Vault(settings)
    with contextlib.suppress(RequestError):
        for one in vault.listed() if vault.has_private() else ():
            if one.incognito and (_is_over(one) or not db.execute(_NEEDED, (job_platform(one.platform),)).fetchone()):
                vault.forget_private(one.platform, one.account)


def _is_over(session: SessionState) -> bool:
    return session.expires_at is not None and session.expires_at <= now()

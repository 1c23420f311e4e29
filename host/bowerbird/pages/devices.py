"""Browsers that are signed in: noted when they are seen, listed, and signed out for good."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from datasette.utils.asgi import Response

from bowerbird import signin
from bowerbird.clock import later, now
from bowerbird.database import open_writer, transaction
from bowerbird.errors import RequestError
from bowerbird.pages.site import Site
from bowerbird.pages.visit import Visit, go_to, number_in

log = logging.getLogger("bowerbird.site")

# How exactly it is known when a browser was here last; each note is a commit.
SEEN_EVERY = 3600.0
MOST_SHOWN = 100
# What a browser says of itself -> what people call it; the first that is there counts, for most name others as well.
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome or Chromium"), ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"), ("BSD", "BSD"),
)  # fmt: skip


class Device(NamedTuple):
    """One browser that is signed in; `seen_at` is known to the hour."""

    id: int
    session: str
    browser: str
    created_at: str
    seen_at: str


def browser_name(user_agent: str) -> str:
    """What people call a browser, such as `Firefox on Linux`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def listed(db: sqlite3.Connection) -> tuple[Device, ...]:
    """Those whose session still holds, the one that was here last first."""
    sql = f"""
        SELECT {", ".join(Device._fields)} FROM devices WHERE created_at > ? ORDER BY seen_at DESC, id DESC LIMIT ?
    """
    return tuple(Device(*row) for row in db.execute(sql, (later(-signin.SESSION_SECONDS), MOST_SHOWN)))


def note_seen(db: sqlite3.Connection, session: str, browser: str) -> None:
    """A browser with this session is here now, unless the session was ended meanwhile. Raises as `transaction`."""
    sql = """
        INSERT INTO devices (session, browser, created_at, seen_at) SELECT :session, :browser, :now, :now
        WHERE NOT EXISTS (SELECT 1 FROM signins WHERE nonce = :ended)
        ON CONFLICT (session) DO UPDATE SET seen_at = excluded.seen_at, browser = excluded.browser
    """
    with transaction(db):
        db.execute(sql, {"session": session, "browser": browser, "now": now(), "ended": signin.ENDED_SESSION + session})
        db.execute("DELETE FROM devices WHERE created_at <= ?", (later(-signin.SESSION_SECONDS),))


def end(db: sqlite3.Connection, sessions: Iterable[str]) -> None:
    """End sessions for good, also for whoever may have copied a cookie. Raises as `transaction`."""
    ended = list(sessions)
    with transaction(db):
        db.executemany(
            "INSERT INTO signins (nonce, used_at) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING",
            [(signin.ENDED_SESSION + session, now()) for session in ended],
        )
        db.executemany("DELETE FROM devices WHERE session = ?", [(session,) for session in ended])


def see(site: Site, session: str, user_agent: str) -> None:
    """Note, beside the request, that this session is used; at most once in SEEN_EVERY seconds."""
    moment = time.monotonic()
    if moment < site.seen.get(session, 0.0):
        return
    site.seen[session] = moment + SEEN_EVERY
    asyncio.get_running_loop().run_in_executor(None, _write, site, session, browser_name(user_agent))


def _write(site: Site, session: str, browser: str) -> None:
    with (
        contextlib.suppress(sqlite3.Error, RequestError),
        contextlib.closing(open_writer(site.settings.database)) as db,
    ):
        note_seen(db, session, browser)


async def sign_out(visit: Visit) -> Response:
    """Sign out the browser that the form names, or all others. Raises RequestError `not_found`."""
    form = await visit.form()
    _, known = await visit.read(listed)
    ended = [one.session for one in known if _is_meant(one, form, visit.session)]
    if not ended:
        raise RequestError("not_found", "That browser is not signed in any more.", "Nothing is left to do.")
    await visit.write(lambda db: end(db, ended))
    visit.site.signed_out.update(ended)
    return go_to("/settings?done=signed_out#devices")


def _is_meant(device: Device, form: Mapping[str, str], own: str | None) -> bool:
    if form.get("others"):
        return device.session != own
    return device.id == number_in(form.get("device", ""))

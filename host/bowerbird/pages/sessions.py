"""The stored sign-ins as the site shows them, and what a person does with one.

It reads rows that others wrote, and never opens the vault. A check, and forgetting one, are rows for the worker.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from datasette.utils.asgi import Response

from bowerbird.errors import RequestError
from bowerbird.pages.visit import Visit, go_to
from bowerbird.queue import browsers
from bowerbird.queue.session_states import ShownSession, shown
from bowerbird.sessions import policy

# state -> (the word, what it means), in the silhouettes of jobs
WORDS = {
    "ok": ("completed", "Signed in", ""),
    "expired": ("waiting", "Ended", "Open the site and sign in again, then save something there."),
    "challenge": ("waiting", "Asks something", "The site wants a check by a person: open it and answer."),
    "lost": ("failed", "Can't be read", "Its key is gone. Open the site and save something there: it comes anew."),
}


class SessionLine(NamedTuple):
    """One sign-in: its words, where a person signs in, and what is under way (`checking`, `forgetting` or '')."""

    session: ShownSession
    title: str
    site: str
    icon: str
    word: str
    advice: str
    can_check: bool
    under_way: str


def lines(db: sqlite3.Connection) -> tuple[SessionLine, ...]:
    """All of them."""
    checking = {(one.platform, one.account) for one in browsers.asked_about(db, "check_session")}
    forgetting = {(one.platform, one.account) for one in browsers.asked_about(db, "forget_session")}
    return tuple(_line(one, checking, forgetting) for one in shown(db))


def _line(
    one: ShownSession, checking: set[tuple[str, str | None]], forgetting: set[tuple[str, str | None]]
) -> SessionLine:
    whose = (one.platform, one.account)
    icon, word, advice = WORDS.get(one.state, WORDS["lost"])
    under_way = "forgetting" if whose in forgetting else "checking" if whose in checking else ""
    can_check = one.platform in policy.SITES and bool(policy.SITES[one.platform].checker) and not one.incognito
    site = f"https://{policy.platform_host(one.platform)}/"
    return SessionLine(one, policy.title(one.platform), site, icon, word, advice, can_check, under_way)


async def act_on(visit: Visit) -> Response:
    """Check or forget one. Raises RequestError `not_found` or `bad_request`."""
    ask = _ACTS.get(visit.parts["act"])
    form = await visit.form()
    platform, account = form.get("platform", ""), form.get("account", "")
    if ask is None:
        raise RequestError("bad_request", "There is no such action.", "Go back and use the buttons of the page.")

    def request(db: sqlite3.Connection) -> None:
        if not any((one.platform, one.account) == (platform, account) for one in shown(db)):
            raise RequestError("not_found", "There is no such sign-in.", "It may have been removed meanwhile.")
        ask(db, platform, account)

    await visit.write(request)
    visit.wake_worker()
    return go_to("/settings#sessions")


_ACTS: dict[str, Callable[[sqlite3.Connection, str, str], None]] = {
    "check": browsers.ask_for_check,
    "forget": browsers.ask_to_forget,
}

"""Coming in by a one-use link, going out, and proving to the command line that it is this site that answers."""

from __future__ import annotations

import sqlite3

from datasette.utils.asgi import Response

from bowerbird import signin
from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.pages import devices
from bowerbird.pages.refusals import advice_for, render_refusal
from bowerbird.pages.visit import Visit, go_to


async def sign_in(visit: Visit) -> Response:
    """Open a session. Answered by a page that moves on by itself: after a redirect browsers drop a strict cookie."""
    try:
        invitation = signin.check(visit.site.settings, visit.query.get("token", ""))
        if visit.method == "HEAD":  # only looks: the link stays good for whoever comes in by it
            return Response.html("", headers={"cache-control": "no-store"})
        if not await visit.write(lambda db: note_once(db, invitation.nonce)):
            raise signin.not_good()
    except RequestError as error:
        status, advice = advice_for(error)
        status = 403 if error.code == "bad_request" else status
        return Response.html(render_refusal(visit.site, status, advice._replace(icon="key"), "signed-out.html"), status)
    html = visit.site.templates.get_template("signed-in.html").render(site=visit.site, what=invitation.what)
    response = Response.html(html, headers={"cache-control": "no-store"})
    cookie = signin.new_session(visit.site.settings)
    session = signin.session_of(visit.site.settings, cookie) or ""
    browser = devices.browser_name(visit.headers.get("user-agent", ""))
    await visit.write(lambda db: devices.note_seen(db, session, browser))
    _give_cookie(response, visit, cookie, signin.SESSION_SECONDS)
    return response


async def sign_out(visit: Visit) -> Response:
    """End this session for good, also for whoever may have copied the cookie."""
    session = visit.session or ""
    await visit.write(lambda db: devices.end(db, (session,)))
    visit.site.signed_out.add(session)
    response = go_to("/")
    _give_cookie(response, visit, "", 0)
    return response


async def alive(visit: Visit) -> Response:
    """Answer a challenge, so that nobody hands a sign-in link to a stranger on our port."""
    return Response.text(signin.proof(visit.site.settings, visit.query.get("challenge", "")[:100]))


def note_once(db: sqlite3.Connection, nonce: str) -> bool:
    """Note a nonce; False where it was noted before."""
    with transaction(db):
        noted = db.execute(
            "INSERT INTO signins (nonce, used_at) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING", (nonce, now())
        )
        return noted.rowcount == 1


def signed_out(db: sqlite3.Connection) -> set[str]:
    """The sessions that were ended before their time."""
    rows = db.execute("SELECT nonce FROM signins WHERE nonce >= ? AND nonce < ?", (signin.ENDED_SESSION, "out;"))
    return {row["nonce"].removeprefix(signin.ENDED_SESSION) for row in rows}


def _give_cookie(response: Response, visit: Visit, value: str, seconds: int) -> None:
    name = signin.cookie_name(visit.site.settings)
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="strict")

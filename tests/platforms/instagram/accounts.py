"""The accounts that can log in here, and what the sessions that they hold open."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from tests.platforms.exchange import Answer, Changes, Request, redirect
from tests.platforms.log import Entry

COOKIE_HOST, APP_HOST = "www.instagram.com", "i.instagram.com"  # the only hosts that a session may go to
_BEARER = "Bearer IGT:2:"  # then base64 of {"ds_user_id": ..., "sessionid": ...}


@dataclass(frozen=True)
class Account:
    """Someone who can log in; `pk` is also the number of their profile."""

    username: str
    pk: int
    secret: str

    def sessionid(self, renewals: int = 0) -> str:
        """The cookie that is the login, after so many renewals."""
        return f"{self.pk}%3A{self.secret}{renewals}%3A28%3AAYf"

    def cookies(self, renewals: int = 0) -> dict[str, str]:
        """The cookies that a browser has once it is logged in, all of `.instagram.com`."""
        return {
            "sessionid": self.sessionid(renewals),
            "ds_user_id": str(self.pk),
            "csrftoken": f"csrf{self.pk}",
            "mid": f"Zmid{self.pk}",
            "ig_did": f"DEVICE-{self.pk}",
        }


ME = Account("me.archivist", 4100000101, "me5Canary")
SECOND = Account("second.account", 4100000102, "second7Canary")
ACCOUNTS = {one.username: one for one in (ME, SECOND)}

LOGIN_PAGE = "https://www.instagram.com/accounts/login/"


def login_url(account: Account) -> str:
    """The page that logs a browser in: it sets the cookies of the session that holds now, and leads to the start."""
    return f"{LOGIN_PAGE}?as={account.username}"


def sessionid_of(cookies: dict[str, str], authorization: str) -> str:
    """The session that a request carried, by cookie or by bearer; empty when it carried none."""
    if not authorization.startswith(_BEARER):
        return cookies.get("sessionid", "")
    try:
        return str(json.loads(base64.b64decode(authorization.removeprefix(_BEARER)))["sessionid"])
    except (ValueError, KeyError):
        return "unreadable"


def carried(entry: Entry) -> str:
    """The session that a logged request carried; empty when it carried none."""
    return sessionid_of(dict(entry.cookies), entry.authorization)


def sent_astray(entries: list[Entry]) -> list[Entry]:
    """The requests that took a session, or any part of a login, to a host where it has no business."""
    secrets = [one.secret for one in ACCOUNTS.values()]
    return [
        one
        for one in entries
        if one.host not in (COOKIE_HOST, APP_HOST)
        and (carried(one) or one.authorization or any(secret in f"{one.cookies}{one.body}" for secret in secrets))
    ]


def session_of(request: Request) -> str:
    """The session of a request, from where its host looks for it; empty when there is none."""
    if request.host == APP_HOST:
        return sessionid_of({}, request.headers.get("authorization", ""))
    return request.cookies.get("sessionid", "")


def viewer(request: Request) -> Account | None:
    """Whose session the request carries, if it is the one that holds now."""
    return holder(session_of(request), request.changes)


def holder(sessionid: str, changes: Changes) -> Account | None:
    """The account that this session belongs to now."""
    renewed = changes.renewed
    return next((one for one in ACCOUNTS.values() if one.sessionid(renewed.get(one.username, 0)) == sessionid), None)


def log_in(account: Account, changes: Changes) -> Answer:
    """Set the cookies of a login, as the platform does, and lead to the start page."""
    jar = account.cookies(changes.renewed.get(account.username, 0))
    return redirect("https://www.instagram.com/").with_headers(
        tuple(("Set-Cookie", _set(name, value)) for name, value in jar.items())
    )


def _set(name: str, value: str) -> str:
    hidden = "; HttpOnly" if name in ("sessionid", "mid", "ig_did") else ""
    return f"{name}={value}; Domain=.instagram.com; Path=/; Max-Age=31536000; Secure{hidden}"

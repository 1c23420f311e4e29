"""The accounts that can log in to this TikTok, and the sessions that they hold.

`platforms.expire(name)`: the session counts for nothing, the pages are those that anybody sees. `platforms.refuse(name,
"login")`: every page leads to the login. `platforms.renew(name)`: only the next session counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.platforms.exchange import Answer, Changes, Request, redirect
from tests.platforms.log import Entry
from tests.platforms.tiktok import world

COOKIE_HOSTS = "*.tiktok.com"  # the only hosts that a session may go to


@dataclass(frozen=True)
class Account:
    """Someone who can log in, and has a profile by the same name."""

    username: str
    secret: str

    @property
    def uid(self) -> str:
        """The account's number."""
        return world.uid(self.username)

    def sessionid(self, renewals: int = 0) -> str:
        """The cookie that is the login, after so many renewals."""
        return f"{self.secret}{renewals:04d}".ljust(32, "0")

    def cookies(self, renewals: int = 0) -> dict[str, str]:
        """The cookies that a browser has once it is logged in, all of `.tiktok.com`."""
        session = self.sessionid(renewals)
        return {
            "sessionid": session,
            "sessionid_ss": session,
            "sid_tt": session,
            "uid_tt": f"hash-of-{self.uid}",
            "multi_sids": f"{self.uid}%3A{session}",
        }


WATCHER = Account(world.WATCHING, "watcher5canary")
SECOND = Account("second.watcher", "second7canary")
ACCOUNTS = {one.username: one for one in (WATCHER, SECOND)}


def login_url(account: Account) -> str:
    """The page that logs a browser in: it sets the cookies of the session that holds now, and leads to the start."""
    return f"https://www.tiktok.com/login?as={account.username}"


def viewer(request: Request) -> Account | None:
    """Whose session the request carries, if it is the one that holds now."""
    found = _holder(request)
    return found if found and request.changes.refused.get(found.username) != "expired" else None


def sent_to_login(request: Request) -> bool:
    """Whether the platform leads this session to the login wherever it goes."""
    found = _holder(request)
    return found is not None and request.changes.refused.get(found.username) == "login"


def _holder(request: Request) -> Account | None:
    session, renewed = request.cookies.get("sessionid", ""), request.changes.renewed
    return next((one for one in ACCOUNTS.values() if one.sessionid(renewed.get(one.username, 0)) == session), None)


def sent_astray(entries: list[Entry]) -> list[Entry]:
    """The requests that took any part of a login to a host where it has no business."""
    secrets = [one.secret for one in ACCOUNTS.values()]
    return [
        one
        for one in entries
        if not fnmatchcase(one.host, COOKIE_HOSTS)
        and any(secret in f"{one.cookies}{one.authorization}{one.target}{one.body}" for secret in secrets)
    ]


def log_in(account: Account, changes: Changes) -> Answer:
    """Set the cookies of a login and lead to the start page."""
    jar = account.cookies(changes.renewed.get(account.username, 0))
    kept = "Domain=.tiktok.com; Path=/; Max-Age=15552000; Secure; HttpOnly"
    given = tuple(("Set-Cookie", f"{name}={value}; {kept}") for name, value in jar.items())
    return redirect("https://www.tiktok.com/").with_headers(given)

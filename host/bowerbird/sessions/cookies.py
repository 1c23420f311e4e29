"""Cookies as browsers tell them (developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/API/cookies/Cookie).

What comes out of `read_cookies` is of one site only, still good, and can be sent by every library.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bowerbird.errors import RequestError
from bowerbird.sessions import policy
from bowerbird.targets.hosts import normal_host

MOST_COOKIES = 1000  # browsers keep at most 180 of a site
LONGEST = 4096  # characters of name and value, RFC 6265bis 5.6
LATEST = 253_402_300_799  # the end of the year 9999
UNNAMED = "unnamed"  # the account of a site that we can't read one from

# No browser stores these in a cookie: who sends them is none.
_FORGED = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# A tab breaks a line of a cookies.txt, and what is no ASCII makes http.client refuse the whole request.
_SENDABLE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")


class Cookie(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One checked cookie.

    `domain` has a dot before it where hosts below get it too; `expires` in seconds since 1970, None where the browser
    forgets it when it closes; `partition` is the site whose visits it belongs to.
    """

    name: str
    value: str
    domain: str
    path: str = "/"
    secure: bool = False
    expires: int | None = None
    partition: str = ""

    def __repr__(self) -> str:
        """Names the cookie; its value is in no log."""
        return f"Cookie({self.name[:40]!r} of {self.domain})"

    @property
    def place(self) -> tuple[str, str, str]:
        """What a browser knows a cookie by."""
        return self.name, self.domain, self.path


class BrowserCookie(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A cookie object of the extension API; fields that say nothing to us are passed over."""

    name: str
    value: str
    domain: str
    host_only: bool = False
    path: str = "/"
    secure: bool = False
    expiration_date: float | None = None
    partition_key: dict[str, Any] | None = None
    first_party_domain: str | None = None

    def __repr__(self) -> str:
        """As Cookie's."""
        return f"BrowserCookie({self.name[:40]!r})"


def read_cookies(objects: Sequence[Any], platform_host: str) -> tuple[Cookie, ...]:
    """The cookies of a site that are still good.

    Left out are expired ones, those of another site's visits (partitions) and those that no library could send. Raises
    RequestError `bad_session` for cookies of another site, for what no browser would tell, and where none is left.
    """
    if len(objects) > MOST_COOKIES:
        raise RequestError("bad_session", f"These are {len(objects):,} cookies: no site has so many.")
    _check_host(platform_host)
    return scoped([_read(one) for one in objects], platform_host)


def scoped(cookies: Iterable[BrowserCookie], platform_host: str) -> tuple[Cookie, ...]:
    """As read_cookies, of objects that have been read."""
    checked = [_checked(one, platform_host) for one in cookies]
    kept = {one.place: one for one in sorted(filter(None, checked), key=_partitioned_first)}
    good = alive(kept.values())
    if not good:
        site = policy.title(policy.platform_of_host(platform_host))
        raise RequestError(
            "bad_session", f"The browser has no sign-in of {site}.", "Open the site in your browser and sign in."
        )
    return good


def read_user_agent(text: str) -> str:
    """The browser's name for itself, which goes into a request header. Raises RequestError `bad_session`."""
    if len(text) > LONGEST or not re.fullmatch(r"[\x20-\x7e]*", text):
        raise RequestError("bad_session", "The browser's name for itself can't be sent in a request.")
    return text.strip()


def alive(cookies: Iterable[Cookie]) -> tuple[Cookie, ...]:
    """Those that have not expired."""
    now = time.time()
    return tuple(one for one in cookies if one.expires is None or one.expires > now)


def netscape(cookies: Iterable[Cookie]) -> str:
    """The text of a cookies.txt: name, value and where each may go, for yt-dlp and gallery-dl alike."""
    lines = (_line(one) for one in cookies)
    return "\n".join(("# Netscape HTTP Cookie File", *lines, ""))


def account_of(platform: str, cookies: Iterable[Cookie]) -> str:
    """Whose session it is: the account's number on Instagram, elsewhere a short hash that stands for the account.

    Raises RequestError `bad_session` where these cookies are no sign-in.
    """
    values = {one.name: one.value for one in cookies if one.value}
    site = policy.SITES.get(platform)
    if site is None:
        return UNNAMED
    told = next((values[name] for name in site.account if name in values), None)
    if told is None or not all(name in values for name in site.login):
        raise RequestError(
            "bad_session",
            f"You are not signed in to {site.title} in this browser.",
            f"Open {site.host}, sign in, and try again.",
        )
    return told if re.fullmatch(r"[0-9]{1,20}", told) else _short_hash(platform, told)


def login_values(platform: str, cookies: Iterable[Cookie]) -> frozenset[str]:
    """What makes this sign-in another one than the one before: the values of its login cookies, else of all."""
    site = policy.SITES.get(platform)
    return frozenset(one.value for one in cookies if site is None or one.name in site.login)


def expiry_of(platform: str, cookies: Iterable[Cookie]) -> int | None:
    """Seconds since 1970 at which the first of the login cookies expires; None where nobody knows."""
    login = policy.SITES[platform].login if platform in policy.SITES else ()
    return min((one.expires for one in cookies if one.name in login and one.expires), default=None)


def _check_host(platform_host: str) -> None:
    try:
        normal_host(platform_host)
    except ValueError:
        raise RequestError("bad_session", "The request does not name a site.") from None


def _read(one: Any) -> BrowserCookie:
    try:
        return msgspec.convert(one, BrowserCookie)
    except msgspec.ValidationError:
        # the library's own sentence could quote a value
        raise RequestError("bad_session", "One of the cookies is not of the expected form.") from None


def _checked(one: BrowserCookie, platform_host: str) -> Cookie | None:
    if any(_FORGED.search(text) for text in (one.name, one.value, one.domain, one.path)):
        raise RequestError("bad_session", "One of the cookies has characters inside that no browser stores.")
    if not policy.accepts(platform_host, one.domain):
        raise RequestError("bad_session", "There is a cookie of another site among these; none was stored.")
    if not _can_be_sent(one):
        return None
    partition = _partition(one)
    if partition and not policy.accepts(platform_host, partition):
        return None
    host = normal_host(one.domain.removeprefix("."))
    return Cookie(
        name=one.name,
        value=one.value,
        domain=host if one.host_only or not one.domain.startswith(".") else f".{host}",
        path=one.path if one.path.startswith("/") else "/",
        secure=one.secure,
        expires=_seconds(one.expiration_date),
        partition=partition,
    )


def _can_be_sent(one: BrowserCookie) -> bool:
    fits = bool(one.name) and len(one.name) + len(one.value) <= LONGEST
    return fits and "=" not in one.name and all(map(_SENDABLE.fullmatch, (one.name, one.value, one.path)))


def _partition(one: BrowserCookie) -> str:
    """The host of the site in whose visits this cookie was set; '' where it is not partitioned."""
    top = (one.partition_key or {}).get("topLevelSite")
    if not isinstance(top, str) or not top:
        return one.first_party_domain or ""
    try:
        return urlsplit(top).hostname or top
    except ValueError:
        return top


def _partitioned_first(one: Cookie) -> bool:
    """Of two of the same name the one without a partition is kept: it holds the sign-in of ordinary visits."""
    return not one.partition


def _seconds(expiration: float | None) -> int | None:
    if expiration is None:
        return None
    return int(min(expiration, LATEST)) if expiration > 1 else 1


def _line(one: Cookie) -> str:
    below, expires = _flag(one.domain.startswith(".")), str(one.expires or 0)
    return "\t".join((one.domain, below, one.path, _flag(one.secure), expires, one.name, one.value))


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _short_hash(platform: str, value: str) -> str:
    return hashlib.sha256(f"bowerbird account {platform} {value}".encode()).hexdigest()[:12]

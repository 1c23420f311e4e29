"""Cookies out of an installed browser or a cookies.txt, for machines on which the extension is not installed.

Whoever asks gets the sessions of the named sites only; a message never has a value or a path in it.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bowerbird.errors import RequestError
from bowerbird.sessions.cookies import BrowserCookie

# name on the command line -> what people call it; the names are browser_cookie3's functions
BROWSERS = {
    "firefox": "Firefox",
    "librewolf": "LibreWolf",
    "chrome": "Chrome",
    "chromium": "Chromium",
    "brave": "Brave",
    "edge": "Edge",
    "opera": "Opera",
    "opera_gx": "Opera GX",
    "vivaldi": "Vivaldi",
    "arc": "Arc",
    "safari": "Safari",
}
_FIREFOXES = {"firefox": "Firefox", "librewolf": "LibreWolf"}
_CHROMIUMS = frozenset(("brave", "chrome", "chromium", "edge", "opera", "vivaldi"))  # those that yt-dlp reads too

MOST_BYTES = 20_000_000  # of a cookies.txt
_MILLISECONDS = 100_000_000_000  # Firefox 142 and some exporters count in them; in seconds it is the year 5138


def from_browser(name: str, site: str) -> list[BrowserCookie]:
    """The cookies that an installed browser has of a site such as `instagram.com` (hosts that merely end so, too).

    Raises RequestError `bad_request` for a browser that nobody knows, `bad_session` with the reason where it can't be
    read.
    """
    if name not in BROWSERS:
        raise RequestError("bad_request", f"There is no browser {name[:40]}.", f"Choose one of {', '.join(BROWSERS)}.")
    with _explained(name):
        if name in _FIREFOXES:
            return _read_firefox(name, site)
        return _read_chromium(name, site) if name in _CHROMIUMS else _read_with_library(name, site)


def from_file(path: Path) -> list[BrowserCookie]:
    """The cookies of a cookies.txt (Netscape's format), of whatever sites.

    Windows line ends, a missing dot, `#HttpOnly_` and a byte order mark are fine; a line that is none is passed over.
    Raises RequestError `bad_session` where the file can't be read or holds no cookie.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError:
        raise RequestError("bad_session", "That file can't be read.", "Check its name and permissions.") from None
    if len(text) > MOST_BYTES:
        raise RequestError("bad_session", "That file is too large for a cookies.txt.")
    lines = text.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [one for one in map(_of_line, lines) if one]
    if not found:
        raise RequestError(
            "bad_session",
            "There are no cookies in that file.",
            "Export them in Netscape format: seven columns with tabs between them.",
        )
    return found


def _of_line(line: str) -> BrowserCookie | None:
    fields = line.removeprefix("#HttpOnly_").split("\t")
    if len(fields) != 7 or fields[0].startswith("#"):
        return None
    domain, below, path, secure, expires, name, value = fields
    return _cookie(domain, below.upper() == "TRUE", path, secure.upper() == "TRUE", _number(expires), name, value)


def _cookie(
    domain: str, below: bool, path: str, secure: bool, expires: float | None, name: str, value: str
) -> BrowserCookie:
    host = domain.removeprefix(".")
    below = below or domain.startswith(".")
    return BrowserCookie(
        name=name, value=value, domain=f".{host}" if below else host, host_only=not below, path=path or "/",
        secure=secure, expiration_date=_in_seconds(expires),
    )  # fmt: skip


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _in_seconds(expires: float | None) -> float | None:
    """None and 0: until the browser closes."""
    if not expires:
        return None
    return expires / 1000 if expires > _MILLISECONDS else expires


def _read_with_library(name: str, site: str) -> list[BrowserCookie]:
    import browser_cookie3

    read: Callable[..., http.cookiejar.CookieJar] = getattr(browser_cookie3, name)
    return _of_jar(read(domain_name=site))


def _of_jar(found: Iterable[http.cookiejar.Cookie]) -> list[BrowserCookie]:
    return [
        _cookie(one.domain, one.domain.startswith("."), one.path, one.secure, one.expires, one.name, one.value or "")
        for one in found
    ]


def _read_chromium(name: str, site: str) -> list[BrowserCookie]:
    """browser_cookie3 gives up where there is no desktop bus to ask for a keyring; yt-dlp goes on without one."""
    try:
        return _read_with_library(name, site)
    except Exception:  # noqa: BLE001 - as in _explained; the second library's error is the one that is told
        return _read_with_yt_dlp(name, site)


def _read_with_yt_dlp(name: str, site: str) -> list[BrowserCookie]:
    from yt_dlp.cookies import extract_cookies_from_browser

    listener = _Listener()
    found = list(extract_cookies_from_browser(name, logger=listener))
    # what it can't decrypt it passes over, or reads as nothing
    if listener.warned or not any(one.value for one in found):
        raise ValueError("decrypt")
    own = [one for one in found if one.domain == site or one.domain.endswith(f".{site}")]
    for one in own:
        one.expires = _since_1970(one.expires)
    return _of_jar(own)


def _since_1970(microseconds: int | None) -> int | None:
    """Chromium counts microseconds since 1601 (base/time/time.h), and yt-dlp hands them on."""
    return microseconds // 1_000_000 - 11_644_473_600 if microseconds else None


class _Listener:
    """A logger for yt-dlp, which says what it could not decrypt; its sentences have paths in them and go nowhere."""

    def __init__(self) -> None:
        self.warned = False

    def debug(self, *_said: Any, **_how: Any) -> None:
        """Say nothing."""

    info = debug

    def warning(self, *said: Any, **_how: Any) -> None:
        """Remember that a cookie could not be decrypted."""
        self.warned = self.warned or "decrypt" in str(said)

    error = warning

    def progress_bar(self) -> None:
        """Show nothing."""


# What a visit in an ordinary window sends: no container's, no other site's visits, no private window's cookies.
_ORDINARY = """
    SELECT host, path, isSecure, expiry, name, value FROM moz_cookies
    WHERE (host = :site OR host LIKE '%.' || :site)
      AND originAttributes NOT LIKE '%userContextId=%' AND originAttributes NOT LIKE '%partitionKey=%'
      AND originAttributes NOT LIKE '%privateBrowsingId=%'
"""


def _read_firefox(name: str, site: str) -> list[BrowserCookie]:
    """By our own query: browser_cookie3, which finds the file, throws the cookies of all containers together."""
    import browser_cookie3

    found = getattr(browser_cookie3, _FIREFOXES[name])(domain_name=site).cookie_file
    with _copied(Path(found)) as database, contextlib.closing(sqlite3.connect(database)) as db:
        rows = db.execute(_ORDINARY, {"site": site}).fetchall()
    return [_cookie(host, host.startswith("."), path, bool(secure), expiry, name, value)
            for host, path, secure, expiry, name, value in rows]  # fmt: skip


@contextlib.contextmanager
def _copied(database: Path) -> Iterator[Path]:
    """A private copy with its write-ahead log: a Firefox that runs keeps the original locked."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-") as folder:
        for suffix in ("", "-wal"):
            part = database.with_name(database.name + suffix)
            if part.exists():
                shutil.copyfile(part, Path(folder) / part.name)
        yield Path(folder) / database.name


# (what the library's or SQLite's sentence has in it, lower case) -> what to tell; the first that fits counts
_REASONS: tuple[tuple[str, str, str], ...] = (
    (
        "locked",
        "{browser} keeps its cookies locked while it runs.",
        "Close {browser}, or use the Bowerbird extension in it.",
    ),
    (
        "decrypt",
        "The cookies of {browser} are encrypted with a key that can't be had.",
        "Unlock your keyring and try again, or use the Bowerbird extension in {browser}.",
    ),
    (
        "find",
        "There is no {browser} with cookies on this computer for this user.",
        "Name another browser, or give a cookies.txt.",
    ),
    (
        "permission",
        "The system does not let other programs read the cookies of {browser}.",
        "Allow it in the system's settings, or use the Bowerbird extension in {browser}.",
    ),
)
# Since Chrome 127 the key is bound to the browser's own program (security.googleblog.com, App-Bound Encryption).
_APP_BOUND = (
    "Windows lets only {browser} itself read the cookies of {browser}.",
    "Use the Bowerbird extension in {browser}, import from Firefox, or give a cookies.txt.",
)
_BOUND_BROWSERS = frozenset(("chrome", "edge", "brave", "vivaldi", "opera", "opera_gx", "chromium", "arc"))


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """Whatever a browser's files do is told in a sentence of ours: the libraries' own have paths in them."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - browser_cookie3 lets through what sqlite3, json and DPAPI raise
        raise RequestError("bad_session", *reason(name, error, sys.platform)) from None


def reason(name: str, error: Any, system: str) -> tuple[str, str]:
    """Why a browser can't be read, and what to do. `system` as sys.platform."""
    said = f"{type(error).__name__} {error}".lower()
    fitting = next((told for words, *told in _REASONS if words in said), None)
    if system == "win32" and name in _BOUND_BROWSERS and (fitting is None or "decrypt" in said):
        fitting = list(_APP_BOUND)
    if fitting is None:
        fitting = ["The cookies of {browser} can't be read.", "Use the Bowerbird extension in it, or a cookies.txt."]
    message, hint = (text.format(browser=BROWSERS[name]) for text in fitting)
    return message, hint

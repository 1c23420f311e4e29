"""From text that somebody pasted or clicked to the parts of a web address, or to a sentence about what is wrong."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus, urlsplit

from bowerbird.errors import RequestError
from bowerbird.targets.hosts import is_private_host, normal_host

MAX_LENGTH = 8192
MAX_PORT = 65535
DEFAULT_PORTS = {"http": 80, "https": 443}
SHOWN = 48

# What an address of each kind is called, with the next step; anything else that has a scheme is named by the scheme.
BROWSER_PAGE = ("A page of the browser itself can't be saved.", "Open a page on the web and save that.")
OTHER_SCHEMES = {
    "file": ("A file on this computer can't be saved.", "Open it on the web and save it there."),
    "blob": ("A blob: address only means something inside of its own page.", "Save the page that shows it."),
    "data": ("A data: address is not a place on the web.", "Save the page that shows it."),
    "javascript": ("A javascript: address is a command, not a place on the web.", "Save the page that it is on."),
    "view-source": ("The source view of a page can't be saved.", "Go back to the page itself and save that."),
    "about": BROWSER_PAGE,
    "chrome": BROWSER_PAGE,
    "chrome-extension": BROWSER_PAGE,
    "chrome-search": BROWSER_PAGE,
    "devtools": BROWSER_PAGE,
    "edge": BROWSER_PAGE,
    "moz-extension": BROWSER_PAGE,
    "resource": BROWSER_PAGE,
}

# Controls, every kind of space, marks that turn the direction of writing, and halves of characters.
_UNFIT = re.compile(
    "[\x00-\x20\x7f-\xa0\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff]"
)
_HTTP = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*|):", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(localhost|[^/:]+\.[^/:]+):\d+(/|$)")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")
# host.tld/... alone: `notes.txt` is a file's name, and numbers may be an address of the own network.
_NO_SCHEME = re.compile(r"([\w-]+\.)+[^\W\d_][\w-]+(:\d+)?/\S*|www\.([\w-]+\.)+[^\W\d_][\w-]+")
_COMMA_BETWEEN = re.compile(r"[,;](?=https?://)", re.IGNORECASE)
_UP_TO_USER = re.compile(r"^[^?#]*[^/?#]@")


def typed_urls(typed: str) -> list[str]:
    """The addresses of a word, of which a comma may part several; each as `whole_url` makes it."""
    return [whole_url(one) for one in _COMMA_BETWEEN.split(typed)]


def whole_url(typed: str) -> str:
    """What a person typed or copied, without a comma or semicolon behind it, and with the https:// that was left out.

    What is no address is handed back as it is. Not for what programs hand over: those know what they mean.
    """
    bare = typed.strip().rstrip(",;")
    if _NO_SCHEME.fullmatch(bare):
        return f"https://{bare}"
    return bare if _HTTP.match(bare) else typed


class Address(NamedTuple):
    """A web address in parts: `host` in its one spelling, `port` 0 where it is the scheme's own, the rest raw."""

    scheme: str
    host: str
    port: int
    path: str
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """Scheme, host and port as they stand in a canonical URL."""
        return f"{self.scheme}://{self.host}:{self.port}" if self.port else f"{self.scheme}://{self.host}"

    @property
    def route(self) -> str | None:
        """The path decoded, slashes single and none at the ends; None where a segment hides a slash or is dots."""
        segments = [unquote(segment) for segment in self.path.split("/") if segment]
        if any("/" in segment or segment in (".", "..") for segment in segments):
            return None
        return "/".join(segments)

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter, decoded; also behind an ampersand that was HTML-escaped."""
        found = re.search(rf"(?:^|&(?:amp;)*){name}=([^&]*)", self.query)
        return unquote_plus(found[1]) if found else None


def parse(url: str, *, allow_private_hosts: bool = False) -> Address:
    """The parts of a full http(s) address, white space around it forgiven.

    Raises RequestError: bad_url, unsupported_url (another scheme), private_host, too_large (more than MAX_LENGTH).
    """
    if len(url) > MAX_LENGTH:
        raise RequestError("too_large", f"The address is longer than {MAX_LENGTH:,} characters.", "Use a shorter one.")
    text = url.strip()
    _refuse_other_things(text)
    try:
        parts = urlsplit(f"https:{text}" if text.startswith("//") else text)
        host, port = _host_and_port(parts.netloc)
    except ValueError:
        raise RequestError("bad_url", f"“{shown(text)}” names no site that could be opened.") from None
    if not allow_private_hosts and is_private_host(host):
        raise RequestError("private_host", f"{shown(host)} is on your own network.")
    port = 0 if port == DEFAULT_PORTS[parts.scheme] else port
    return Address(parts.scheme, host, port, parts.path, parts.query, parts.fragment)


def shown(text: str) -> str:
    """A short piece of somebody's text that is fit for a sentence: without a password or query."""
    words = (_UNFIT.sub("", word) for word in _UP_TO_USER.sub("", text).split())
    clean = " ".join(word for word in words if word).partition("?")[0].partition("#")[0]
    return clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}…"


def _refuse_other_things(text: str) -> None:
    if not text:
        raise RequestError("bad_url", "No address was given.")
    if _HTTP.match(text) is None:
        raise _not_http(text)
    if _UNFIT.search(text):
        raise RequestError("bad_url", "The address has spaces or invisible characters inside.", "Copy it again.")
    place = re.split(r"[?#]", text, maxsplit=1)[0]
    # Browsers read a backslash as a slash, libraries do not: the two would see different hosts.
    if "\\" in place:
        raise RequestError("bad_url", "The address has a backslash inside.", "Write / in place of it.")
    if "@" in place.split("/", 3)[2]:
        raise RequestError(
            "bad_url",
            "The address has a user name or password inside, which must not be kept.",
            "Remove the part up to @.",
        )


def _not_http(text: str) -> RequestError:
    found = _SCHEME.match(text)
    scheme = found[1].lower() if found else "http"
    if scheme in DEFAULT_PORTS or _HOST_AND_PORT.match(text):
        return RequestError("bad_url", f"“{shown(text)}” is not a full web address.")
    named = (f"An address that starts with “{shown(scheme)}:” can't be saved.", "")
    return RequestError("unsupported_url", *OTHER_SCHEMES.get(scheme, named))


def _host_and_port(authority: str) -> tuple[str, int]:
    """Raises ValueError for what is no authority of a web address."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise ValueError("no authority")
    port = int(found[2]) if found[2] else None
    if port == 0 or (port or 0) > MAX_PORT:
        raise ValueError("no port")
    return normal_host(found[1]), port or 0

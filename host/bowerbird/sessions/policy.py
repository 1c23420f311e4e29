"""Which site a session belongs to, which cookies are that site's own, and which targets need one. Pure tables.

A session is kept under the name of its site: a platform's name, or the registrable domain of any other site.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from bowerbird.errors import RequestError
from bowerbird.model import Target
from bowerbird.targets.hosts import normal_host

Need = Literal["never", "if_there", "after_refusal", "always"]


class Site(NamedTuple):
    """One platform's site.

    `host` is where a person signs in; cookies of `domains` and of all hosts below them are its own. `login` names the
    cookies that make a sign-in, all of them; `account` those that tell whose it is, the first one that is there:
    its value where that is a plain number, a short hash of it otherwise. `private` are the kinds that only the
    signed-in person sees, `need` holds for all others. `checker` is the scraper that can ask whether a session holds.
    """

    title: str
    host: str
    domains: tuple[str, ...]
    login: tuple[str, ...]
    account: tuple[str, ...]
    need: Need
    private: frozenset[str] = frozenset()
    private_ids: frozenset[str] = frozenset()
    checker: str = ""


# The API hosts of all three lie below the same domain as their pages; media hosts need no cookie, and get none.
SITES: dict[str, Site] = {
    "instagram": Site(
        "Instagram", "www.instagram.com", ("instagram.com",), ("sessionid", "ds_user_id"), ("ds_user_id",), "if_there",
        frozenset(("story", "stories", "highlight", "highlights", "saved", "collection")), checker="instaloader",
    ),
    "tiktok": Site(
        "TikTok", "www.tiktok.com", ("tiktok.com",), ("sessionid",), ("uid_tt", "sessionid"), "after_refusal",
        frozenset(("saved", "stories")), checker="yt_dlp",
    ),
    # What yt-dlp takes for a sign-in: LOGIN_INFO and one of the others; it needs no cookie of google.com.
    "youtube": Site(
        "YouTube", "www.youtube.com", ("youtube.com",), ("LOGIN_INFO",),
        ("SAPISID", "__Secure-3PAPISID", "__Secure-1PAPISID"), "after_refusal", frozenset(),
        frozenset(("WL", "LL", "LM")), checker="yt_dlp",
    ),
    "4chan": Site("4chan", "boards.4chan.org", ("4chan.org", "4channel.org"), (), (), "never"),
}  # fmt: skip


def need(target: Target) -> Need:
    """Whether a target is asked for with a session: always, where there is one, or only after the site refused."""
    site = SITES.get(target.platform)
    if site is None:
        return "after_refusal"
    is_private = target.kind in site.private or target.platform_id in site.private_ids
    return "always" if is_private else site.need


def platform_host(of: str | Target) -> str:
    """Where a person signs in: `www.instagram.com` of a platform, the page's own host of any other target."""
    name = of.platform if isinstance(of, Target) else of
    if name in SITES:
        return SITES[name].host
    return (urlsplit(of.canonical_url).hostname or "") if isinstance(of, Target) else name


def platform_of(target: Target) -> str:
    """The name that a target's session is kept under."""
    return platform_of_host(platform_host(target))


def platform_of_host(host: str) -> str:
    """The name that a session of this host is kept under. Raises ValueError for what is no host."""
    host = normal_host(host)
    known = next((name for name, site in SITES.items() if any(_is_within(host, one) for one in site.domains)), None)
    return known or registrable_domain(host)


def accepts(platform_host: str, cookie_domain: str) -> bool:
    """Whether a cookie of that domain (with or without a dot before it) is the site's own. False for what is none."""
    try:
        return platform_of_host(platform_host) == platform_of_host(cookie_domain.removeprefix("."))
    except ValueError:
        return False


def platform_named(name: str) -> str:
    """The platform that a person means by its name or by one of its hosts. Raises RequestError `bad_request`."""
    try:
        return name.lower() if name.lower() in SITES else platform_of_host(name)
    except ValueError:
        raise RequestError(
            "bad_request", "That is neither a platform nor a site.", "Write it as instagram.com."
        ) from None


def checker(platform: str) -> str:
    """The scraper that can ask a platform whether a session holds. Raises RequestError `bad_request`: there is none."""
    name = SITES[platform].checker if platform in SITES else ""
    if not name:
        raise RequestError(
            "bad_request",
            f"Nothing here can ask {title(platform)} whether a sign-in still holds.",
            "The next job that needs it finds out.",
        )
    return name


def title(platform: str) -> str:
    """What people call it."""
    return SITES[platform].title if platform in SITES else platform


def registrable_domain(host: str) -> str:
    """The part of a host that somebody registered: `example.co.uk` of `www.example.co.uk`; an address stays whole."""
    if host[:1] == "[" or host.rpartition(".")[2].isdigit() or "." not in host:
        return host
    return _suffixes().privatesuffix(host) or host


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """The public suffix list (publicsuffix.org) with its private part: people of github.io are strangers."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")

"""What a URL is: platform, kind, ids and canonical URL. Pure: no network, no library, nothing read or written.

A platform is one file with a table, and one name in `PLATFORMS`.
"""

from __future__ import annotations

from bowerbird.errors import RequestError
from bowerbird.model import Target
from bowerbird.targets import boards, instagram, tiktok, youtube
from bowerbird.targets.address import Address, parse
from bowerbird.targets.labels import label_of
from bowerbird.targets.matcher import look_up
from bowerbird.targets.web import web_target

__all__ = ["PLATFORMS", "PLATFORM_NAMES", "identify", "label"]

PLATFORMS = (youtube.PLATFORM, instagram.PLATFORM, tiktok.PLATFORM, *boards.PLATFORMS)
PLATFORM_NAMES = {platform.name: platform.title for platform in PLATFORMS} | {"web": "Web"}

MAX_WRAPPERS = 3
_TABLES = {
    host: (platform, table)
    for platform in PLATFORMS
    for host, table in (*platform.hosts.items(), *platform.front_ends.items())
}
_SIGILS = {platform.name: platform.sigil for platform in PLATFORMS}


def identify(url: str, *, allow_private_hosts: bool = False) -> Target:
    """The target that a full http(s) URL names; `Target.url` is the given text without white space around it.

    Pages that only lead on (consent, sign-in, outward links) are looked through, MAX_WRAPPERS deep.
    Raises RequestError: bad_url, unsupported_url, private_host, too_large.
    """
    inner = url
    for _ in range(MAX_WRAPPERS + 1):
        found = _step(parse(inner, allow_private_hosts=allow_private_hosts), url.strip())
        if isinstance(found, Target):
            return found
        inner = found
    raise RequestError("unsupported_url", "This address leads from page to page without an end.")


def label(target: Target) -> str:
    """A target in a few words for a person, such as "YouTube video" or "TikTok profile @dancer"."""
    title = PLATFORM_NAMES.get(target.platform, target.platform)
    return label_of(target, title, _SIGILS.get(target.platform, ""))


def _step(address: Address, url: str) -> Target | str:
    host = address.host.removeprefix("www.")
    if host not in _TABLES or address.port:
        return web_target(address, url)
    platform, table = _TABLES[host]
    found = look_up(platform, table, address, url)
    if found is None and host in platform.hosts:
        raise RequestError("unsupported_url", f"This page of {platform.title} can't be saved.", platform.hint)
    return found or web_target(address, url)

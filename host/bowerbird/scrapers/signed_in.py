"""Whose sign-in a platform sees: one page of each, read as yt-dlp reads it. Nothing is fetched but the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from bowerbird.errors import JobError
from bowerbird.scrapers.library import Library

START = MappingProxyType({"tiktok": "https://www.tiktok.com/", "youtube": "https://www.youtube.com/"})


def ask(library: Library, platform: str) -> str | None:
    """The account's name where the platform tells it; one request.

    Raises JobError `session_expired`, `not_supported` for another platform, `scraper_outdated` where the page does not
    say whether somebody is signed in, and what yt-dlp raises.
    """
    read = _READERS.get(platform)
    if read is None:
        raise JobError("not_supported")
    page, address = library.page(START[platform])
    return read(library, page, address)


def _of_tiktok(library: Library, page: str, address: str) -> str | None:
    """`webapp.app-context` has a user, or none; whoever has to sign in again is led to the login."""
    if urlsplit(address).path.startswith("/login"):
        raise JobError("session_expired")
    context = library.extractor("TikTok")._get_universal_data(page, "start").get("webapp.app-context")
    if not isinstance(context, Mapping):
        raise _unreadable("TikTok", "webapp.app-context")
    return _name(context.get("user"))


def _name(user: Any) -> str | None:
    if not isinstance(user, Mapping) or not user.get("uid"):
        raise JobError("session_expired")
    name = user.get("uniqueId")
    return name[:100] if isinstance(name, str) and name else None


def _of_youtube(library: Library, page: str, _address: str) -> str | None:
    """`LOGGED_IN` of ytcfg, by which yt-dlp tells it too; no page that every account has names the account."""
    says = library.extractor("Youtube").extract_ytcfg("start", page).get("LOGGED_IN")
    if not isinstance(says, bool):
        raise _unreadable("YouTube", "LOGGED_IN")
    if not says:
        raise JobError("session_expired")
    return None


def _unreadable(site: str, missing: str) -> JobError:
    return JobError(
        "scraper_outdated", f"The page of {site} does not say whether somebody is signed in.", detail=f"no {missing}"
    )


_READERS: dict[str, Callable[[Library, str, str], str | None]] = {"tiktok": _of_tiktok, "youtube": _of_youtube}

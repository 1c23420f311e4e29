"""Which platform answers for which host: to add one is to write a module with `hosts` and `answer`, and a line here."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import cast

from tests.platforms import boards, instagram, tiktok, web, youtube
from tests.platforms.exchange import Answer, Platform, Request

_WORLDS = (youtube, instagram, tiktok, boards, web)

PLATFORMS: tuple[Platform, ...] = tuple(cast(Platform, module) for module in _WORLDS)

# Browsers ask every host for one; that is no mistake of anybody's.
_ICON = Answer(204)


def platform_of(host: str) -> Platform | None:
    """Return the platform that owns a host, or None."""
    return next((one for one in PLATFORMS if any(fnmatchcase(host, glob) for glob in one.hosts)), None)


def answer(request: Request) -> Answer | None:
    """Answer a request as its platform does; None when the host or the path is nobody's."""
    owner = platform_of(request.host)
    if owner is None:
        return None
    if request.path == "/favicon.ico":
        return _ICON
    return owner.answer(request)

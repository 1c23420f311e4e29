"""Instagram, as far as instaloader, gallery-dl, yt-dlp and a browser see it, logged in and out.

The names in `world` and `lists` say what they are for; `profile_of` and `collection_of` make lists of any length.
`accounts` has who can log in, `refusals` how the platform says no, `documents` the ids of its queries.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.platforms.exchange import Answer, Request, redirect
from tests.platforms.instagram import files, pages, queries, refusals, rest
from tests.platforms.instagram.accounts import *  # noqa: F403  accounts and their checks are this module's names too
from tests.platforms.instagram.lists import *  # noqa: F403  the ids are this module's names too
from tests.platforms.instagram.world import *  # noqa: F403  the ids are this module's names too

hosts = (
    "instagram.com",
    "www.instagram.com",
    "i.instagram.com",
    "instagr.am",
    "scontent.cdninstagram.com",
    "static.cdninstagram.com",
)

_WWW = r"www\.instagram\.com"
_SITE = r"(www|i)\.instagram\.com"


def _to_www(request: Request) -> Answer:
    return redirect(f"https://www.instagram.com{request.target}", 301)


_ROUTES: tuple[tuple[str, str, Callable[[Request], Answer | None]], ...] = (
    (r"instagram\.com|instagr\.am", r"/.*", _to_www),
    (r"scontent\.cdninstagram\.com", r"/.*", files.serve),
    (r"static\.cdninstagram\.com", r"/.*", pages.script),
    (_SITE, r"/accounts/login/", pages.login),
    (_SITE, r"/challenge/.*", pages.challenge),
    (_SITE, r".*", refusals.of_session),
    (_WWW, r"/graphql/query/?|/api/graphql/?", queries.answer),
    (_SITE, r"/api/v1/.*|/web/.*", rest.answer),
    (_WWW, r"/explore/.*", rest.page_as_json),
    (_WWW, r"/explore/.*", pages.for_account),
    (_WWW, r"/", pages.start),
    (_WWW, r"/share/([a-z]+/)?[\w-]+/?", pages.shared),
    (_WWW, r"(/[\w.]+)?/(p|reel|reels|tv)/[\w-]{5,}/?", pages.post),
    (_WWW, r"/stories/.*", pages.stories),
    (_WWW, r"/[\w.]+/saved(/.*)?", pages.saved),
    (_WWW, r"/[\w.]+/(guide|guides|highlights)/.*", pages.for_account),
    (_WWW, r"/[\w.]+/?((reels|tagged|posts)/?)?", pages.profile),
)


def answer(request: Request) -> Answer | None:
    """Answer as the platform does; None for a path that it doesn't have."""
    matching = (
        act for host, path, act in _ROUTES if re.fullmatch(host, request.host) and re.fullmatch(path, request.path)
    )
    return next((found for act in matching if (found := act(request)) is not None), None)

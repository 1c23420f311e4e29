"""YouTube, as far as libraries and a browser see it: pages, player, lists, captions, pictures and media.

The ids in `world` and `lists` say what they are for; `playlist_of` and `channel_of` make lists of any length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.platforms import media
from tests.platforms.exchange import Answer, Request, json_answer, redirect, text
from tests.platforms.exchange import media as media_answer
from tests.platforms.youtube import captions, comments, formats, listing, pages, player, script, world
from tests.platforms.youtube.lists import *  # noqa: F403  the ids are this module's names too
from tests.platforms.youtube.world import *  # noqa: F403  the ids are this module's names too

_SITE = r"(www|m|music)\.youtube\.com|www\.youtube-nocookie\.com"

hosts = (
    "youtube.com",
    "*.youtube.com",
    "www.youtube-nocookie.com",
    "youtu.be",
    "i.ytimg.com",
    "*.googlevideo.com",
    "accounts.google.com",
)


def _short_link(request: Request) -> Answer:
    return redirect(f"https://www.youtube.com/watch?v={request.path[1:]}&feature=youtu.be")


def _to_www(request: Request) -> Answer:
    return redirect(f"https://www.youtube.com{request.target}", 301)


def _picture(request: Request) -> Answer | None:
    _, folder, video_id, name = request.path.split("/")[:4]
    if not world.find(video_id, request.changes).title:
        return text("not found", status=404)
    ending = ".webp" if folder == "vi_webp" else ".jpg"
    return media_answer(request, media.unique(f"picture{ending}", f"{video_id} {name}"), media.TYPES[ending])


def _player_script(_: Request) -> Answer:
    return text(script.BASE_JS, "text/javascript")


def _player_version(_: Request) -> Answer:
    return text(
        rf"var scriptUrl = 'https:\/\/www.youtube.com\/s\/player\/{script.PLAYER}\/www-widgetapi.vflset\/a.js';"
    )


def _no_such_entity(_: Request) -> Answer:
    return json_answer({"error": {"code": 404, "message": "Requested entity was not found."}}, 404)


def _no_accounts(_: Request) -> Answer:
    return json_answer(["gaia.l.a.r", []])  # Chromium asks at its start


_ROUTES: tuple[tuple[str, str, Callable[[Request], Answer | None]], ...] = (
    (r"youtu\.be", r"/[\w-]{11}", _short_link),
    (r"youtube\.com", r"/.*", _to_www),
    (r"i\.ytimg\.com", r"/(vi|vi_webp)/[\w-]{11}/\w+\.(jpg|webp)", _picture),
    (r"manifest\.googlevideo\.com", r"/api/manifest/hls_(variant|playlist)/.*", formats.hls),
    (r".*\.googlevideo\.com", r"/videoplayback", formats.videoplayback),
    (r".*\.googlevideo\.com", r"/segment/[\w-]{11}/\d+\.ts", formats.segment),
    (r"accounts\.google\.com", r"/ServiceLogin", pages.sign_in),
    (r"accounts\.google\.com", r"/ListAccounts", _no_accounts),
    (_SITE, r"/", pages.home),
    (_SITE, r"/watch", pages.watch),
    (_SITE, r"/(shorts|live|v)/[\w-]{11}", pages.watch_short),
    (_SITE, r"/embed/[\w-]{11}", pages.embed),
    (_SITE, r"/playlist", pages.playlist),
    (_SITE, r"/(@[^/]+|(channel|c|user)/[^/]+)(/\w+)?", pages.channel),
    (_SITE, r"/youtubei/v1/player", player.api),
    (_SITE, r"/youtubei/v1/browse", listing.browse),
    (_SITE, r"/youtubei/v1/next", comments.answer),
    (_SITE, r"/youtubei/v1/navigation/resolve_url", _no_such_entity),
    (_SITE, r"/api/timedtext", captions.timedtext),
    (_SITE, re.escape(script.PATH), _player_script),
    (_SITE, r"/iframe_api", _player_version),
)


def answer(request: Request) -> Answer | None:
    """Answer as the platform does; None for a path that it doesn't have."""
    for host, path, act in _ROUTES:
        if re.fullmatch(host, request.host) and re.fullmatch(path, request.path):
            return act(request)
    return None

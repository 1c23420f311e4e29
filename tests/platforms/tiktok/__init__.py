"""TikTok, as far as libraries and a browser see it: pages, lists, short links, pictures and media.

The ids in `world` say what they are for; `user_of` makes a user with any number of posts. `accounts` has who can
log in.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.platforms import media
from tests.platforms.exchange import Answer, Request, redirect, text
from tests.platforms.exchange import media as media_answer
from tests.platforms.tiktok import accounts, feeds, pages, structs, world
from tests.platforms.tiktok.accounts import *  # noqa: F403  accounts and their checks are this module's names too
from tests.platforms.tiktok.world import *  # noqa: F403  the ids are this module's names too

hosts = ("tiktok.com", "*.tiktok.com", "*.tiktokcdn.com")

MEDIA_HOST = structs.MEDIA.removeprefix("https://")
IMAGE_HOST = structs.IMAGES.removeprefix("https://")


def _to_www(request: Request) -> Answer:
    return redirect(f"{pages.SITE}{request.target}", 301)


def _needs_token(request: Request) -> Answer | None:
    if request.cookies.get("tt_chain_token") == pages.CHAIN_TOKEN:
        return None
    return text("Access Denied", "text/html", 403)


def _video(request: Request) -> Answer | None:
    _, _, post_id, quality = request.path.rstrip("/").split("/")
    found = world.post(post_id, request.changes)
    body = media.unique(found.clip, f"{post_id} {quality}")
    return _needs_token(request) or media_answer(request, body, "video/mp4")


def _music(request: Request) -> Answer | None:
    return _needs_token(request) or media_answer(request, media.unique("audio-4.mp3", request.path), "audio/mpeg")


def _subtitle(request: Request) -> Answer | None:
    _, _, post_id, language = request.path.rstrip("/").split("/")
    words = dict(world.post(post_id, request.changes).subtitles).get(language)
    if words is None:
        return None
    return _needs_token(request) or text(f"WEBVTT\n\n00:00:00.000 --> 00:00:03.000\n{words}\n", "text/vtt")


def _picture(request: Request) -> Answer:
    return media_answer(request, media.unique("picture.jpg", request.path), "image/jpeg")


def _no_embed(_: Request) -> Answer:
    return text("not found", "text/html", 404)


_ROUTES: tuple[tuple[str, str, Callable[[Request], Answer | None]], ...] = (
    (r"tiktok\.com|m\.tiktok\.com", r"/.*", _to_www),
    (r"v[mt]\.tiktok\.com", r"/\w+/?", pages.short),
    (r"www\.tiktok\.com", r"/t/\w+/?", pages.short),
    (r"www\.tiktok\.com", r"/", pages.start),
    (r"www\.tiktok\.com", r"/login", pages.login),
    (r"www\.tiktok\.com", r"/(@[\w.-]*|share)/video/\d{19}/?", pages.post),
    (r"www\.tiktok\.com", r"/@[\w.-]*/photo/\d{19}/?", pages.photo),
    (r"www\.tiktok\.com", r"/@[\w.-]+/?", pages.profile),
    (r"www\.tiktok\.com", r"/embed/@[\w.-]+", _no_embed),
    (r"www\.tiktok\.com", r"/api/creator/item_list/", feeds.of_user),
    (r"www\.tiktok\.com", r"/api/collection/item_list/", feeds.of_collection),
    (r"www\.tiktok\.com", r"/api/repost/item_list/", feeds.reposts),
    (r"www\.tiktok\.com", r"/api/favorite/item_list/", feeds.liked),
    (r"www\.tiktok\.com", r"/api/user/collect/item_list/", feeds.saved),
    (r"www\.tiktok\.com", r"/api/story/item_list/", feeds.stories),
    (re.escape(MEDIA_HOST), r"/video/\d{19}/\d+p/", _video),
    (re.escape(MEDIA_HOST), r"/music/\d{19}/", _music),
    (re.escape(MEDIA_HOST), r"/subtitle/\d{19}/[\w-]+/", _subtitle),
    (re.escape(IMAGE_HOST), r"/(picture|cover|avatar)/[\w.-]+~[\w.-]+\.jpeg", _picture),
)


def answer(request: Request) -> Answer | None:
    """Answer as the platform does; None for a path that it doesn't have."""
    if request.host == "www.tiktok.com" and request.path != "/login" and accounts.sent_to_login(request):
        return pages.to_login(request)
    for host, path, act in _ROUTES:
        if re.fullmatch(host, request.host) and re.fullmatch(path, request.path):
            return act(request)
    return None

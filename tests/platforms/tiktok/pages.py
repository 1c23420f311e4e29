"""TikTok's pages: every one is a script with its data; and what may stand before it."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.platforms.exchange import Answer, Request, compact, html, redirect
from tests.platforms.tiktok import accounts, structs, world

SITE = "https://www.tiktok.com"
CHAIN_TOKEN = "chain-token-of-this-visit"  # the value of tt_chain_token
WALL_COOKIE, WALL_ECHO_COOKIE = "_wafchallengeid", "waforiginalreid"

_SEED, _SOLUTION, _ECHO = b"a seed that is hashed with the number", b"777", "echo-of-the-wall"


def _with_token(answer: Answer) -> Answer:
    cookie = f"tt_chain_token={CHAIN_TOKEN}; Domain=.tiktok.com; Path=/; Secure; HttpOnly"
    return answer.with_headers((("Set-Cookie", cookie),))


def _page(title: str, scope: dict[str, Any], words: str = "", status: int = 200) -> Answer:
    script = f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{compact(scope)}</script>'
    head = f"<!doctype html><meta charset=utf-8><title>{markup.escape(title)} | TikTok</title>"
    body = f"<h1>{markup.escape(title)}</h1><p>{markup.escape(words)}</p>"
    return _with_token(html(f"{head}{script}{body}", status))


def _logged_in(request: Request) -> bool:
    return accounts.viewer(request) is not None


def _scope(request: Request, **parts: Any) -> dict[str, Any]:
    found = accounts.viewer(request)
    context = {"user": {"uid": found.uid, "uniqueId": found.username}} if found else {}
    return {"__DEFAULT_SCOPE__": {"webapp.app-context": context, **parts}}


def start(request: Request) -> Answer:
    """The start page."""
    return _page("Make your day", _scope(request))


def login(request: Request) -> Answer:
    """The login page, of which the libraries look at the address alone; `?as=name` logs a browser in."""
    found = accounts.ACCOUNTS.get(request.query.get("as", ""))
    if found:
        return accounts.log_in(found, request.changes)
    return _page("Log in", _scope(request), "Log in to TikTok")


def to_login(request: Request) -> Answer:
    """Lead to the login, as every page does when the platform wants one."""
    return _with_token(redirect(f"/login?redirect_url={quote(SITE + request.target, safe='')}"))


def _empty(_: Request) -> Answer:
    return _with_token(html("<!doctype html><title>TikTok</title><div id=app></div>"))


def _challenge() -> dict[str, Any]:
    digest = hashlib.sha256(_SEED + _SOLUTION).digest()
    return {"v": {"a": base64.b64encode(_SEED).decode(), "c": base64.b64encode(digest).decode()}}


def _wall(_: Request) -> Answer:
    riddle = base64.b64encode(compact(_challenge()).encode()).decode().rstrip("=")
    named = {"cs": riddle, "wci": WALL_COOKIE, "rci": WALL_ECHO_COOKIE, "rs": _ECHO}
    marks = "".join(f'<p id="{name}" class="{value}"></p>' for name, value in named.items())
    return html(f"<!doctype html><title>TikTok</title><body>Please wait...{marks}</body>")


def _solved(request: Request) -> bool:
    try:
        given = json.loads(base64.b64decode(request.cookies.get(WALL_COOKIE, "")))
    except ValueError:
        return False
    right = {**_challenge(), "d": base64.b64encode(_SOLUTION).decode()}
    return bool(given == right) and request.cookies.get(WALL_ECHO_COOKIE) == _ECHO


_GATES: dict[str, Callable[[Request], Answer]] = {"wall": _wall, "login": to_login, "empty": _empty}


def _before(request: Request, found: world.Post | world.Person) -> Answer | None:
    """What stands before the page, or None."""
    if world.opens(found, _logged_in(request)) or (found.gate == "wall" and _solved(request)):
        return None
    return _GATES[found.gate](request)


def post(request: Request) -> Answer:
    """`/@name/video/ID`, for photo posts too; the name doesn't matter, as on the real platform."""
    found = world.post(request.path.rstrip("/").rpartition("/")[2], request.changes)
    before = _before(request, found)
    if before:
        return before
    found = world.visible(found, _logged_in(request))
    if found.status:
        refused = {"statusCode": found.status, "statusMsg": "item doesn't exist"}
        return _page("TikTok", _scope(request, **{"webapp.video-detail": refused}))
    detail = {"statusCode": 0, "statusMsg": "", "itemInfo": {"itemStruct": structs.item(found, request.changes)}}
    return _page(f"@{found.author}", _scope(request, **{"webapp.video-detail": detail}), found.words)


def photo(request: Request) -> Answer:
    """`/@name/photo/ID`: its data holds no post, only the address of the page."""
    canonical = {"seo.abtest": {"canonical": f"{SITE}{request.path}"}}
    found = world.post(request.path.rstrip("/").rpartition("/")[2], request.changes)
    return _page("TikTok" if found.status else f"@{found.author}", _scope(request, **canonical), found.words)


def profile(request: Request) -> Answer:
    """`/@name`."""
    handle = world.named(request.path.strip("/").removeprefix("@"), request.changes)
    found = world.person(handle, request.changes)
    if found is None:
        return _page("TikTok", _scope(request, **{"webapp.user-detail": {"userInfo": {}, "statusCode": 10221}}))
    before = _before(request, found)
    if before:
        return before
    closed = found.private and not _logged_in(request)
    detail = {
        "userInfo": {
            "user": {**structs.author(handle, request.changes), "privateAccount": found.private},
            "stats": {"videoCount": 0 if closed else len(found.posts), "followerCount": 89, "heartCount": 340},
        },
        "statusCode": 10222 if closed else 0,
    }
    return _page(request.path.strip("/"), _scope(request, **{"webapp.user-detail": detail}))


def short(request: Request) -> Answer:
    """A short link; one that leads nowhere leads to the start page."""
    code = request.path.strip("/").rpartition("/")[2]
    return redirect(f"{SITE}{_SHORT.get(code, '/')}?_r=1", 301)


_SHORT = {
    world.SHORT_VIDEO: f"/@{world.DANCER}/video/{world.VIDEO}",
    world.SHORT_PHOTOS: f"/@{world.DANCER}/photo/{world.PHOTOS}",
    world.SHORT_USER: f"/@{world.DANCER}",
}

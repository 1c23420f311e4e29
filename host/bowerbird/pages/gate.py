"""The gate: whoever is not the person at this computer, in a browser that they signed in, gets no further.

Outermost of everything the site answers. In this order: one Host, known methods, where a writing request comes from,
the session, the size of the body; and on the way out the headers that keep a foreign script from doing anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from bowerbird import signin
from bowerbird.errors import RequestError
from bowerbird.install.site import ALIVE_PATH
from bowerbird.pages import appearance, assets, devices
from bowerbird.pages.media import MEDIA_POLICY, MEDIA_PREFIX, Media
from bowerbird.pages.refusals import Refused, refusal_page
from bowerbird.pages.routes import Pages, page_at
from bowerbird.pages.site import DATABASE, Site
from bowerbird.pages.thumbnails import THUMBNAILS_PREFIX, Thumbnails

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 2 * 1024 * 1024
# A form comes whole; nobody on this computer needs that long for two megabytes.
BODY_SECONDS = 30.0
READING_METHODS = ("GET", "HEAD")
# What a person needs who has not signed in yet.
OPEN_PATHS = (signin.SIGN_IN_PATH, ALIVE_PATH)
FILE_PREFIXES = (MEDIA_PREFIX, THUMBNAILS_PREFIX)
# Datasette's own pages that stay; the others tell about this computer (paths, versions, settings) or write.
CORE_PREFIXES = (f"/{DATABASE}/", f"/{DATABASE}.", "/-/static/", "/-/static-plugins/")

OUR_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Datasette's own pages carry inline script and style.
CORE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # same-origin, not no-referrer: that would make browsers send `Origin: null` with our own forms
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# Of pages that say nothing else: a browser keeps no copy of what somebody signed out of.
_NOT_KEPT = (b"cache-control", b"private, no-store")
_OURS = frozenset(name for name, _ in HEADERS) | {b"content-security-policy", b"server"}


def guard(app: App, datasette: Any, site: Site) -> App:
    """Put the gate, our pages, the media and the style sheets around Datasette."""
    files: dict[str, App] = {MEDIA_PREFIX: Media(datasette, site), THUMBNAILS_PREFIX: Thumbnails(datasette, site)}
    pages = Pages(datasette, site)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if assets.is_asset(scope["path"]):
            await _send(send, *site.assets.answer(dict(scope)))
            return
        other = pages if page_at(_path(scope)) else app
        server = next((server for prefix, server in files.items() if scope["path"].startswith(prefix)), other)
        await server(scope, receive, send)

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        guarded = _with_headers(send, scope["path"])
        try:
            appearance.current.set(appearance.read(_cookie(_Headers(scope), appearance.cookie_name(site.settings))))
            scope["session"] = _admit(scope, site)
            if scope["session"]:
                devices.see(site, scope["session"], _Headers(scope).get(b"user-agent"))
            if scope["method"] not in READING_METHODS:
                receive = _replay(await _whole_body(scope, receive), receive)
            await answer(scope, receive, guarded)
        except (Refused, RequestError) as refused:
            await _send(guarded, *refusal_page(site, refused))

    return gate


def _admit(scope: Scope, site: Site) -> str | None:
    """The session of who asks. Raises Refused."""
    headers = _Headers(scope)
    _check_host(headers, site, scope)
    _check_method(scope)
    _check_sender(headers, site, scope)
    if assets.is_asset(scope["path"]) or _path(scope) in OPEN_PATHS:
        return None
    session = _session(headers, site)
    if session is None:
        raise Refused(401)
    _check_path(scope)
    return session


class _Headers:
    """Request headers by name; a header that came twice is told apart from one that came once."""

    def __init__(self, scope: Scope) -> None:
        self._all = scope["headers"]

    def all(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self._all if key.lower() == name]

    def get(self, name: bytes) -> str:
        return ", ".join(self.all(name))


def _check_host(headers: _Headers, site: Site, scope: Scope) -> None:
    hosts = headers.all(b"host")
    if hosts == [site.host] or (site.settings.port == 80 and hosts == ["127.0.0.1"]):
        return
    if hosts == [f"localhost:{site.settings.port}"] and scope["method"] in READING_METHODS:
        raise Refused(307, go_to=site.origin)
    raise Refused(400)


def _check_method(scope: Scope) -> None:
    if scope["method"] not in (*READING_METHODS, "POST"):
        raise Refused(405)


def _check_sender(headers: _Headers, site: Site, scope: Scope) -> None:
    """Pages of other ports of this computer are `same-site` and share our cookies: only `same-origin` may do things.

    They may lead to our pages, but not to those that take SQL: a query of theirs could fill the memory.
    """
    said = headers.get(b"sec-fetch-site")
    origin = headers.get(b"origin")
    if scope["method"] in READING_METHODS:
        is_link = headers.get(b"sec-fetch-mode") == "navigate" and not _is_core(_path(scope))
        if said in ("cross-site", "same-site") and not is_link:
            raise Refused(403)
        return
    proofs = [said == "same-origin"] * bool(said) + [origin == site.origin] * bool(origin)
    if not proofs or not all(proofs):
        raise Refused(403)


def _session(headers: _Headers, site: Site) -> str | None:
    session = signin.session_of(site.settings, _cookie(headers, signin.cookie_name(site.settings)))
    return None if session in site.signed_out else session


def _cookie(headers: _Headers, name: str) -> str:
    """The value of a cookie; '' where there is none."""
    try:
        found = SimpleCookie(headers.get(b"cookie").replace(", ", "; ")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _check_path(scope: Scope) -> None:
    path = _path(scope)
    if not (path.startswith(FILE_PREFIXES) or _is_core(path) or page_at(path)):
        raise Refused(404)


def _path(scope: Scope) -> str:
    """The path as Datasette's router reads it: still percent-encoded."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def _is_core(path: str) -> bool:
    return path.startswith(CORE_PREFIXES) or path == f"/{DATABASE}"


async def _whole_body(scope: Scope, receive: Receive) -> bytes:
    """The body, never more of it in memory than the limit. Raises Refused 413, or 408 where it does not come."""
    length = _Headers(scope).get(b"content-length")
    if length.isdigit() and int(length) > BODY_LIMIT:
        raise Refused(413)
    try:
        return await asyncio.wait_for(_received(receive), BODY_SECONDS)
    except asyncio.TimeoutError as error:
        raise Refused(408) from error


async def _received(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400)
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            raise Refused(413)
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, then: Receive) -> Receive:
    """The body once, then what still comes: that the browser has left."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else await then()

    return receive


def _policy(path: str) -> str:
    if path.startswith(FILE_PREFIXES):
        return MEDIA_POLICY
    return CORE_POLICY if path.startswith((*CORE_PREFIXES, f"/{DATABASE}")) else OUR_POLICY


def _with_headers(send: Send, path: str) -> Send:
    ours = [*HEADERS, (b"content-security-policy", _policy(path).encode())]
    is_public = path.startswith("/-/static")

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            theirs = [pair for pair in message.get("headers", []) if pair[0].lower() not in _OURS]
            is_told = is_public or any(name.lower() == b"cache-control" for name, _ in theirs)
            message = {**message, "headers": [*theirs, *([] if is_told else [_NOT_KEPT]), *ours]}
        await send(message)

    return guarded


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

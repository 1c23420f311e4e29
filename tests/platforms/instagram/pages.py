"""The HTML pages: for browsers, and for what libraries search them for (tokens, script addresses, embedded answers)."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import unquote

from tests.platforms.exchange import Answer, Request, compact, html, redirect, text
from tests.platforms.instagram import files, lists, queries, refusals, shapes, world
from tests.platforms.instagram.accounts import ACCOUNTS, ME, Account, log_in, viewer
from tests.platforms.instagram.documents import OPERATIONS
from tests.platforms.instagram.shapes import Json

_SCRIPTS = ("/rsrc.php/v4/a.js", "/rsrc.php/v4/b.js")  # gallery-dl loads every one that a page names
_CSRF = "csrfVisitor"


def _page(request: Request, title: str, *body: str, scripts: tuple[str, ...] = (), status: int = 200) -> Answer:
    who = viewer(request)
    dtsg = ',["DTSGInitialData",[],{"token":"dt"}]' if who else ""
    head = (
        f"<!doctype html><html lang=en><head><title>{escape(title)}</title>",
        *(f'<link rel="preload" as="script" href="https://static.cdninstagram.com{one}">' for one in _SCRIPTS),
        _json_script(compact({"l": "ls", "f": "dt" if who else ""}), 'id="__eqmc"'),
        f'<script>var tokens=[["LSD",[],{{"token":"ls"}}]{dtsg},{{"IG_USER_EIMU":"{who.pk if who else 0}"}}]</script>',
        "</head><body>",
    )
    answer = html("".join((*head, *scripts, *body)), status)
    if request.cookies.get("csrftoken"):
        return answer
    return answer.with_headers((("Set-Cookie", f"csrftoken={_CSRF}; Domain=.instagram.com; Path=/; Secure"),))


def _json_script(content: str, attributes: str = "data-sjs") -> str:
    return f'<script type="application/json" {attributes}>{content}</script>'


def _embedded(data: Json) -> str:
    return _json_script(compact({"require": [{"__bbox": {"result": {"data": data}}}]}))


def not_found(request: Request) -> Answer:
    """The page of what isn't there."""
    return _page(request, "Page not found • Instagram", "<h2>Sorry, this page isn't available.</h2>", status=404)


def start(request: Request) -> Answer:
    """The start page."""
    who = viewer(request)
    return _page(request, "Instagram", f"<p>{who.username}</p>" if who else "<p>Log in</p>")


def login(request: Request) -> Answer:
    """The login page; `?as=` logs an account in, without a password."""
    account = ACCOUNTS.get(request.query.get("as", ""))
    return log_in(account, request.changes) if account else _page(request, "Login • Instagram", "<h1>Log in</h1>")


def challenge(request: Request) -> Answer:
    """The page where an account proves that it is a person."""
    return _page(request, "Instagram", "<h1>Confirm it's you</h1>")


def profile(request: Request) -> Answer:
    """A profile, or one of its tabs; with what a visitor may see of it embedded."""
    found = world.profile(request.path.split("/")[1].lower(), request.changes)
    if found is None:
        return not_found(request)
    about = {
        "pk": str(found.pk),
        "username": found.username,
        "full_name": found.full_name,
        "biography": found.biography,
        "is_private": found.private,
        "is_verified": False,
        "external_url": "https://example.org/garden",
        "follower_count": found.follower_count,
        "following_count": 17,
        "all_media_count": found.count,
        "profile_pic_url": files.avatar(found.pk),
    }
    timeline: Json = {"id": queries.timeline_id(found), "is_private": True}
    if not found.private:
        posts = queries.visitor_timeline(found, "", request.changes)
        timeline = {"id": queries.timeline_id(found), "polaris_ordered_timeline_connection": posts}
    route = compact({"profile_id": str(found.pk), "params": {"username": found.username}})
    return _page(
        request,
        f"{found.full_name} (@{found.username}) • Instagram photos and videos",
        f"<h1>{escape(found.full_name)}</h1><p>{escape(found.biography)}</p>",
        f"<img src='{escape(files.avatar(found.pk))}' alt=''>",
        scripts=(
            _embedded({"xig_user_by_username": about}),
            _embedded({"xig_user_by_username": timeline}),
            _json_script(route, "data-route"),
        ),
    )


def post(request: Request) -> Answer:
    """A post, with what yt-dlp reads without a login."""
    code = next(one for one in reversed(request.path.split("/")) if one)
    who = viewer(request)
    found = world.post(world.number(code), who, request.changes)
    if found is None:
        return not_found(request)
    media = {"xig_polaris_media": {"if_not_gated_logged_out": shapes.item(found, who, request.changes)}}
    prefetched = ["RelayPrefetchedStreamCache", "next", [], ["adp", {"__bbox": {"result": {"data": media}}}]]
    require = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [prefetched]}}]]]}
    words = f"<p>{escape(found.caption or '')}</p>"
    return _page(request, f"{found.code} • Instagram", words, scripts=(_json_script(compact(require)),))


def shared(_: Request) -> Answer:
    """A shared link: it leads to GARDEN's reel, whatever its name."""
    return redirect(f"https://www.instagram.com/reel/{world.REEL}/?igsh=share")


def _title(request: Request) -> str:
    words = [unquote(one) for one in request.path.split("/") if one]
    return f"{' · '.join(words)} • Instagram"


def for_account(request: Request) -> Answer:
    """A page that opens to whoever is logged in, and leads a visitor to the login."""
    who = viewer(request)
    return _page(request, _title(request)) if who else refusals.to_login(request)


def stories(request: Request) -> Answer:
    """Stories of a profile, or a highlight."""
    who = viewer(request)
    if who is None:
        return refusals.to_login(request)
    name, *item = request.path.removeprefix("/stories/").strip("/").split("/")
    return _page(request, _title(request)) if _is_story(request, who, name, *item) else not_found(request)


def _is_story(request: Request, who: Account, name: str, item: str = "") -> bool:
    if name == "highlights":
        return item in lists.HIGHLIGHTS
    owner = world.profile(name, request.changes)
    items = lists.stories(owner.pk, who, request.changes) if owner else ()
    return bool(items) and item in ("", *(str(one.pk) for one in items))


def saved(request: Request) -> Answer:
    """The saved posts of an account, for it alone, with links to its collections; and each collection."""
    who = viewer(request)
    if who is None:
        return refusals.to_login(request)
    owner, _, *rest = request.path.strip("/").split("/")
    if owner != who.username:
        return not_found(request)
    if len(rest) == 2:
        found = lists.members(rest[1], who, request.changes)
        title = f"{lists.collections(who).get(rest[1], 'Collection')} • Instagram"
        return not_found(request) if found is None else _page(request, title)
    names = lists.collections(who).items()
    links = (f"<a href='/{ME.username}/saved/{_slug(name)}/{one}/'>{escape(name)}</a>" for one, name in names)
    return _page(request, _title(request), *links)


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower())


def script(request: Request) -> Answer | None:
    """The scripts that name the operations' document ids, half of them each."""
    if request.path not in _SCRIPTS:
        return None
    half = list(OPERATIONS.items())[_SCRIPTS.index(request.path) :: len(_SCRIPTS)]
    return text("\n".join(_operation(name, one) for name, one in half), "application/x-javascript")


def _operation(name: str, document: str) -> str:
    return f'__d("{name}_instagramRelayOperation",[],(function(t,n){{n.exports="{document}"}}),null);'

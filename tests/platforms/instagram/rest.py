"""The calls below /api/v1/, on www (asked with cookies) and on i. (asked by the app's bearer), and pages as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.platforms.exchange import Answer, Request, json_answer
from tests.platforms.instagram import comments, files, lists, queries, refusals, shapes, world
from tests.platforms.instagram.accounts import APP_HOST, Account, viewer
from tests.platforms.instagram.shapes import APP, WEB, Json
from tests.platforms.instagram.world import Post

_SECTION = 3  # posts of a row of hashtags and places


def _surface(request: Request) -> str:
    return APP if request.host == APP_HOST else WEB


def _post(request: Request, who: Account, pk: str) -> Answer:
    found = world.post(int(pk), who, request.changes)
    if found is None:
        return refusals.says("gone")
    item = shapes.item(found, who, request.changes, _surface(request))
    return _ok({"items": [item], "num_results": 1, "more_available": False, "auto_load_more_enabled": False})


def _ok(value: Json) -> Answer:
    return json_answer({**value, "status": "ok"})


def _listed(request: Request, who: Account, posts: Sequence[Post]) -> Answer:
    size = min(int(request.query.get("count", "21")), 50)
    page, cursor = lists.after(posts, request.query.get("max_id", ""), size)
    items = [{"media": shapes.item(one, who, request.changes)} for one in page]
    more = {"next_max_id": cursor} if cursor else {}
    return _ok({"items": items, "num_results": len(items), "more_available": bool(cursor), **more})


def _saved(request: Request, who: Account) -> Answer:
    return _listed(request, who, lists.saved(who, request.changes))


def _collection(request: Request, who: Account, collection_id: str) -> Answer:
    found = lists.members(collection_id, who, request.changes)
    return refusals.says("gone") if found is None else _listed(request, who, found)


def _comments(request: Request, who: Account, pk: str) -> Answer:
    found = world.post(int(pk), who, request.changes)
    if found is None:
        return refusals.says("gone")
    return _ok(comments.as_page(found, request.query.get("min_id", ""), request.changes, _surface(request)))


def _answers(request: Request, who: Account, pk: str, comment_pk: str) -> Answer:
    post = world.post(int(pk), who, request.changes)
    found = comments.answers_as_page(post, int(comment_pk), request.changes, _surface(request)) if post else None
    return refusals.says("gone") if found is None else _ok(found)


def _stories(request: Request, who: Account) -> Answer:
    asked = queries.Asked({}, who, request.changes)
    found = queries.reels_of(asked, request.query.get("reel_ids", "").split(","), _surface(request))
    return _ok({"reels": {one["id"]: one for one in found}, "reels_media": found})


def _user(request: Request, who: Account, pk: str) -> Answer:
    found = world.profile_by_pk(int(pk), request.changes)
    return _ok({"user": shapes.profile(found, who, _surface(request))}) if found else refusals.says("gone")


def _sections(request: Request, who: Account, posts: Sequence[Post], cursor: str) -> Json:
    page, following = lists.after(posts, cursor, world.PAGE)
    medias = [{"media": shapes.item(one, who, request.changes, _surface(request))} for one in page]
    rows = [medias[start : start + _SECTION] for start in range(0, len(medias), _SECTION)]
    return {
        "sections": [{"layout_type": "media_grid", "layout_content": {"medias": row}} for row in rows],
        "more_available": bool(following),
        "next_max_id": following or None,
        "next_page": 2 if following else None,
    }


def _tagged_with(request: Request, tag: str) -> tuple[Post, ...]:
    return tuple(one for one in world.every_post(request.changes) if f"#{tag} " in f"{one.caption} ")


def _tag_sections(request: Request, who: Account, tag: str) -> Answer:
    cursor = re.search(rb"(?:^|&)max_id=(\d+)", request.body)
    return _ok(_sections(request, who, _tagged_with(request, tag), cursor[1].decode() if cursor else ""))


def _tag(request: Request, who: Account, tag: str) -> Answer:
    posts = _tagged_with(request, tag)
    recent = _sections(request, who, posts, request.query.get("max_id", ""))
    top = _sections(request, who, posts[: world.PAGE], "")
    words = {"id": "17843", "name": tag, "media_count": len(posts), "profile_pic_url": None, "description": None}
    return _ok({"data": {**words, "following": False, "allow_following": True, "recent": recent, "top": top}})


def _tag_of_app(request: Request, who: Account) -> Answer:
    return _tag(request, who, request.query.get("tag_name", ""))


def _place(request: Request, who: Account, pk: str) -> Answer:
    posts = tuple(one for one in world.every_post(request.changes) if one.place and str(one.place.pk) == pk)
    if not posts or not posts[0].place:
        return refusals.says("gone")
    place = posts[0].place
    words = {"name": place.name, "slug": place.slug, "lat": place.latitude, "lng": place.longitude}
    about = {"id": pk, **words, "has_public_page": True}
    recent = _sections(request, who, posts, request.query.get("max_id", ""))
    return _ok({"native_location_data": {"location_info": about, "recent": recent}})


_I, _WWW = r"i\.instagram\.com", r"www\.instagram\.com"
_BOTH = rf"{_I}|{_WWW}"

# for whoever is logged in; groups of the path are handed on
_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    (_BOTH, r"/api/v1/media/(\d+)/info/", _post),
    (_BOTH, r"/api/v1/media/(\d+)/comments/", _comments),
    (_BOTH, r"/api/v1/media/(\d+)/comments/(\d+)/child_comments/", _answers),
    (_I, r"/api/v1/feed/reels_media/", _stories),
    (_I, r"/api/v1/users/(\d+)/info/", _user),
    (_I, r"/api/v1/tags/web_info/", _tag_of_app),
    (_WWW, r"/api/v1/feed/saved/posts/", _saved),
    (_WWW, r"/api/v1/feed/collection/(\d+)/posts/", _collection),
    (_WWW, r"/api/v1/tags/(\w+)/sections/", _tag_sections),
)
_PAGES_AS_JSON: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/explore/tags/(\w+)/", _tag),
    (r"/explore/locations/(\d+)/", _place),
)


def answer(request: Request) -> Answer | None:
    """Answer a call; 401 (www) or 403 (i.) to a visitor, None for a path that isn't there."""
    if request.path in _OPEN:
        return _OPEN[request.path](request)
    for host, path, act in _ROUTES:
        found = re.fullmatch(path, request.path)
        if found and re.fullmatch(host, request.host):
            return _to_account(request, act, *found.groups())
    return None


def page_as_json(request: Request) -> Answer | None:
    """Answer for the pages that also come as JSON, with `__a=1`; None for any other."""
    for path, act in _PAGES_AS_JSON:
        found = re.fullmatch(path, request.path)
        if found and "__a" in request.query:
            return _to_account(request, act, *found.groups())
    return None


def _to_account(request: Request, act: Callable[..., Answer], *groups: str) -> Answer:
    who = viewer(request)
    if who is None:
        return refusals.says("login_required" if request.host == APP_HOST else "please_wait")
    return act(request, who, *groups)


def _web_profile(request: Request) -> Answer:
    found = world.profile(request.query.get("username", ""), request.changes)
    if found is None:
        return json_answer({"message": "", "status": "fail"}, 404)
    counts = {
        "edge_owner_to_timeline_media": {"count": found.count},
        "edge_followed_by": {"count": found.follower_count},
        "edge_follow": {"count": 17},
        "edge_felix_video_timeline": {"count": 0},
    }
    business = {"is_business_account": False, "business_category_name": None}
    picture = {"profile_pic_url_hd": files.avatar(found.pk)}
    return _ok({"data": {"user": {**shapes.profile(found, viewer(request)), **counts, **business, **picture}}})


def _search(_: Request) -> Answer:
    return _ok({"users": [], "places": [], "hashtags": []})


def _ruling(_: Request) -> Answer:
    return _ok({})  # yt-dlp asks before it reads a post without a login


_OPEN: dict[str, Callable[[Request], Answer]] = {
    "/api/v1/users/web_profile_info/": _web_profile,
    "/api/v1/web/get_ruling_for_content/": _ruling,
    "/web/search/topsearch/": _search,
}

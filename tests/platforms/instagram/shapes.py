"""One post or story in the shapes that the platform's surfaces give it: item (web and app), node (old queries)."""

from __future__ import annotations

from typing import Any

from tests.platforms.exchange import Changes
from tests.platforms.instagram import files, world
from tests.platforms.instagram.accounts import Account
from tests.platforms.instagram.lists import Highlight, StoryItem
from tests.platforms.instagram.world import VIDEO, Post, Profile

WEB, APP = "www", "app"  # surfaces: web numbers posts with strings, the app with integers

_SIDE = 1080  # pixels that are declared; the picture itself is smaller
_MEDIA_TYPES = {"image": 1, "video": 2, "carousel": 8}

Json = dict[str, Any]


def _number(pk: int, surface: str) -> int | str:
    return pk if surface == APP else str(pk)


def user_card(owner: Profile, surface: str, who: Account | None = None) -> Json:
    """The few words about a profile that stand in each post of it."""
    return {
        "pk": _number(owner.pk, surface),
        "id": str(owner.pk),
        "username": owner.username,
        "full_name": owner.full_name,
        "is_private": owner.private,
        "is_verified": False,
        "profile_pic_url": files.avatar(owner.pk, surface),
        "friendship_status": {"following": who is not None and who.username in owner.followers},
    }


def profile(owner: Profile, who: Account | None, surface: str = WEB) -> Json:
    """A profile as someone who is logged in sees it."""
    return {
        **user_card(owner, surface, who),
        "biography": owner.biography,
        "external_url": "https://example.org/garden",
        "bio_links": [],
        "category": None,
        "is_business": False,
        "media_count": owner.count,
        "follower_count": owner.follower_count,
        "following_count": 17,
        "hd_profile_pic_url_info": {"url": files.avatar(owner.pk, surface), "width": _SIDE, "height": _SIDE},
        "hd_profile_pic_versions": [{"url": files.avatar(owner.pk, surface), "width": _SIDE, "height": _SIDE}],
        "friendship_status": {
            "following": who is not None and who.username in owner.followers,
            "followed_by": False,
            "blocking": False,
            "incoming_request": False,
            "outgoing_request": False,
        },
    }


def _media(pk: int, kind: str, surface: str) -> Json:
    found: Json = {
        "pk": _number(pk, surface),
        "id": str(pk),
        "media_type": _MEDIA_TYPES[kind],
        "original_width": _SIDE,
        "original_height": _SIDE,
        "image_versions2": {
            "candidates": [{"url": files.url(pk, ".jpg", surface), "width": _SIDE, "height": _SIDE}],
        },
        "video_versions": None,
        "accessibility_caption": None,
    }
    if kind == VIDEO:
        found["video_duration"] = 4.0
        found["video_dash_manifest"] = files.manifest(pk, surface)
        found["video_versions"] = [
            {"url": files.url(pk, ".mp4", surface), "width": _SIDE, "height": _SIDE, "type": 101}
        ]
    return found


def item(post: Post, who: Account | None, changes: Changes, surface: str = WEB) -> Json:
    """A post as the web's and the app's newer calls give it; without pictures if it isn't for the viewer."""
    owner = world.profile_by_pk(post.owner, changes)
    if owner is None:
        raise LookupError(f"a post of nobody: {post.code}")
    single = len(post.files) == 1
    caption = {"pk": f"1{post.pk}", "text": post.caption, "created_at": post.taken_at}
    found: Json = {
        **_media(post.pk, post.files[0], surface),
        "id": f"{post.pk}_{owner.pk}",
        "code": post.code,
        "taken_at": post.taken_at,
        "product_type": "clips" if post.reel else "feed" if single else "carousel_container",
        "has_liked": False,
        "like_count": post.likes,
        "comment_count": post.comments,
        "view_count": post.views or None,
        "play_count": post.views * 2 or None,
        "title": None,
        "caption": caption if post.caption is not None else None,
        "location": _place(post),
        "usertags": _tags(post, surface, changes),
        "user": user_card(owner, surface, who),
        "owner": user_card(owner, surface, who),
        "carousel_media": None,
        "timeline_pinned_user_ids": [owner.pk] if world.is_pinned(post, owner) else [],
    }
    if not single:
        carousel = {"media_type": _MEDIA_TYPES["carousel"], "carousel_media": _children(post, surface)}
        found |= {"video_versions": None, **carousel}
    if world.post(post.pk, who, changes) is None:
        found |= {"image_versions2": {"candidates": []}, "video_versions": None, "carousel_media": None}
    return found


def _children(post: Post, surface: str) -> list[Json]:
    return [
        {**_media(pk, kind, surface), "code": world.shortcode(pk)} for pk, kind in enumerate(post.files, post.pk + 1)
    ]


def _place(post: Post) -> Json | None:
    place = post.place
    if place is None:
        return None
    return {
        "pk": place.pk,
        "id": str(place.pk),
        "name": place.name,
        "short_name": place.name,
        "slug": place.slug,
        "has_public_page": True,
        "lat": place.latitude,
        "lng": place.longitude,
    }


def _tags(post: Post, surface: str, changes: Changes) -> Json | None:
    tagged = [found for pk in post.tags if (found := world.profile_by_pk(pk, changes))]
    if not tagged:
        return None
    return {"in": [{"user": user_card(one, surface), "position": [0.5, 0.5]} for one in tagged]}


def node(post: Post, changes: Changes) -> Json:
    """A post as the old queries give it (saved and tagged posts of instaloader)."""
    owner = world.profile_by_pk(post.owner, changes)
    if owner is None:
        raise LookupError(f"a post of nobody: {post.code}")
    captions = [{"node": {"text": post.caption}}] if post.caption is not None else []
    found = {
        **_node_media(post.pk, post.files[0]),
        "__typename": "GraphVideo" if post.files[0] == VIDEO else "GraphImage",
        "shortcode": post.code,
        "taken_at_timestamp": post.taken_at,
        "owner": {"id": str(owner.pk), "username": owner.username},
        "edge_media_to_caption": {"edges": captions},
        "edge_media_to_comment": {"count": post.comments},
        "edge_media_preview_like": {"count": post.likes},
        "video_view_count": post.views or None,
    }
    if len(post.files) > 1:
        children = [{"node": _node_media(pk, kind)} for pk, kind in enumerate(post.files, post.pk + 1)]
        found |= {"__typename": "GraphSidecar", "is_video": False, "edge_sidecar_to_children": {"edges": children}}
    return found


def _node_media(pk: int, kind: str) -> Json:
    video = {"video_url": files.url(pk, ".mp4")} if kind == VIDEO else {}
    return {
        "__typename": "GraphVideo" if kind == VIDEO else "GraphImage",
        "id": str(pk),
        "shortcode": world.shortcode(pk),
        "display_url": files.url(pk, ".jpg"),
        "is_video": kind == VIDEO,
        **video,
    }


def story_item(one: StoryItem, owner: Profile, surface: str = WEB) -> Json:
    """A story's picture or video as the newer calls give it."""
    return {
        **_media(one.pk, one.kind, surface),
        "code": world.shortcode(one.pk),
        "taken_at": one.taken_at,
        "expiring_at": one.expires_at,
        "caption": None,
        "has_liked": False,
        "user": user_card(owner, surface),
        "reel_mentions": [],
        "product_type": "story",
    }


def story_node(one: StoryItem) -> Json:
    """A story's picture or video as the old queries give it."""
    still = {"src": files.url(one.pk, ".jpg"), "config_width": _SIDE, "config_height": _SIDE}
    moving = {"src": files.url(one.pk, ".mp4"), "config_width": _SIDE, "config_height": _SIDE}
    return {
        "__typename": "GraphStoryVideo" if one.kind == VIDEO else "GraphStoryImage",
        "id": str(one.pk),
        "is_video": one.kind == VIDEO,
        "display_resources": [still],
        "video_resources": [moving] if one.kind == VIDEO else [],
        "taken_at_timestamp": one.taken_at,
        "expiring_at_timestamp": one.expires_at,
        "owner": {"id": str(one.owner)},
    }


def reel_node(items: tuple[StoryItem, ...], owner: Profile) -> Json:
    """The stories of a profile as the old queries give them."""
    return {
        "id": str(owner.pk),
        "user": {"id": str(owner.pk), "username": owner.username},
        "items": [story_node(one) for one in items],
        "latest_reel_media": items[-1].taken_at,
        "seen": 0,
    }


def reel(items: tuple[StoryItem, ...], owner: Profile, highlight: Highlight | None, surface: str = WEB) -> Json:
    """The stories of a profile, or a highlight, with their items."""
    return {
        "id": f"highlight:{highlight.id}" if highlight else str(owner.pk),
        "reel_type": "highlight_reel" if highlight else "user_reel",
        "title": highlight.title if highlight else None,
        "user": user_card(owner, surface),
        "items": [story_item(one, owner, surface) for one in items],
        "seen": items[-1].taken_at,
        "latest_reel_media": items[-1].taken_at,
    }


def connection(nodes: list[Json], cursor: str, **more: Any) -> Json:
    """A page of a list as GraphQL gives it."""
    info = {"has_next_page": bool(cursor), "end_cursor": cursor or None}
    return {"edges": [{"node": one} for one in nodes], "page_info": info, **more}

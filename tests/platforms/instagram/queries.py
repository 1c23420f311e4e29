"""GraphQL: what the platform answers to each document id."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.platforms.exchange import Answer, Changes, Request, json_answer
from tests.platforms.instagram import comments, documents, lists, refusals, shapes, world
from tests.platforms.instagram.accounts import Account, viewer
from tests.platforms.instagram.shapes import Json, connection


@dataclass(frozen=True)
class Asked:
    """One query: its variables, and who asks."""

    variables: Json
    who: Account | None
    changes: Changes

    @property
    def account(self) -> Account:
        """Who asks; only for queries that nobody gets to anonymously."""
        if self.who is None:
            raise LookupError("asked anonymously")
        return self.who

    def profile(self, *names: str) -> world.Profile | None:
        """The profile that the variables name by number or by name."""
        value = next((str(self.variables[name]) for name in names if name in self.variables), "")
        if value.isdigit():
            return world.profile_by_pk(int(value), self.changes)
        return world.profile(value, self.changes)

    @property
    def cursor(self) -> str:
        """Where to go on; empty at the start."""
        return str(self.variables.get("after") or "")


def _item_page(asked: Asked, posts: tuple[world.Post, ...]) -> tuple[list[Json], str]:
    page, cursor = lists.after(posts, asked.cursor, world.PAGE)
    return [shapes.item(one, asked.who, asked.changes) for one in page], cursor


def _node_page(asked: Asked, posts: tuple[world.Post, ...]) -> Json:
    page, cursor = lists.after(posts, asked.cursor, world.PAGE)
    return connection([shapes.node(one, asked.changes) for one in page], cursor, count=len(posts))


def _seen_posts(asked: Asked, owner: world.Profile | None) -> tuple[world.Post, ...]:
    if owner is None or not world.opens_to(owner, asked.who):
        return ()
    return world.posts(owner, asked.changes)


def _who_am_i(asked: Asked) -> Json:
    who = asked.who
    return {"user": {"id": str(who.pk), "username": who.username} if who else None}


def _profile(asked: Asked) -> Json:
    found = asked.profile("id")
    return {"user": shapes.profile(found, asked.who) if found else None}


def _posts(asked: Asked) -> Json:
    found, cursor = _item_page(asked, _seen_posts(asked, asked.profile("username")))
    return {"xdt_api__v1__feed__user_timeline_graphql_connection": connection(found, cursor)}


def timeline_id(owner: world.Profile) -> str:
    """The id by which a visitor's page names a profile's posts; not the profile's number."""
    return f"9{owner.pk}"


def visitor_timeline(owner: world.Profile, cursor: str, changes: Changes) -> Json:
    """A page of a profile's posts as a visitor gets it: shortcodes only."""
    page, following = lists.after(world.posts(owner, changes), cursor, world.PAGE)
    return connection([{"code": one.code} for one in page], following)


def _more_posts(asked: Asked) -> Json:
    owner = world.profile_by_pk(int(str(asked.variables["id"])[1:]), asked.changes)
    if owner is None or owner.private:
        return {"node": None}
    return {"node": {"polaris_ordered_timeline_connection": visitor_timeline(owner, asked.cursor, asked.changes)}}


def _post(asked: Asked) -> Json:
    found = world.post(world.number(asked.variables["shortcode"]), asked.who, asked.changes)
    items = [shapes.item(found, asked.who, asked.changes)] if found else []
    return {"xdt_api__v1__media__shortcode__web_info": {"items": items}}


def _reels_page(asked: Asked) -> Json:
    owner = world.profile_by_pk(int(asked.variables["data"]["target_user_id"]), asked.changes)
    every = tuple(one for one in _seen_posts(asked, owner) if one.reel)
    page, cursor = lists.after(every, asked.cursor, world.PAGE)
    nodes: list[Json] = [{"media": {"code": one.code, "pk": str(one.pk), "play_count": one.views * 2}} for one in page]
    return connection(nodes, cursor)


def _reels(asked: Asked) -> Json:
    return {"xdt_api__v1__clips__user__connection_v2": _reels_page(asked)}


def _reels_tab(asked: Asked) -> Json:
    return {"fetch__XDTUserDict": {"__typename": "XDTUserDict", "clips_connection": _reels_page(asked)}}


def _tagged_posts(asked: Asked, owner: world.Profile | None) -> tuple[world.Post, ...]:
    if owner is None or not world.opens_to(owner, asked.who):
        return ()
    return tuple(one for one in world.every_post(asked.changes) if owner.pk in one.tags)


def _tagged(asked: Asked) -> Json:
    return {"user": {"edge_user_to_photos_of_you": _node_page(asked, _tagged_posts(asked, asked.profile("id")))}}


def _tagged_tab(asked: Asked) -> Json:
    found, cursor = _item_page(asked, _tagged_posts(asked, asked.profile("user_id")))
    return {"xdt_api__v1__usertags__user_id__feed_connection": connection(found, cursor)}


def _saved(asked: Asked) -> Json:
    return {"user": {"edge_saved_media": _node_page(asked, _still_there(asked))}}


def _still_there(asked: Asked) -> tuple[world.Post, ...]:
    every = lists.saved(asked.account, asked.changes)
    return tuple(one for one in every if world.post(one.pk, asked.who, asked.changes))


def _hashtag(asked: Asked) -> Json:
    tag = f"#{asked.variables['tag_name']} "
    every = tuple(one for one in world.every_post(asked.changes) if tag in f"{one.caption} ")
    return {"hashtag": {"name": tag[1:-1], "edge_hashtag_to_media": _node_page(asked, every)}}


def _reel_of(asked: Asked, reel_id: str) -> tuple[tuple[lists.StoryItem, ...], lists.Highlight | None]:
    highlight = lists.HIGHLIGHTS.get(reel_id.removeprefix("highlight:"))
    if highlight:
        return highlight.items, highlight
    return lists.stories(int(reel_id), asked.who, asked.changes) if reel_id.isdigit() else (), None


def reels_of(asked: Asked, reel_ids: list[str], surface: str) -> list[Json]:
    """The stories and highlights of these ids that the viewer may see, with their items."""
    found = []
    for reel_id in reel_ids:
        items, highlight = _reel_of(asked, reel_id)
        owner = world.profile_by_pk(items[0].owner, asked.changes) if items else None
        if owner:
            found.append(shapes.reel(items, owner, highlight, surface))
    return found


def _stories_gallery(asked: Asked) -> Json:
    reels = reels_of(asked, [str(one) for one in asked.variables["reel_ids"]], shapes.WEB)
    return {"xdt_api__v1__feed__reels_media__connection": connection(reels, "")}


def _stories(asked: Asked) -> Json:
    found = []
    for pk in map(int, asked.variables["reel_ids"]):
        items, owner = lists.stories(pk, asked.who, asked.changes), world.profile_by_pk(pk, asked.changes)
        if items and owner:
            found.append(shapes.reel_node(items, owner))
    return {"reels_media": found}


def _story_tray(asked: Asked) -> Json:
    edges = [{"node": {"id": str(pk)}} for pk in lists.who_has_stories(asked.account, asked.changes)]
    return {"user": {"feed_reels_tray": {"edge_reels_tray_to_reel": {"edges": edges}}}}


def _tray_container(asked: Asked) -> Json:
    pks = lists.who_has_stories(asked.account, asked.changes)
    latest = {pk: lists.stories(pk, asked.who, asked.changes)[-1].taken_at for pk in pks}
    tray = [{"id": str(pk), "latest_reel_media": taken_at} for pk, taken_at in latest.items()]
    return {"xdt_api__v1__feed__reels_tray": {"tray": tray}}


def _highlight_list(asked: Asked) -> Json:
    owner = asked.profile("user_id")
    card = {"id": str(owner.pk), "username": owner.username} if owner else {}
    nodes: list[Json] = [
        {
            "id": one.id,
            "title": one.title,
            "owner": card,
            "cover_media": {"thumbnail_src": shapes.story_node(one.items[0])["display_resources"][0]["src"]},
        }
        for one in (lists.highlights(owner.pk) if owner else [])
    ]
    return {"user": {"edge_highlight_reels": connection(nodes, "")}}


def _highlight_tray(asked: Asked) -> Json:
    owner = asked.profile("user_id")
    found = lists.highlights(owner.pk) if owner else []
    nodes: list[Json] = [{"id": f"highlight:{one.id}", "title": one.title} for one in found]
    return {"highlights": connection(nodes, "")}


def _highlight_items(asked: Asked) -> Json:
    found = [lists.HIGHLIGHTS[one] for one in asked.variables["highlight_reel_ids"] if one in lists.HIGHLIGHTS]
    return {"reels_media": [{"id": one.id, "items": [shapes.story_node(item) for item in one.items]} for one in found]}


def _comments(asked: Asked) -> Json:
    found = world.post(world.number(asked.variables["shortcode"]), asked.who, asked.changes)
    return {"shortcode_media": comments.as_query(found, asked.changes) if found else None}


def _answers(asked: Asked) -> Json:
    return {"comment": comments.answers_as_query(int(asked.variables["comment_id"]), asked.changes)}


_DATA: dict[str, Callable[[Asked], Json]] = {
    documents.WHO_AM_I: _who_am_i,
    documents.STORIES: _stories,
    documents.STORY_TRAY: _story_tray,
    documents.HIGHLIGHT_LIST: _highlight_list,
    documents.HIGHLIGHT_ITEMS: _highlight_items,
    documents.SAVED: _saved,
    documents.TAGGED: _tagged,
    documents.COMMENTS: _comments,
    documents.ANSWERS: _answers,
    documents.HASHTAG: _hashtag,
    documents.PROFILE: _profile,
    documents.POSTS: _posts,
    documents.MORE_POSTS: _more_posts,
    documents.POST: _post,
    documents.REELS: _reels,
    documents.PLAY_COUNT: _reels,
    documents.OPERATIONS["PolarisProfilePageContentQuery"]: _profile,
    documents.OPERATIONS["PolarisProfilePostsTabContentQuery_connection"]: _posts,
    documents.OPERATIONS["PolarisProfileReelsTabContentQuery_connection"]: _reels_tab,
    documents.OPERATIONS["PolarisProfileTaggedTabContentQuery_connection"]: _tagged_tab,
    documents.OPERATIONS["PolarisProfileStoryHighlightsTrayContentQuery"]: _highlight_tray,
    documents.OPERATIONS["PolarisStoriesV3ReelPageGalleryQuery"]: _stories_gallery,
    documents.OPERATIONS["PolarisStoriesV3TrayContainerQuery"]: _tray_container,
}
_FOR_VISITORS = {documents.WHO_AM_I, documents.MORE_POSTS, documents.POST}


def answer(request: Request) -> Answer | None:
    """Answer a query; 401 where a visitor may not ask, None for an id that nobody sends."""
    fields = request.query or {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    query_id = fields.get("query_hash") or fields.get("doc_id") or ""
    if query_id not in _DATA:
        return None
    who = viewer(request)
    if who is None and query_id not in _FOR_VISITORS:
        return refusals.says("please_wait")
    asked = Asked(json.loads(fields.get("variables", "{}")), who, request.changes)
    return json_answer({"data": _DATA[query_id](asked), "status": "ok"})

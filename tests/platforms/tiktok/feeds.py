"""TikTok's lists: a user's posts, a collection, and what else a profile shows: saved, liked, reposts, stories.

Every list answers at an address of its own and counts its pages in a way of its own, as the libraries expect.
"""

from __future__ import annotations

from typing import Any

from tests.platforms.exchange import Answer, Request, json_answer
from tests.platforms.tiktok import accounts, structs, world

PAGE = 15  # posts of a page of a user's list, as the libraries ask for


def of_user(request: Request) -> Answer:
    """`/api/creator/item_list/`: posts older than the cursor (ms), the newest first."""
    found = world.person(_asked(request), request.changes)
    if found is None:
        return json_answer({"statusCode": 10221})
    if found.private and accounts.viewer(request) is None:
        return json_answer({"hasMorePrevious": True, "statusCode": 0})
    cursor = float("inf") if found.stuck else float(request.query.get("cursor", "0"))
    older = _before(cursor, found.posts, request)
    more = found.stuck or len(older) > PAGE
    return json_answer({"itemList": _items(older[:PAGE], request), "hasMorePrevious": more, "statusCode": 0})


def of_collection(request: Request) -> Answer:
    """`/api/collection/item_list/`: the cursor is a place."""
    return _by_place(world.collection(request.query.get("collectionId", "")), request)


def reposts(request: Request) -> Answer:
    """`/api/repost/item_list/`: the cursor is a place."""
    return _by_place(world.REPOSTS.get(_asked(request), ()), request)


def liked(request: Request) -> Answer:
    """`/api/favorite/item_list/`: the answer names the next cursor, which goes down."""
    return _downwards(world.LIKED.get(_asked(request), ()), request)


def saved(request: Request) -> Answer:
    """`/api/user/collect/item_list/`: as liked ones, but for the account itself alone."""
    found = accounts.viewer(request)
    if found is None or found.username != _asked(request):
        return json_answer({"statusCode": 0, "hasMore": False})
    return _downwards(world.SAVED, request)


def stories(request: Request) -> Answer:
    """`/api/story/item_list/`: those of an account, by its number, in one page."""
    by_number = {world.uid(handle): posts for handle, posts in world.STORIES.items()}
    shown = [_shown(one, request) for one in by_number.get(request.query.get("authorId", ""), ())]
    body = {"itemList": _items(shown, request)} if shown else {}
    return json_answer({**body, "HasMoreAfter": False, "MaxCursor": str(world.NEWEST * 1000)})


def _asked(request: Request) -> str:
    return world.handle_of(request.query.get("secUid", ""))


def _shown(post_id: str, request: Request) -> world.Post:
    """A listed post, which a list shows even when its page says that it is gone."""
    return world.visible(world.post(post_id, request.changes), with_login=True)


def _before(cursor: float, posts: tuple[str, ...], request: Request) -> list[world.Post]:
    return [one for one in (_shown(each, request) for each in posts) if one.created * 1000 < cursor]


def _by_place(posts: tuple[str, ...], request: Request) -> Answer:
    first = int(request.query.get("cursor", "0"))
    end = first + int(request.query.get("count", "30"))
    shown = [_shown(one, request) for one in posts[first:end]]
    return json_answer({"itemList": _items(shown, request), "hasMore": end < len(posts), "cursor": str(end)})


def _downwards(posts: tuple[str, ...], request: Request) -> Answer:
    older = _before(float(request.query.get("cursor", "0")) or float("inf"), posts, request)
    shown = older[:PAGE]
    following = str(shown[-1].created * 1000) if shown else "0"
    return json_answer({"itemList": _items(shown, request), "hasMore": len(older) > PAGE, "cursor": following})


def _items(posts: list[world.Post], request: Request) -> list[dict[str, Any]]:
    return [structs.item(one, request.changes) for one in posts]

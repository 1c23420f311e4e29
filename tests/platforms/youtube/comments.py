"""The comments of a video, as the player's page asks for them: a header, pages of threads, and their answers.

A token is `<video>:<sort>:<place>` or, for the answers to one comment, `<video>:to:<place>`.
"""

from __future__ import annotations

from typing import Any

from tests.platforms.exchange import Answer, Request, json_answer
from tests.platforms.youtube.world import MARKUP, Video, find

PAGE = 20
ANSWERS = 2  # to the first comment
HOSTILE_TEXT = f"{MARKUP} \N{NULL}\N{REPLACEMENT CHARACTER} end"


def answer(request: Request) -> Answer:
    """Answer `POST /youtubei/v1/next`: what is asked for without one of our tokens is the head of the comments."""
    token = str(request.json.get("continuation") or "")
    if token.count(":") != 2:
        return _head(_video_of(request, token))
    video_id, way, place = token.split(":")
    video = find(video_id, request.changes)
    return _answers(video, int(place)) if way == "to" else _page(video, int(place))


def _video_of(request: Request, token: str) -> Video:
    import base64

    made = base64.b64decode(token + "=" * (-len(token) % 4)) if token else b""
    # yt-dlp makes the first token by itself: a length, then the id
    return find(made[4:15].decode("ascii", "replace"), request.changes)


def _continuation(token: str) -> dict[str, Any]:
    return {"continuationCommand": {"token": token}, "clickTrackingParams": "x"}


def _head(video: Video) -> Answer:
    if not video.comments:
        return json_answer({"contents": {"twoColumnWatchNextResults": {}}})
    orders = [
        {"title": title, "serviceEndpoint": _continuation(f"{video.id}:{way}:0")}
        for title, way in (("Top comments", "top"), ("Newest first", "new"))
    ]
    header = {
        "countText": {"runs": [{"text": f"{video.comments} Comments"}]},
        "sortMenu": {"sortFilterSubMenuRenderer": {"subMenuItems": orders}},
    }
    return _items([{"commentsHeaderRenderer": header}], [], "reloadContinuationItemsCommand")


def _items(items: list[Any], entities: list[Any], how: str = "appendContinuationItemsAction") -> Answer:
    return json_answer(
        {
            "onResponseReceivedEndpoints": [{how: {"continuationItems": items}}],
            "frameworkUpdates": {"entityBatchUpdate": {"mutations": entities}},
        }
    )


def _page(video: Video, first: int) -> Answer:
    places = range(first, min(first + PAGE, video.comments))
    items: list[dict[str, Any]] = [{"commentThreadRenderer": _thread(video, place)} for place in places]
    if first + PAGE < video.comments:
        items.append(_more(f"{video.id}:new:{first + PAGE}"))
    return _items(items, [_entity(f"{video.id}-{place}", place) for place in places])


def _answers(video: Video, place: int) -> Answer:
    ids = [f"{video.id}-{place}.{number}" for number in range(1, 1 + ANSWERS)]
    return _items([_view(one) for one in ids], [_entity(one, number) for number, one in enumerate(ids, 100)])


def _more(token: str) -> dict[str, Any]:
    return {"continuationItemRenderer": {"continuationEndpoint": _continuation(token)}}


def _view(comment_id: str) -> dict[str, Any]:
    return {"commentViewModel": {"commentId": comment_id, "commentKey": f"key-{comment_id}"}}


def _thread(video: Video, place: int) -> dict[str, Any]:
    shown = {"commentViewModel": _view(f"{video.id}-{place}")}
    if place:
        return shown
    return {**shown, "replies": {"commentRepliesRenderer": {"contents": [_more(f"{video.id}:to:0")]}}}


def _entity(comment_id: str, place: int) -> dict[str, Any]:
    text = HOSTILE_TEXT if place == 1 else f"Comment {place}"
    payload = {
        "properties": {"commentId": comment_id, "content": {"content": text}, "publishedTime": "2 years ago"},
        "author": {"displayName": f"@walker{place}", "channelId": f"UC{place:022d}"},
        "toolbar": {"likeCountA11y": f"{place} likes"},
    }
    return {"entityKey": f"key-{comment_id}", "payload": {"commentEntityPayload": payload}}

"""From the platform's nodes to what Bowerbird keeps of a post, a story or a profile. Pure; every field may be missing.

Three shapes come: the item of the newer calls, the same below `iphone_struct`, and the node of the older queries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from bowerbird.clock import as_text
from bowerbird.errors import JobError
from bowerbird.model import Kind, Target
from bowerbird.scrapers.describe import hashtags
from bowerbird.scraping import Counts, ItemFound, ScrapedCreator

Node = Mapping[str, Any]

SITE = "https://www.instagram.com"
TITLE = 100  # characters of a caption's first line that make a title
TEXT_LIMIT = 100_000  # characters; a caption has at most 2,200
SHORTCODE = re.compile(r"/(?:p|reels?|tv)/([A-Za-z0-9_-]{5,64})")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_.]{1,64}")
# no address, no mail: a name has word characters and single dots
_MENTION = re.compile(r"(?<![\w.@])@(\w+(?:\.\w+)*)", re.ASCII)
_KINDS: dict[str, Kind] = {"clips": "reel", "igtv": "video", "story": "story"}
_OWN_KINDS = frozenset(("reel", "video"))
_LARGEST = 1 << 53


def shortcode_of(node: Node) -> str:
    """The shortcode of a post in a list. Raises JobError `scraper_outdated` where there is none."""
    return checked_id(node.get("shortcode") or node.get("code") or _below(node, "media", "code"))


def checked_id(value: Any) -> str:
    """An id as text that can be part of a name. Raises JobError `scraper_outdated` for anything else."""
    text = str(value if value is not None else "")
    if not _ID.fullmatch(text):
        raise JobError("scraper_outdated", detail="a post without an id")
    return text


def describe_post(node: Node, target: Target) -> ItemFound:
    """The item that a post's node tells of."""
    shortcode = shortcode_of(node)
    caption = caption_of(node)
    counts = counts_of(node, shortcode)
    kind = _kind(node, target)
    taken_at = _moment(_told(node, "taken_at", "taken_at_timestamp", "date"))
    return ItemFound(
        platform="instagram",
        platform_id=shortcode,
        kind=kind,
        url=f"{SITE}/{'reel' if kind == 'reel' else 'p'}/{shortcode}/",
        title=title_of(caption),
        description=caption,
        creator=creator_of(_told(node, "user", "owner") or {}),
        upload_date=taken_at[:10] if taken_at else None,
        taken_at=taken_at,
        duration=_number(_told(node, "video_duration")),
        view_count=counts.view_count,
        like_count=counts.like_count,
        comment_count=counts.comment_count,
        hashtags=hashtags(caption),
        location=_text(_below(node, "location", "name")),
    )


def counts_of(node: Node, shortcode: str) -> Counts:
    """What a post's node counts."""
    return Counts(
        platform_id=shortcode,
        view_count=_count(_told(node, "view_count", "video_view_count", "play_count", "video_play_count")),
        like_count=_first_count(_told(node, "like_count"), _below(node, "edge_media_preview_like", "count")),
        comment_count=_comments(node),
    )


def describe_story(node: Node, owner: ScrapedCreator | None) -> ItemFound:
    """The item that a story's node tells of; `owner` is whose story it is, where the node says less."""
    platform_id = checked_id(node.get("id") or _told(node, "pk"))
    creator = creator_of(_told(node, "user", "owner") or {}, owner)
    caption = caption_of(node)
    taken_at = _moment(_told(node, "taken_at", "taken_at_timestamp"))
    return ItemFound(
        platform="instagram",
        platform_id=platform_id,
        kind="story",
        url=f"{SITE}/stories/{creator.handle if creator and creator.handle else 'user'}/{platform_id}/",
        title=title_of(caption),
        description=caption,
        creator=creator,
        upload_date=taken_at[:10] if taken_at else None,
        taken_at=taken_at,
        duration=_number(_told(node, "video_duration")),
        hashtags=hashtags(caption),
    )


def creator_of(person: Any, fallback: ScrapedCreator | None = None) -> ScrapedCreator | None:
    """A person as a post, a story or their own profile tells of them; `fallback` where no name is told."""
    if not isinstance(person, Mapping):
        return fallback
    platform_id = _text(str(person.get("pk") or person.get("id") or ""))
    handle = _text(person.get("username"))
    if not platform_id or not (handle and _NAME.fullmatch(handle)):
        return fallback
    return ScrapedCreator(
        platform_id=platform_id,
        handle=handle.lower(),
        name=_text(person.get("full_name")),
        url=f"{SITE}/{handle.lower()}/",
        biography=_text(person.get("biography")),
        follower_count=_first_count(person.get("follower_count"), _below(person, "edge_followed_by", "count")),
        post_count=post_count(person),
    )


def post_count(person: Node) -> int | None:
    """How many posts a profile has, as it says itself."""
    older = _below(person, "edge_owner_to_timeline_media", "count")
    return _first_count(person.get("media_count"), person.get("all_media_count"), older)


def caption_of(node: Node) -> str | None:
    """The caption."""
    told = _told(node, "caption")
    if isinstance(told, Mapping):
        return _text(told.get("text"))
    edges = _below(node, "edge_media_to_caption", "edges")
    first = next(iter(_listed(edges)), None)
    return _text(told) or _text(_below(first, "node", "text"))


def mentions(caption: str | None) -> list[str]:
    """The names that a caption mentions, lower case, each once, in its order."""
    return list(dict.fromkeys(name.lower() for name in _MENTION.findall(caption or "")))


def tagged_people(node: Node) -> list[str]:
    """The names of the profiles that are tagged in the picture."""
    newer = _below(_told(node, "usertags"), "in")
    older = _below(node, "edge_media_to_tagged_user", "edges")
    people = [_below(one, "user", "username") for one in _listed(newer)]
    people += [_below(one, "node", "user", "username") for one in _listed(older)]
    return list(dict.fromkeys(one.lower() for one in people if isinstance(one, str)))


def title_of(caption: str | None) -> str | None:
    """The first line of a caption that says something, cut at a word."""
    line = next((" ".join(one.split()) for one in (caption or "").splitlines() if one.strip()), "")
    if len(line) <= TITLE:
        return line or None
    at_word = line[:TITLE].rpartition(" ")[0]
    return f"{at_word if len(at_word) > TITLE // 2 else line[: TITLE - 1]}…"


def _kind(node: Node, target: Target) -> Kind:
    told = _KINDS.get(str(_told(node, "product_type")))
    if told:
        return told
    return target.kind if target.kind in _OWN_KINDS else "post"


def _comments(node: Node) -> int | None:
    edges = ("edge_media_to_comment", "edge_media_to_parent_comment")
    return _first_count(_told(node, "comment_count", "comments"), *(_below(node, edge, "count") for edge in edges))


def _told(node: Any, *names: str) -> Any:
    """The first of these fields that says something, the app's own answer before what was made of another."""
    if not isinstance(node, Mapping):
        return None
    places = (one for one in (node.get("iphone_struct"), node) if isinstance(one, Mapping))
    return next((place[name] for place in places for name in names if place.get(name) is not None), None)


def _below(node: Any, *names: str) -> Any:
    for name in names:
        node = _told(node, name)
    return node


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:TEXT_LIMIT]


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < _LARGEST else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None else None


def _first_count(*values: Any) -> int | None:
    return next((count for one in values if (count := _count(one)) is not None), None)


def _moment(seconds: Any) -> str | None:
    number = _number(seconds)
    try:
        return as_text(datetime.fromtimestamp(number, timezone.utc)) if number else None
    except (OverflowError, OSError, ValueError):
        return None

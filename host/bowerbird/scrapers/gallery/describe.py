"""From gallery-dl's metadata to what Bowerbird keeps of a post, a thread or a page. Pure; every field may be missing.

Instagram's posts are described by the platform's own answer, as the scraper on instaloader does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

import msgspec

from bowerbird.clock import as_text
from bowerbird.errors import JobError
from bowerbird.model import Kind, Target
from bowerbird.scrapers.describe import hashtags, web_id
from bowerbird.scrapers.instagram import describe as instagram
from bowerbird.scraping import ItemFound, ScrapedCreator

Node = Mapping[str, Any]

TEXT_LIMIT = 100_000  # characters
_LARGEST = 1 << 53
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_IMAGE_POST: Kind = "post"
LISTS_OF_PEOPLE = frozenset(("profile", "reels", "tagged", "stories", "highlight"))


def instagram_post(told: Node, node: Node | None, target: Target) -> ItemFound:
    """A post, by the platform's own node where it is there, else by what gallery-dl made of it."""
    found = instagram.describe_post(node or _as_node(told), target)
    if node or told.get("type") != "reel" or target.kind in ("reel", "video"):
        return found
    return msgspec.structs.replace(found, kind="reel", url=found.url.replace("/p/", "/reel/"))


def instagram_story(told: Node, node: Node | None) -> ItemFound:
    """One picture or video of a story or a highlight."""
    own = node or {"taken_at": _seconds(told.get("date"))}
    # the platform's own id also names the person
    story = {**own, "id": str(told.get("media_id") or "").removesuffix("p")}
    person = {"pk": told.get("owner_id"), "username": told.get("username"), "full_name": told.get("fullname")}
    return instagram.describe_story(story, instagram.creator_of(person))


def node_of_story(nodes: Sequence[Node], told: Node) -> Node | None:
    """The platform's own node of a story's file."""
    return next((one for one in nodes if str(one.get("pk")) == str(told.get("media_id"))), None)


def about_instagram(item: ItemFound, node: Node) -> dict[str, Any]:
    """What is kept of a post beside the item itself."""
    return {
        "mentions": instagram.mentions(item.description),
        "tagged_people": instagram.tagged_people(node),
        "node": node,
    }


def list_title(target: Target) -> str | None:
    """What a list is called, where its address tells."""
    if target.kind == "collection" and target.platform == "instagram":
        return unquote(target.canonical_url.rstrip("/").rpartition("/")[0].rpartition("/")[2]).replace("-", " ")
    if target.kind == "saved":
        return f"Saved by {target.creator}" if target.creator else "Saved posts"
    return f"#{target.platform_id}" if target.kind == "hashtag" else None


def _as_node(told: Node) -> Node:
    return {
        "code": told.get("post_shortcode"),
        "caption": {"text": told.get("description")},
        "taken_at": _seconds(told.get("post_date")),
        "like_count": told.get("likes"),
        "location": {"name": told.get("location_name")},
        "user": {"pk": told.get("owner_id"), "username": told.get("username"), "full_name": told.get("fullname")},
    }


def tiktok_post(told: Node, target: Target) -> ItemFound:
    """A video or photo post, by the platform's own structure, which is gallery-dl's metadata."""
    post_id = str(told.get("id") or "")
    if not _ID.fullmatch(post_id):
        raise JobError("scraper_outdated", detail="a post without an id")
    words = text_of(told.get("desc"))
    creator = tiktok_creator(told.get("author"))
    counts = _mapping(told.get("stats"))
    taken_at = moment(told.get("createTime"))
    is_video = "imagePost" not in told
    handle = creator.handle if creator else None
    return ItemFound(
        platform="tiktok",
        platform_id=post_id,
        kind="video" if is_video else _IMAGE_POST,
        url=f"https://www.tiktok.com/@{handle or ''}/{'video' if is_video else 'photo'}/{post_id}",
        title=instagram.title_of(words) or f"TikTok {'video' if is_video else 'photos'} {post_id}",
        description=words,
        creator=creator,
        upload_date=taken_at[:10] if taken_at else None,
        taken_at=taken_at,
        duration=_number(_mapping(told.get("video")).get("duration")) if is_video else None,
        view_count=_count(counts.get("playCount")),
        like_count=_count(counts.get("diggCount")),
        comment_count=_count(counts.get("commentCount")),
        hashtags=hashtags(words),
        location=text_of(told.get("locationCreated")),
    )


def tiktok_creator(author: Any) -> ScrapedCreator | None:
    """Who posted it; known by the long id, as in yt-dlp."""
    person = _mapping(author)
    platform_id = text_of(person.get("secUid")) or text_of(person.get("id"))
    handle = text_of(person.get("uniqueId"))
    if not platform_id:
        return None
    return ScrapedCreator(
        platform_id=platform_id,
        handle=handle,
        name=text_of(person.get("nickname")),
        url=f"https://www.tiktok.com/@{handle}" if handle else None,
        biography=text_of(person.get("signature")),
    )


def page(told: Sequence[Node], thread: Node | None, kind: Kind, target: Target) -> ItemFound:
    """A thread of a board or a forum, or any other page: one item, whatever its number of posts.

    `told` is the metadata of its posts and files in their order, `thread` a board's own answer.
    """
    first = next(iter(told), {})
    opening = _mapping(next(iter(_listed(_mapping(thread).get("posts"))), None))
    about = _mapping(first.get("thread")) or opening or first
    post = _mapping(first.get("post"))
    words = plain(opening.get("com") or post.get("content")) or text_of(
        first.get("description") or first.get("content")
    )
    taken_at = moment(opening.get("time") or about.get("date") or first.get("date"))
    title = text_of(plain(opening.get("sub"))) or text_of(about.get("title")) or instagram.title_of(words)
    return ItemFound(
        platform=target.platform,
        platform_id=target.platform_id or web_id(target.canonical_url),
        kind=kind,
        url=target.canonical_url,
        title=title,
        description=words,
        creator=_poster(about, target),
        upload_date=taken_at[:10] if taken_at else None,
        taken_at=taken_at,
        view_count=_count(about.get("views")),
        comment_count=_replies(thread, about),
    )


def posts_of(thread: Node | None, told: Sequence[Node], of_files: Sequence[Node]) -> list[Node]:
    """A thread's posts, those too that have no file; else what is known of the page and of each of its files."""
    if thread:
        # a name that the poster chose; `filename` is dropped as a place on this computer
        return [
            {**_mapping(one), "original_name": _mapping(one).get("filename")} for one in _listed(thread.get("posts"))
        ]
    return [*told] if any("post" in one for one in told) else [*told, *of_files]


def _poster(about: Node, target: Target) -> ScrapedCreator | None:
    """Who began a forum's thread; boards have no accounts."""
    name, number = text_of(about.get("author")), text_of(about.get("author_id"))
    if not name or not number:
        return None
    host = web_id(target.canonical_url).rpartition("_")[0]
    return ScrapedCreator(platform_id=f"{host}_{number}", name=name, url=text_of(about.get("author_url")))


def _replies(thread: Node | None, about: Node) -> int | None:
    if thread:
        return max(0, len(_listed(thread.get("posts"))) - 1)
    return _count(about.get("posts"))


def plain(markup: Any) -> str | None:
    """The words of a post that comes as HTML; its markup is gone, its lines stay."""
    if not isinstance(markup, str):
        return None
    lines = _TAG.sub("", _BREAK.sub("\n", markup[: 4 * TEXT_LIMIT]))
    return text_of(html.unescape(lines).strip())


def text_of(value: Any) -> str | None:
    """A text that can be stored; None for anything else, and for one that says nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:TEXT_LIMIT]


def moment(value: Any) -> str | None:
    """Seconds since 1970, or the program's `2026-05-05 10:01:00`, in UTC."""
    try:
        if isinstance(value, str) and not value.isdigit():
            return as_text(datetime.fromisoformat(value).replace(tzinfo=timezone.utc))
        seconds = _number(int(value) if isinstance(value, str) else value)
        return as_text(datetime.fromtimestamp(seconds, timezone.utc)) if seconds else None
    except (OverflowError, OSError, ValueError):
        return None


def _seconds(date: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(date)).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LARGEST else None


def _count(value: Any) -> int | None:
    number = _number(int(value) if isinstance(value, str) and value.isdigit() else value)
    return int(number) if number is not None and number >= 0 else None


def _mapping(value: Any) -> Node:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()

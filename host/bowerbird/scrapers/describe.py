"""From yt-dlp's info dict to what Bowerbird keeps of an item. Pure; every field may be missing or of the wrong kind."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from bowerbird.clock import as_text
from bowerbird.model import ITEM_KINDS, Chapter, ItemFound, Kind, ScrapedCreator, Target

Info = Mapping[str, Any]

TEXT_LIMIT = 100_000  # characters; YouTube's longest description has 5,000
HASHTAG_LIMIT = 200
LARGEST = 1e15  # beyond that a count is a mistake, and no database column holds it

# extractors of yt-dlp whose items belong to a platform of ours, wherever they were found embedded
_PLATFORMS = {"Youtube": "youtube", "TikTok": "tiktok", "Instagram": "instagram"}
_NAMELESS = frozenset(("Generic", "HTML5MediaEmbed", "GenericEmbed"))
_HASHTAG = re.compile(r"(?<![\w/#&])#(\w+)")


def describe(found: Info, target: Target) -> ItemFound:
    """The item that an info dict tells of."""
    platform, platform_id = identity(found, target)
    description = _text(found.get("description"))
    return ItemFound(
        platform=platform,
        platform_id=platform_id,
        kind=kind_of(found, target),
        url=_page(found, target),
        title=_title(found),
        description=description,
        creator=creator_of(found),
        upload_date=_day(found),
        taken_at=_moment(found),
        duration=_number(found.get("duration")),
        view_count=_count(found.get("view_count")),
        like_count=_count(found.get("like_count")),
        comment_count=_count(found.get("comment_count")),
        hashtags=hashtags(description, found.get("title")),
        location=_text(found.get("location")),
        chapters=chapters(found.get("chapters")),
    )


def identity(found: Info, target: Target) -> tuple[str, str]:
    """Platform and platform_id: the platform's own id, else the site's with its name, else one made of the address."""
    extractor = str(found.get("extractor_key") or found.get("ie_key") or "Generic")
    own_id = _text(found.get("id"))
    if target.platform != "web":
        return target.platform, own_id or target.platform_id or web_id(target.canonical_url)
    if extractor in _PLATFORMS and own_id:
        return _PLATFORMS[extractor], own_id
    if extractor in _NAMELESS or not own_id:
        return "web", web_id(target.canonical_url)
    return "web", f"{extractor.lower()}_{own_id}"


def web_id(canonical_url: str) -> str:
    """An id for what has none: `<host>_<first 12 hex digits of the address's sha256>`."""
    host = urlsplit(canonical_url).hostname or "web"
    return f"{host}_{hashlib.sha256(canonical_url.encode()).hexdigest()[:12]}"


def kind_of(found: Info, target: Target) -> Kind:
    """The target's kind where it names an item of a platform, else what the streams are."""
    if found.get("media_type") == "short":
        return "short"
    if target.platform != "web" and target.kind in ITEM_KINDS:
        return target.kind
    return "audio" if found.get("vcodec") == "none" else "video"


def _page(found: Info, target: Target) -> str:
    same = target.platform != "web" and found.get("id") == target.platform_id
    page = _text(found.get("webpage_url"))
    return target.canonical_url if same or target.platform == "web" or not page else page


def _title(found: Info) -> str | None:
    title = _text(found.get("title") or found.get("fulltitle"))
    # yt-dlp numbers the videos of a page, even where there is one
    return title.removesuffix(" (1)") if title and found.get("extractor_key") in _NAMELESS else title


def creator_of(found: Info) -> ScrapedCreator | None:
    """Who made it; None where no id or name is told."""
    platform_id = found.get("channel_id") or found.get("uploader_id") or found.get("uploader") or found.get("channel")
    if not platform_id:
        return None
    return ScrapedCreator(
        platform_id=str(platform_id),
        handle=_text(found.get("uploader_id")),
        name=_text(found.get("channel") or found.get("uploader")),
        url=_text(found.get("channel_url") or found.get("uploader_url")),
        follower_count=_count(found.get("channel_follower_count")),
    )


def chapters(told: Any) -> tuple[Chapter, ...]:
    """Chapters in order; those without a start are left out."""
    listed = [one for one in told or () if isinstance(one, Mapping) and _number(one.get("start_time")) is not None]
    return tuple(
        Chapter(start=float(one["start_time"]), end=_number(one.get("end_time")), title=_text(one.get("title")) or "")
        for one in listed
    )


def hashtags(*texts: Any) -> tuple[str, ...]:
    """The hashtags of some texts, without #, each once, in the order in which they come."""
    found = (tag for text in texts if isinstance(text, str) for tag in _HASHTAG.findall(text))
    return tuple(dict.fromkeys(tag for tag in found if not tag.isdigit()))[:HASHTAG_LIMIT]


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:TEXT_LIMIT]


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and abs(value) < LARGEST else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number >= 0 else None


def _day(found: Info) -> str | None:
    day = str(found.get("upload_date") or "")
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if re.fullmatch(r"\d{8}", day) else None


def _moment(found: Info) -> str | None:
    seconds = _number(found.get("timestamp") or found.get("release_timestamp"))
    if seconds is None:
        return f"{_day(found)}T00:00:00.000Z" if _day(found) else None
    try:
        return as_text(datetime.fromtimestamp(seconds, timezone.utc))
    except (OverflowError, OSError, ValueError):
        return None

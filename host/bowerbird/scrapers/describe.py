"""From yt-dlp's info dict to what Bowerbird keeps of an item. Pure; every field may be missing or of the wrong kind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from bowerbird.clock import as_text
from bowerbird.model import ITEM_KINDS, Kind, Target
from bowerbird.scraping import Chapter, ItemFound, ScrapedCreator

Info = Mapping[str, Any]

TEXT_LIMIT = 100_000  # characters; YouTube's longest description has 5,000
HASHTAG_LIMIT = 200
LARGEST = 1e15  # beyond that a count is a mistake, and no database column holds it

# extractors of yt-dlp whose items belong to a platform of ours, wherever they were found embedded
_PLATFORMS = {"Youtube": "youtube", "TikTok": "tiktok", "Instagram": "instagram"}
# where their creators' handles are, unless in `uploader_id`, which is a number there (yt_dlp/extractor/tiktok.py)
_HANDLES = {"TikTok": "uploader"}
_NAMELESS = frozenset(("Generic", "HTML5MediaEmbed", "GenericEmbed"))
_HASHTAG = re.compile(r"(?<![\w/#&])#(\w+)")


def describe(found: Info, target: Target) -> ItemFound:
    """The item that an info dict tells of."""
    platform, platform_id = identity(found, target)
    description = text_of(found.get("description"))
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
        duration=number_of(found.get("duration")),
        view_count=count_of(found.get("view_count")),
        like_count=count_of(found.get("like_count")),
        comment_count=count_of(found.get("comment_count")),
        hashtags=hashtags(description, found.get("title")),
        location=text_of(found.get("location")),
        chapters=chapters(found.get("chapters")),
    )


def identity(found: Info, target: Target) -> tuple[str, str]:
    """Platform and platform_id: the platform's own id, else the site's with its name, else one made of the address."""
    extractor = text_of(found.get("extractor_key")) or text_of(found.get("ie_key")) or "Generic"
    own_id = text_of(found.get("id"))
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
    page = text_of(found.get("webpage_url"))
    return target.canonical_url if same or target.platform == "web" or not page else page


def _title(found: Info) -> str | None:
    title = text_of(found.get("title") or found.get("fulltitle"))
    # yt-dlp numbers the videos of a page, even where there is one
    return title.removesuffix(" (1)") if title and text_of(found.get("extractor_key")) in _NAMELESS else title


def creator_of(found: Info) -> ScrapedCreator | None:
    """Who made it; None where no id or name is told."""
    names = (found.get(key) for key in ("channel_id", "uploader_id", "uploader", "channel"))
    # some sites number their creators
    platform_id = next((text for name in names if (text := text_of(str(name) if type(name) is int else name))), None)
    if not platform_id:
        return None
    return ScrapedCreator(
        platform_id=platform_id,
        handle=text_of(found.get(_HANDLES.get(str(found.get("extractor_key")), "uploader_id"))),
        name=text_of(found.get("channel") or found.get("uploader")),
        url=text_of(found.get("channel_url") or found.get("uploader_url")),
        follower_count=count_of(found.get("channel_follower_count")),
    )


def chapters(told: Any) -> tuple[Chapter, ...]:
    """Chapters in order; those without a start are left out."""
    rows = told if isinstance(told, list | tuple) else ()
    listed = [one for one in rows if isinstance(one, Mapping) and number_of(one.get("start_time")) is not None]
    return tuple(
        Chapter(
            start=float(one["start_time"]), end=number_of(one.get("end_time")), title=text_of(one.get("title")) or ""
        )
        for one in listed
    )


def hashtags(*texts: Any) -> tuple[str, ...]:
    """The hashtags of some texts, without #, each once, in the order in which they come."""
    found = (tag for text in texts if isinstance(text, str) for tag in _HASHTAG.findall(text))
    return tuple(dict.fromkeys(tag for tag in found if not tag.isdigit()))[:HASHTAG_LIMIT]


def text_of(value: Any) -> str | None:
    """A text that can be sent and stored; None for what is none, or has nothing to read."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:TEXT_LIMIT]


def number_of(value: Any) -> float | None:
    """A number below LARGEST; None for everything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < LARGEST else None


def count_of(value: Any) -> int | None:
    """A whole number from 0 on; None for everything else."""
    number = number_of(value)
    return int(number) if number is not None and number >= 0 else None


def _day(found: Info) -> str | None:
    day = str(found.get("upload_date") or "")
    if not re.fullmatch(r"[0-9]{8}", day):
        return None
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])).isoformat()
    except ValueError:
        return None


def _moment(found: Info) -> str | None:
    seconds = number_of(found.get("timestamp") or found.get("release_timestamp"))
    if seconds is None:
        return f"{_day(found)}T00:00:00.000Z" if _day(found) else None
    try:
        return as_text(datetime.fromtimestamp(seconds, timezone.utc))
    except (OverflowError, OSError, ValueError):
        return None

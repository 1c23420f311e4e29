"""From what libraries tell of comments to what is kept of them. Pure; every field may be missing or hostile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from bowerbird.clock import as_text
from bowerbird.scrapers.describe import count_of, number_of, text_of
from bowerbird.scraping import Comment, CommentsFound

Told = Mapping[str, Any]

LONGEST = 20_000  # characters of one comment; YouTube takes 10,000, Instagram 2,200
LONGEST_NAME = 200
AT_ONCE = 50  # in one event: a line to the worker stays small whatever the comments hold


def of_yt_dlp(told: Any) -> Iterator[CommentsFound]:
    """The `comments` of an info dict, as yt-dlp's extractor/common.py documents them; `root` is no parent."""
    yield from events(_of_yt_dlp(one) for one in told or () if isinstance(one, Mapping))


def of_instagram(threads: Iterable[Told]) -> Iterator[CommentsFound]:
    """Comments with their `answers`, as they stand in metadata.json: each answer comes behind its comment."""
    yield from events(one for thread in threads for one in _thread(thread))


def events(found: Iterable[Comment | None]) -> Iterator[CommentsFound]:
    """Comments in their order, a few at once; what has neither an id nor words is left out."""
    rest = iter(one for one in found if one is not None)
    while page := tuple(islice(rest, AT_ONCE)):
        yield CommentsFound(page)


def comment(
    platform_id: Any, text: Any, *, author: Any, parent: Any = None, likes: Any = None, seconds: Any = None
) -> Comment | None:
    """One comment; None where it can't be told from others, or says nothing. `seconds` since 1970."""
    own_id, words = _short(platform_id), text_of(text)
    if not own_id or not words:
        return None
    return Comment(
        platform_id=own_id,
        parent_id=_short(parent),
        author=_short(author),
        text=words[:LONGEST],
        like_count=count_of(likes),
        written_at=_moment(seconds),
    )


def _of_yt_dlp(told: Told) -> Comment | None:
    parent = told.get("parent")
    return comment(
        told.get("id"), told.get("text"), author=told.get("author"), parent=None if parent == "root" else parent,
        likes=told.get("like_count"), seconds=told.get("timestamp"),
    )  # fmt: skip


def _thread(thread: Told) -> Iterator[Comment | None]:
    yield _of_instagram(thread, None)
    for answer in thread.get("answers") or ():
        yield _of_instagram(answer, thread.get("id"))


def _of_instagram(told: Told, parent: Any) -> Comment | None:
    return comment(
        told.get("id"), told.get("text"), author=told.get("author"), parent=parent, likes=told.get("like_count"),
        seconds=_seconds(told.get("created_at")),
    )  # fmt: skip


def _seconds(moment: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(moment).removesuffix("Z")).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def _short(value: Any) -> str | None:
    text = text_of(str(value) if type(value) is int else value)
    return text[:LONGEST_NAME] if text else None


def _moment(seconds: Any) -> str | None:
    number = number_of(seconds)
    try:
        return as_text(datetime.fromtimestamp(number, timezone.utc)) if number else None
    except (OverflowError, OSError, ValueError):
        return None

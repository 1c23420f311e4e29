"""Members of playlists, channels and other lists, page by page, in the order of the platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from bowerbird.errors import JOB_ADVICE, JobError
from bowerbird.model import ErrorReport
from bowerbird.scrapers.describe import count_of, creator_of, number_of, text_of
from bowerbird.scraping import Assignment, ListPage, Member

Found = Mapping[str, Any]

PAGE = 100  # members of one event
LIST_TYPES = frozenset(("playlist", "multi_video"))

# titles that YouTube gives to members that can't be had
_DEAD = {
    "[private video]": "private",
    "[deleted video]": "gone",
    "[unavailable video]": "gone",
}


def is_list(found: Found) -> bool:
    """Whether a result of yt-dlp has members."""
    return found.get("_type") in LIST_TYPES


def pages_of(found: Found, assignment: Assignment) -> Iterator[ListPage]:
    """The members from the assignment's cursor on, until `max_items` from the start of the list, or the end.

    The cursor counts members. yt-dlp walks a list from its start, so going on costs the requests for the pages before.
    Raises JobError `not_supported` for a page on which it finds a list of no videos: there may be pictures on it.
    """
    start = int(assignment.cursor or 0)
    last = assignment.max_items
    entries = islice(entries_of(found), start, None if last is None else max(start, last) + 1)
    members: Iterator[Member] = (_member(entry) for entry in entries)
    seen = start
    while True:
        wanted = PAGE if last is None else min(PAGE, last - seen)
        batch = tuple(islice(members, max(0, wanted)))
        seen += len(batch)
        more = next(members, None)
        if not seen and more is None and not assignment.target.is_list:
            raise JobError("not_supported", detail="a page with a list of no videos")
        yield ListPage(
            members=batch,
            cursor=None if more is None else str(seen),
            title=text_of(found.get("title")),
            total=count_of(found.get("playlist_count")),
            kind="playlist" if assignment.target.platform == "web" else None,
            creator=creator_of(found),
        )
        if more is None or (last is not None and seen >= last):
            return
        members = _again(more, members)


def _again(first: Member, rest: Iterable[Member]) -> Iterator[Member]:
    yield first
    yield from rest


def single_page(url: str, title: Any = None) -> ListPage:
    """A list target that turned out to be one item."""
    return ListPage(members=(Member(url=str(text_of(url)), title=text_of(title)),), cursor=None)


def entries_of(found: Found) -> Iterator[Found]:
    """All entries of a list; a channel's tabs (videos, streams, shorts) come one after the other."""
    for entry in found.get("entries") or ():
        if not isinstance(entry, Mapping):
            continue
        if is_list(entry):
            yield from entries_of(entry)
        elif address_of(entry):
            yield entry


def address_of(entry: Found) -> str | None:
    """A web address at which an entry can be had by itself; a page with several videos only has those of the media."""
    direct = [one.get("url") for one in entry.get("formats") or () if isinstance(one, Mapping)]
    candidates = [entry.get("url"), *reversed(direct), entry.get("webpage_url")]
    return next((str(one) for one in candidates if str(one).startswith(("http://", "https://"))), None)


def _member(entry: Found) -> Member:
    title = entry.get("title")
    code = _DEAD.get(str(title).lower())
    return Member(
        url=str(text_of(address_of(entry))),
        title=None if code else text_of(title),
        duration=number_of(entry.get("duration")),
        error=_report(code) if code else None,
    )


def _report(code: str) -> ErrorReport:
    advice = JOB_ADVICE[code]
    return ErrorReport(code=code, message=advice.message, hint=advice.hint)

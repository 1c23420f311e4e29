"""A list whose members become jobs of their own: a TikTok profile, a board, the highlights of a person.

The program's own walk through such a list would ask for each member once more; its first answers name them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from bowerbird.model import Target
from bowerbird.scrapers.gallery import describe
from bowerbird.scrapers.gallery.conversation import Conversation
from bowerbird.scrapers.gallery.lines import Asked, PageEnded
from bowerbird.scrapers.gallery.pages import Answer
from bowerbird.scrapers.gallery.targets import Plan
from bowerbird.scrapers.instagram import describe as instagram
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, ListPage, Member, ScrapedCreator, ScraperEvent

PAGE = 100  # members of one event
_PREFIX = "gallery_dl:"

Node = Mapping[str, Any]


class Found(NamedTuple):
    """What one answer says of a list: members, its creator, and whether it is all there is."""

    members: tuple[Member, ...] = ()
    creator: ScrapedCreator | None = None
    is_all: bool = False


def members(
    assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report
) -> Iterator[ScraperEvent]:
    """All members, in the order of the list. The cursor counts them: going on costs the requests for the list again."""
    found = _walk(assignment, conversation, address)
    every = tuple({one.url: one for part in found for one in part.members}.values())
    creator = next((part.creator for part in found if part.creator), None)
    if not found or (not every and not any(part.is_all for part in found)):
        failure = conversation.failure() or conversation.refusal()
        if failure:
            raise failure
    start = _start(assignment)
    end = len(every) if assignment.max_items is None else min(len(every), start + assignment.max_items)
    for at in range(start, max(end, start + 1), PAGE):
        upto = min(at + PAGE, end)
        yield ListPage(
            members=every[at:upto],
            cursor=f"{_PREFIX}{upto}" if upto < len(every) else None,
            title=describe.list_title(assignment.target) or _title(assignment.target, creator),
            total=len(every),
            creator=creator,
        )


def _walk(assignment: Assignment, conversation: Conversation, address: str) -> list[Found]:
    read = _READERS[assignment.target.platform]
    found: list[Found] = []
    with closing(conversation.hear(address)) as messages:
        for message in messages:
            if isinstance(message, Answer):
                found += filter(None, (read(message, assignment.target),))
                if found and found[-1].is_all:
                    return found
            elif isinstance(message, Asked | PageEnded):
                conversation.reply(wanted=True)
    failure = conversation.failure()
    if failure:
        # half a list would pass for a whole one
        raise failure
    return found


def _start(assignment: Assignment) -> int:
    place = (assignment.cursor or "").removeprefix(_PREFIX)
    return int(place) if place.isdigit() else 0


def _title(target: Target, creator: ScrapedCreator | None) -> str | None:
    if target.platform == "tiktok" and creator and creator.handle:
        return f"@{creator.handle}"
    return f"/{target.platform_id}/" if target.platform == "4chan" else None


def _tiktok(answer: Answer, target: Target) -> Found | None:
    listed = answer.json.get("itemList") if isinstance(answer.json, dict) else None
    if not isinstance(listed, list):
        return None
    posts = [describe.tiktok_post(one, target) for one in listed if isinstance(one, dict)]
    own = posts[0].creator if posts and target.kind == "profile" else None
    return Found(tuple(Member(url=one.url, title=one.title, duration=one.duration) for one in posts), own)


def _board(answer: Answer, target: Target) -> Found | None:
    pages = answer.json
    if not isinstance(pages, list):
        return None
    numbers = [thread.get("no") for page in pages for thread in page.get("threads", ())]
    root = target.canonical_url.rstrip("/")
    return Found(tuple(Member(url=f"{root}/thread/{one}") for one in numbers if isinstance(one, int)), is_all=True)


def _highlights(answer: Answer, target: Target) -> Found | None:
    tray = (answer.json.get("data") or {}).get("highlights") if isinstance(answer.json, dict) else None
    if not isinstance(tray, dict):
        return None
    nodes = [edge.get("node") or {} for edge in tray.get("edges") or ()]
    owner = next((found for one in nodes if (found := instagram.creator_of(one.get("user")))), None)
    return Found(tuple(filter(None, map(_highlight, nodes))), owner, is_all=True)


def _highlight(node: Node) -> Member | None:
    number = str(node.get("id") or "").removeprefix("highlight:")
    if not number.isdigit():
        return None
    return Member(
        url=f"https://www.instagram.com/stories/highlights/{number}/", title=describe.text_of(node.get("title"))
    )


_READERS: dict[str, Callable[[Answer, Target], Found | None]] = {
    "tiktok": _tiktok,
    "4chan": _board,
    "instagram": _highlights,
}

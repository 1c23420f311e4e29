"""A list whose posts are filed as they come: the program asks before it fetches a post, and waits after each page.

The cursor names a page. What was filed of it is skipped when it is asked again, so nothing is lost and nothing double.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bowerbird.errors import JOB_ADVICE, JobError
from bowerbird.model import ErrorReport
from bowerbird.scrapers.gallery import describe
from bowerbird.scrapers.gallery.conversation import Conversation, Heard, NextPage, Spent
from bowerbird.scrapers.gallery.lines import Asked, Metadata, Told
from bowerbird.scrapers.gallery.pages import Answer, nodes_of
from bowerbird.scrapers.gallery.posts import Post, events_of, is_preview
from bowerbird.scrapers.gallery.targets import Plan
from bowerbird.scrapers.instagram import describe as instagram
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import (
    Assignment,
    CreatorFound,
    ItemDone,
    ItemFound,
    ListPage,
    Operation,
    ScrapedCreator,
    ScraperEvent,
    Skipped,
)

IN_A_ROW = 3  # posts that fail alike: then it is not the posts
SITE = "https://www.instagram.com"

_PREFIX = "gallery_dl:"  # a cursor of another scraper leads nowhere here
_MORE = re.compile(rb'"(?:more_available|has_next_page)": ?true')
# may be the platform's or the connection's fault, which shows at the next post
_MAYBE_ALL = frozenset(("network", "timeout", "incomplete"))
_MISSING = JobError(
    "gone",
    "Instagram no longer shows this post: it was deleted, or its owner does not let you see it.",
    "Look for a copy in the Web Archive, or ask its owner for access.",
)

Events = Iterator[ScraperEvent]


def posts(assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report) -> Events:
    """A profile, reels, tagged or saved posts, a collection."""
    yield from Stream(assignment, conversation, report).events(address)


def stories(assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report) -> Events:
    """The stories of a person, or a highlight: each picture or video is an item of its own."""
    yield from StoryStream(assignment, conversation, report).events(address)


def start_of(assignment: Assignment) -> str | None:
    """What leads to the page at which a list goes on; None for its start."""
    cursor = assignment.cursor or ""
    return cursor.removeprefix(_PREFIX) or None if cursor.startswith(_PREFIX) else None


class Stream:
    """One attempt's way through a list."""

    def __init__(self, assignment: Assignment, conversation: Conversation, report: Report) -> None:
        self._assignment = assignment
        self._conversation = conversation
        self._report = report
        self._folder = Path(assignment.folder)
        self._cursor = start_of(assignment)
        self._next: str | None = None
        self._post: Post | None = None
        self._nodes: dict[str, Metadata] = {}
        self._on_page: set[str] = set()
        self._archived: set[str] = set()
        self._asked: set[str] = set()
        self._new = 0
        self._seen = 0
        self._listed = False
        self._title: str | None = describe.list_title(assignment.target)
        self._total: int | None = None
        self._creator: ScrapedCreator | None = None
        self._doubtful: list[Skipped] = []

    def events(self, address: str) -> Events:
        """The events of all posts that are new; ends early at the limit, with the cursor at the page it is on."""
        yield self._page()
        with closing(self._conversation.hear(address)) as messages:
            for message in messages:
                yield from self._act(message)
                if self._limit_is_reached() or self._is_known():
                    yield from self._ended_early()
                    return
        yield from self._finished()
        self._refuse()
        yield from self._cleared()
        yield self._page(is_last=True)

    def _act(self, message: Heard) -> Events:
        if isinstance(message, Answer):
            self._take_answer(message)
        elif isinstance(message, NextPage):
            self._next = message.cursor
        elif isinstance(message, Told):
            yield from self._take(message)
        elif isinstance(message, Asked):
            yield from self._ask(message)
        else:
            yield from self._turn(is_page=not isinstance(message, Spent))

    def _ended_early(self) -> Events:
        yield from self._cleared()
        if self._is_known():
            yield self._page(is_last=True)

    def _refuse(self) -> None:
        failure = self._conversation.failure()
        if failure is None and not self._seen:
            failure = self._conversation.refusal()
        if failure is None:
            return
        if failure.code in ("gone", "private") and self._seen:
            raise JobError(
                "scraper_outdated", "gallery-dl stops at a post of this list that is gone.", detail=failure.detail
            )
        raise failure

    def _page(self, is_last: bool = False) -> ListPage:
        return ListPage(
            members=(),
            cursor=None if is_last else self._place,
            title=self._title,
            total=self._total,
            creator=self._creator,
        )

    @property
    def _place(self) -> str:
        return f"{_PREFIX}{self._cursor or ''}"

    def _take_answer(self, answer: Answer) -> None:
        nodes = {self._id_of(node): node for node in self._entries_of(answer)}
        if not nodes:
            return
        self._nodes |= nodes
        keys = {key_of(one) for one in nodes} - self._asked
        self._on_page |= keys
        self._ask_archive(keys)
        new = len(keys - self._archived)
        if self._listed or len(nodes) == 1:
            return
        self._listed = True
        at_least = "At least " if _MORE.search(answer.body) else ""
        self._report(Operation(f"{at_least}{new} new post{'' if new == 1 else 's'}"))

    def _entries_of(self, answer: Answer) -> Iterator[Metadata]:
        return nodes_of(answer)

    def _id_of(self, node: Metadata) -> str:
        return str(node.get("code") or "")

    def _ask_archive(self, keys: set[str]) -> None:
        self._archived |= self._report.which_archived(sorted(keys))
        self._asked |= keys

    def _is_wanted(self, platform_id: str) -> bool:
        key = key_of(platform_id)
        if key not in self._asked:
            self._ask_archive({key})
        return key not in self._archived

    def _ask(self, message: Asked) -> Events:
        yield from self._finished()
        self._seen += 1
        self._reply(message.key)

    def _reply(self, key: str) -> None:
        # whoever is at the limit leaves, and says nothing
        if not self._limit_is_reached():
            self._conversation.reply(self._is_wanted(key))

    def _take(self, message: Told) -> Events:
        if message.event == "post":
            yield from self._begin(message.metadata)
        elif self._post:
            failure = self._conversation.file_failure() if message.event == "failed" else None
            self._post.take(message.metadata, failure)

    def _begin(self, told: Metadata) -> Events:
        self._post = Post(told)
        self._report(Operation(f"Fetching {self._name(told)}"))
        yield from self._owner(told)

    def _name(self, told: Metadata) -> str:
        return instagram.title_of(str(told.get("description") or "")) or str(told.get("post_shortcode") or "a post")

    def _owner(self, told: Metadata) -> Events:
        """Whose list it is, once the first post tells."""
        if self._creator or self._assignment.target.kind not in describe.LISTS_OF_PEOPLE:
            return
        person = told.get("user") or {}
        self._creator = instagram.creator_of(person)
        if self._creator is None:
            return
        self._title = self._title or self._creator.name or self._creator.handle
        self._total = instagram.post_count(person) if self._assignment.target.kind == "profile" else None
        yield CreatorFound(self._creator)
        yield self._page()

    def _turn(self, is_page: bool) -> Events:
        """The program is about to ask for the next page, or for something else with no requests left."""
        yield from self._finished()
        if is_page:
            yield from self._next_page()
        if self._conversation.spent:
            raise _budget_is_spent()
        if is_page and not self._limit_is_reached():
            self._conversation.reply(wanted=True)

    def _next_page(self) -> Events:
        self._cursor, self._next = self._next or self._cursor, None
        self._nodes, self._on_page = {}, set()
        yield self._page()

    def _is_known(self) -> bool:
        """Everything behind a page of archived posts was seen by a run that came to the end."""
        return self._assignment.newest_only and bool(self._on_page) and self._on_page <= self._archived

    def _limit_is_reached(self) -> bool:
        most = self._assignment.max_items
        return most is not None and self._new >= most

    def _finished(self) -> Events:
        """The post that was begun is whole, or can't be had."""
        post, self._post = self._post, None
        if post is None:
            return
        try:
            # whole or not at all: what can't be ended must not be seen
            events = self._events_of(post)
        except JobError as error:
            yield from self._missed(post, error)
            return
        yield from self._cleared()
        yield from events
        yield ItemDone(cursor=self._place)
        self._new += 1

    def _events_of(self, post: Post) -> list[ScraperEvent]:
        if post.expected == 0:
            raise _MISSING
        item, about = self._described(post)
        ready = post.ready(self._folder) if self._assignment.media else []
        return events_of(item, ready, about, self._folder)

    def _described(self, post: Post) -> tuple[ItemFound, Metadata]:
        node = self._nodes.get(str(post.told.get("post_shortcode")))
        item = describe.instagram_post(post.told, node, self._assignment.target)
        return item, describe.about_instagram(item, node or post.told)

    def _missed(self, post: Post, error: JobError) -> Events:
        skipped = Skipped(
            url=str(post.told.get("post_url") or self._assignment.target.canonical_url),
            error=ErrorReport(code=error.code, message=error.message, hint=error.hint),
            title=instagram.title_of(str(post.told.get("description") or "")),
            cursor=self._place,
        )
        if error.code in _MAYBE_ALL:
            self._doubtful.append(skipped)
            if len(self._doubtful) >= IN_A_ROW:
                raise error
            return
        if not JOB_ADVICE[error.code].skips:
            raise error
        yield from self._cleared()
        yield skipped

    def _cleared(self) -> Events:
        """What was in doubt lay with the posts: they are skipped."""
        doubtful, self._doubtful = self._doubtful, []
        yield from doubtful


class StoryStream(Stream):
    """The program tells of a story as one post; each of its files is an item here."""

    def _id_of(self, node: Metadata) -> str:
        return str(node.get("pk") or "")

    def _ask(self, message: Asked) -> Events:
        # the still picture of a video belongs to the video
        if message.key.endswith("p"):
            self._reply(message.key)
        else:
            yield from super()._ask(message)

    def _take(self, message: Told) -> Events:
        if message.event == "post":
            self._title = self._title or self._title_of(message.metadata)
            yield from self._owner(message.metadata)
            return
        if not is_preview(message.metadata):
            self._post = Post(message.metadata)
        yield from super()._take(message)

    def _title_of(self, told: Metadata) -> str | None:
        if self._assignment.target.kind == "highlight":
            title = told.get("highlight_title")
            return str(title) if title else None
        return f"Stories of {told.get('username')}"

    def _described(self, post: Post) -> tuple[ItemFound, Metadata]:
        node = self._nodes.get(str(post.told.get("media_id")))
        item = describe.instagram_story(post.told, node)
        return item, describe.about_instagram(item, node or post.told)


def key_of(platform_id: str) -> str:
    """The archive's key of what the program asks about."""
    is_preview_of_story = platform_id[:-1].isdigit() and platform_id.endswith("p")
    return f"instagram:{platform_id[:-1] if is_preview_of_story else platform_id}"


def _budget_is_spent() -> JobError:
    return JobError(
        "rate_limited", "The hourly budget of requests to Instagram is used up, so that the account stays safe."
    )

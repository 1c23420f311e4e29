"""One item: a post, one picture or video of a story, or a page with all its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bowerbird.errors import JobError
from bowerbird.model import Kind
from bowerbird.scrapers.gallery import describe
from bowerbird.scrapers.gallery.conversation import Conversation
from bowerbird.scrapers.gallery.lines import Asked, Metadata, PageEnded, Told
from bowerbird.scrapers.gallery.pages import Answer, nodes_of
from bowerbird.scrapers.gallery.posts import Post, events_of
from bowerbird.scrapers.gallery.targets import Plan
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, FileReady, ItemFound, Noted, Operation, ScraperEvent

MOST_FILES = 1000  # of one page
_KINDS: dict[str, Kind] = {"image": "image", "video": "video", "audio": "audio"}

Events = Iterator[ScraperEvent]
Node = Mapping[str, Any]


class Heard:
    """What was heard of one item in a run."""

    def __init__(self, kept: Mapping[str, int]) -> None:
        self.told: list[Metadata] = []
        self.nodes: list[Node] = []
        self.thread: Node | None = None
        self.post = Post({}, kept)

    def answered(self, answer: Answer) -> None:
        """Keep what the platform said of the item itself."""
        self.nodes += nodes_of(answer)
        board = answer.json if answer.body[:1] == b"{" else None
        if isinstance(board, dict) and isinstance(board.get("posts"), list):
            self.thread = board


def post(assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report) -> Events:
    """A post of Instagram or TikTok."""
    heard = _heard(assignment, conversation, address, report)
    told = heard.told[0]
    if assignment.target.platform == "tiktok":
        yield from _events(describe.tiktok_post(told, assignment.target), heard, assignment, told)
        return
    node = next((one for one in heard.nodes if one.get("code") == told.get("post_shortcode")), None)
    found = describe.instagram_post(told, node, assignment.target)
    yield from _events(found, heard, assignment, describe.about_instagram(found, node or told))


def story(assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report) -> Events:
    """One picture or video of a story."""
    heard = _heard(assignment, conversation, address, report)
    told = heard.post.of_files[0] if heard.post.of_files else heard.told[0]
    node = describe.node_of_story(heard.nodes, told)
    found = describe.instagram_story(told, node)
    yield from _events(found, heard, assignment, describe.about_instagram(found, node or told))


def page(assignment: Assignment, plan: Plan, conversation: Conversation, address: str, report: Report) -> Events:
    """A thread, or a page of any other site that gallery-dl knows; all its files are one item."""
    heard = _heard(assignment, conversation, address, report)
    ready = _ready(heard, assignment)
    kind = _kind(heard, ready, assignment)
    found = describe.page([*heard.told, *heard.post.of_files], heard.thread, kind, assignment.target)
    about = {"posts": describe.posts_of(heard.thread, heard.told, heard.post.of_files)}
    yield from events_of(found, ready, about, Path(assignment.folder))


def _heard(assignment: Assignment, conversation: Conversation, address: str, report: Report) -> Heard:
    """Listen to a run until its end. Raises JobError where it found nothing."""
    heard = Heard(_kept(assignment))
    with closing(conversation.hear(address)) as messages:
        for message in messages:
            if isinstance(message, Answer):
                heard.answered(message)
            elif isinstance(message, Told):
                _take(heard, message, conversation)
                _refuse_too_much(heard, assignment)
                report(Operation(f"Fetching file {heard.post.expected + 1}"))
            elif isinstance(message, Asked | PageEnded):
                conversation.reply(wanted=True)
    failure = conversation.failure()
    if failure and not _is_saved_all_the_same(heard, failure):
        raise failure
    refusal = None if heard.post.expected else conversation.refusal()
    if refusal:
        raise refusal
    if not heard.told:
        raise JobError("not_supported", "gallery-dl finds nothing to keep there.")
    return heard


def _kept(assignment: Assignment) -> dict[str, int]:
    """The files that are archived; the program passes over what lies in its folder."""
    for name, _ in assignment.kept:
        # a name is the program's own, of an earlier run
        (Path(assignment.folder) / Path(name).name).touch()
    return dict(assignment.kept)


def _take(heard: Heard, message: Told, conversation: Conversation) -> None:
    if message.event == "post":
        heard.told.append(message.metadata)
        return
    failure = conversation.file_failure() if message.event == "failed" else None
    heard.post.take(message.metadata, failure)


def _is_saved_all_the_same(heard: Heard, failure: JobError) -> bool:
    # one post of a forum's thread links to a site that answers nobody: the thread is there
    return failure.code in ("gone", "not_supported") and bool(heard.post.of_files)


def _refuse_too_much(heard: Heard, assignment: Assignment) -> None:
    if heard.post.expected > MOST_FILES:
        raise JobError("too_large", f"This page has more than {MOST_FILES:,} files.")
    if assignment.max_bytes is not None and heard.post.size > assignment.max_bytes:
        raise JobError("too_large")


def _events(found: ItemFound, heard: Heard, assignment: Assignment, about: Node) -> Events:
    yield from events_of(found, _ready(heard, assignment), about, Path(assignment.folder))


def _ready(heard: Heard, assignment: Assignment) -> list[FileReady | Noted]:
    if not assignment.media:
        return []
    ready = heard.post.ready(Path(assignment.folder))
    # where nothing is new all of its files are archived
    if not (ready or heard.post.expected or heard.thread or assignment.target.kind == "thread"):
        raise JobError("gone", "There is no picture or video in it any more.")
    return ready


def _kind(heard: Heard, ready: list[FileReady | Noted], assignment: Assignment) -> Kind:
    if assignment.target.kind == "thread" or heard.thread or any("thread" in one for one in heard.told):
        return "thread"
    files = [one for one in ready if isinstance(one, FileReady)]
    return _KINDS.get(files[0].file_type, "post") if len(files) == 1 else "post"

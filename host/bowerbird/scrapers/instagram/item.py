"""One post or story: what it is, its files in order, its comments, and metadata.json; all in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from instaloader import BadResponseException, Post, get_json_structure

from bowerbird.errors import JobError
from bowerbird.scrapers import comments as kept_comments
from bowerbird.scrapers import media
from bowerbird.scrapers.clean import write_metadata
from bowerbird.scrapers.instagram import describe, refusals
from bowerbird.scrapers.instagram.fetch import Fetcher, Piece, StaleAddressError
from bowerbird.scrapers.instagram.library import Library
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Assignment, FileReady, ItemFound, Noted, Operation, ScrapedCreator, ScraperEvent

COMMENTS = 1000  # of one post, answers not counted
_ONE_FILE_LESS = frozenset(("gone", "unsafe_file"))  # the item's other files stay


class NoSuchPostError(JobError):
    """The platform's answer to the query for a post is that there is none: gone, or none that this viewer may see."""

    def __init__(self) -> None:
        super().__init__("gone", "Instagram says that this post is no longer there.")


class Attempt:
    """What every item of one assignment needs."""

    def __init__(self, assignment: Assignment, report: Report, library: Library) -> None:
        self.assignment = assignment
        self.report = report
        self.library = library
        self.fetcher = Fetcher(library.cdn, assignment, report)

    def forget(self, platform_id: str) -> None:
        """Remove what was fetched of an item that can't be had as a whole."""
        shutil.rmtree(Path(self.assignment.folder, platform_id), ignore_errors=True)

    def post(self, shortcode: str) -> Any:
        """A post by its shortcode: one request. Raises JobError as `made` does."""
        return self.made(lambda: Post.from_shortcode(self.library.context, shortcode))

    def made(self, make: Callable[[], Any]) -> Any:
        """A post that may cost a request. Raises NoSuchPostError, or JobError `scraper_outdated` for another shape."""
        try:
            return make()
        except BadResponseException as error:
            if self.library.context.knows_no_such_post():
                raise NoSuchPostError from error
            raise refusals.outdated(str(error)) from error


def of_post(post: Any, attempt: Attempt, owner: ScrapedCreator | None = None) -> Iterator[ScraperEvent]:
    """The events of a post, from `ItemFound` to its last file. Raises JobError, or what instaloader raises.

    `owner` says more of whoever posted it, where the list is theirs.
    """
    node = _node_of(post)
    item = describe.describe_post(node, attempt.assignment.target)
    if owner and item.creator and item.creator.platform_id == owner.platform_id:
        item = msgspec.structs.replace(item, creator=owner)
    yield item
    folder = _folder(attempt, item)
    comments = yield from _comments(post, attempt)
    if attempt.assignment.media:
        again = _asked_again(attempt, item.platform_id)
        yield from _files(pieces_of_post(post), folder, attempt, again)
    yield _metadata(_node_of(post), item, folder, comments)


def of_story(story: Any, attempt: Attempt, owner: ScrapedCreator | None) -> Iterator[ScraperEvent]:
    """The events of one picture or video of a story or highlight."""
    node = _node_of(story)
    item = describe.describe_story(node, owner)
    yield item
    folder = _folder(attempt, item)
    if attempt.assignment.media:
        yield from _files(pieces_of_story(story), folder, attempt, _no_other)
    yield _metadata(node, item, folder, None)


def pieces_of_post(post: Any) -> list[Piece]:
    """The files of a post in its order, then its thumbnail where the first of them is a video."""
    shortcode = describe.checked_id(post.shortcode)
    if post.typename == "GraphSidecar":
        nodes = list(post.get_sidecar_nodes())
        urls = [node.video_url or node.display_url for node in nodes]
        still = nodes[0].display_url if nodes and nodes[0].video_url else None
        pieces = [Piece(url, f"{shortcode}_{n}", position=n) for n, url in enumerate(urls, 1) if url]
    else:
        url = post.video_url if post.is_video else post.url
        still = post.url if post.is_video else None
        pieces = [Piece(url, shortcode)] if url else []
    return pieces + ([Piece(still, "thumbnail", thumbnail=True)] if still else [])


def pieces_of_story(story: Any) -> list[Piece]:
    """The file of a story's item, and the thumbnail of a video."""
    name = describe.checked_id(story.mediaid)
    if not story.is_video:
        return [Piece(story.url, name)]
    return [Piece(story.video_url, name), Piece(story.url, "thumbnail", thumbnail=True)]


def _node_of(structure: Any) -> Mapping[str, Any]:
    node: Mapping[str, Any] = get_json_structure(structure)["node"]
    return node


def _folder(attempt: Attempt, item: ItemFound) -> Path:
    # the worker files one item while the next one is fetched: no two share a name
    folder = Path(attempt.assignment.folder, item.platform_id)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _asked_again(attempt: Attempt, shortcode: str) -> Callable[[], list[Piece]]:
    return lambda: pieces_of_post(attempt.post(shortcode))


def _no_other() -> list[Piece]:
    return []


def _files(
    pieces: list[Piece], folder: Path, attempt: Attempt, again: Callable[[], list[Piece]]
) -> Iterator[ScraperEvent]:
    """Fetch all; what alone is missing is noted. Raises JobError where nothing but a thumbnail can be had."""
    if not any(not piece.thumbnail for piece in pieces):
        raise JobError("private", "Instagram names no file of this to the account.")
    missed: list[JobError] = []
    done = 0
    for place, piece in enumerate(pieces):
        attempt.fetcher.share = _share_of(place, len(pieces), attempt)
        try:
            file, pieces[place:] = _file(piece, place, pieces, folder, attempt, again)
        except JobError as error:
            if piece.thumbnail and error.code != "disk_full":
                continue
            if error.code not in _ONE_FILE_LESS:
                raise
            missed.append(error)
            continue
        done += not piece.thumbnail
        yield _below(file, folder)
    if missed and not done:
        raise missed[0]
    if missed:
        yield Noted(f"{len(missed)} of its {len(missed) + done} files can no longer be had from Instagram.")


def _share_of(place: int, count: int, attempt: Attempt) -> Callable[[float], float | None]:
    if attempt.assignment.target.is_list:
        return lambda _: None
    return lambda part: (place + part) / count


def _file(
    piece: Piece, place: int, pieces: list[Piece], folder: Path, attempt: Attempt, again: Callable[[], list[Piece]]
) -> tuple[FileReady, list[Piece]]:
    """Fetch one, with new addresses for it and for the rest where its own has run out."""
    try:
        return attempt.fetcher.fetch(piece, folder), pieces[place:]
    except StaleAddressError:
        fresh = again()
    if len(fresh) != len(pieces):
        raise JobError("gone", "Instagram no longer gives this file.")
    try:
        return attempt.fetcher.fetch(fresh[place], folder), fresh[place:]
    except StaleAddressError as error:
        raise JobError("network", "Instagram gives addresses of files that it does not accept.") from error


def _below(file: FileReady, folder: Path) -> FileReady:
    return msgspec.structs.replace(file, name=f"{folder.name}/{file.name}")


def _comments(post: Any, attempt: Attempt) -> Generator[ScraperEvent, None, list[dict[str, Any]] | None]:
    """Fetch the comments where they were asked for; what this returns is for metadata.json."""
    if not attempt.assignment.comments:
        return None
    if not attempt.library.account:
        yield Noted("Its comments are shown only to people who are signed in to Instagram.")
        return None
    yield Operation("Fetching comments")
    found = [_comment(one) for one in islice(post.get_comments(), COMMENTS)]
    yield from kept_comments.of_instagram(found)
    return found


def _comment(comment: Any) -> dict[str, Any]:
    return {**_words(comment), "answers": [_words(one) for one in comment.answers]}


def _words(comment: Any) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "author": comment.owner.username,
        "text": comment.text,
        "created_at": f"{comment.created_at_utc.isoformat()}Z",
        "like_count": comment.likes_count,
    }


def _metadata(
    node: Mapping[str, Any], item: ItemFound, folder: Path, comments: list[dict[str, Any]] | None
) -> FileReady:
    caption = item.description
    told = {
        "webpage_url": item.url,
        "extractor": "instaloader",
        "hashtags": list(item.hashtags),
        "mentions": describe.mentions(caption),
        "tagged_people": describe.tagged_people(node),
        "node": _without_traces(node),
    }
    if comments is not None:
        told["comments"] = comments
    return _below(media.ready(write_metadata(told, folder), "metadata"), folder)


def _without_traces(value: Any) -> Any:
    """Without what the platform says of whoever looks: tokens that follow them, whether they liked it."""
    if isinstance(value, Mapping):
        return {key: _without_traces(one) for key, one in value.items() if not _is_trace(str(key))}
    return [_without_traces(one) for one in value] if isinstance(value, list) else value


def _is_trace(key: str) -> bool:
    return key.endswith(("_token", "_tokens")) or key.startswith("viewer_") or key in ("has_liked", "has_viewer_saved")

"""What a scraper is told, and what it yields: the frozen values between worker and child, a line of JSON each."""

from __future__ import annotations

import msgspec

from bowerbird.model import ErrorReport, FileType, Kind, Origin, Platform, Quality, Target


class LentSession(msgspec.Struct, frozen=True, kw_only=True):
    """One account's session for one attempt. `cookies` is Netscape text, scoped to the site that they came from.

    `incognito`: it is of a private window, for what was clicked in one.
    """

    platform: Platform
    account: str
    cookies: str
    user_agent: str
    incognito: bool = False

    def __repr__(self) -> str:
        """Names the account; what opens it is in no log."""
        return f"LentSession({self.platform} {self.account})"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a scraper may ask the platform.

    It pauses at random between `delay_min` and `delay_max` seconds before each request, and makes at most `requests`
    of them in this attempt (None: no limit).
    """

    delay_min: float = 0.0
    delay_max: float = 0.0
    requests: int | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True, tag="assignment"):
    """All that a scraper learns about one attempt.

    `folder` is the attempt's own place below `.partial/`, the only one it may write to. `media` is False where only
    metadata and counts are refreshed. `cursor` is what this scraper's last `ListPage` said; `max_items` counts members
    from the start of the list where they become jobs, and new items of this attempt where they are scraped at once.
    `max_bytes` and `free_bytes` limit what is fetched (None: no limit known). With `newest_only` a run before this one
    came to the list's end: it may end at a page that is archived as a whole. `kept` are the files of an item that grows
    which are archived: key and position of each; they need not be fetched again.
    """

    job_id: str
    target: Target
    folder: str
    quality: Quality = "best"
    audio_only: bool = False
    transcripts: tuple[str, ...] = ()
    comments: bool = False
    media: bool = True
    cursor: str | None = None
    max_items: int | None = None
    newest_only: bool = False
    max_bytes: int | None = None
    free_bytes: int | None = None
    session: LentSession | None = None
    pace: Pace = Pace()
    kept: tuple[tuple[str, int], ...] = ()


class SessionCheck(msgspec.Struct, frozen=True, kw_only=True, tag="check_session"):
    """Ask the platform whether a session still holds; the answer is `SessionChecked` and `Finished`, or `Failed`."""

    folder: str
    session: LentSession
    pace: Pace = Pace()


class Archived(msgspec.Struct, frozen=True, tag="archived"):
    """The worker's answer to `WhichArchived`: of these keys the ones that need not be fetched."""

    keys: tuple[str, ...]


class MakeThumbnails(msgspec.Struct, frozen=True, kw_only=True, tag="make_thumbnails"):
    """Make small pictures of the file `source` in `folder`, both absolute; the answer is `ThumbnailsMade`.

    `heights` are those of the pictures, in pixels, the smallest first; none is made larger than what it shows.
    """

    folder: str
    source: str
    heights: tuple[int, ...]


# What the worker writes to a child, one a line.
ToChild = Assignment | SessionCheck | MakeThumbnails | Archived


class ScrapedCreator(msgspec.Struct, frozen=True, kw_only=True):
    """Who made an item, as the platform tells it."""

    platform_id: str
    handle: str | None = None
    name: str | None = None
    url: str | None = None
    biography: str | None = None
    follower_count: int | None = None
    post_count: int | None = None


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A named stretch of a video, in seconds."""

    start: float
    end: float | None = None
    title: str = ""


class Cue(msgspec.Struct, frozen=True, array_like=True):
    """One timed line of a transcript, in seconds."""

    start: float
    duration: float
    text: str


class Operation(msgspec.Struct, frozen=True, tag="operation"):
    """What the scraper does now, in a few words for a person."""

    text: str


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """How far the fetching of this attempt is. `fraction` is 0-1 over all its streams, None where nobody knows."""

    bytes_downloaded: int
    bytes_total: int | None = None
    speed: float | None = None
    eta: float | None = None
    fraction: float | None = None


class ItemFound(msgspec.Struct, frozen=True, kw_only=True, tag="item"):
    """One post or video, as the platform describes it. Comes before its files."""

    platform: Platform
    platform_id: str
    kind: Kind
    url: str
    title: str | None = None
    description: str | None = None
    creator: ScrapedCreator | None = None
    upload_date: str | None = None
    taken_at: str | None = None
    duration: float | None = None
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    hashtags: tuple[str, ...] = ()
    location: str | None = None
    chapters: tuple[Chapter, ...] = ()


class FileReady(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """A whole, checked file below the attempt's folder.

    `name` is relative; `position` counts from 1 where there are several. `key` tells the file from all others of an
    item that grows, such as a thread: see `Assignment.kept`.
    """

    name: str
    file_type: FileType
    size: int
    sha256: str
    position: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    key: str | None = None


class TranscriptReady(msgspec.Struct, frozen=True, kw_only=True, tag="transcript"):
    """All cues of one language."""

    language: str
    origin: Origin
    cues: tuple[Cue, ...]


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote below an item. `parent_id` is that of the comment which it answers.

    `written_at` is a guess where the platform only says how long ago it was, as YouTube does.
    """

    platform_id: str
    parent_id: str | None = None
    author: str | None = None
    text: str
    like_count: int | None = None
    written_at: str | None = None


class CommentsFound(msgspec.Struct, frozen=True, tag="comments"):
    """Some of the item's comments, in the platform's order, answers behind what they answer; more may follow."""

    comments: tuple[Comment, ...]


class Noted(msgspec.Struct, frozen=True, tag="note"):
    """A sentence about the item that a person should see, such as that the platform has no transcript of it."""

    text: str


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a list. `error` is set where the platform already says why it can't be had."""

    url: str
    title: str | None = None
    duration: float | None = None
    error: ErrorReport | None = None


class ListPage(msgspec.Struct, frozen=True, kw_only=True, tag="list"):
    """Some members of a list, in the order of the list, and where to go on. `total` is what the platform claims.

    `cursor` is None after the last page. `kind` corrects the target's kind where the URL did not tell.
    """

    members: tuple[Member, ...]
    cursor: str | None
    title: str | None = None
    total: int | None = None
    kind: Kind | None = None
    creator: ScrapedCreator | None = None


class CreatorFound(msgspec.Struct, frozen=True, tag="creator"):
    """What the platform says of the creator whose list this is; its counts become a snapshot."""

    creator: ScrapedCreator


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform counts of one item now; None where it does not tell."""

    platform_id: str
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None


class CountsFound(msgspec.Struct, frozen=True, tag="counts"):
    """Counts of archived members that a list showed by itself, of the list's own platform."""

    counts: tuple[Counts, ...]


class ItemDone(msgspec.Struct, frozen=True, kw_only=True, tag="item_done"):
    """The item that was begun with `ItemFound` has all its files: it is filed at once, as a member of the list.

    `cursor` is where the list goes on behind it; None keeps the cursor that there is.
    """

    cursor: str | None = None


class Skipped(msgspec.Struct, frozen=True, kw_only=True, tag="skipped"):
    """A member of a list that can't be had: it becomes a failed child with that reason, and the rest goes on."""

    url: str
    error: ErrorReport
    title: str | None = None
    cursor: str | None = None


class WhichArchived(msgspec.Struct, frozen=True, tag="which_archived"):
    """Which of these keys (`platform:platform_id`) are archived? The worker answers with `Archived`."""

    keys: tuple[str, ...]


class Requested(msgspec.Struct, frozen=True, tag="requested"):
    """So many requests went to the platform since this was last said; they count against the account's budget."""

    requests: int


class SessionChecked(msgspec.Struct, frozen=True, kw_only=True, tag="session_checked"):
    """The session holds, and belongs to this account; None where the platform does not tell its name."""

    account: str | None = None


class Thumbnail(msgspec.Struct, frozen=True, array_like=True):
    """One small picture: pixels and bytes. It is `{width}.webp` in the folder."""

    width: int
    height: int
    size: int


class ThumbnailsMade(msgspec.Struct, frozen=True, kw_only=True, tag="thumbnails_made"):
    """Small pictures were made; width and height are those of what they show, `blur` nine colours of it or ''."""

    width: int
    height: int
    thumbnails: tuple[Thumbnail, ...]
    blur: str


class Warned(msgspec.Struct, frozen=True, kw_only=True, tag="warning"):
    """Something a person should know that does not end the attempt."""

    code: str
    message: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The attempt did all that it can."""


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The attempt ends without what was asked. `retry_after` in seconds; `detail` is for the log, redacted."""

    code: str
    message: str
    hint: str = ""
    retry_after: float | None = None
    detail: str = ""


ScraperEvent = (
    Operation | Progress | ItemFound | FileReady | TranscriptReady | Noted | ListPage | Warned | Finished | Failed
    | CommentsFound | CountsFound | CreatorFound | ItemDone | Skipped | WhichArchived | Requested | SessionChecked
    | ThumbnailsMade
)  # fmt: skip

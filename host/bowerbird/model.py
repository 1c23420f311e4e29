"""The frozen values that one part hands to the next. Names are those of GLOSSARY.md; times are UTC ISO 8601."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

Platform = str
Kind = Literal[
    "video", "short", "live", "clip", "audio", "image", "post", "reel", "story", "thread", "file", "page",
    "profile", "reels", "stories", "highlight", "highlights", "tagged", "guide", "saved", "collection", "channel",
    "playlist", "board", "hashtag", "sound", "search",
]  # fmt: skip
# Items to which their site adds files as time goes by.
GROWING_KINDS = frozenset(("thread",))
ITEM_KINDS = frozenset(
    ("video", "short", "live", "clip", "audio", "image", "post", "reel", "story", "thread", "file", "page")
)

Status = Literal["pending", "running", "waiting", "paused", "completed", "cancelled", "failed"]
FINAL_STATUSES = frozenset(("completed", "cancelled", "failed"))
WaitReason = Literal["session", "rate_limit", "disk", "network", "schedule", "confirm"]
Quality = Literal["best", "2160", "1440", "1080", "720", "480"]
Source = str
# What stands for the browser in the greeting of whoever only looks whether the host answers: nothing begins by it.
DOCTOR = "doctor"
FileType = Literal["video", "audio", "image", "thumbnail", "metadata", "transcript", "other"]
Origin = Literal["manual", "automatic", "translated"]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A recognised URL. `url` is as it was given; `platform_id` and `creator` are None where the URL does not tell."""

    url: str
    platform: Platform
    kind: Kind
    platform_id: str | None = None
    creator: str | None = None
    canonical_url: str

    @property
    def is_list(self) -> bool:
        """Whether the work for it is to find members, each of which is a target of its own."""
        return self.kind not in ITEM_KINDS

    @property
    def host(self) -> str:
        """The host at which it is asked for; '' where it names none."""
        return urlsplit(self.canonical_url).hostname or ""


class CaptureOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person may choose for a capture; None means: as in the settings. Nothing else reaches a library.

    `transcripts` holds language codes, `("all",)`, or nothing for no transcripts. `max_items` counts members of a list.
    """

    quality: Quality | None = None
    audio_only: bool = False
    transcripts: tuple[str, ...] | None = None
    max_items: int | None = None
    comments: bool = False
    force: bool = False


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked to keep. `key` was made once by whoever asked; sending it again has no second effect.

    `playback_seconds` is the second of the video at which it was clicked; `incognito`: in a private window.
    """

    key: str
    url: str
    source: Source
    captured_at: str
    page_url: str | None = None
    page_title: str | None = None
    referrer: str | None = None
    selection: str | None = None
    media_type: str | None = None
    playback_seconds: float | None = None
    incognito: bool = False
    options: CaptureOptions = CaptureOptions()


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True):
    """An error as a value: see errors.py for the codes."""

    code: str
    message: str
    hint: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one capture."""

    key: str
    job_id: str | None = None
    status: Literal["queued", "already_queued", "already_saved", "rejected"]
    item_url: str | None = None
    error: ErrorReport | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The job object: the same on the wire, in `--json`, in pages.

    Sizes in bytes, `speed` in bytes a second, `eta` in seconds.

    `progress` is 0-100; `position` is the place in the queue from 1 while pending; `incognito`: it was clicked in a
    private window.
    """

    id: str
    url: str
    platform: Platform
    kind: Kind
    status: Status
    wait_reason: WaitReason | None = None
    title: str | None = None
    progress: float = 0.0
    current_operation: str | None = None
    bytes_downloaded: int | None = None
    bytes_total: int | None = None
    speed: float | None = None
    eta: float | None = None
    items_total: int | None = None
    items_done: int = 0
    items_failed: int = 0
    position: int | None = None
    parent_id: str | None = None
    item_id: int | None = None
    item_url: str | None = None
    thumbnail_url: str | None = None
    error: ErrorReport | None = None
    not_before: str | None = None
    incognito: bool = False
    created_at: str
    updated_at: str
    completed_at: str | None = None


class QueueCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs are in each state; lists and their members count like any other. The same on the wire.

    `is_paused`: the whole queue is, and nothing is begun.
    """

    pending: int = 0
    running: int = 0
    waiting: int = 0
    paused: int = 0
    failed: int = 0
    cancelled: int = 0
    completed: int = 0
    is_paused: bool = False


Level = Literal["debug", "info", "warning", "error"]
Component = Literal["host", "worker", "scraper", "site", "queue"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log: what happened, who says so, and the job that it is about, if any. `code` is stable."""

    id: int
    at: str
    level: Level
    component: Component
    code: str
    message: str
    hint: str | None = None
    job_id: str | None = None


def options_json(options: CaptureOptions) -> str:
    """Options as they are stored in a row."""
    return msgspec.json.encode(options).decode()


def options_from(text: str | None) -> CaptureOptions:
    """Options as they were stored; unknown or absent ones are the defaults."""
    return msgspec.json.decode(text, type=CaptureOptions) if text else CaptureOptions()


def to_builtins(value: Any) -> Any:
    """Any of these values as plain dicts and lists, ready for JSON."""
    return msgspec.to_builtins(value)

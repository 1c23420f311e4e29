"""What an attempt collects from its scraper's events, and the few ways in which it can end."""

from __future__ import annotations

import msgspec

from bowerbird.scraping import Comment, Failed, FileReady, ItemFound, TranscriptReady


class Collected:
    """What one attempt has found so far."""

    def __init__(self) -> None:
        self.item: ItemFound | None = None
        self.files: list[FileReady] = []
        self.transcripts: list[TranscriptReady] = []
        self.comments: list[Comment] = []
        self.notes: list[str] = []
        self.listed = False
        # Where the list goes on, as its scraper last told.
        self.cursor: str | None = None

    def next_item(self) -> None:
        """Forget the item that is done with."""
        self.item, self.files, self.transcripts, self.comments, self.notes = None, [], [], [], []


class Done(msgspec.Struct, frozen=True):
    """Everything is filed; `item_id` is None where the target had no item."""

    item_id: int | None


class Listed(msgspec.Struct, frozen=True):
    """The members of a list are child jobs now."""


class Cancelled(msgspec.Struct, frozen=True):
    """The person ended it."""


class Paused(msgspec.Struct, frozen=True):
    """The person paused it; it goes on where it was."""


class GivenBack(msgspec.Struct, frozen=True):
    """The worker ends; the job is pending again."""


class Rested(msgspec.Struct, frozen=True):
    """Nothing may be asked before that time, because of our own budget or what the platform asked for before."""

    until: str


class NeedsSession(msgspec.Struct, frozen=True):
    """The job goes on when a browser has brought a session of its site."""

    failure: Failed


class CutOff(msgspec.Struct, frozen=True):
    """There is no connection here; the job goes on when there is one, and it counts as no try.

    `failure` is what it looked like to the scraper.
    """

    failure: Failed


# How somebody else wants an attempt to end.
WantedEnd = Cancelled | Paused | GivenBack
Outcome = Done | Listed | WantedEnd | Rested | NeedsSession | CutOff | Failed

"""Lists across profiles: saved posts, collections, stories, highlights; made ones say in their id how long they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from tests.platforms.exchange import Changes
from tests.platforms.instagram import world
from tests.platforms.instagram.accounts import ME, SECOND, Account
from tests.platforms.instagram.world import IMAGE, VIDEO, Post, number

COLLECTION = "18257620222217621"  # "Vision board": seven posts, one of them deleted, one private
OTHER_COLLECTION = "18257620222217622"  # "Ponds": two posts
EMPTY_COLLECTION = "18257620222217600"  # "Someday": none
_NAMES = {COLLECTION: "Vision board", OTHER_COLLECTION: "Ponds", EMPTY_COLLECTION: "Someday"}

STORY_IMAGE = 3600200000000000000  # both are GARDEN's and live
STORY_VIDEO = 3600200000000001000
STORY_PRIVATE = 3600300000000000000  # FOLLOWED's
STORY_EXPIRED = 3600100000000000000  # was GARDEN's
HIGHLIGHT = "18042509488170095"  # "Lilies": three items
OTHER_HIGHLIGHT = "18042509488170096"  # "Herons": two items
GUIDE = "17841400000000178"  # a guide of GARDEN's; see pages.guide

_DAY = 86400
_MADE = re.compile(r"1799(\d{5})0{8}$")

T = TypeVar("T")


@dataclass(frozen=True)
class StoryItem:
    """One picture or video of a story or highlight."""

    pk: int
    owner: int
    taken_at: int
    kind: str = IMAGE

    @property
    def expires_at(self) -> int:
        """When it is no longer shown, in seconds."""
        return self.taken_at + _DAY


@dataclass(frozen=True)
class Highlight:
    """Stories that stay."""

    id: str
    owner: int
    title: str
    items: tuple[StoryItem, ...]


def _stories(first: int, owner: int, *kinds: str, taken_at: int = 1_795_000_000) -> tuple[StoryItem, ...]:
    return tuple(StoryItem(first + 1000 * place, owner, taken_at + place, kind) for place, kind in enumerate(kinds))


_GARDEN, _FOLLOWED = 4100000001, 4100000003
_STORIES = {
    _GARDEN: _stories(STORY_IMAGE, _GARDEN, IMAGE, VIDEO),
    _FOLLOWED: _stories(STORY_PRIVATE, _FOLLOWED, IMAGE),
}
HIGHLIGHTS = {
    HIGHLIGHT: Highlight(
        HIGHLIGHT,
        _GARDEN,
        "Lilies",
        _stories(3590100000000000000, _GARDEN, IMAGE, VIDEO, IMAGE, taken_at=1_785_000_000),
    ),
    OTHER_HIGHLIGHT: Highlight(
        OTHER_HIGHLIGHT, _GARDEN, "Herons", _stories(3590200000000000000, _GARDEN, VIDEO, IMAGE, taken_at=1_786_000_000)
    ),
}


def stories(owner_pk: int, who: Account | None, changes: Changes) -> tuple[StoryItem, ...]:
    """The story items of a profile that someone may see now; `platforms.remove(str(pk))` lets one expire."""
    owner = world.profile_by_pk(owner_pk, changes)
    if owner is None or who is None or not world.opens_to(owner, who):
        return ()
    return tuple(one for one in _STORIES.get(owner_pk, ()) if str(one.pk) not in changes.removed)


def who_has_stories(who: Account, changes: Changes) -> list[int]:
    """The numbers of the profiles whose stories someone sees."""
    return [pk for pk in _STORIES if stories(pk, who, changes)]


def highlights(owner_pk: int) -> list[Highlight]:
    """The highlights of a profile."""
    return [one for one in HIGHLIGHTS.values() if one.owner == owner_pk]


def collection_of(count: int) -> str:
    """Return the id of a collection of ME's with so many posts (at most 5,000) of five profiles."""
    return f"1799{count:05d}00000000"


def collection_url(collection_id: str, name: str = "vision-board") -> str:
    """Where a collection of ME's is."""
    return f"https://www.instagram.com/{ME.username}/saved/{name}/{collection_id}/"


def members(collection_id: str, who: Account, changes: Changes) -> tuple[Post, ...] | None:
    """The posts of a collection, the last saved first, those too that are gone or private; None: no such collection."""
    if who != ME:
        return None
    made = _MADE.match(collection_id)
    saved_since = tuple(reversed(_made(1005, changes.published.get(collection_id, 0))))
    if made:
        return saved_since + _made(1000, int(made[1]))
    return saved_since + _FIXED[collection_id] if collection_id in _FIXED else None


def collections(who: Account) -> dict[str, str]:
    """Names of an account's collections by id."""
    return _NAMES if who == ME else {}


def saved(who: Account, changes: Changes) -> tuple[Post, ...]:
    """All that an account saved, the last first; `platforms.publish("saved", n)` saves more."""
    since = tuple(reversed(_made(1010, changes.published.get("saved", 0))))
    return since + _SAVED[who.username]


@lru_cache(maxsize=64)
def _made(first_profile: int, count: int) -> tuple[Post, ...]:
    """So many posts of five profiles in turn, the newest first."""
    nothing = Changes()
    owners = [world.profile(world.profile_of(first_profile + one), nothing) for one in range(5)]
    sources = [world.posts(owner, nothing) for owner in owners if owner]
    return tuple(sources[place % 5][place // 5] for place in range(count))


def _of(name: str, *places: int) -> tuple[Post, ...]:
    owner = world.profile(name, Changes())
    return tuple(world.posts(owner, Changes())[place] for place in places) if owner else ()


def _garden(*codes: str) -> tuple[Post, ...]:
    every = {one.code: one for one in _of(world.GARDEN, *range(27))}
    return tuple(every[code] for code in codes)


_DELETED = Post(number(world.GONE), _GARDEN, 1_780_000_000, None)

_FIXED: dict[str, tuple[Post, ...]] = {
    COLLECTION: (
        *_garden(world.CAROUSEL, world.REEL),
        _DELETED,
        *_of(world.MOSS, 0),
        *_of(world.PRIVATE, 0),
        *_garden(world.PHOTO),
        *_of(world.FOLLOWED, 0),
    ),
    OTHER_COLLECTION: _of(world.MOSS, 1, 2),
    EMPTY_COLLECTION: (),
}
_SAVED = {
    ME.username: (*_garden(world.CAROUSEL, world.REEL, world.PHOTO), *_of(world.MOSS, *range(30)), *_made(1015, 27)),
    SECOND.username: _garden(world.PHOTO),
}


def after(entries: Sequence[T], cursor: str, size: int, key: str = "pk") -> tuple[Sequence[T], str]:
    """Return the page behind a cursor and the next cursor, empty at the end.

    A cursor is the number of the last entry that was given, so that what is added at the head moves nothing.
    """
    start = next((place for place, one in enumerate(entries, 1) if str(getattr(one, key)) == cursor), 0)
    page = entries[start : start + size]
    return page, str(getattr(page[-1], key)) if start + size < len(entries) else ""

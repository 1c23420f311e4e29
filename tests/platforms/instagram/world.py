"""The profiles and posts that exist here, and made profiles of any length.

A post's number says whose it is and which: `profile.first_pk + 1000 * place`, the oldest at place 0; its files follow
at +1, +2 ... A shortcode is that number in base 64, as on the platform.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from tests.platforms.exchange import Changes
from tests.platforms.instagram.accounts import ME, SECOND, Account

PAGE = 12  # posts of a page, as on the real platform
_ROOM = 1_000_000_000  # numbers that a profile's posts may use
_STEP = 1000  # numbers between two posts, for the files of a carousel

IMAGE, VIDEO = "image", "video"

GARDEN = "garden.notes"  # public: everything there is
MOSS = "moss.walks"  # public; every other of its posts tags GARDEN
OLD_NAME = "moss.diary"  # what MOSS was called before: nobody's now
FOLLOWED = "friends.terrace"  # private, followed by ME alone
PRIVATE = "closed.greenhouse"  # private, followed by nobody here
PINNED = "pinned.beds"  # public; two of its old posts are pinned, so they come before the newest
EMPTY = "empty.plot"  # public, no posts, no stories
MISSING = "nobody.here"


@dataclass(frozen=True)
class Place:
    """Where a post was taken."""

    pk: int
    name: str
    slug: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Post:
    """One post; `files` are IMAGE or VIDEO in order, more than one make it a carousel."""

    pk: int
    owner: int
    taken_at: int
    caption: str | None
    files: tuple[str, ...] = (IMAGE,)
    reel: bool = False
    likes: int = 0
    comments: int = 0
    views: int = 0
    place: Place | None = None
    tags: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """The shortcode."""
        return shortcode(self.pk)


@dataclass(frozen=True)
class Profile:
    """One profile; `count` posts, at the places in `special` those, elsewhere made ones."""

    pk: int
    username: str
    full_name: str
    first_pk: int
    count: int = 0
    biography: str = ""
    private: bool = False
    followers: tuple[str, ...] = ()  # accounts of ours that follow it
    follower_count: int = 250
    pinned: tuple[int, ...] = ()  # places of the posts that its list begins with


def shortcode(pk: int) -> str:
    """The number in the platform's base 64."""
    return base64.urlsafe_b64encode(pk.to_bytes(9, "big")).decode().lstrip("A")


def number(code: str) -> int:
    """The number of a shortcode. Raises ValueError for what isn't one."""
    return int.from_bytes(base64.urlsafe_b64decode(code.rjust(12, "A")[:12]), "big")


POND = Place(212988663, "Lily Pond", "lily-pond", 47.0707, 15.4395)

_GARDEN_FIRST = 3500001000000000000
_MOSS_FIRST = 3500101000000000000


def _code(place: int) -> str:
    return shortcode(_GARDEN_FIRST + place * _STEP)


# GARDEN's oldest posts, so on the last page of its list
CAROUSEL = _code(0)  # DCSgF2egxAA: image, video, image
REEL = _code(1)  # DCSgF2egxPo
PHOTO = _code(2)  # caption with hashtags, a mention and a link; a place, a tagged profile
CLIP = _code(3)  # a video that is no reel
FEW_COMMENTS = _code(4)  # 8, answers included
MANY_COMMENTS = _code(5)  # 40, answers included
NO_CAPTION = _code(6)
HOSTILE = _code(7)  # markup and traversal in its caption
GONE = shortcode(_GARDEN_FIRST + 900 * _STEP)  # was deleted

MARKUP = "<script>window.hacked=1</script>\"'><img src=x onerror=window.hacked=1> ../../etc/passwd \u202egpj.exe"
CAPTION = "Frost on the lilies #moss #garden #Wintermorgen with @moss.walks — more at https://example.org/lilies"

_PROFILES = (
    Profile(4100000001, GARDEN, "Garden Notes", _GARDEN_FIRST, 27, "A garden, day by day. #moss @moss.walks"),
    Profile(4100000002, MOSS, "Moss Walks", _MOSS_FIRST, 30),
    Profile(4100000003, FOLLOWED, "Friends' Terrace", 3500201000000000000, 5, private=True, followers=(ME.username,)),
    Profile(4100000004, PRIVATE, "Closed Greenhouse", 3500301000000000000, 5, private=True),
    Profile(4100000005, EMPTY, "Empty Plot", 3500401000000000000),
    Profile(4100000006, PINNED, "Pinned Beds", 3500701000000000000, 20, pinned=(7, 3)),
    Profile(ME.pk, ME.username, "Me, the Archivist", 3500501000000000000, 2),
    Profile(SECOND.pk, SECOND.username, "Second", 3500601000000000000, 1, private=True),
)
_BY_PK = {one.pk: one for one in _PROFILES}

_SPECIAL: dict[str, dict[str, Any]] = {
    CAROUSEL: {"files": (IMAGE, VIDEO, IMAGE), "caption": "Three views of the pond #moss"},
    REEL: {"files": (VIDEO,), "reel": True, "views": 4200, "caption": "The heron lands #heron"},
    PHOTO: {
        "files": (IMAGE,),
        "reel": False,
        "views": 0,
        "caption": CAPTION,
        "place": POND,
        "tags": (4100000002,),
        "likes": 1234,
    },
    CLIP: {"files": (VIDEO,), "views": 77, "caption": "Rain on the pond"},
    FEW_COMMENTS: {"comments": 8},
    MANY_COMMENTS: {"comments": 40},
    NO_CAPTION: {"caption": None},
    HOSTILE: {"caption": MARKUP},
}

_MADE = re.compile(r"made\.(\d{5})$")
_MADE_FIRST, _MADE_PK = 3_700_000_000_000_000_000, 5_000_000_000


def profile_of(count: int) -> str:
    """Return the name of a public profile of so many posts (at most 99,999)."""
    return f"made.{count:05d}"


@cache
def _made(count: int) -> Profile:
    return Profile(_MADE_PK + count, profile_of(count), f"Profile of {count}", _MADE_FIRST + count * _ROOM, count)


def profile(name: str, changes: Changes) -> Profile | None:
    """Return a profile by its name of now, or None."""
    if name in changes.renamed:
        return None
    first = next((old for old, new in changes.renamed.items() if new == name), name)
    found = next((one for one in _PROFILES if one.username == first), None)
    made = _MADE.match(first)
    found = found or (_made(int(made[1])) if made else None)
    return profile_by_pk(found.pk, changes) if found else None


def profile_by_pk(pk: int, changes: Changes) -> Profile | None:
    """Return a profile by its number, as it is now, or None."""
    found = _BY_PK.get(pk) or (_made(pk - _MADE_PK) if _MADE_PK <= pk < _MADE_PK + 100_000 else None)
    if found is None or found.username in changes.removed:
        return None
    count = found.count + changes.published.get(found.username, 0)
    return replace(found, count=count, username=changes.renamed.get(found.username, found.username))


def opens_to(owner: Profile, who: Account | None) -> bool:
    """Whether someone may see what a profile keeps."""
    if not owner.private:
        return True
    return who is not None and who.username in (*owner.followers, owner.username)


def posts(owner: Profile, changes: Changes) -> tuple[Post, ...]:
    """The posts of a profile as they are now: the pinned ones, then the newest first."""
    every = _posts(owner.pk, owner.first_pk, owner.count, owner.pinned)
    return tuple(one for one in every if one.code not in changes.removed) if changes.removed else every


@lru_cache(maxsize=64)
def _posts(pk: int, first_pk: int, count: int, pinned: tuple[int, ...]) -> tuple[Post, ...]:
    rest = (place for place in reversed(range(count)) if place not in pinned)
    return tuple(_post(pk, first_pk, place) for place in (*pinned, *rest))


def is_pinned(one: Post, owner: Profile) -> bool:
    """Whether a post is pinned to the head of its profile."""
    return (one.pk - owner.first_pk) // _STEP in owner.pinned


def post(pk: int, who: Account | None, changes: Changes) -> Post | None:
    """Return a post that exists and that someone may see, or None."""
    owner = _owner_of(pk, changes)
    if owner is None or not opens_to(owner, who) or shortcode(pk) in changes.removed:
        return None
    place, rest = divmod(pk - owner.first_pk, _STEP)
    return _post(owner.pk, owner.first_pk, place) if not rest and place < owner.count else None


def _owner_of(pk: int, changes: Changes) -> Profile | None:
    if pk >= _MADE_FIRST:
        return profile_by_pk(_MADE_PK + (pk - _MADE_FIRST) // _ROOM, changes)
    found = next((one.pk for one in _PROFILES if one.first_pk <= pk < one.first_pk + _ROOM), 0)
    return profile_by_pk(found, changes)


# what made posts are, in turn
_KINDS: tuple[tuple[str, ...], ...] = ((IMAGE,), (IMAGE,), (VIDEO,), (IMAGE, VIDEO, IMAGE), (IMAGE,), (IMAGE, IMAGE))


def _post(owner: int, first_pk: int, place: int) -> Post:
    files = _KINDS[place % len(_KINDS)]
    made = Post(
        pk=first_pk + place * _STEP,
        owner=owner,
        taken_at=1_780_000_000 + place * 3600,
        caption=f"Note {place + 1} from the garden #moss #note{place + 1} with @garden.notes",
        files=files,
        reel=files == (VIDEO,),
        likes=100 + place,
        views=1000 + place if files == (VIDEO,) else 0,
        tags=(4100000001,) if first_pk == _MOSS_FIRST and place % 2 == 0 else (),
    )
    return replace(made, **_SPECIAL.get(made.code, {}))


def every_post(changes: Changes) -> tuple[Post, ...]:
    """The posts of all profiles that are public and not made, for lists across profiles; the newest first."""
    owners = [found for one in _PROFILES if not one.private and (found := profile_by_pk(one.pk, changes))]
    every = [one for owner in owners for one in posts(owner, changes)]
    return tuple(sorted(every, key=lambda one: (one.taken_at, one.pk), reverse=True))

"""The posts that exist on this TikTok, each under an id that says what it is for.

Ids have 19 digits: `74…` are named here, `75…` belong to `user_of`, `76…` are those that a test publishes.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

from tests.platforms.exchange import Changes

DANCER = "dancer"  # 18 posts, videos and photo posts mixed
LOCKED = "locked.dancer"  # a private account; whoever is logged in may see its two posts
EMPTY_USER = "empty.dancer"  # has posted nothing
WALLED_USER = "walled.dancer"  # its page is behind the JavaScript wall
LOGIN_USER = "hidden.dancer"  # its page leads to the login, for whoever isn't logged in
STUCK_USER = "stuck.dancer"  # its list sends the same page again and again
WATCHING = "watcher"  # has posted nothing; logged in, sees what it saved
NOBODY = "nobody.dancer"  # never existed

VIDEO = "7400000000000000000"  # counts, music, subtitles in two languages, 720p and 540p
PHOTOS = "7400000000000000001"  # a photo post: three pictures and music
ONE_PHOTO = "7400000000000000002"  # a photo post of a single picture
BIG = "7400000000000000003"  # 3 MB, 12 s: cancel, cut, resume
SILENT_PHOTOS = "7400000000000000004"  # two pictures, no music
HOSTILE = "7400000000000000005"  # markup, traversal and control characters in every text field
LOCKED_VIDEO = "7400000000000000010"  # 10222, plays for whoever is logged in
LOCKED_PHOTOS = "7400000000000000011"  # 10222, shown to whoever is logged in
REMOVED = "7400000000000000020"  # 10204, as any id that never existed
PRIVATE = "7400000000000000021"  # 10216: for its author alone, whoever is logged in
REGION = "7400000000000000022"  # 10231
CLASSIFIED = "7400000000000000023"  # "may not be comfortable", plays for whoever is logged in
LOGIN_WALL = "7400000000000000024"  # leads to the login, plays for whoever is logged in
WALLED = "7400000000000000025"  # behind the JavaScript wall
STORY = "7400000000000000030"  # a story of the dancer's, a video
STORY_PHOTO = "7400000000000000031"  # a story of the dancer's, a picture
WITHOUT_DATA = "7400000000000000026"  # a page without any data in it
UNKNOWN_STATUS = "7400000000000000027"  # a status that no library knows

MOVES = "7300000000000000000"  # a collection of the dancer's, six posts

# short links: vm.tiktok.com/<code>/, vt.tiktok.com/<code>/ and www.tiktok.com/t/<code>/
SHORT_VIDEO = "ZMvideo00"
SHORT_PHOTOS = "ZMphotos0"
SHORT_USER = "ZMdancer0"
SHORT_DEAD = "ZMdead000"  # leads to the start page

NEWEST = 1_760_000_000  # seconds since 1970 of the newest post; each older one is an hour older
MARKUP = "<script>window.hacked=1</script>\"'><img src=x onerror=window.hacked=1> ../../etc/passwd \u202egpj.exe"

_GATES_FOR_ALL = {"wall", "empty"}


@dataclass(frozen=True)
class Post:
    """One post: a video, or a photo post when `pictures` is above zero.

    `status` is the platform's code for a refusal. `gate` is what stands before the page: "wall", "login" or "empty".
    """

    id: str
    author: str = DANCER
    words: str = "A dance #moves"
    created: int = NEWEST
    pictures: int = 0
    music: bool = True
    clip: str = "both-4.mp4"
    seconds: int = 4
    subtitles: tuple[tuple[str, str], ...] = ()  # (language code, text)
    views: int = 1200
    status: int = 0
    gate: str = ""
    classified: bool = False
    login_opens: bool = False


@dataclass(frozen=True)
class Person:
    """An account; `posts` are ids, the newest first."""

    handle: str
    posts: tuple[str, ...] = ()
    private: bool = False
    gate: str = ""
    stuck: bool = False


def user_of(count: int, dead: int = 0) -> str:
    """Return the handle of a user with so many posts, every third of photos; the one at place `dead` is removed."""
    return f"made.{count:05d}.{dead:05d}"


def members(count: int, dead: int = 0) -> tuple[str, ...]:
    """The ids of the posts of `user_of`, the newest first."""
    return tuple(f"75{count:05d}{dead:05d}{place:05d}00" for place in range(1, count + 1))


def published_ids(handle: str, changes: Changes) -> tuple[str, ...]:
    """The ids of what a test published for a user, the newest first."""
    return tuple(f"76{_mark(handle)}{place:07d}" for place in range(changes.published.get(handle, 0), 0, -1))


def _mark(handle: str) -> str:
    return f"{zlib.crc32(handle.encode()):010d}"


_FILLERS = tuple(f"7409{place:05d}0000000000" for place in range(1, 13))

_POSTS = {
    one.id: one
    for one in (
        Post(
            VIDEO,
            words="The first dance of spring #moves @locked.dancer",
            subtitles=(("eng-US", "One, two, three & turn."), ("deu-DE", "Eins, zwei, drei und drehen.")),
        ),
        Post(PHOTOS, words="Three pictures #photos", created=NEWEST - 3600, pictures=3),
        Post(ONE_PHOTO, words="One picture", created=NEWEST - 2 * 3600, pictures=1),
        Post(BIG, words="The long dance", created=NEWEST - 3 * 3600, clip="video-12.mp4", seconds=12),
        Post(SILENT_PHOTOS, words="", created=NEWEST - 4 * 3600, pictures=2, music=False),
        Post(HOSTILE, words=MARKUP, created=NEWEST - 5 * 3600),
        Post(LOCKED_VIDEO, LOCKED, status=10222, login_opens=True),
        Post(LOCKED_PHOTOS, LOCKED, created=NEWEST - 3600, pictures=2, status=10222, login_opens=True),
        Post(REMOVED, status=10204),
        Post(PRIVATE, status=10216),
        Post(REGION, status=10231),
        Post(CLASSIFIED, classified=True, login_opens=True),
        Post(LOGIN_WALL, LOGIN_USER, gate="login", login_opens=True),
        Post(WALLED, WALLED_USER, gate="wall"),
        Post(WITHOUT_DATA, gate="empty"),
        Post(UNKNOWN_STATUS, status=10101),
        Post(STORY, words="", created=NEWEST + 3600),
        Post(STORY_PHOTO, words="", created=NEWEST + 7200, pictures=1),
    )
}

_DANCER_POSTS = (VIDEO, PHOTOS, ONE_PHOTO, BIG, SILENT_PHOTOS, HOSTILE, *_FILLERS)

_PEOPLE = {
    one.handle: one
    for one in (
        Person(DANCER, _DANCER_POSTS),
        Person(LOCKED, (LOCKED_VIDEO, LOCKED_PHOTOS), private=True),
        Person(EMPTY_USER),
        Person(WATCHING),
        Person(WALLED_USER, (WALLED,), gate="wall"),
        Person(LOGIN_USER, (LOGIN_WALL,), gate="login"),
        Person(STUCK_USER, members(40)[:15], stuck=True),
    )
}

_COLLECTIONS = {MOVES: _DANCER_POSTS[:6]}

# other lists of a profile, by handle; what was saved is the watcher's, for itself alone
LIKED = {DANCER: members(20)}
REPOSTS = {DANCER: members(17)}
STORIES = {DANCER: (STORY, STORY_PHOTO)}
SAVED = members(31)

_MADE_USER = re.compile(r"made\.(\d{5})\.(\d{5})$")
_MADE_POST = re.compile(r"75(\d{5})(\d{5})(\d{5})00$")


def named(name: str, changes: Changes) -> str:
    """The handle that an account had before it was renamed, also by its long id; empty when the name is nobody's."""
    if name.startswith(sec_uid("")[:12]):
        return handle_of(name)
    if name in changes.renamed:
        return ""
    return next((old for old, new in changes.renamed.items() if new == name), name)


def person(handle: str, changes: Changes) -> Person | None:
    """Return an account, by the handle that it had at first, as it is now, or None."""
    found = _PEOPLE.get(handle) or _made_person(handle)
    if found is None or handle in changes.removed:
        return None
    posts = (*published_ids(handle, changes), *found.posts)
    return replace(found, posts=tuple(one for one in posts if one not in changes.removed))


def _made_person(handle: str) -> Person | None:
    made = _MADE_USER.match(handle)
    return Person(handle, members(int(made[1]), int(made[2]))) if made else None


def post(post_id: str, changes: Changes) -> Post:
    """Return a post as it is now; what isn't there, or no more, has the status of a removed one."""
    found = _POSTS.get(post_id) or _filler(post_id) or _made_post(post_id) or _published_post(post_id, changes)
    if found is None or {post_id, found.author} & changes.removed:
        return Post(post_id, status=10204)
    return replace(found, views=found.views + changes.published.get(post_id, 0))


def _filler(post_id: str) -> Post | None:
    if post_id not in _FILLERS:
        return None
    place = _DANCER_POSTS.index(post_id)
    return _numbered(post_id, DANCER, place + 1, NEWEST - place * 3600)


def _made_post(post_id: str) -> Post | None:
    made = _MADE_POST.match(post_id)
    if not made:
        return None
    count, dead, place = (int(one) for one in made.groups())
    if not 0 < place <= count:
        return None
    found = _numbered(post_id, user_of(count, dead), place, NEWEST - place * 3600)
    return replace(found, status=10204) if place == dead else found


def _published_post(post_id: str, changes: Changes) -> Post | None:
    owner = next((one for one in changes.published if post_id in published_ids(one, changes)), None)
    if owner is None:
        return None
    place = int(post_id[-7:])
    return _numbered(post_id, owner, place, NEWEST + place * 3600)


def _numbered(post_id: str, author: str, place: int, created: int) -> Post:
    return Post(post_id, author, f"Dance {place} #moves", created, pictures=0 if place % 3 else 2)


def collection(collection_id: str) -> tuple[str, ...]:
    """The posts of a collection; one that doesn't exist is empty."""
    return _COLLECTIONS.get(collection_id, ())


def opens(found: Post | Person, with_login: bool) -> bool:
    """Whether what stands before a page lets the caller through."""
    return not found.gate or (found.gate not in _GATES_FOR_ALL and with_login)


def visible(found: Post, with_login: bool) -> Post:
    """The post as this caller sees it: a login lifts what it may lift."""
    if with_login and found.login_opens:
        return replace(found, status=0, classified=False)
    return found


def uid(handle: str) -> str:
    """The account's number, 19 digits."""
    return f"68{_mark(handle)}0000000"


def sec_uid(handle: str) -> str:
    """The account's long id: a fixed head of 12 characters and 64 more."""
    return "MS4wLjABAAAA" + handle.encode().hex().ljust(64, "0")


def handle_of(long_id: str) -> str:
    """The handle behind a long id; empty when there is none."""
    try:
        return bytes.fromhex(long_id[12:]).rstrip(b"\0").decode()
    except ValueError:
        return ""

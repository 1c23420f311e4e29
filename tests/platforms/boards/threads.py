"""Imageboard threads, on 4chan and on a vichan board: the same posts in the shapes of both.

A thread's id is `board/number`, which is also what `publish` and `remove` take. Counts for 4chan's `/po/` and the
vichan board's `/b/`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from tests.platforms import media
from tests.platforms.exchange import Changes

PO, B = "po", "b"  # the board on 4chan, the board on vichan

FOLDING = 570368  # po: four pictures and a clip in seven posts
CLOSED = 570400  # po: archived and closed, still there
HOSTILE = 570500  # po: markup, traversal and control characters in title, text and file names
GAPS = 570600  # po: of three files one is missing (404) and one is all zero bytes
PRUNED = 570999  # po: gone, as any number that never existed
SKETCHES = 500  # b: two posts with pictures, one of them with two extra files
PRUNED_SKETCHES = 999  # b: gone

BEGUN = 1_760_000_000  # seconds since 1970 of a thread's first post; each later post is a minute later
MARKUP = "<script>window.hacked=1</script>"

_FIRST_MADE = 90_000_000  # threads of `thread_of` begin here
_ROOM = 10_000  # numbers kept for each of them


@dataclass(frozen=True)
class File:
    """A file of a post; `state` is "", "gone" (404) or "zero" (nothing but zero bytes)."""

    tim: str
    name: str
    ending: str = ".jpg"
    state: str = ""

    @property
    def body(self) -> bytes:
        """The file's bytes, its own for each id."""
        return bytes(4096) if self.state == "zero" else media.unique(_RECIPES[self.ending], self.tim)


@dataclass(frozen=True)
class Post:
    """One post with any number of files: a vichan post may have more than one."""

    number: int
    text: str = "A reply."
    title: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Thread:
    """A thread; the first post opens it."""

    board: str
    posts: tuple[Post, ...]
    closed: bool = False

    @property
    def number(self) -> int:
        """The number of its first post."""
        return self.posts[0].number


_RECIPES = {
    ".jpg": "picture.jpg",
    ".png": "picture.png",
    ".webp": "picture.webp",
    ".webm": "both-4.webm",
    ".mp4": "both-4.mp4",
}


def _tim(number: int, place: int = 0) -> str:
    return f"{BEGUN + number % _FIRST_MADE}{place:06d}"


def _with_file(number: int, name: str, ending: str = ".jpg", **more: Any) -> Post:
    return Post(number, files=(File(_tim(number), name, ending, more.pop("state", "")),), **more)


_THREADS = {
    f"{one.board}/{one.number}": one
    for one in (
        Thread(
            PO,
            (
                _with_file(FOLDING, "crane", title="Folding a crane", text="Start with a &quot;square&quot;.<br>Fold."),
                Post(FOLDING + 1, "<a href='#p570368' class='quotelink'>&gt;&gt;570368</a><br>Which paper?"),
                _with_file(FOLDING + 2, "step two", ".png"),
                _with_file(FOLDING + 3, "step-three", ".webp"),
                Post(FOLDING + 4),
                _with_file(FOLDING + 5, "in motion", ".webm"),
                _with_file(FOLDING + 6, "done"),
            ),
        ),
        Thread(PO, (_with_file(CLOSED, "frog", title="Frogs", text="All said."),), closed=True),
        Thread(
            PO,
            (
                _with_file(HOSTILE, "../../../etc/passwd", title=MARKUP, text=MARKUP),
                _with_file(HOSTILE + 1, ".."),
                _with_file(HOSTILE + 2, "\u202egpj.exe\x07", text=MARKUP),
            ),
        ),
        Thread(
            PO,
            (
                _with_file(GAPS, "there", text="No title, only words."),
                _with_file(GAPS + 1, "missing", state="gone"),
                _with_file(GAPS + 2, "zeroes", ".png", state="zero"),
            ),
        ),
        Thread(
            B,
            (
                _with_file(SKETCHES, "one", title="Sketches", text="Mine."),
                Post(SKETCHES + 1, "Nice."),
                Post(
                    SKETCHES + 2,
                    "More.",
                    files=tuple(
                        File(_tim(SKETCHES + 2, place), name, ending)
                        for place, (name, ending) in enumerate((("two", ".png"), ("three", ".jpg"), ("four", ".webm")))
                    ),
                ),
            ),
        ),
    )
}


def thread_of(pictures: int) -> int:
    """Return the number of a thread with so many pictures, one in each post; it exists on both boards."""
    return _FIRST_MADE + pictures * _ROOM


def url_4chan(number: int) -> str:
    """The address of a thread on 4chan."""
    return f"https://boards.4chan.org/{PO}/thread/{number}"


def url_vichan(number: int) -> str:
    """The address of a thread on the vichan board."""
    return f"https://board.test/{B}/res/{number}.html"


def thread(board: str, number: int, changes: Changes) -> Thread | None:
    """Return a thread as it is now, or None."""
    key = f"{board}/{number}"
    found = _THREADS.get(key) or _made(board, number)
    if found is None or key in changes.removed:
        return None
    last = found.posts[-1].number
    newer = (_with_file(last + place, f"new {place}") for place in range(1, changes.published.get(key, 0) + 1))
    return replace(found, posts=(*found.posts, *newer))


def _made(board: str, number: int) -> Thread | None:
    count, rest = divmod(number - _FIRST_MADE, _ROOM)
    if board not in (PO, B) or rest or not 0 < count < _ROOM:
        return None
    title = f"{count} pictures"
    first, *others = (_with_file(number + place, f"picture {place + 1}") for place in range(count))
    return Thread(board, (replace(first, title=title), *others))


def board_threads(board: str, changes: Changes) -> list[Thread]:
    """The named threads of a board as they are now; empty for a board that doesn't exist."""
    named = (thread(board, one.number, changes) for one in _THREADS.values() if one.board == board)
    return [one for one in named if one]


def file_at(board: str, name: str, changes: Changes) -> File | None:
    """Return the file stored under a name such as `1760570368000000.jpg`, or None when there is none (any more)."""
    tim, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    for number in _candidates(board, tim):
        found = thread(board, number, changes)
        files = [file for post in (found.posts if found else ()) for file in post.files]
        kept = next((one for one in files if (one.tim, one.ending) == (tim, ending)), None)
        if kept:
            return None if kept.state == "gone" else kept
    return None


def _candidates(board: str, tim: str) -> list[int]:
    """The threads that a file's number may belong to: all named ones, and the made one that it falls into."""
    if not re.fullmatch(r"\d{16}", tim):
        return []
    offset = int(tim[:10]) - BEGUN
    return [*(one.number for one in _THREADS.values() if one.board == board), _FIRST_MADE + offset // _ROOM * _ROOM]


def as_json(found: Thread, many_files: bool) -> dict[str, Any]:
    """A thread as the boards' read-only interface gives it; `many_files` is vichan's `extra_files`."""
    first = found.number
    return {"posts": [_post(post, first, found, many_files) for post in found.posts]}


def _post(post: Post, first: int, found: Thread, many_files: bool) -> dict[str, Any]:
    opening = {"closed": 1, "archived": 1} if found.closed and post.number == first else {}
    files = [_file(one) for one in post.files]
    extra = {"extra_files": files[1:]} if many_files and files[1:] else {}
    return {
        "no": post.number,
        "resto": 0 if post.number == first else first,
        "time": BEGUN + 60 * (post.number - first),
        "name": "Anonymous",
        **({"sub": post.title} if post.title else {}),
        "com": post.text,
        **opening,
        **(files[0] if files else {}),
        **extra,
    }


def _file(one: File) -> dict[str, Any]:
    return {
        "tim": one.tim,
        "ext": one.ending,
        "filename": one.name,
        "fsize": len(one.body),
        "md5": base64.b64encode(hashlib.md5(one.body).digest()).decode(),
        "w": 320,
        "h": 180,
    }


def listing(board: str, changes: Changes) -> list[dict[str, Any]]:
    """The board's `threads.json`: one page with all named threads."""
    threads = [
        {"no": one.number, "last_modified": BEGUN + 60 * len(one.posts), "replies": len(one.posts) - 1}
        for one in board_threads(board, changes)
    ]
    return [{"page": 1, "threads": threads}] if threads else []


def catalog(board: str, changes: Changes) -> list[dict[str, Any]]:
    """The board's `catalog.json`: the opening posts."""
    opening = [as_json(one, many_files=True)["posts"][0] for one in board_threads(board, changes)]
    return [{"page": 1, "threads": opening}] if opening else []

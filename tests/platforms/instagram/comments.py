"""The comments of a post: threads of one comment and its answers, in the shapes of the old query and of the app."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.platforms.exchange import Changes
from tests.platforms.instagram import lists, shapes, world
from tests.platforms.instagram.world import Post

PAGE = 15  # threads that the app gives at once
_ANSWERS = 3  # to the first comment; every list shows one of them and the rest when asked
_SHOWN = 1
_AUTHORS = (4100000002, 4100000005)  # in turn


@dataclass(frozen=True)
class Comment:
    """One comment, or one answer to one."""

    pk: int
    author: int
    text: str
    at: int
    answers: tuple[Comment, ...] = ()


@lru_cache(maxsize=64)
def threads(post: Post) -> tuple[Comment, ...]:
    """The comments of a post, the first with answers; together as many as the post counts."""
    if not post.comments:
        return ()
    answers = tuple(_comment(post, place, f"An answer, the {place}.") for place in range(1, 1 + _ANSWERS))
    first = _comment(post, 0, "What a morning! @garden.notes", answers)
    return (first, *(_comment(post, place, f"Comment {place}") for place in range(1 + _ANSWERS, post.comments)))


def _comment(post: Post, place: int, text: str, answers: tuple[Comment, ...] = ()) -> Comment:
    at = post.taken_at + 60 * (place + 1)
    return Comment(18_000_000_000_000_000 + post.pk % 10**9 + place, _AUTHORS[place % 2], text, at, answers)


def _by_pk(post: Post, pk: int) -> Comment | None:
    return next((one for one in threads(post) if one.pk == pk), None)


def _author(one: Comment, changes: Changes) -> world.Profile:
    found = world.profile_by_pk(one.author, changes)
    if found is None:
        raise LookupError("a comment of nobody")
    return found


def _node(one: Comment, changes: Changes) -> dict[str, Any]:
    author = _author(one, changes)
    return {
        "id": str(one.pk),
        "text": one.text,
        "created_at": one.at,
        "owner": {"id": str(author.pk), "username": author.username},
        "edge_liked_by": {"count": 2},
    }


def _thread_node(one: Comment, changes: Changes) -> dict[str, Any]:
    shown = [_node(answer, changes) for answer in one.answers[:_SHOWN]]
    return {
        **_node(one, changes),
        "edge_threaded_comments": shapes.connection(shown, "", count=len(one.answers)),
    }


def as_query(post: Post, changes: Changes) -> dict[str, Any]:
    """The old query's answer; it gives all threads at once."""
    nodes = [_thread_node(one, changes) for one in threads(post)]
    return {"edge_media_to_parent_comment": shapes.connection(nodes, "", count=post.comments)}


def answers_as_query(comment_pk: int, changes: Changes) -> dict[str, Any]:
    """The old query for the answers to one comment of any public post."""
    every = (one for post in world.every_post(changes) for one in threads(post) if one.pk == comment_pk)
    found = next(every, None)
    nodes = [_node(answer, changes) for answer in found.answers] if found else []
    return {"edge_threaded_comments": shapes.connection(nodes, "", count=len(nodes))}


def _entry(one: Comment, changes: Changes, surface: str) -> dict[str, Any]:
    return {
        "pk": str(one.pk),
        "text": one.text,
        "created_at": one.at,
        "comment_like_count": 2,
        "user": shapes.user_card(_author(one, changes), surface),
    }


def as_page(post: Post, cursor: str, changes: Changes, surface: str) -> dict[str, Any]:
    """One page of threads as the app gives it."""
    page, following = lists.after(threads(post), cursor, PAGE)
    entries = [
        {
            **_entry(one, changes, surface),
            "child_comment_count": len(one.answers),
            "preview_child_comments": [_entry(answer, changes, surface) for answer in one.answers[:_SHOWN]],
        }
        for one in page
    ]
    more = {"next_min_id": following} if following else {}
    return {"comments": entries, "comment_count": post.comments, **more, "status": "ok"}


def answers_as_page(post: Post, comment_pk: int, changes: Changes, surface: str) -> dict[str, Any] | None:
    """All answers to one comment as the app gives them; None when there is no such comment."""
    found = _by_pk(post, comment_pk)
    if found is None:
        return None
    entries = [_entry(answer, changes, surface) for answer in found.answers]
    return {"child_comments": entries, "child_comment_count": len(entries), "status": "ok"}

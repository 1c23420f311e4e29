"""Comments as libraries tell them, whatever they hold: what can be kept is kept, nothing else stops it."""

from __future__ import annotations

from typing import Any

import pytest

from bowerbird.scrapers import comments
from bowerbird.scraping import Comment

WHOLE = {"id": "a", "text": "Lovely", "author": "@b", "parent": "root", "like_count": 3, "timestamp": 1_700_000_000}
KEPT = Comment(
    platform_id="a", text="Lovely", author="@b", like_count=3, written_at="2023-11-14T22:13:20.000Z"
)  # fmt: skip

ODD = [
    ({}, KEPT),
    ({"parent": "c"}, {"parent_id": "c"}),
    ({"id": 77}, {"platform_id": "77"}),
    ({"text": "half \ud800 of \0 one"}, {"text": "half ? of  one"}),
    ({"text": "x" * 30_000}, {"text": "x" * comments.LONGEST}),
    ({"author": {"name": "b"}}, {"author": None}),
    ({"like_count": "3"}, {"like_count": None}),
    ({"like_count": -1}, {"like_count": None}),
    ({"like_count": 10**400}, {"like_count": None}),
    ({"timestamp": 1e18}, {"written_at": None}),
    ({"timestamp": float("nan")}, {"written_at": None}),
]


@pytest.mark.parametrize(("changed", "expected"), ODD, ids=str)
def test_what_can_be_kept_is_kept(changed: dict[str, Any], expected: Any) -> None:
    """A field of the wrong kind is missing; everything else stays."""
    [found] = comments.of_yt_dlp([{**WHOLE, **changed}])
    [one] = found.comments
    if isinstance(expected, Comment):
        assert one == expected
    else:
        assert {name: getattr(one, name) for name in expected} == expected


@pytest.mark.parametrize(
    "told", [None, (), [None, "text", 7], [{"text": "no id"}], [{"id": "a"}, {"id": "b", "text": " "}]]
)
def test_what_says_nothing_is_left_out(told: Any) -> None:
    """Without an id it could not be told from others, without words there is nothing to read."""
    assert list(comments.of_yt_dlp(told)) == []


def test_many_comments_come_a_few_at_once() -> None:
    """No event grows with the comments, and their order stays."""
    told = [{**WHOLE, "id": str(number)} for number in range(comments.AT_ONCE * 2 + 1)]
    pages = [event.comments for event in comments.of_yt_dlp(told)]
    assert [len(page) for page in pages] == [comments.AT_ONCE, comments.AT_ONCE, 1]
    assert [one.platform_id for page in pages for one in page] == [one["id"] for one in told]

"""What yt-dlp lists becomes members with addresses of their own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bowerbird.scrapers import lists
from bowerbird.scraping import Assignment, ListPage
from tests.scrapers.conftest import web


def pages(entries: list[Any], **fields: Any) -> list[ListPage]:
    """The pages of a list with these entries."""
    assignment = Assignment(job_id="j", folder="/f", target=web("https://pages.example/"), **fields)
    return list(lists.pages_of({"_type": "playlist", "entries": entries}, assignment))


def entry(number: int) -> dict[str, Any]:
    """A flat entry."""
    return {"_type": "url", "url": f"https://pages.example/{number}", "title": f"Number {number}"}


@pytest.mark.parametrize(
    ("found", "address"),
    [
        ({"url": "https://a.example/1"}, "https://a.example/1"),
        (
            {"formats": [{"url": "https://a.example/low.mp4"}, {"url": "https://a.example/high.mp4"}]},
            "https://a.example/high.mp4",
        ),
        ({"webpage_url": "https://a.example/page"}, "https://a.example/page"),
        ({"url": "ytsearch:x", "webpage_url": "https://a.example/page"}, "https://a.example/page"),
        ({"url": "file:///etc/passwd"}, None),
        ({"url": None, "formats": [None, 7, {}]}, None),
        ({}, None),
    ],
)
def test_member_needs_a_web_address(found: dict[str, Any], address: str | None) -> None:
    """An entry is reached by its own address, else by its best medium; a library's prefix is no address."""
    assert lists.address_of(found) == address


def test_lists_inside_of_lists_are_one_list() -> None:
    """Tabs and seasons come one after the other; entries that are nothing are left out."""
    nested = {"_type": "playlist", "entries": [entry(2), None, {"_type": "multi_video", "entries": [entry(3)]}]}
    assert [one.title for one in pages([entry(1), nested, None, {}, entry(4)])[0].members] == [
        "Number 1", "Number 2", "Number 3", "Number 4",
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [0, 1, 99, 100, 101, 250, None])
@pytest.mark.parametrize("start", [0, 100, 249, 250, 400])
def test_pages_and_cursors_add_up(limit: int | None, start: int) -> None:
    """Whatever the limit and the start, members come once and in order, and a cursor is there exactly if more are."""
    entries = [entry(number) for number in range(250)]
    found = pages(entries, cursor=str(start) if start else None, max_items=limit)
    end = 250 if limit is None else min(250, limit)
    members = [member.title for page in found for member in page.members]
    assert members == [f"Number {number}" for number in range(start, max(start, end))]
    more = start < 250 and end < 250
    assert (found[-1].cursor is not None) == more


def test_entries_are_read_only_as_far_as_needed() -> None:
    """An endless list with a limit of 5 is asked for its sixth entry and no further."""
    read: list[int] = []

    def endless() -> Any:
        number = 0
        while True:
            read.append(number)
            yield entry(number)
            number += 1

    assert pages(endless(), max_items=5)[-1].cursor == "5"
    assert len(read) == 6


@pytest.mark.parametrize(
    ("title", "code"),
    [("[Private video]", "private"), ("[Deleted video]", "gone"), ("[Unavailable video]", "gone"), ("Fine", "")],
)
def test_dead_members_are_known_by_their_title(title: str, code: str) -> None:
    """What the platform already says about a member need not be asked again."""
    member = pages([{**entry(1), "title": title}])[0].members[0]
    assert (member.error.code if member.error else "") == code


@pytest.mark.parametrize(("title", "kept"), [("a \ud800", "a ?"), (7, None), (["x"], None), ("Fine", "Fine")])
def test_odd_titles_harm_no_list(title: Any, kept: str | None) -> None:
    """Halves of characters are replaced, and what is no text is no title, of a list as of its members."""
    odd = {**entry(1), "title": title, "duration": 10**400, "url": "https://pages.example/\ud800"}
    assignment = Assignment(job_id="j", folder="/f", target=web("https://pages.example/"))
    found = {"_type": "playlist", "entries": [odd], "title": title, "playlist_count": 10**400}
    for page in (*lists.pages_of(found, assignment), lists.single_page("https://pages.example/\ud800", title)):
        assert msgspec.json.decode(msgspec.json.encode(page), type=ListPage) == page
        assert page.members[0].title == kept
    assert next(lists.pages_of(found, assignment)).title == kept

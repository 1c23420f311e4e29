"""Playlists, channels and handles become pages of members."""

from __future__ import annotations

import pytest

from bowerbird.scraping import ListPage, Member
from tests.platforms import StandIn, youtube
from tests.scrapers.conftest import Events, Scrape, listed


def members(events: Events) -> list[Member]:
    """All members of all pages, in order."""
    return [member for page in events.of(ListPage) for member in page.members]


def ids(events: Events) -> list[str]:
    """Their video ids."""
    return [member.url[-11:] for member in members(events)]


def playlist(playlist_id: str) -> str:
    """The path of a playlist."""
    return f"playlist?list={playlist_id}"


def test_playlist_names_its_members(scrape: Scrape, platforms: StandIn) -> None:
    """Titles, durations and order are the platform's; nothing of the videos themselves is fetched."""
    events = scrape(listed(playlist(youtube.WALKS)))
    page = events.one(ListPage)
    assert (page.title, page.total, page.cursor) == ("Walks", 3, None)
    assert page.members[0] == Member(
        url=f"https://www.youtube.com/watch?v={youtube.GARDEN}", title="A walk in the garden", duration=24.0
    )
    assert not platforms.seen(path="/watch*")


def test_removed_member_says_so(scrape: Scrape) -> None:
    """A dead entry has its reason at once and does not stop the rest."""
    found = members(scrape(listed(playlist(youtube.WITH_REMOVED))))
    assert [member.error.code if member.error else "" for member in found] == ["", "gone", ""]


def test_empty_playlist_is_done(scrape: Scrape) -> None:
    """Nothing to fetch is no error."""
    events = scrape(listed(playlist(youtube.EMPTY)))
    assert events.finished
    assert members(events) == []


def test_long_list_comes_in_pages(scrape: Scrape) -> None:
    """A list of 130 arrives whole and in order over several pages; only the last has no cursor."""
    events = scrape(listed(playlist(youtube.playlist_of(130))))
    assert ids(events) == list(youtube.members(130))
    assert [page.cursor for page in events.of(ListPage)] == ["100", None]
    assert events.of(ListPage)[0].total == 130


def test_limit_stops_with_a_cursor(scrape: Scrape, platforms: StandIn) -> None:
    """Only the newest so many come, and no page is read beyond them."""
    events = scrape(listed(youtube.channel_of(130) + "/videos", "channel"), max_items=20)
    assert ids(events) == list(youtube.members(130))[:20]
    assert events.of(ListPage)[-1].cursor == "20"
    assert not platforms.seen(path="/youtubei/v1/browse*")


@pytest.mark.parametrize(
    ("cursor", "limit", "expected"),
    [("20", 50, slice(20, 50)), ("120", 500, slice(120, 130)), ("130", 500, slice(130, 130))],
)
def test_continuation_goes_on_at_the_cursor(cursor: str, limit: int, expected: slice, scrape: Scrape) -> None:
    """The next attempt yields what comes after the cursor, up to the new limit from the start of the list."""
    events = scrape(listed(youtube.channel_of(130) + "/videos", "channel"), cursor=cursor, max_items=limit)
    assert ids(events) == list(youtube.members(130))[expected]
    assert events.of(ListPage)[-1].cursor == ("50" if limit == 50 else None)


def test_limit_of_the_exact_length_is_the_end(scrape: Scrape) -> None:
    """A list that is exactly as long as the limit has nothing more to ask for."""
    assert scrape(listed(playlist(youtube.WALKS)), max_items=3).one(ListPage).cursor is None


def test_handle_is_all_its_tabs(scrape: Scrape) -> None:
    """A bare handle gives the videos first, then past streams and shorts."""
    found = ids(scrape(listed(youtube.GARDENERS_HANDLE, "channel")))
    assert found[:5] == [youtube.GARDEN, youtube.UHD, youtube.SILENT, youtube.JAPANESE, youtube.AUTOMATIC]
    assert set(found[5:]) == {youtube.PAST_STREAM, youtube.SHORT}


def test_one_tab_is_only_that_tab(scrape: Scrape) -> None:
    """The shorts of a channel are its shorts, and stay shorts."""
    found = members(scrape(listed(f"{youtube.GARDENERS_HANDLE}/shorts", "channel")))
    assert [member.url for member in found] == [f"https://www.youtube.com/shorts/{youtube.SHORT}"]


def test_list_tells_its_creator(scrape: Scrape) -> None:
    """A channel is known by its id."""
    page = scrape(listed(f"{youtube.GARDENERS_HANDLE}/videos", "channel")).of(ListPage)[0]
    assert page.creator
    assert page.creator.platform_id == youtube.GARDENERS


def test_new_videos_come_first(scrape: Scrape, platforms: StandIn) -> None:
    """What was published since is at the head of the list."""
    platforms.publish(youtube.GARDENERS_HANDLE, 1)
    found = members(scrape(listed(f"{youtube.GARDENERS_HANDLE}/videos", "channel"), max_items=2))
    assert found[0].title == "New walk 1"
    assert found[1].url.endswith(youtube.GARDEN)

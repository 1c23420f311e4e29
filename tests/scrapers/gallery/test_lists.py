"""Collections and other lists: filed post by post, without what is archived, and on from where they stopped."""

from __future__ import annotations

import pytest

from bowerbird.scraping import (
    CreatorFound,
    FileReady,
    ItemDone,
    ItemFound,
    ListPage,
    Operation,
    Pace,
    Requested,
    Skipped,
)
from tests.platforms import StandIn, instagram, tiktok
from tests.platforms.boards import threads
from tests.platforms.exchange import Changes
from tests.platforms.instagram import files as cdn
from tests.scrapers.gallery.conftest import GalleryScrapes, collection, lent_by_tiktok
from tests.scrapers.instagram.conftest import asked, codes, last_cursor

BOARD = collection(instagram.COLLECTION)
SIXTY = collection(instagram.collection_of(60))


def test_collection_skips_what_is_gone_with_its_reason(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Of seven saved posts five are filed; the deleted and the private one are rows with a reason."""
    events = scrape.instagram(BOARD)
    assert events.finished, events
    assert len(events.of(ItemDone)) == 5
    skipped = events.of(Skipped)
    assert [one.error.code for one in skipped] == ["gone", "gone"]
    assert skipped[0].url == f"https://www.instagram.com/p/{instagram.GONE}/"
    assert asked(platforms) == 1
    assert last_cursor(events) is None


def test_collection_first_says_its_name_and_how_much_is_new(scrape: GalleryScrapes) -> None:
    """Before the first post is fetched the list has its name, and the first page its number of new posts."""
    events = scrape.instagram(SIXTY, max_items=1)
    listed = events.of(ListPage)[0]
    assert (listed.members, listed.title) == ((), "vision board")
    told = [one.text for one in events.of(Operation)]
    assert "At least 50 new posts" in told
    assert events.index(Operation("At least 50 new posts")) < events.index(events.of(ItemFound)[0])


def test_collection_comes_by_fifty(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Sixty posts cost two requests; each is reported, and each post is filed on its own."""
    events = scrape.instagram(SIXTY)
    assert events.finished
    assert len(set(codes(events))) == len(events.of(ItemDone)) == 60
    names = [one.name for one in events.of(FileReady)]
    assert len(set(names)) == len(names)
    assert asked(platforms) == sum(one.requests for one in events.of(Requested)) == 2
    assert [len(keys) for keys in scrape.asked] == [50, 10]


def test_collection_of_five_thousand_comes_to_its_end(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A hundred pages, of which one post is not archived: each page is asked for once, no file but that post's."""
    path = instagram.collection_of(5000)
    every = instagram.members(path, instagram.ME, Changes()) or ()
    missing = every[4321]
    scrape.archived = {f"instagram:{one.code}" for one in every} - {f"instagram:{missing.code}"}
    events = scrape.instagram(collection(path))
    assert events.finished, events
    assert codes(events) == [missing.code]
    assert asked(platforms) == 100
    assert sum(map(len, scrape.asked)) == 5000
    assert all(str(missing.pk)[:-3] in entry.target for entry in platforms.seen(cdn.CDN))
    assert last_cursor(events) is None


def test_archived_posts_are_not_fetched(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A second run costs the list's requests and no file; what was saved since is fetched."""
    scrape.instagram(SIXTY)
    platforms.publish(instagram.collection_of(60), 2)
    platforms.reset_log()
    events = scrape.instagram(SIXTY)
    assert events.finished
    assert len(codes(events)) == 2
    assert len({one.target.split("/")[-1][:19] for one in platforms.seen(cdn.CDN)}) <= 6


def test_known_page_ends_a_list_that_was_seen(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Where all of a page is archived and the rest was seen before, nothing more is asked."""
    scrape.instagram(SIXTY)
    platforms.reset_log()
    events = scrape.instagram(SIXTY, newest_only=True)
    assert events.finished
    assert asked(platforms) == 1
    assert last_cursor(events) is None


def test_list_goes_on_at_its_cursor(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """After the limit the next attempt asks for the page that it was on, and files the rest once."""
    first = scrape.instagram(SIXTY, max_items=55)
    assert first.finished
    cursor = last_cursor(first)
    assert cursor
    platforms.reset_log()
    second = scrape.instagram(SIXTY, cursor=cursor)
    assert second.finished
    assert asked(platforms) == 1
    assert len(codes(first)) == 55
    assert len({*codes(first), *codes(second)}) == len([*codes(first), *codes(second)]) == 60


def test_cursor_of_another_scraper_starts_anew(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A cursor that is none of ours leads to the list's start."""
    events = scrape.instagram(collection(instagram.OTHER_COLLECTION), cursor='{"v":1,"after":"12"}')
    assert events.finished
    assert len(codes(events)) == 2


def test_budget_ends_between_two_pages(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """With one request left the first page is filed whole, and the cursor leads to the second."""
    events = scrape.instagram(SIXTY, pace=Pace(requests=1))
    assert events.error == "rate_limited"
    assert len(events.of(ItemDone)) == 50
    assert asked(platforms) == 1
    rest = scrape.instagram(SIXTY, cursor=last_cursor(events))
    assert len(codes(rest)) == 10


def test_budget_ends_before_the_next_post(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Where each post costs a request, the list stops at a whole post, with no request above the budget."""
    events = scrape.instagram(f"{instagram.GARDEN}/reels/", pace=Pace(delay_min=1.0, delay_max=1.0, requests=6))
    assert events.error == "rate_limited"
    assert asked(platforms) == 6
    assert 0 < len(events.of(ItemDone)) < 5


def test_empty_collection_is_done(scrape: GalleryScrapes) -> None:
    """A collection without posts ends without an error."""
    assert scrape.instagram(collection(instagram.EMPTY_COLLECTION)).finished


def test_everything_saved_is_filed(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """All that an account saved, at one request for each 50."""
    events = scrape.instagram(f"{instagram.ME.username}/saved/")
    assert events.finished
    assert len(events.of(ItemDone)) == 60
    assert asked(platforms) == 2


def test_profile_says_whose_it_is(scrape: GalleryScrapes) -> None:
    """A profile is a creator and all its posts."""
    events = scrape.instagram(f"{instagram.GARDEN}/")
    assert events.finished, events
    assert events.one(CreatorFound).creator.handle == instagram.GARDEN
    assert len(events.of(ItemDone)) == 27


@pytest.mark.parametrize(
    ("path", "count"),
    [
        (f"{instagram.GARDEN}/reels/", 5),
        (f"{instagram.GARDEN}/tagged/", 15),
        (f"stories/{instagram.GARDEN}/", 2),
        (f"stories/highlights/{instagram.HIGHLIGHT}/", 3),
    ],
)
def test_other_list_of_a_profile(scrape: GalleryScrapes, path: str, count: int) -> None:
    """Reels, tagged posts, stories and a highlight: each member is an item with a file."""
    events = scrape.instagram(path)
    assert events.finished, events
    assert len(events.of(ItemDone)) == len(set(codes(events))) == count


def test_story_that_is_archived_is_not_fetched(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Of two stories the one that is there already costs no file."""
    scrape.archived.add(f"instagram:{instagram.STORY_VIDEO}")
    events = scrape.instagram(f"stories/{instagram.GARDEN}/")
    assert codes(events) == [str(instagram.STORY_IMAGE)]
    assert len(platforms.seen(cdn.CDN)) == 1


def members(events: object) -> list[str]:
    """The addresses of all members of a list."""
    return [one.url for page in events.of(ListPage) for one in page.members]  # type: ignore[attr-defined]


def test_tiktok_profile_is_its_posts(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Videos and photo posts become jobs of their own; no post's page is asked for."""
    events = scrape(f"https://www.tiktok.com/@{tiktok.user_of(20)}")
    assert events.finished, events
    found = members(events)
    assert len(found) == 20
    assert sum("/photo/" in one for one in found) == 20 // 3
    assert len(platforms.log) == 1 + 2
    assert events.of(ListPage)[-1].cursor is None


def test_what_was_saved_on_tiktok(scrape: GalleryScrapes) -> None:
    """The saved posts of whoever is signed in."""
    events = scrape(f"https://www.tiktok.com/@{tiktok.WATCHING}/saved", session=lent_by_tiktok())
    assert events.finished, events
    assert len(members(events)) == len(tiktok.SAVED)


def test_list_of_members_has_a_limit(scrape: GalleryScrapes) -> None:
    """Members behind the limit wait, and the next attempt goes on behind them."""
    url = f"https://www.tiktok.com/@{tiktok.user_of(20)}"
    first = scrape(url, max_items=5)
    assert len(members(first)) == 5
    rest = scrape(url, cursor=last_cursor(first))
    assert len({*members(first), *members(rest)}) == 20


def test_board_is_its_threads(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A board costs one request; its threads become jobs."""
    events = scrape(f"https://boards.4chan.org/{threads.PO}/")
    assert events.finished, events
    assert threads.url_4chan(threads.FOLDING) in members(events)
    assert len(platforms.log) == 1


def test_highlights_are_lists_of_their_own(scrape: GalleryScrapes) -> None:
    """Each highlight of a person becomes a job."""
    events = scrape.instagram(f"{instagram.GARDEN}/highlights/")
    assert events.finished, events
    assert len(members(events)) == 2

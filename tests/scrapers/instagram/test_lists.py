"""Profiles and other lists of Instagram: every member once, at its price, and on from where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bowerbird.scrapers.instagram.pages import Cursor, cursor_from
from bowerbird.scraping import CreatorFound, FileReady, ItemDone, ItemFound, ListPage, Requested, Skipped
from tests.platforms import StandIn, faults, instagram
from tests.platforms.conftest import LEAVES_SOCKETS
from tests.platforms.instagram import files as cdn
from tests.scrapers.conftest import StartChild
from tests.scrapers.instagram.conftest import Scrapes, asked, codes, files, last_cursor, lent

THIRTY = instagram.profile_of(30)
GARDEN = 27  # posts of GARDEN


def test_profile_arrives_to_its_oldest_post(scrape: Scrapes, platforms: StandIn) -> None:
    """All posts come, the newest first, each with its own files and its own end."""
    events = scrape(f"{instagram.GARDEN}/")
    assert events.finished
    found = codes(events)
    assert len(found) == len(set(found)) == len(events.of(ItemDone)) == GARDEN
    assert found[-3:] == [instagram.PHOTO, instagram.REEL, instagram.CAROUSEL]
    assert last_cursor(events) is None
    assert {one.name.split("/")[0] for one in events.of(FileReady)} == set(found)


def test_profile_costs_no_more_than_instaloader_asks(scrape: Scrapes, platforms: StandIn) -> None:
    """A page, a query, the start page, and a request for each 12 posts; every one of them is reported."""
    events = scrape(f"{instagram.profile_of(36)}/", session=lent(mid="fresh"))
    assert asked(platforms) == 1 + 1 + 1 + 3
    assert sum(one.requests for one in events.of(Requested)) == 1 + 1 + 1 + 3


def test_profile_says_whose_it_is(scrape: Scrapes) -> None:
    """The creator, with followers and number of posts, and the list's name and size come before any member."""
    events = scrape(f"{instagram.GARDEN}/", max_items=1)
    creator = events.one(CreatorFound).creator
    assert (creator.platform_id, creator.handle, creator.name) == ("4100000001", instagram.GARDEN, "Garden Notes")
    assert (creator.follower_count, creator.post_count) == (250, GARDEN)
    assert creator.biography == "A garden, day by day. #moss @moss.walks"
    listed = events.of(ListPage)[0]
    assert (listed.members, listed.title, listed.total) == ((), "Garden Notes", GARDEN)
    assert events.one(ItemFound).creator == creator


def test_archived_posts_cost_nothing(scrape: Scrapes, platforms: StandIn) -> None:
    """The worker is asked once a page, and of what is archived no file is asked for."""
    scrape(f"{instagram.GARDEN}/")
    platforms.reset_log()
    scrape.asked.clear()
    events = scrape(f"{instagram.GARDEN}/")
    assert events.finished
    assert not codes(events)
    assert [len(keys) for keys in scrape.asked] == [12, 12, 3]
    assert not platforms.seen(cdn.CDN)


def test_second_run_ends_at_the_first_known_page(scrape: Scrapes, platforms: StandIn) -> None:
    """After a run that came to the end an unchanged profile costs at most five requests."""
    scrape(f"{THIRTY}/")
    platforms.reset_log()
    events = scrape(f"{THIRTY}/", newest_only=True)
    assert events.finished
    assert last_cursor(events) is None
    assert asked(platforms) <= 5
    assert len(scrape.asked[-1]) == 12


def test_only_what_is_new_is_fetched(scrape: Scrapes, platforms: StandIn) -> None:
    """New posts stand at the head; they alone are fetched."""
    scrape(f"{instagram.GARDEN}/")
    platforms.publish(instagram.GARDEN, 3)
    events = scrape(f"{instagram.GARDEN}/", newest_only=True)
    assert len(codes(events)) == 3


def test_limit_ends_with_a_cursor(scrape: Scrapes) -> None:
    """With a limit so many new posts come, and the cursor says that there are more."""
    events = scrape(f"{THIRTY}/", max_items=15)
    assert events.finished
    assert len(codes(events)) == 15
    assert cursor_from(last_cursor(events)).last == codes(events)[-1]


def test_limit_of_bytes_ends_with_a_cursor(scrape: Scrapes) -> None:
    """With so many bytes fetched the list ends behind a whole item, and the cursor says that there are more."""
    events = scrape(f"{THIRTY}/", max_bytes=1_000_000)
    assert events.finished
    size = sum(one.size for one in files(events, "image", "video", "thumbnail"))
    assert 1_000_000 <= size < 2_000_000
    assert cursor_from(last_cursor(events)).last == codes(events)[-1]


def test_limit_that_is_just_the_length_ends_the_list(scrape: Scrapes) -> None:
    """A list of exactly as many posts as are wanted is at its end."""
    assert last_cursor(scrape(f"{THIRTY}/", max_items=30)) is None


@pytest.mark.parametrize("path", [f"{THIRTY}/", f"{instagram.ME.username}/saved/", f"{instagram.GARDEN}/tagged/"])
def test_list_goes_on_behind_its_cursor(scrape: Scrapes, platforms: StandIn, path: str) -> None:
    """What comes after the cursor comes once, and one page at most is asked for again."""
    first = scrape(path, max_items=14)
    platforms.reset_log()
    second = scrape(path, cursor=last_cursor(first))
    found = codes(first) + codes(second)
    assert second.finished
    assert len(found) == len(set(found))
    platforms.reset_log()
    whole = Scrapes(scrape.child, scrape.folder)(path)
    assert found == codes(whole)


def test_going_on_asks_one_page_again(scrape: Scrapes, platforms: StandIn) -> None:
    """A resumed list begins with the very page on which it stopped."""
    first = scrape(f"{THIRTY}/", max_items=14)
    platforms.reset_log()
    scrape(f"{THIRTY}/", cursor=last_cursor(first))
    lists = [one for one in platforms.log if "29104886249145907" in one.body]
    assert len(lists) == 2
    assert "after" in lists[0].body


@pytest.mark.parametrize("cursor", ["", "100", '{"v":99,"after":"x"}', '["a"]', "not json"])
def test_cursor_of_another_scraper_is_the_start(cursor: str) -> None:
    """What can't be read begins the list anew; what is archived is skipped anyway."""
    assert cursor_from(cursor) == Cursor()


def test_empty_profile_is_no_error(scrape: Scrapes) -> None:
    """A profile without posts ends with none."""
    events = scrape(f"{instagram.EMPTY}/")
    assert events.finished
    assert (codes(events), last_cursor(events)) == ([], None)
    assert events.of(ListPage)[0].total == 0


def test_visitor_gets_a_public_profile(scrape: Scrapes, platforms: StandIn) -> None:
    """Without a session every post of a public profile arrives, at a request each, and none for what is archived."""
    events = scrape(f"{instagram.GARDEN}/", session=None)
    assert events.finished
    assert len(codes(events)) == GARDEN
    platforms.reset_log()
    scrape(f"{instagram.GARDEN}/", session=None)
    assert asked(platforms) == 1 + 1 + 2


def test_visitor_goes_on_behind_the_cursor(scrape: Scrapes) -> None:
    """A visitor's list has a cursor too."""
    first = scrape(f"{instagram.GARDEN}/", session=None, max_items=14)
    second = scrape(f"{instagram.GARDEN}/", session=None, cursor=last_cursor(first))
    assert len({*codes(first), *codes(second)}) == GARDEN == len(codes(first)) + len(codes(second))


def test_private_profile_opens_to_who_follows_it(scrape: Scrapes) -> None:
    """Posts of a private profile come with the session of an account that follows it, or is it."""
    assert len(codes(scrape(f"{instagram.FOLLOWED}/"))) == 5
    own = scrape(f"{instagram.SECOND.username}/", session=lent(instagram.SECOND))
    assert len(codes(own)) == 1


def test_reels_tab_has_reels_alone(scrape: Scrapes) -> None:
    """All reels of a profile come, each of that kind."""
    events = scrape(f"{instagram.GARDEN}/reels/")
    assert {one.kind for one in events.of(ItemFound)} == {"reel"}
    assert codes(events)[-1] == instagram.REEL


def test_tagged_posts_are_of_others(scrape: Scrapes) -> None:
    """Posts in which a profile is tagged have the creators that they have."""
    events = scrape(f"{instagram.GARDEN}/tagged/")
    assert len(codes(events)) == 15
    assert {one.creator.handle for one in events.of(ItemFound) if one.creator} == {instagram.MOSS}


def test_saved_posts_are_those_of_the_account(scrape: Scrapes) -> None:
    """All that the account saved comes with the list's size, carousels whole."""
    events = scrape(f"{instagram.ME.username}/saved/")
    assert events.finished
    assert (len(codes(events)), events.of(ListPage)[0].total) == (60, 60)
    assert codes(events)[0] == instagram.CAROUSEL
    assert len([one for one in files(events, "image", "video") if one.name.startswith(instagram.CAROUSEL)]) == 3


def test_stories_of_a_profile(scrape: Scrapes, platforms: StandIn) -> None:
    """All stories that are shown come, picture and video, by their numbers; what is archived costs no file."""
    events = scrape(f"stories/{instagram.GARDEN}/")
    assert set(codes(events)) == {str(instagram.STORY_IMAGE), str(instagram.STORY_VIDEO)}
    assert len(files(events, "image", "video")) == 2
    assert {one.kind for one in events.of(ItemFound)} == {"story"}
    platforms.reset_log()
    scrape(f"stories/{instagram.GARDEN}/")
    assert asked(platforms) == 3
    assert not platforms.seen(cdn.CDN)


def test_profile_without_stories_has_none(scrape: Scrapes) -> None:
    """That there is no story now is no error."""
    events = scrape(f"stories/{instagram.EMPTY}/")
    assert events.finished
    assert events.of(ListPage)[-1].total == 0


def test_highlight_has_a_name_and_its_items(scrape: Scrapes) -> None:
    """One highlight comes with its title, its owner and all its items."""
    events = scrape(f"stories/highlights/{instagram.HIGHLIGHT}/")
    assert events.finished
    assert len(codes(events)) == 3
    assert events.of(ListPage)[0].title == "Lilies"
    assert {one.creator.handle for one in events.of(ItemFound) if one.creator} == {instagram.GARDEN}


def test_highlights_become_jobs_of_their_own(scrape: Scrapes) -> None:
    """Each highlight of a profile is told by its name, as a member."""
    members = scrape(f"{instagram.GARDEN}/highlights/").one(ListPage).members
    assert [(one.title, one.url.split("/")[-2]) for one in members] == [
        ("Lilies", instagram.HIGHLIGHT),
        ("Herons", instagram.OTHER_HIGHLIGHT),
    ]


def test_one_gone_post_is_skipped_with_its_reason(scrape: Scrapes, platforms: StandIn) -> None:
    """A post whose files are gone is skipped, and all others arrive."""
    code = codes(scrape(f"{instagram.GARDEN}/", max_items=5))[-1]
    fresh = Scrapes(scrape.child, scrape.folder)
    platforms.fault(faults.status(404, host=cdn.CDN, path=f"*{str(instagram.number(code))[:-1]}*"))
    events = fresh(f"{instagram.GARDEN}/")
    skipped = events.one(Skipped)
    assert (skipped.error.code, skipped.url) == ("gone", f"https://www.instagram.com/p/{code}/")
    assert skipped.title
    assert len(codes(events)) == GARDEN - 1
    assert events.finished
    assert not (fresh.last_folder / code).exists()


def test_skipped_post_is_not_skipped_again(scrape: Scrapes, platforms: StandIn) -> None:
    """A list that goes on does not ask again for what it skipped before its cursor."""
    code = codes(scrape(f"{instagram.GARDEN}/", max_items=3))[-1]
    fresh = Scrapes(scrape.child, scrape.folder)
    platforms.fault(faults.status(404, host=cdn.CDN, path=f"*{str(instagram.number(code))[:-1]}*"))
    first = fresh(f"{instagram.GARDEN}/", max_items=5)
    second = fresh(f"{instagram.GARDEN}/", cursor=last_cursor(first))
    assert (len(first.of(Skipped)), len(second.of(Skipped))) == (1, 0)
    assert len(codes(first)) + len(codes(second)) == GARDEN - 1


def test_post_that_broke_is_skipped_once_the_next_one_arrives(scrape: Scrapes, platforms: StandIn) -> None:
    """A post whose file never comes whole does not stop the list: it is skipped as soon as another one came."""
    code = codes(scrape(f"{instagram.GARDEN}/", max_items=5))[-1]
    platforms.fault(faults.status(503, host=cdn.CDN, path=f"*{str(instagram.number(code))[:-1]}*"))
    events = Scrapes(scrape.child, scrape.folder)(f"{instagram.GARDEN}/")
    assert events.one(Skipped).error.code == "network"
    assert len(codes(events)) == GARDEN - 1


def test_three_that_break_are_not_skipped(scrape: Scrapes, platforms: StandIn) -> None:
    """Where one after the other fails the attempt ends, behind the last post that came, and nothing is skipped."""
    whole = codes(scrape(f"{instagram.GARDEN}/"))
    platforms.fault(faults.drop(host=cdn.CDN, skip=5))
    fresh = Scrapes(scrape.child, scrape.folder)
    events = fresh(f"{instagram.GARDEN}/")
    assert events.error == "network"
    assert not events.of(Skipped)
    done = len(events.of(ItemDone))
    assert cursor_from(last_cursor(events)).last == whole[done - 1]
    platforms.clear()
    assert codes(events)[:done] + codes(fresh(f"{instagram.GARDEN}/", cursor=last_cursor(events))) == whole


def test_item_that_fails_is_never_half_told(scrape: Scrapes, platforms: StandIn) -> None:
    """Of a post that fails in a list nothing is told but that it was skipped."""
    platforms.fault(faults.status(404, host=cdn.CDN, path="*.mp4*"))
    events = scrape(f"{instagram.GARDEN}/")
    assert len(events.of(ItemFound)) == len(events.of(ItemDone))
    assert events.of(Skipped)


def _posts_query(**match: Any) -> dict[str, Any]:
    return {"host": "www.instagram.com", "text": "29104886249145907", **match}


def test_dead_session_keeps_what_came(scrape: Scrapes, platforms: StandIn) -> None:
    """A session that dies mid-list ends the attempt at its cursor; with the next one the rest comes."""
    platforms.fault(instagram.refusals.login_redirect(skip=1, **_posts_query()))
    first = scrape(f"{THIRTY}/")
    assert first.error == "session_expired"
    assert len(codes(first)) == 12
    platforms.clear()
    second = scrape(f"{THIRTY}/", cursor=last_cursor(first))
    assert len({*codes(first), *codes(second)}) == 30 == len(codes(first)) + len(codes(second))


def test_wrong_shape_is_not_the_end_of_a_list(scrape: Scrapes, platforms: StandIn) -> None:
    """A page of another shape is the library's fault, never an empty or a finished list."""
    platforms.fault(faults.wrong_shape(skip=1, **_posts_query()))
    events = scrape(f"{THIRTY}/")
    assert events.error == "scraper_outdated"
    assert last_cursor(events) is not None


NO_SUCH_POST = '{"data":{"xdt_api__v1__media__shortcode__web_info":{"items":[]}},"status":"ok"}'


def test_post_that_is_listed_and_not_there_is_skipped(scrape: Scrapes, platforms: StandIn) -> None:
    """Where a list names a post that can't be asked for, it is gone, and the others arrive."""
    platforms.fault(faults.wrong_shape(NO_SUCH_POST, text=instagram.PHOTO))
    events = scrape(f"{instagram.GARDEN}/", session=None)
    assert events.finished
    assert [(one.error.code, instagram.PHOTO in one.url) for one in events.of(Skipped)] == [("gone", True)]
    assert len(codes(events)) == GARDEN - 1


@pytest.mark.parametrize(
    ("path", "session", "code"),
    [(f"{instagram.GARDEN}/", None, "login_needed"), (f"{instagram.GARDEN}/reels/", lent(), "scraper_outdated")],
)
def test_three_in_a_row_that_are_not_there(
    scrape: Scrapes, platforms: StandIn, path: str, session: Any, code: str
) -> None:
    """Where none of the listed posts is there it is not the posts: the attempt ends after the third."""
    platforms.fault(faults.wrong_shape(NO_SUCH_POST, text="27128499623469141"))
    events = scrape(path, session=session)
    assert events.error == code
    assert not events.of(Skipped)
    assert len([one for one in platforms.log if "27128499623469141" in one.body]) == 3


def test_run_for_what_is_new_goes_on_where_it_was_stopped(scrape: Scrapes, platforms: StandIn) -> None:
    """A run for new posts that stopped behind a page of them does not take that page for the old ones."""
    scrape(f"{instagram.GARDEN}/")
    platforms.publish(instagram.GARDEN, 30)
    first = scrape(f"{instagram.GARDEN}/", newest_only=True, max_items=12)
    killed_behind_the_page = first.of(ItemDone)[-1].cursor
    second = scrape(f"{instagram.GARDEN}/", newest_only=True, cursor=killed_behind_the_page)
    assert len(codes(first)) + len(codes(second)) == 30


@LEAVES_SOCKETS
@pytest.mark.parametrize("account", [None, instagram.ME])
def test_profile_costs_what_the_library_alone_asks(
    start_child: StartChild,
    platforms: StandIn,
    settings: Any,
    tmp_path: Path,
    account: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Plain instaloader, which keeps all posts of a profile, asks the platform just as often as we do."""
    from instaloader import Profile

    from tests.platforms.loader import loader

    monkeypatch.setenv("HTTPS_PROXY", settings.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", settings.ca_bundle)
    plain = loader(tmp_path / "plain", account)
    for post in Profile.from_username(plain.context, instagram.GARDEN).get_posts():
        plain.download_post(post, "any")
    by_library = asked(platforms)
    platforms.reset_log()
    # not the warm child: after another visitor's list it has the start page already, and asks once less
    scrape = Scrapes(start_child("instaloader"), tmp_path)
    assert scrape(f"{instagram.GARDEN}/", session=account and lent(account)).finished
    assert asked(platforms) == by_library

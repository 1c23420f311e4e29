"""Photo posts, threads and other single pages: all their files in order, at the known price."""

from __future__ import annotations

import hashlib
import json

import pytest

from bowerbird.scraping import FileReady, ItemFound, Noted, Requested
from tests.platforms import StandIn, instagram, tiktok
from tests.platforms.boards import forum, threads
from tests.scrapers.conftest import web
from tests.scrapers.gallery.conftest import GalleryScrapes

PHOTO_POST = f"https://www.tiktok.com/@{tiktok.DANCER}/photo/{tiktok.PHOTOS}"
THREAD = threads.url_4chan(threads.FOLDING)


def media_of(events: object) -> list[tuple[str, int | None]]:
    """Type and position of each file that is no metadata."""
    return [(one.file_type, one.position) for one in events.of(FileReady) if one.file_type != "metadata"]  # type: ignore[attr-defined]


def test_photo_post_is_its_pictures_in_order_and_its_music(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """One page, three pictures and the music; the post says who made it and how often it was seen."""
    events = scrape(PHOTO_POST)
    assert events.finished, events
    item = events.one(ItemFound)
    assert (item.platform, item.platform_id, item.kind, item.url) == ("tiktok", tiktok.PHOTOS, "post", PHOTO_POST)
    assert (item.description, item.hashtags, item.view_count) == ("Three pictures #photos", ("photos",), 1200)
    assert item.creator
    assert (item.creator.handle, item.creator.platform_id) == (tiktok.DANCER, tiktok.sec_uid(tiktok.DANCER))
    assert media_of(events) == [("image", 1), ("image", 2), ("image", 3), ("audio", 4)]
    assert len(platforms.log) == 1 + 3 + 1
    assert sum(one.requests for one in events.of(Requested)) == 1


def test_thread_is_one_item_with_its_files_in_order(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A thread costs one request and its files; its title is the subject, its text the opening post."""
    events = scrape(THREAD)
    assert events.finished, events
    item = events.one(ItemFound)
    assert (item.platform, item.platform_id, item.kind) == ("4chan", f"po/{threads.FOLDING}", "thread")
    assert (item.title, item.description) == ("Folding a crane", 'Start with a "square".\nFold.')
    assert item.comment_count == 6
    assert media_of(events) == [("image", 1), ("image", 2), ("image", 3), ("video", 4), ("image", 5)]
    assert len(platforms.log) == 1 + 5


def test_posts_without_a_file_are_in_the_metadata(scrape: GalleryScrapes) -> None:
    """The words of all posts are kept, with the names that their files had."""
    events = scrape(THREAD)
    told = json.loads((scrape.last_folder / events.file("metadata").name).read_bytes())
    assert len(told["posts"]) == 7
    assert told["posts"][0]["original_name"] == "crane"
    assert "Which paper?" in told["posts"][1]["com"]


def test_files_are_those_of_the_board(scrape: GalleryScrapes) -> None:
    """Each file has the bytes that the board has, by its own checksum."""
    events = scrape(THREAD)
    for file in (one for one in events.of(FileReady) if one.file_type != "metadata"):
        assert hashlib.sha256((scrape.last_folder / file.name).read_bytes()).hexdigest() == file.sha256


def test_lost_file_leaves_the_others(scrape: GalleryScrapes) -> None:
    """A file that is gone and one of zeroes are noted; the thread is kept with the one that is there."""
    events = scrape(threads.url_4chan(threads.GAPS))
    assert events.finished, events
    assert media_of(events) == [("image", 1)]
    assert events.one(Noted).text == "2 of its 3 files could not be had."


@pytest.mark.parametrize(
    ("url", "title", "count"),
    [
        (threads.url_vichan(threads.SKETCHES), "Sketches", 4),
        (forum.url(forum.WALKS), "Garden walks", 7),
    ],
)
def test_thread_on_a_host_that_nobody_knows(scrape: GalleryScrapes, url: str, title: str, count: int) -> None:
    """The path says which software keeps the thread; it is an item of the web."""
    events = scrape(web(url))
    assert events.finished, events
    item = events.one(ItemFound)
    assert (item.platform, item.kind, item.title, item.url) == ("web", "thread", title, url)
    assert len(media_of(events)) == count


def test_unknown_page_is_not_asked_for(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """An address that gallery-dl does not know costs no request, and is left to the next scraper."""
    assert scrape(web("https://media.example/pages/one.html")).error == "not_supported"
    assert not platforms.log


@pytest.mark.parametrize(
    ("path", "kind", "files"),
    [
        (f"p/{instagram.CAROUSEL}/", "post", [("image", 1), ("video", 2), ("image", 3)]),
        (f"reel/{instagram.REEL}/", "reel", [("video", None), ("thumbnail", None)]),
        (f"p/{instagram.PHOTO}/", "post", [("image", None)]),
        (f"stories/{instagram.GARDEN}/{instagram.STORY_VIDEO}/", "story", [("video", None), ("thumbnail", None)]),
    ],
)
def test_item_of_instagram(scrape: GalleryScrapes, path: str, kind: str, files: list[tuple[str, int | None]]) -> None:
    """Posts, carousels, reels and stories come with their files in order."""
    events = scrape.instagram(path)
    assert events.finished, events
    assert events.one(ItemFound).kind == kind
    assert media_of(events) == files


def test_post_is_described_by_the_platforms_own_answer(scrape: GalleryScrapes) -> None:
    """Caption, hashtags, place, counts and the raw node are those of the platform."""
    events = scrape.instagram(f"p/{instagram.PHOTO}/")
    item = events.one(ItemFound)
    assert (item.platform_id, item.description, item.like_count) == (instagram.PHOTO, instagram.CAPTION, 1234)
    assert item.hashtags == ("moss", "garden", "Wintermorgen")
    assert item.location == "Lily Pond"
    told = json.loads((scrape.last_folder / events.file("metadata").name).read_bytes())
    assert told["mentions"] == ["moss.walks"]
    assert told["node"]["code"] == instagram.PHOTO


def test_refresh_fetches_no_file(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Where only the counts are wanted, one request is made."""
    events = scrape.instagram(f"p/{instagram.CAROUSEL}/", media=False)
    assert events.finished, events
    assert events.one(ItemFound).like_count == 100
    assert media_of(events) == []
    assert len(platforms.log) == 1

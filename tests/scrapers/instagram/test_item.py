"""One post, reel, carousel or story through a real child and the unmodified library."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from bowerbird.scraping import FileReady, ItemDone, ItemFound, Noted, Progress
from tests.platforms import StandIn, faults, instagram
from tests.platforms.instagram import files as cdn
from tests.scrapers.conftest import Events
from tests.scrapers.instagram.conftest import Scrapes, asked, files


def read(scrape: Scrapes, file: FileReady) -> bytes:
    """The bytes of a file of the last attempt."""
    return (scrape.last_folder / file.name).read_bytes()


def metadata(scrape: Scrapes, events: Events) -> dict[str, Any]:
    """What metadata.json holds."""
    found: dict[str, Any] = json.loads(read(scrape, events.file("metadata")))
    return found


def test_photo_arrives_with_all_its_words(scrape: Scrapes) -> None:
    """Caption, title, place, counts, times, creator and hashtags of a post are told."""
    item = scrape(f"p/{instagram.PHOTO}/").one(ItemFound)
    assert (item.platform, item.platform_id, item.kind) == ("instagram", instagram.PHOTO, "post")
    assert item.description == instagram.CAPTION
    assert item.title == "Frost on the lilies #moss #garden #Wintermorgen with @moss.walks — more at…"
    assert (item.location, item.like_count, item.comment_count) == ("Lily Pond", 1234, 0)
    assert item.hashtags == ("moss", "garden", "Wintermorgen")
    assert (item.taken_at, item.upload_date) == ("2026-05-28T22:26:40.000Z", "2026-05-28")
    assert item.creator
    assert (item.creator.platform_id, item.creator.handle) == ("4100000001", instagram.GARDEN)
    assert (item.creator.name, item.url) == ("Garden Notes", f"https://www.instagram.com/p/{instagram.PHOTO}/")


def test_carousel_arrives_in_its_order(scrape: Scrapes) -> None:
    """The files of a carousel are numbered from 1, each whole and hashed, with a picture's and a video's measures."""
    events = scrape(f"p/{instagram.CAROUSEL}/")
    assert events.finished
    found = files(events, "image", "video")
    code, pk = instagram.CAROUSEL, instagram.number(instagram.CAROUSEL)
    assert [one.name for one in found] == [f"{code}/{code}_{n}" for n in ("1.jpg", "2.mp4", "3.jpg")]
    assert [one.position for one in found] == [1, 2, 3]
    for n, file in enumerate(found, 1):
        content = cdn.content(pk + n, Path(file.name).suffix)
        assert read(scrape, file) == content
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (found[0].width, found[0].height) == (320, 180)
    assert (found[1].width, found[1].height) == (320, 180)
    assert found[1].duration == pytest.approx(4, abs=0.2)


def test_reel_is_a_video_with_its_thumbnail(scrape: Scrapes) -> None:
    """A reel has its kind, address, length, views and a still picture."""
    events = scrape(f"reel/{instagram.REEL}/")
    item = events.one(ItemFound)
    assert (item.kind, item.url) == ("reel", f"https://www.instagram.com/reel/{instagram.REEL}/")
    assert (item.duration, item.view_count) == (4.0, 4200)
    assert events.file("video").name == f"{instagram.REEL}/{instagram.REEL}.mp4"
    assert events.file("video").position is None
    assert events.file("thumbnail").name == f"{instagram.REEL}/thumbnail.jpg"


def test_one_post_is_filed_by_its_job(scrape: Scrapes) -> None:
    """A single target ends without `ItemDone`, and its progress comes to the whole."""
    events = scrape(f"p/{instagram.PHOTO}/")
    assert not events.of(ItemDone)
    assert events.of(Progress)[-1].fraction == 1


def test_post_costs_what_instaloader_asks(scrape: Scrapes, platforms: StandIn) -> None:
    """One post is one query and one call of the app for its best file."""
    scrape(f"p/{instagram.PHOTO}/")
    assert asked(platforms) == 2


def test_visitor_gets_a_public_post(scrape: Scrapes, platforms: StandIn) -> None:
    """Without a session a public post arrives all the same."""
    events = scrape(f"p/{instagram.CAROUSEL}/", session=None)
    assert events.finished
    assert len(files(events, "image", "video")) == 3
    assert asked(platforms) == 2


def test_metadata_holds_the_raw_node(scrape: Scrapes) -> None:
    """Mentions, tagged people and all that the platform said are in metadata.json; no signed address is."""
    events = scrape(f"p/{instagram.PHOTO}/")
    found = metadata(scrape, events)
    assert (found["mentions"], found["tagged_people"]) == (["moss.walks"], ["moss.walks"])
    assert found["node"]["location"]["lat"] == 47.0707
    assert found["node"]["owner"]["username"] == instagram.GARDEN
    text = read(scrape, events.file("metadata")).decode()
    assert "oh=" not in text
    assert "has_liked" not in text


def test_missing_and_hostile_captions(scrape: Scrapes) -> None:
    """A post without a caption has none and no title; markup in one stays text."""
    assert scrape(f"p/{instagram.NO_CAPTION}/").one(ItemFound).title is None
    assert scrape(f"p/{instagram.HOSTILE}/").one(ItemFound).description == instagram.MARKUP


@pytest.mark.parametrize(("code", "count"), [(instagram.FEW_COMMENTS, 8), (instagram.MANY_COMMENTS, 40)])
def test_comments_come_when_asked_for(scrape: Scrapes, code: str, count: int) -> None:
    """All comments and their answers are in metadata.json, and only when they were asked for."""
    found = metadata(scrape, scrape(f"p/{code}/", comments=True))["comments"]
    assert len(found) + sum(len(one["answers"]) for one in found) == count
    assert found[0] == {**found[0], "author": instagram.MOSS, "text": "What a morning! @garden.notes", "like_count": 2}
    assert "comments" not in metadata(scrape, scrape(f"p/{code}/"))


def test_refresh_fetches_no_media(scrape: Scrapes, platforms: StandIn) -> None:
    """Where only metadata is wanted no file is asked for."""
    events = scrape(f"p/{instagram.CAROUSEL}/", media=False)
    assert [one.file_type for one in events.of(FileReady)] == ["metadata"]
    assert not platforms.seen(cdn.CDN)


def test_stale_address_is_asked_for_again(scrape: Scrapes, platforms: StandIn) -> None:
    """A signature that the CDN no longer takes costs one more request for the post, not the post."""
    platforms.fault(faults.status(403, host=cdn.CDN, method="GET", times=1))
    events = scrape(f"p/{instagram.CAROUSEL}/")
    assert len(files(events, "image", "video")) == 3
    assert len(platforms.seen("www.instagram.com")) == 2


def test_one_missing_file_leaves_the_others(scrape: Scrapes, platforms: StandIn) -> None:
    """A file of a carousel that is gone is noted; the others keep their places."""
    pk = instagram.number(instagram.CAROUSEL)
    platforms.fault(faults.status(404, host=cdn.CDN, path=f"*{pk + 1}_n*"))
    events = scrape(f"p/{instagram.CAROUSEL}/")
    assert events.finished
    assert [one.position for one in files(events, "image", "video")] == [2, 3]
    assert "1 of its 3 files" in events.one(Noted).text


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.status(404, host=cdn.CDN), "gone"),
        (faults.page(host=cdn.CDN), "incomplete"),
        (faults.cut(3000, host=cdn.CDN, method="GET"), "network"),
        (faults.cut_unseen(3000, host=cdn.CDN, method="GET"), "incomplete"),
        (faults.status(503, host=cdn.CDN), "network"),
        (faults.status(403, host=cdn.CDN), "network"),
        (faults.status(200, "MZ\x90", host=cdn.CDN), "unsafe_file"),
    ],
)
def test_file_that_is_not_whole_is_no_file(scrape: Scrapes, platforms: StandIn, fault: Any, code: str) -> None:
    """What is missing, cut or something else than it says is an error, and nothing of it stays."""
    platforms.fault(fault)
    events = scrape(f"p/{instagram.PHOTO}/")
    assert events.error == code
    assert not files(events, "image", "video")
    assert not [one for one in scrape.last_folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize("fault", [faults.cut(3000, times=1), faults.status(503, times=1), faults.drop(times=1)])
def test_broken_connection_is_tried_again(scrape: Scrapes, platforms: StandIn, fault: Any) -> None:
    """A file whose connection broke once arrives at the second try."""
    platforms.fault(faults.replace(fault, host=cdn.CDN, method="GET"))
    assert scrape(f"p/{instagram.PHOTO}/").finished


@pytest.mark.parametrize(("limit", "code"), [("max_bytes", "too_large"), ("free_bytes", "disk_full")])
def test_limits_hold(scrape: Scrapes, limit: str, code: str) -> None:
    """A file above the limit, or above what the disk has, is refused before it is there."""
    assert scrape(f"p/{instagram.PHOTO}/", **{limit: 1000}).error == code


def test_share_link_leads_to_its_post(scrape: Scrapes) -> None:
    """A shared link costs one more request and saves what it leads to."""
    assert scrape("share/reel/BAbcdef123/").one(ItemFound).platform_id == instagram.REEL


def test_story_is_saved_by_its_number(scrape: Scrapes) -> None:
    """One story has its number as its id, its owner, and its video."""
    events = scrape(f"stories/{instagram.GARDEN}/{instagram.STORY_VIDEO}/")
    item = events.one(ItemFound)
    assert (item.platform_id, item.kind) == (str(instagram.STORY_VIDEO), "story")
    assert item.creator
    assert item.creator.handle == instagram.GARDEN
    assert events.file("video").name.endswith(f"{instagram.STORY_VIDEO}.mp4")
    assert item.url == f"https://www.instagram.com/stories/{instagram.GARDEN}/{instagram.STORY_VIDEO}/"

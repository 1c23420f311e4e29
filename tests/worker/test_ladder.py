"""In which order scrapers are tried: a table."""

from __future__ import annotations

import pytest

from bowerbird.model import CaptureOptions
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scrapers import SCRAPERS
from bowerbird.scraping import Failed
from bowerbird.targets import identify
from bowerbird.worker import ladder
from bowerbird.worker.outcome import Listed

PROFILE = "https://www.instagram.com/garden.notes/"
REEL = "https://www.instagram.com/reel/DCSgF2egxPo/"


def _job(url: str = PROFILE, **fields: object) -> ClaimedJob:
    target = identify(url)
    return ClaimedJob(
        id="job", target=target, target_key="", options=CaptureOptions(), parent_id=None, cursor=None, items_limit=None,
        refresh_only=False, item_id=None, **{"tries": 0, **fields},
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three libraries are there."""
    for name in ("instaloader", "gallery_dl", "yt_dlp"):
        monkeypatch.setitem(SCRAPERS, name, "x:X")


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({}, "instaloader"),
        ({"streamed": True, "scraper": "gallery_dl"}, "gallery_dl"),
        ({"streamed": True, "scraper": "gone_by_now"}, "instaloader"),
        ({"trouble": "rate_limited", "tries": 1}, "instaloader"),
        ({"trouble": "rate_limited", "tries": 2}, "gallery_dl"),
        ({"trouble": "network", "tries": 2}, "instaloader"),
        ({"trouble": "rate_limited", "tries": 4}, "instaloader"),
        ({"trouble": "rate_limited", "tries": 2, "streamed": True, "scraper": "gallery_dl"}, "instaloader"),
    ],
)
def test_first_scraper(fields: dict[str, object], first: str) -> None:
    """A list goes on with the scraper whose cursor it has; whoever is refused again and again makes way."""
    order = ladder.order(_job(**fields))
    assert order[0] == first
    assert sorted(order) == ["gallery_dl", "instaloader"]


@pytest.mark.parametrize(
    ("tries", "first"),
    [(1, "instaloader"), (2, "gallery_dl"), (3, "gallery_dl"), (4, "yt_dlp"), (5, "yt_dlp"), (6, "instaloader")],
)
def test_each_scraper_has_as_many_refusals(tries: int, first: str) -> None:
    """Of one post that is refused again and again each scraper is the first for two tries, the last one too."""
    order = ladder.order(_job(REEL, trouble="rate_limited", tries=tries))
    assert order[0] == first
    assert sorted(order) == ["gallery_dl", "instaloader", "yt_dlp"]


@pytest.mark.parametrize(
    ("url", "order"),
    [
        ("https://www.instagram.com/garden.notes/saved/walks/17900/", ("gallery_dl",)),
        ("https://www.instagram.com/p/DCSgF2egxAA/", ("instaloader", "gallery_dl", "yt_dlp")),
        (
            "https://www.instagram.com/stories/garden.notes/3600200000000001000/",
            ("instaloader", "gallery_dl", "yt_dlp"),
        ),
        ("https://www.instagram.com/stories/garden.notes/", ("instaloader", "gallery_dl")),
        ("https://www.tiktok.com/@dancer/video/7300000000000000001", ("yt_dlp", "gallery_dl")),
        ("https://www.tiktok.com/@dancer/photo/7300000000000000001", ("gallery_dl",)),
        ("https://www.tiktok.com/@dancer", ("gallery_dl", "yt_dlp")),
        ("https://boards.4chan.org/po/thread/500", ("gallery_dl", "yt_dlp")),
        ("https://www.youtube.com/watch?v=aaaaaaaaaaa", ("yt_dlp",)),
        ("https://pages.example/", ("yt_dlp", "gallery_dl", "files")),
    ],
)
def test_order_for_a_target(url: str, order: tuple[str, ...]) -> None:
    """Each library does what it does best, and the next one is there for when it fails."""
    assert ladder.order(_job(url)) == order


@pytest.mark.parametrize(
    ("code", "goes_on"),
    [
        ("not_supported", True),
        ("scraper_outdated", True),
        ("blocked", True),
        ("rate_limited", False),
        ("challenge", False),
        ("private", False),
        ("gone", False),
        ("network", False),
    ],
)
def test_next_scraper_is_for_what_lies_with_the_library(code: str, goes_on: bool) -> None:
    """What the platform says of the target or the account no other library changes."""
    assert ladder.goes_on(Failed(code=code, message="")) is goes_on
    assert not ladder.goes_on(Listed())


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("blocked", "not_supported"), "blocked"),
        (("not_supported", "scraper_outdated"), "scraper_outdated"),
        (("not_supported", "not_supported"), "not_supported"),
    ],
)
def test_reason_that_is_told(codes: tuple[str, ...], told: str) -> None:
    """When all fail a person reads the first reason that says more than that a page is not known."""
    assert ladder.most_telling([Failed(code=code, message="") for code in codes]).code == told

"""Browse and search by HTTP: filters and orders in the address, shelves that go on, thumbnails behind the gate."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from bowerbird.pages.browse import PAGE
from tests.pages.shelves import ITEMS, shelf
from tests.pages.sites import RunningSite

__all__ = ["shelf"]


@pytest.fixture
def visitor(shelf: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in."""
    with shelf.person() as client:
        yield client


def cards(page: str) -> list[str]:
    """The items of a page, by their addresses."""
    return re.findall(r'<h3><a dir="auto" href="/item/(\d+)"', page)


def test_a_shelf_goes_on_until_its_end(visitor: httpx.Client, shelf: RunningSite) -> None:
    """Each page leads to the next by a plain link, until everything was there once."""
    found, address = [], f"/browse/instagram/{shelf.found['creator']}?order=oldest"
    while address:
        page = visitor.get(address).text
        found += cards(page)
        link = re.search(r'id="more"><a class="btn" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else ""
    assert (len(found), len(set(found))) == (ITEMS, ITEMS)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("kind=reel", 13), ("year=2021", min(43, PAGE)), ("tag=kiln", 1), ("spoken=1", 1), ("gone=1", 1),
        ("collection=1", 1),
        ("kind=reel&year=2021", 4), ("kind=nothing", 0), ("year=x&order=x&after=x", PAGE),
        ("after=nan,3&order=longest", 0),
        ("order=longest&after=%00,1", PAGE), ("kind=%3Cb%3E", 0), ("tag=kiln&gone=1", 0),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(visitor: httpx.Client, shelf: RunningSite, asked: str, count: int) -> None:
    """Each filter, and several; what makes no sense is left out, and where nothing fits the page says what to do."""
    page = visitor.get(f"/browse/instagram/{shelf.found['creator']}?{asked}")
    assert page.status_code == 200
    assert len(cards(page.text)) == count
    assert count or "Show all" in page.text or "To the beginning" in page.text
    assert "<b>" not in page.text.partition("<h1")[0]


@pytest.mark.parametrize(("order", "years"), [("newest", "2022 2021 2020"), ("oldest", "2020 2021 2022")])
def test_months_stand_with_their_counts_and_lead_to_their_items(
    visitor: httpx.Client, shelf: RunningSite, order: str, years: str
) -> None:
    """Headings count the whole month, and the list of months leads to the first item of each."""
    address = f"/browse/instagram/{shelf.found['creator']}?order={order}"
    page = visitor.get(address).text
    year = years.split(maxsplit=1)[0]
    heading = re.search(r'<div class="month"><h2[^>]*>(.*?)</h2>', page)
    assert heading
    assert re.fullmatch(f"January {year} · 4[34]", re.sub("<[^>]*>", "", heading[1]))
    links = re.findall(r'href="([^"]+)" data-month="(\d{4})-01"', page)
    assert [one for _, one in links] == years.split()
    for link, one in links:
        begun = visitor.get(link.replace("&amp;", "&")).text
        assert re.findall(r'<section data-month="([^"]+)', begun)[0] == f"{one}-01"
        assert f'<option value="{one}-01" selected>' in begun
    assert "To the beginning" in begun
    assert "To the beginning" not in page


@pytest.mark.parametrize("asked", ["tag=kiln", "spoken=1", "gone=1", "collection=1", "order=archived&year=2021"])
def test_months_without_kept_counts_have_no_numbers(visitor: httpx.Client, asked: str) -> None:
    """Where nothing is counted headings stand alone, and there is no list of months."""
    page = visitor.get(f"/browse?order=newest&{asked}").text
    assert '<section data-month="2' in page
    assert 'class="count"' not in page
    assert 'data-part="months"' not in page


def test_an_order_without_days_has_no_months(visitor: httpx.Client) -> None:
    """By length there are no headings, and a month in the address is no matter."""
    page = visitor.get("/browse?order=longest&from=2021-01").text
    assert 'data-month="2' not in page
    assert len(cards(page)) == PAGE


def test_a_creators_page(visitor: httpx.Client, shelf: RunningSite) -> None:
    """Name, handle, own words, what is kept of how much, followers as a chart, and where one is."""
    page = visitor.get(f"/browse/instagram/{shelf.found['creator']}").text
    facts = ("Studio Halme", "@halme", "Stoneware.", "<b>130</b> of 500 posts", "gone there since", "Followers: 40 to")
    for words in (*facts, '<svg class="chart"', "Ceramics", 'aria-label="You are here"'):
        assert words in page
    assert "Studio Halme" in visitor.get("/creators/instagram").text
    assert visitor.get(f"/browse/youtube/{shelf.found['creator']}").status_code == 404
    assert visitor.get("/browse?collection=99").status_code == 404


def test_thumbnails_are_kept_by_the_browser_and_shown_to_nobody_else(shelf: RunningSite, visitor: httpx.Client) -> None:
    """A thumbnail has its size, and soft colours where it is not loaded at once; its address is for good."""
    page = visitor.get("/browse?tag=kiln").text
    address = re.search(r'<img src="(/thumbnails/[^"]+)" [^>]*width="320" height="180"', page)
    assert address
    assert '<svg class="blur"' not in page
    further_down = visitor.get("/browse?tag=kiln&after=9999,1").text
    assert '<svg class="blur"' in further_down
    assert 'alt="" loading="lazy"' in further_down
    answer = visitor.get(address[1])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.content[8:12] == b"WEBP"
    with shelf.stranger() as stranger:
        assert stranger.get(address[1]).status_code == 401
    pot = shelf.found["pot"]
    for path in ("/thumbnails/99999/320.webp", f"/thumbnails/{pot}/320.png", f"/thumbnails/{pot}/..%2f..%2farchive.db",
                 f"/media/.thumbnails/0/{pot}-320.webp"):  # fmt: skip
        assert visitor.get(path).status_code == 404
    # another width is none of ours: the picture itself comes instead, as for a thumbnail that was removed
    assert visitor.get(f"/thumbnails/{pot}/77.webp").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("celadon", 1), ("pot from:halme kind:reel", 12), ("pot year:2021 from:@halme", 43), ('"pot 12"', 1),
        ("pen in:comments", 1), ("from:halme -pot", 1), ("platform:instagram year:2022 kind:reel", 4), ("nowhere", 0),
        ('"', 0), ("in:zzz", 0), ("year:99999", 0), ("\x00", 0), ("kind:%", 0),
    ],
)  # fmt: skip
def test_search_narrows(visitor: httpx.Client, asked: str, count: int) -> None:
    """Words and operators find what they say, as a page and as the part that is fetched while one types."""
    page, part = (visitor.get(path, params={"q": asked}) for path in ("/search", "/live/search"))
    assert (page.status_code, part.status_code) == (200, 200)
    assert part.text.count('<li class="hit">') == min(20, count)
    assert part.text.strip() in page.text
    assert "<!doctype" not in part.text
    assert ("There is no kind “%” here, only" in part.text) == (asked == "kind:%")


def test_a_hit_leads_to_its_second_and_marks_its_words(visitor: httpx.Client) -> None:
    """What is said is a link to its second; a comment stands with its writer, and nothing in it is markup."""
    said = visitor.get("/search?q=celadon").text
    assert "#t=83" in said
    assert "<mark>celadon</mark>" in said
    written = visitor.get("/search?q=caps").text
    assert "<bdi>Ruth</bdi>: <bdi>“&lt;b&gt;pen <mark>caps</mark>&lt;/b&gt;”</bdi>" in written
    more = re.search(r'id="more"><a class="btn" href="([^"]+)"', visitor.get("/search?q=pot&order=newest").text)
    assert more
    assert "Show more" in visitor.get(more[1].replace("&amp;", "&")).text

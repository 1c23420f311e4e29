"""Gallery and search in a real Chromium: shelves that go on by themselves, answers while one types, keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bowerbird.pages.browse import PAGE
from tests.pages.shelves import ITEMS, shelf
from tests.pages.sites import RunningSite
from tests.pages.test_browser import browser, signed_in, wait_until

__all__ = ["browser", "shelf"]
pytestmark = pytest.mark.browser
SHIFTS = """
    new PerformanceObserver((list) => {
        for (const one of list.getEntries().filter((entry) => !entry.hadRecentInput)) {
            window.shifted = (window.shifted ?? 0) + one.value;
        }
    }).observe({ type: 'layout-shift', buffered: true })
"""


@pytest.fixture
def window(browser: Browser, shelf: RunningSite) -> Iterator[BrowserContext]:
    """A profile that is signed in."""
    context = signed_in(browser, shelf)
    yield context
    context.close()


def read_to_the_end(page: Page) -> None:
    """Scroll, as a person does, until all cards are there."""
    for _ in range(40):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(120)
        if page.locator(".card").count() == ITEMS:
            break
    expect(page.locator(".card")).to_have_count(ITEMS)


def test_a_shelf_goes_on_and_is_as_it_was_on_the_way_back(window: BrowserContext, shelf: RunningSite) -> None:
    """Cards come as one nears the end, nothing moves meanwhile, and who comes back from an item finds the place."""
    page = window.new_page()
    page.goto(f"{shelf.origin}/browse/instagram/{shelf.found['creator']}")
    page.evaluate(SHIFTS)
    read_to_the_end(page)
    expect(page.locator("#more a")).to_have_count(0)
    assert page.locator("section[data-month]").count() == 1
    assert page.evaluate("window.shifted ?? 0") < 0.01
    page.locator(".card").nth(100).scroll_into_view_if_needed()
    # the click scrolls once more where something lies over the link
    page.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('left-at', scrollY))")
    page.locator(".card h3 a").nth(100).click()
    page.wait_for_url("**/item/*")
    place = float(page.evaluate("sessionStorage.getItem('left-at')"))
    assert place > 4000
    page.go_back()
    expect(page.locator(".card")).to_have_count(ITEMS)
    wait_until(page, f"Math.abs(scrollY - {place}) < 5")


def test_months_go_on_without_being_told_twice(window: BrowserContext, shelf: RunningSite) -> None:
    """Pages that come by themselves continue the month that they begin with, and nothing moves meanwhile."""
    page = window.new_page()
    page.goto(f"{shelf.origin}/browse/instagram/{shelf.found['creator']}?order=newest")
    page.evaluate(SHIFTS)
    read_to_the_end(page)
    expect(page.locator(".month h2")).to_have_text(
        [re.compile(f"^January {year} · 4[34]$") for year in (2022, 2021, 2020)]
    )
    assert page.evaluate("window.shifted ?? 0") < 0.01
    page.locator(".card").nth(60).scroll_into_view_if_needed()
    assert page.evaluate("Math.round(document.querySelectorAll('.month')[1].getBoundingClientRect().top)") == 56


def test_a_month_is_gone_to(window: BrowserContext, shelf: RunningSite) -> None:
    """By a link of the rail where there is room for it, by a select where there is not."""
    page = window.new_page()
    address = f"{shelf.origin}/browse/instagram/{shelf.found['creator']}?order=newest"
    page.goto(address)
    page.locator(".jump summary", has_text="2021").click()
    page.get_by_role("link", name="January 2021").click()
    page.wait_for_url("**from=2021-01**")
    expect(page.locator(".month h2").first).to_have_text(re.compile("January 2021"))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".jump")).to_be_hidden()
    page.select_option("#from", "2020-01")
    page.wait_for_url("**from=2020-01**")
    expect(page.locator(".month h2").first).to_have_text(re.compile("January 2020"))
    page.get_by_role("link", name="To the beginning").click()
    page.wait_for_url(address)


def test_a_picture_that_is_gone_shows_what_is_beneath_it(window: BrowserContext, shelf: RunningSite) -> None:
    """There is no sign for what is broken: neither of what fails before any script runs, nor of what comes later."""
    page = window.new_page()
    page.route(re.compile("/(thumbnails|media)/"), lambda route: route.fulfill(status=404))
    for address, loading in (("/browse?tag=kiln", "auto"), ("/browse?tag=kiln&after=9999,1", "lazy")):
        page.goto(shelf.origin + address)
        assert page.locator(".pic img").first.evaluate("image => image.loading") == loading
        expect(page.locator(".pic img:visible, .rail img:visible")).to_have_count(0)


def test_arrows_and_filters(window: BrowserContext, shelf: RunningSite) -> None:
    """Arrows go from card to card, a filter acts as it is chosen, and Enter opens the item."""
    page = window.new_page()
    page.goto(f"{shelf.origin}/browse/instagram/{shelf.found['creator']}")
    links = page.locator(".card h3 a")
    links.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).not_to_be_focused()
    page.keyboard.press("ArrowUp")
    page.select_option("#year", "2021")
    page.wait_for_url("**year=2021**")
    page.check("input[name=spoken]")
    page.wait_for_url("**spoken=1**")
    expect(page.locator(".card")).to_have_count(1)
    page.locator(".card h3 a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/item/*")


def test_answers_come_while_one_types(window: BrowserContext, shelf: RunningSite) -> None:
    """The last text wins, the address says it, the count is told aloud, and the field keeps the focus."""
    page = window.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{shelf.origin}/search")
    page.keyboard.type("celadon", delay=30)
    expect(page.locator(".hit mark")).to_have_text("celadon")
    expect(page.locator("#said")).to_contain_text("1 item")
    expect(page.locator("#q")).to_be_focused()
    wait_until(page, "location.search === '?q=celadon'")
    page.locator("#q").fill("pot")
    expect(page.locator(".hit")).to_have_count(20)
    page.locator("#more a").click()
    expect(page.locator(".hit")).to_have_count(40)
    page.locator("#q").fill("nowhere at all")
    expect(page.locator(".empty h2")).to_have_text("No item fits")
    page.reload()
    expect(page.locator("#q")).to_have_value("nowhere at all")
    assert problems == []


def test_a_shelf_reads_without_script(browser: Browser, shelf: RunningSite) -> None:
    """The link leads to the next page, and a button applies the filters."""
    context = signed_in(browser, shelf, java_script_enabled=False)
    page: Page = context.new_page()
    page.goto(f"{shelf.origin}/browse/instagram/{shelf.found['creator']}")
    page.locator("#more a").click()
    expect(page.locator(".card")).to_have_count(PAGE)
    page.select_option("#year", "2020")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".card")).to_have_count(min(44, PAGE))
    context.close()

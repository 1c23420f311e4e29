"""Choosing cards in a real Chromium: keys, boxes, the bar and the way back; and the same without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bowerbird.database import open_writer
from tests.pages.sites import RunningSite
from tests.pages.test_browser import browser, signed_in
from tests.pages.test_forms import rows

__all__ = ["browser"]
pytestmark = pytest.mark.browser
ITEMS = 9
ADDRESS = "/browse/tiktok?order=newest"


@pytest.fixture
def nine(fresh: RunningSite) -> RunningSite:
    """A site with three items in each of three months."""
    with closing(open_writer(fresh.settings.database)) as db:
        db.executemany(
            "INSERT INTO items (id, platform, platform_id, kind, title, url, folder, upload_date, captured_at,"
            " updated_at) VALUES (?, 'tiktok', ?, 'video', ?, 'https://www.tiktok.com/@a/video/1', ?, ?, '2026', '')",
            [(100 + n, f"n{n}", f"Nest {n}", f"n{n}", f"2026{12 - n // 3:02}{20 - n:02}") for n in range(ITEMS)],
        )
        db.execute("INSERT INTO totals (platform, items, bytes) VALUES ('tiktok', 9, 0) ON CONFLICT DO NOTHING")
    return fresh


@pytest.fixture
def window(browser: Browser, nine: RunningSite) -> Iterator[BrowserContext]:
    """A profile that is signed in."""
    context = signed_in(browser, nine)
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext, nine: RunningSite) -> Page:
    """The shelf of nine, with the focus on its first card."""
    page = window.new_page()
    page.goto(f"{nine.origin}{ADDRESS}")
    page.locator(".card h3 a").first.focus()
    return page


def titles(page: Page) -> list[str]:
    """The cards in their order."""
    return page.locator(".card h3 a").all_inner_texts()


def test_cards_are_chosen_by_keys(page: Page) -> None:
    """One, a range and all; the bar says how many, aloud as well, and Escape lets go."""
    bar, told = page.locator("#chosen"), page.locator("#said")
    expect(bar).to_be_hidden()
    for key in ("x", "ArrowRight", "ArrowRight", "X"):
        page.keyboard.press(key)
    expect(bar).to_contain_text("3 chosen")
    expect(told).to_have_text("3 chosen")
    page.keyboard.press("a")
    expect(bar).to_contain_text("9 chosen")
    page.keyboard.press("#")
    expect(page.locator("#chosen-tag")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#chosen-tag")).to_be_hidden()
    expect(bar).to_contain_text("9 chosen")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(told).to_have_text("None chosen")


def test_cards_are_chosen_by_boxes(page: Page) -> None:
    """A box shows where one points or goes by keys; with Shift it takes a range, and arrows go on from it."""
    box = page.get_by_label("Choose Nest 1")
    expect(box).to_have_css("opacity", "0")
    page.locator(".card", has_text="Nest 1").hover()
    expect(box).to_have_css("opacity", "1")
    box.check()
    page.get_by_label("Choose Nest 5").click(modifiers=["Shift"])
    expect(page.locator("#chosen")).to_contain_text("5 chosen")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="Nest 6")).to_be_focused()
    page.get_by_role("button", name="Let go").click()
    expect(page.locator("#chosen")).to_be_hidden()


def test_deleted_cards_go_and_come_back(page: Page, nine: RunningSite) -> None:
    """They leave the shelf and its counts at once, a month that is empty goes with them; undo puts all in its place."""
    before = titles(page)
    page.evaluate("window.stayed = true")
    for key in ("x", "ArrowRight", "ArrowRight", "ArrowRight", "X", "Delete"):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("4 items put into the trash.")
    assert titles(page) == before[4:]
    expect(page.locator(".month:visible h2")).to_have_text(["November 2026 · 2", "October 2026 · 3"])
    expect(page.locator(".tabs, .rail").first.locator("[data-count='year-2026']")).to_have_text("5")
    expect(page.get_by_role("link", name="Nest 4")).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("4 items put back.")
    assert titles(page) == before
    expect(page.locator(".month:visible h2").first).to_have_text("December 2026 · 3")
    assert page.evaluate("window.stayed")
    assert rows(nine, "SELECT 1 FROM items WHERE deleted_at IS NOT NULL") == []


def test_a_second_press_waits_for_the_first(page: Page) -> None:
    """While cards are being deleted the key does nothing more: what was asked once is done once, and can be undone."""
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/chosen", hold)
    for key in ("x", "Delete", "Delete"):
        page.keyboard.press(key)
    expect(page.locator("#chosen")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Delete")
    (only,) = asked
    only.continue_()
    expect(page.locator(".toast")).to_contain_text("1 item put into the trash.")
    page.unroute("**/chosen")
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("1 item put back.")
    expect(page.locator(".card")).to_have_count(ITEMS)


def test_undo_is_a_button_too(page: Page) -> None:
    """The toast has the way back as long as it is there; also where nothing was left on the page."""
    page.keyboard.press("a")
    page.locator("#chosen").get_by_role("button", name="Delete").click()
    expect(page.locator(".card")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(ITEMS)


def test_cards_are_tagged(page: Page, nine: RunningSite) -> None:
    """A tag goes to all that are chosen, and is there to filter by at once; it is taken away in the same place."""
    for action, label, count in (("Give this tag", "2 items tagged.", 2), ("Take this tag away", "from 2 items.", 0)):
        page.get_by_label("Choose Nest 2").check(force=True)
        page.get_by_label("Choose Nest 3").check(force=True)
        page.keyboard.press("#")
        page.locator("#chosen-tag").fill("kiln")
        page.get_by_role("button", name=action).click()
        expect(page.locator(".toast")).to_contain_text(label)
        expect(page.locator("#chosen")).to_be_hidden()
        assert rows(nine, "SELECT count(*) FROM tags WHERE tag = 'kiln'") == [(count,)]
        expect(page.locator("#tag option", has_text="kiln")).to_have_count(count // 2)


def test_a_finger_finds_the_boxes(browser: Browser, nine: RunningSite) -> None:
    """Where nothing can be pointed at, the boxes are always there, and the bar fits the screen with its menu."""
    context = signed_in(browser, nine, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{nine.origin}{ADDRESS}")
    expect(page.get_by_label("Choose Nest 1")).to_have_css("opacity", "1")
    page.get_by_label("Choose Nest 1").tap()
    page.locator("#chosen summary").tap()
    for part in ("#chosen", "#chosen .menu-list"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_the_same_without_script(browser: Browser, nine: RunningSite) -> None:
    """Boxes, the bar and undo are plain forms."""
    context = signed_in(browser, nine, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{nine.origin}{ADDRESS}")
    page.get_by_label("Choose Nest 1").check(force=True)
    page.get_by_label("Choose Nest 7").check(force=True)
    page.locator("#chosen").get_by_role("button", name="Delete").click()
    expect(page.locator("main .toast")).to_contain_text("2 items put into the trash.")
    expect(page.locator(".card")).to_have_count(ITEMS - 2)
    assert re.search("order=newest", page.url)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(ITEMS)
    context.close()

"""The pages in a real Chromium: seeking, following, live rows, keys, and reading without script."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bowerbird import signin
from bowerbird.database import open_writer
from tests.pages.sites import RunningSite

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield started
        started.close()


def signed_in(browser: Browser, site: RunningSite, **options: object) -> BrowserContext:
    """A browser profile of its own that has a session."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.add_cookies([{"name": name, "value": value, "url": site.origin} for name, value in site.cookies().items()])
    return context


@pytest.fixture
def page(browser: Browser, site: RunningSite) -> Iterator[Page]:
    """A page of somebody who is signed in to the shared site."""
    context = signed_in(browser, site)
    yield context.new_page()
    context.close()


def playback(page: Page) -> float:
    """The second at which the player is."""
    return float(page.evaluate("document.getElementById('player').currentTime"))


def wait_until(page: Page, condition: str) -> None:
    """Wait until it is so; Playwright's own wait evaluates text within the page, which our policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def wait_for_second(page: Page, second: float) -> None:
    """Wait until the player is about there."""
    wait_until(page, f"Math.abs(document.getElementById('player').currentTime - {second}) < 3")


def test_a_link_signs_in_a_real_browser(browser: Browser, site: RunningSite) -> None:
    """The strict cookie of the one-use link is there on the page that it moves on to."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.origin)
    expect(page.locator("h1")).to_have_text("This archive is yours alone")
    page.goto(signin.sign_in_link(site.settings, "/history"))
    page.wait_for_url("**/history")
    expect(page.locator("h1")).to_have_text("History")
    context.close()


def test_a_spoken_line_seeks(page: Page, site: RunningSite) -> None:
    """A click on what is said goes there, by Range, and the line is marked as spoken."""
    ranges: list[int] = []
    page.on("response", lambda answer: ranges.append(answer.status) if answer.url.endswith(".mp4") else None)
    page.goto(f"{site.origin}/item/{site.found['video']}")
    wait_until(page, "document.getElementById('player').readyState >= 1")
    page.locator(".cue", has_text="A young male").click()
    wait_for_second(page, 21)
    expect(page.locator(".cue[aria-current]")).to_have_text(re.compile("A young male"))
    assert page.url.endswith("#t=21")
    assert 206 in ranges


@pytest.mark.parametrize("address", ["#t=12", "?t=12#t=12", "?t=12"])
def test_an_address_opens_at_its_second(page: Page, site: RunningSite, address: str) -> None:
    """A link to a second starts there."""
    page.goto(f"{site.origin}/item/{site.found['video']}{address}")
    wait_for_second(page, 12)


def test_a_search_hit_opens_at_its_second(page: Page, site: RunningSite) -> None:
    """From the words that one remembers to the second at which they are said, in two steps."""
    page.goto(site.origin)
    page.keyboard.press("/")
    page.keyboard.type("near enough")
    page.keyboard.press("Enter")
    page.locator(".snip dt a").first.click()
    page.wait_for_url("**/item/**")
    wait_for_second(page, 12)


def test_the_keys_of_the_player(page: Page, site: RunningSite) -> None:
    """Arrows and letters seek, space plays, and nothing of it happens while one types."""
    page.goto(f"{site.origin}/item/{site.found['video']}")
    wait_until(page, "document.getElementById('player').readyState >= 1")
    for key, second in (("ArrowRight", 5), ("l", 15), ("j", 5), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        wait_for_second(page, second)
    page.keyboard.press(" ")
    wait_until(page, "!document.getElementById('player').paused")
    page.keyboard.press("k")
    wait_until(page, "document.getElementById('player').paused")
    page.locator("#q").click()
    before = playback(page)
    page.keyboard.type("jl k")
    assert page.locator("#q").input_value() == "jl k"
    assert playback(page) == before


def test_captions_are_read_by_the_player(page: Page, site: RunningSite) -> None:
    """The caption files load and hold the lines."""
    page.goto(f"{site.origin}/item/{site.found['video']}")
    wait_until(page, "document.getElementById('player').readyState >= 1")
    page.keyboard.press("c")
    wait_until(page, "document.getElementById('player').textTracks[0].cues?.length === 8")
    assert page.evaluate("document.getElementById('player').textTracks[0].cues[0].text").startswith("It is a quarter")


def test_words_are_found_in_the_transcript(page: Page, site: RunningSite) -> None:
    """Finding counts the places and marks them."""
    page.goto(f"{site.origin}/item/{site.found['video']}")
    page.locator(".find-said").fill("it is")
    expect(page.locator(".seek [role=status]")).to_have_text("1 of 3")
    page.keyboard.press("Enter")
    expect(page.locator(".seek [role=status]")).to_have_text("2 of 3")
    assert page.evaluate("CSS.highlights.get('found').size") == 3


def test_rows_change_by_themselves(browser: Browser, fresh: RunningSite) -> None:
    """Progress, new jobs and new states appear without loading again; focus and half-typed text stay."""
    context = signed_in(browser, fresh)
    page = context.new_page()
    page.goto(fresh.origin)
    page.locator("#url").fill("https://half.typed/")
    page.locator(f"[data-key='job-{fresh.found['running']}'] .title").focus()
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute(
            "UPDATE jobs SET progress = 77, current_operation = 'Nearly there' WHERE id = ?", (fresh.found["running"],)
        )
        db.execute("UPDATE jobs SET status = 'completed', completed_at = '2026-01-01T00:00:00.000Z' WHERE id = ?",
                   (fresh.found["pending"],))  # fmt: skip
    row = page.locator(f"[data-key='job-{fresh.found['running']}']")
    expect(row.locator("progress")).to_have_attribute("value", "77.0")
    expect(row).to_contain_text("Nearly there")
    expect(page.locator(".pulse")).to_contain_text("3 to do")
    assert page.locator("#url").input_value() == "https://half.typed/"
    assert page.evaluate("document.activeElement.className") == "title"
    context.close()


def test_a_button_acts_in_place(browser: Browser, fresh: RunningSite) -> None:
    """Cancel takes a job out of what runs, without leaving the page."""
    context = signed_in(browser, fresh)
    page = context.new_page()
    page.goto(fresh.origin)
    page.evaluate("window.stayed = true")
    row = page.locator(f"[data-key='list-Queue'] [data-key='job-{fresh.found['pending']}']")
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    assert page.evaluate("window.stayed")
    context.close()


def test_nothing_is_asked_for_on_a_hidden_tab(browser: Browser, fresh: RunningSite) -> None:
    """A tab that nobody sees asks for nothing; it catches up when it is looked at again."""
    context = signed_in(browser, fresh)
    page = context.new_page()
    page.goto(fresh.origin)
    asked: list[str] = []
    with page.expect_response("**/live/dashboard"):
        pass
    page.evaluate(
        """Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    with page.expect_response("**/live/dashboard"):
        page.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")
    context.close()


def test_everything_works_without_script(browser: Browser, fresh: RunningSite) -> None:
    """Saving, acting, reading and seeking need no script."""
    context = signed_in(browser, fresh, java_script_enabled=False)
    page = context.new_page()
    page.goto(fresh.origin)
    page.locator("#url").fill("https://www.youtube.com/watch?v=noscript001")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-key='list-Queue']")).to_contain_text("noscript001")
    page.locator(f"[data-key='job-{fresh.found['failed']}']").get_by_role("button", name="Try again").click()
    expect(page.locator("[data-key='list-Queue']")).to_contain_text("window.owned")
    page.goto(f"{fresh.origin}/item/{fresh.found['video']}")
    page.locator(".said .at").last.click()
    expect(page.locator("#player")).to_have_attribute("src", re.compile(r"\.mp4#t=12$"))
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_what_lies_in_the_trash_can_be_put_back(browser: Browser, fresh: RunningSite, width: int) -> None:
    """Both ways stand there in words, on a phone too; what can't be undone is done by a second step alone."""
    with closing(open_writer(fresh.settings.database)) as db:
        db.execute("UPDATE items SET deleted_at = '2026-11-01T00:00:00.000Z'")
    context = signed_in(browser, fresh, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{fresh.origin}/trash")
    row = page.locator(".trashed").first
    for button in (row.get_by_role("button", name="Put back"), row.locator("summary")):
        box = button.bounding_box()
        assert box is not None
        assert box["width"] > 60
        assert button.evaluate("button => button.scrollWidth <= button.clientWidth")
    for_good = row.get_by_role("button", name="Remove for good")
    expect(for_good).to_be_hidden()
    row.locator("summary").click()
    box = for_good.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= width - box["width"]
    page.keyboard.press("Escape")
    expect(for_good).to_be_hidden()
    row.get_by_role("button", name="Put back").click()
    expect(page.locator("h1")).not_to_have_text("Trash")
    context.close()


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_no_page_is_wider_than_its_window(browser: Browser, site: RunningSite, width: int) -> None:
    """Nothing runs out of the side, whatever the titles are."""
    context = signed_in(browser, site, viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in (
        "/",
        "/history",
        "/browse",
        "/search?q=blue",
        f"/item/{site.found['hostile']}",
        f"/job/{site.found['failed']}",
    ):
        page.goto(site.origin + path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_settings_are_saved_where_one_is(browser: Browser, fresh: RunningSite, scripts: bool) -> None:
    """After Save the same part of the page is in sight, and so is what came of it; what other parts say is kept too."""
    context = signed_in(browser, fresh, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{fresh.origin}/settings")
    page.get_by_label("Members of a list").fill("77")
    page.get_by_label("Space that stays free").fill("2048")
    page.get_by_role("button", name="Save Disk and history").click()
    expect(page.locator(".toast")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Disk and history")).to_be_in_viewport()
    expect(page.get_by_label("Space that stays free")).to_have_value("2048")
    expect(page.get_by_label("Members of a list")).to_have_value("77")
    context.close()


def test_enter_saves_and_resets_nothing(browser: Browser, fresh: RunningSite) -> None:
    """In a part of the settings of which something was changed before, Enter still means Save."""
    context = signed_in(browser, fresh)
    page = context.new_page()
    page.goto(f"{fresh.origin}/settings")
    for label, value in (
        ("History, by number", "300"),
        ("History, by number", "400"),
        ("Space that stays free", "2048"),
    ):
        page.get_by_label(label).fill(value)
        page.get_by_label(label).press("Enter")
        expect(page.locator(".toast")).to_contain_text(f"Changed, from the next job on: {label}.")
        expect(page.get_by_label(label)).to_have_value(value)
    expect(page.get_by_label("History, by number")).to_have_value("400")
    page.get_by_role("button", name="Reset History, by number").click()
    expect(page.locator(".toast")).to_contain_text("Back to its default")
    expect(page.get_by_label("History, by number")).to_have_value("0")
    expect(page.get_by_label("Space that stays free")).to_have_value("2048")
    context.close()

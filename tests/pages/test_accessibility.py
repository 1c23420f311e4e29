"""axe-core finds nothing on any page of ours, light or dark; every page has the frame that a screen reader goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bowerbird.database import open_writer
from bowerbird.queue import events
from tests.pages.archives import pages_of
from tests.pages.sites import RunningSite

AXE = Path(__file__).parents[1] / "extension" / "node_modules" / "axe-core" / "axe.min.js"
OURS = ("/", "/browse", "/browse/youtube/1", "/creators", "/history", "/job/{failed}", "/job/{list}", "/search?q=blue",
        "/search", "/item/{video}", "/item/{pictures}", "/item/{video}/metadata", "/trash", "/stats", "/settings",
        "/logs", "/nowhere")  # fmt: skip
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield started
        started.close()


def violations(browser: Browser, site: RunningSite, scheme: str, size: dict[str, int]) -> dict[str, list[str]]:
    """What axe says of each page: rule and first place. The page's policy is lifted for the checker alone."""
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_cookies([{"name": name, "value": value, "url": site.origin} for name, value in site.cookies().items()])
    context.add_init_script(AXE.read_text("utf-8"))
    page, found = context.new_page(), {}
    for address in OURS:
        page.goto(site.origin + address.format(**site.found))
        said: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found[address] = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in said["violations"]]
    context.close()
    return {address: broken for address, broken in found.items() if broken}


@pytest.mark.browser
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix tests/extension ci")
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)])
def test_axe_finds_nothing(browser: Browser, site: RunningSite, scheme: str, size: dict[str, int]) -> None:
    """Names, roles, contrast and order of every page are in order, wide and light as on a phone in the dark."""
    assert violations(browser, site, scheme, size) == {}


def test_every_page_has_landmarks_and_a_way_past_them(person: httpx.Client, site: RunningSite) -> None:
    """One main, one first heading, a skip link to the content, and a name for each navigation."""
    for address in (*pages_of(site.found), "/stats", "/settings", "/logs"):
        page = person.get(address).text
        assert len(re.findall(r"<main\b", page)) == len(re.findall(r"<h1\b", page)) == 1, address
        assert '<a class="skip" href="#main">' in page, address
        assert not re.findall(r"<nav(?![^>]*aria-label)", page), address


def signed_in(browser: Browser, site: RunningSite, **options: object) -> Page:
    """A page of somebody who is signed in."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.add_cookies([{"name": name, "value": value, "url": site.origin} for name, value in site.cookies().items()])
    return context.new_page()


@pytest.mark.browser
def test_light_or_dark_is_chosen_in_place_and_stays(browser: Browser, site: RunningSite) -> None:
    """By a button or the key t, without loading the page; the next page has it from its first byte."""
    page = signed_in(browser, site, color_scheme="light")
    page.goto(f"{site.origin}/stats")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("window.stayed = true")
    with page.expect_response("**/appearance"):
        page.get_by_role("button", name="Dark", exact=True).click()
    assert page.evaluate(ground) != light
    with page.expect_response("**/appearance"):
        page.keyboard.press("t")
    assert page.evaluate(ground) == light
    with page.expect_response("**/appearance"):
        page.keyboard.press("t")
    assert page.evaluate("window.stayed")
    page.goto(f"{site.origin}/settings")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.get_by_role("button", name="Dark", exact=True).first).to_have_attribute("aria-pressed", "true")
    page.context.close()


@pytest.mark.browser
def test_the_log_can_be_held_still(browser: Browser, fresh: RunningSite) -> None:
    """New lines come by themselves, not while it is paused, and then all of them."""
    page = signed_in(browser, fresh)
    page.goto(f"{fresh.origin}/logs")
    pause = page.get_by_role("button", name="Pause", exact=True)
    with closing(open_writer(fresh.settings.database)) as db:
        events.note(db, "info", "site", "x", "one more line")
        expect(page.get_by_text("one more line")).to_be_visible()
        pause.click()
        expect(pause).to_have_attribute("aria-pressed", "true")
        events.note(db, "info", "site", "x", "a line meanwhile")
        for _ in range(2):
            page.wait_for_event("response")
        expect(page.get_by_text("a line meanwhile")).to_have_count(0)
        pause.click()
        expect(page.get_by_text("a line meanwhile")).to_be_visible()
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1024, 2560])
def test_nothing_is_wider_than_the_window_or_moves(browser: Browser, site: RunningSite, width: int) -> None:
    """From a small phone to a wide screen nobody scrolls sideways, and nothing jumps while it comes, however slowly."""
    page = signed_in(browser, site, viewport={"width": width, "height": 900})
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    found = {}
    for address in ("/", "/stats", "/settings", "/logs", "/browse", "/trash"):
        page.goto(site.origin + address)
        page.evaluate(
            "() => { window.moved = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
            " window.moved += one.value; }).observe({ type: 'layout-shift', buffered: true }); }"
        )
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found[address] = (page.evaluate("document.documentElement.scrollWidth"), round(page.evaluate("moved"), 3))
    page.context.close()
    assert found == dict.fromkeys(found, (width, 0))

"""axe-core finds nothing on any page of ours, light or dark; every page has the frame that a screen reader goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

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

"""The buttons that update the libraries in a real Chromium, with a real site, a real worker and real pip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from bowerbird.install.processes import stop_processes
from bowerbird.queue import updates
from tests.install.environments import Environment
from tests.pages.sites import RunningSite
from tests.pages.test_browser import browser, signed_in
from tests.platforms import youtube
from tests.worker.machine import PATIENCE, Machine, eventually, machine, platforms

__all__ = ["browser", "machine", "platforms"]

pytestmark = pytest.mark.browser
MOST = PATIENCE * 1000
NEWER = "2099.1.1"


@pytest.fixture
def page(tmp_path: Path, machine: Machine, browser: Browser) -> Iterator[Page]:
    """A page of somebody who is signed in to a site that runs where a newer yt-dlp can be installed."""
    environment = Environment(tmp_path)
    environment.offer_thin("yt-dlp", NEWER, "")
    machine.python = environment.python
    machine.environment |= environment.variables
    machine.start("-m", "bowerbird.pages")
    site = RunningSite(machine.settings)
    with site.stranger() as stranger:
        eventually(lambda: _answers(stranger), "the site answers")
    context = signed_in(browser, site, base_url=site.origin)
    yield context.new_page()
    context.close()
    stop_processes(machine.settings)


def _answers(stranger: httpx.Client) -> bool:
    try:
        return stranger.get("/alive").is_success
    except httpx.TransportError:
        return False


def test_the_button_in_settings_shows_what_it_does_and_did(page: Page) -> None:
    """It says that it is under way, then from which version to which, by itself and with the same page."""
    page.goto("/settings#libraries")
    page.evaluate("window.stayed = true")
    libraries = page.locator("[data-key=libraries]")
    libraries.get_by_role("button", name="Update the libraries").focus()
    page.keyboard.press("Enter")
    expect(libraries).to_contain_text("The libraries are being updated.")
    expect(libraries.get_by_role("button")).to_have_count(0)
    expect(libraries).to_contain_text(f"→ {NEWER}.", timeout=MOST)
    expect(libraries.locator("tr", has_text="yt-dlp").first).to_contain_text(NEWER)
    expect(libraries.get_by_role("button", name="Update the libraries")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_the_button_of_a_row_updates_and_tries_again(page: Page, machine: Machine) -> None:
    """In the history, what failed by an old library is saved by the new one after one click."""
    job_id = machine.save(f"https://www.youtube.com/watch?v={youtube.SILENT}")
    machine.db.execute(
        "UPDATE jobs SET status = 'failed', error_code = 'scraper_outdated', error_message = 'Too old.', hint = 'Do.'"
    )
    page.goto("/history")
    row = page.locator(f"[data-key='row-{job_id}']")
    row.get_by_role("button", name="Update and try again").click()
    expect(row).to_contain_text("Is tried again after the update")
    expect(row.locator(".state-cell")).to_contain_text("Saved", timeout=2 * MOST)
    assert machine.one("SELECT library FROM attempts") == f"yt-dlp {NEWER}"
    found = updates.last(machine.db)
    assert found
    assert found.update.code == "updated"

"""The same extension in Firefox ESR: a smoke test of the whole line."""

from __future__ import annotations

import pytest

from tests.platforms import web, youtube

from .conftest import Machine
from .eventually import eventually
from .firefox import firefox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("installed_firefox")]

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"


def test_a_click_saves_the_video(machine: Machine) -> None:
    """Click, acknowledgement, job, badge and popup; then a background that was ended shows the same truth."""
    with firefox(machine.home, machine.host_program, machine.environment, proxy=machine.platforms.url) as browser:
        tab = browser.page(VIDEO)
        browser.click_toolbar(tab)
        browser.wait_for("You have this")
        eventually(lambda: browser.badge() == "✓", said="the badge of what is done")
        assert machine.one("SELECT url, source FROM captures") == {"url": VIDEO, "source": "toolbar"}
        assert machine.one("SELECT status FROM jobs")["status"] == "completed"
        assert browser.stored("local", "outbox") == []
        browser.stop_background()
        assert browser.stored("session", "state")["connection"] == "connected"


def test_the_context_menu_and_the_key_save(machine: Machine) -> None:
    """A real right click on a video saves its file; the keyboard command saves the page."""
    with firefox(machine.home, machine.host_program, machine.environment, proxy=machine.platforms.url) as browser:
        tab = browser.page(web.VIDEO_PAGE)
        browser.click_menu(tab, "video", "video")
        eventually(lambda: machine.rows("SELECT * FROM captures"), said="the capture")
        browser.press_shortcut()
        eventually(lambda: len(machine.rows("SELECT * FROM captures")) == 2, said="the second capture")
        kept = machine.rows("SELECT url, source FROM captures ORDER BY id")
        assert kept == [{"url": web.ONE_MP4, "source": "video"}, {"url": web.VIDEO_PAGE, "source": "shortcut"}]


def test_without_the_host_the_click_is_kept(machine: Machine) -> None:
    """Host missing: the popup says so in plain words, and the capture waits in the outbox."""
    with firefox(machine.home, None, machine.environment, proxy=machine.platforms.url) as browser:
        browser.click_toolbar(browser.page(VIDEO))
        assert "installers/install.sh" in browser.wait_for("does not answer")
        eventually(lambda: browser.badge() == "?", said="the badge of a missing host")
        assert [entry["capture"]["url"] for entry in browser.stored("local", "outbox")] == [VIDEO]

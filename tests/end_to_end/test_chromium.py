"""The whole line in Debian's Chromium: click, native message, job, badge, popup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bowerbird.install.manifests import FILE_NAME, native_manifest
from tests.platforms import faults, web, youtube

from .chromium import Chromium, chromium
from .conftest import Machine
from .eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("installed_chromium")]

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
PLAYLIST = f"https://www.youtube.com/playlist?list={youtube.WALKS}"

Start = Callable[..., AbstractContextManager[Chromium]]


@pytest.fixture
def start(machine: Machine, tmp_path: Path) -> Start:
    """Starts Chromium on this machine; `host_program` may be None."""

    def started(host_program: Path | None = machine.host_program) -> AbstractContextManager[Chromium]:
        return chromium(tmp_path / "profile", host_program, machine.environment, proxy=machine.platforms.url)

    return started


@pytest.fixture
def browser(start: Start) -> Iterator[Chromium]:
    """A running Chromium on a machine where everything is in place."""
    with start() as running:
        yield running


def install_late(browser: Chromium, machine: Machine) -> None:
    """Makes the host known to a browser that already runs."""
    manifest = browser.profile / "NativeMessagingHosts" / FILE_NAME
    manifest.write_text(json.dumps(native_manifest("chromium", machine.host_program)))


def test_a_click_saves_the_video(browser: Chromium, machine: Machine) -> None:
    """One click: acknowledged as safe, seen while it runs, done as an item, told by the badge and by the popup."""
    # Slow enough that the badge, which follows the popup by a moment, is seen before the job is done.
    machine.platforms.fault(faults.slow(200_000, path="/videoplayback*"))
    page = browser.page(VIDEO)
    popup = browser.click_toolbar(page)
    popup.wait_for("Safe in the queue")
    capture = machine.one("SELECT * FROM captures")
    assert (capture["url"], capture["source"], capture["page_title"]) == (VIDEO, "toolbar", page.title())
    eventually(lambda: browser.badge() in {"…", "1"}, said="the badge of what is safe and not done")
    for scheme in ("light", "dark"):
        popup.scheme(scheme)
        browser.screenshot(popup, f"chromium-popup-saving-{scheme}.png")
    popup.wait_for("You have this")
    browser.screenshot(popup, "chromium-popup-saved.png")
    eventually(lambda: browser.badge() == "✓", said="the badge of what is done")
    assert machine.one("SELECT status FROM jobs")["status"] == "completed"
    assert machine.one("SELECT platform_id FROM items")["platform_id"] == youtube.GARDEN
    assert browser.stored("local", "outbox") == []


def test_a_second_look_saves_nothing_twice(browser: Chromium, machine: Machine) -> None:
    """Opening the popup again on the same page shows how it goes and captures nothing."""
    page = browser.page(VIDEO)
    first = browser.click_toolbar(page)
    first.wait_for("You have this")
    first.evaluate("window.close()")
    browser.stop_background()
    second = browser.click_toolbar(page)
    second.wait_for("You have this")
    second.evaluate(
        f"chrome.runtime.sendMessage({{do: 'look', page: {{url: {VIDEO!r}, title: '', incognito: false}}}})"
    )
    eventually(lambda: browser.stored("local", "outbox") == [], said="the empty outbox")
    assert len(machine.rows("SELECT * FROM captures")) == 1


def test_a_list_is_asked_about_first(browser: Chromium, machine: Machine) -> None:
    """A playlist is captured only after its own button was pressed, here with the keyboard."""
    popup = browser.click_toolbar(browser.page(PLAYLIST))
    popup.wait_for("Save this playlist")
    browser.screenshot(popup, "chromium-popup-list.png")
    assert machine.rows("SELECT * FROM captures") == []
    popup.evaluate("document.querySelector('[data-do=save]').focus()")
    popup.press("Enter")
    popup.wait_for("Safe in the queue")
    capture = machine.one("SELECT url, source FROM captures")
    assert capture == {"url": PLAYLIST, "source": "popup"}


@pytest.mark.parametrize(
    ("source", "clicked", "kept"),
    [
        ("page", {}, {"url": web.VIDEO_PAGE, "selection": None}),
        ("link", {"linkUrl": web.ONE_MP4}, {"url": web.ONE_MP4, "referrer": web.VIDEO_PAGE}),
        ("video", {"srcUrl": web.ONE_MP4, "mediaType": "video"}, {"url": web.ONE_MP4, "media_type": "video"}),
        ("selection", {"selectionText": "藍 أزرق"}, {"url": web.VIDEO_PAGE, "selection": "藍 أزرق"}),
    ],
)
def test_the_context_menu_saves_what_was_clicked(
    browser: Chromium, machine: Machine, source: str, clicked: dict[str, str], kept: dict[str, str | None]
) -> None:
    """Each entry of the context menu becomes a capture with the address, the source and the page around it."""
    page = browser.page(web.VIDEO_PAGE)
    browser.click_menu(source, page, **clicked)
    rows = eventually(lambda: machine.rows("SELECT * FROM captures"), said="the capture")
    expected = {"source": source, "page_url": web.VIDEO_PAGE, "page_title": page.title(), **kept}
    assert {name: rows[0][name] for name in expected} == expected


def test_the_keyboard_saves_the_page(browser: Chromium, machine: Machine) -> None:
    """The shortcut saves the page in front without a popup."""
    browser.press_shortcut(browser.page(VIDEO))
    rows = eventually(lambda: machine.rows("SELECT url, source FROM captures"), said="the capture")
    assert rows == [{"url": VIDEO, "source": "shortcut"}]


def test_without_the_host_the_click_is_kept_and_goes_through_later(start: Start, machine: Machine) -> None:
    """Host missing: plain words and a cure; the capture survives the browser's end and arrives once, by one look."""
    with start(None) as browser:
        popup = browser.click_toolbar(browser.page(VIDEO))
        popup.wait_for("Don't save it")
        for scheme in ("light", "dark"):
            popup.scheme(scheme)
            browser.screenshot(popup, f"chromium-popup-missing-{scheme}.png")
        assert "installers/install.sh" in popup.text
        eventually(lambda: browser.badge() == "?", said="the badge of a missing host")
        assert "1 save waits" in browser.tooltip()
    with start(None) as browser:
        popup = browser.click_toolbar(browser.page("about:blank"))
        popup.wait_for("does not answer")
        install_late(browser, machine)
        popup.click("[data-do=look_again]")
        eventually(lambda: machine.rows("SELECT * FROM captures"), said="the capture")
        eventually(lambda: browser.stored("local", "outbox") == [], said="the empty outbox")
        assert machine.one("SELECT url FROM captures")["url"] == VIDEO


def test_a_capture_that_the_archive_refused_for_now_is_sent_again(browser: Chromium, machine: Machine) -> None:
    """While archive.db is away nothing is called safe, and the save waits; when it is back one look sends it."""
    database = machine.archive / "archive.db"
    database.rename(database.with_suffix(".away"))
    popup = browser.click_toolbar(browser.page(VIDEO))
    eventually(lambda: browser.stored("local", "outbox"), said="the waiting save")
    assert "Safe in the queue" not in popup.text
    popup.evaluate("window.close()")
    browser.stop_background()
    database.with_suffix(".away").rename(database)
    popup = browser.click_toolbar(browser.page("about:blank"))
    eventually(lambda: machine.rows("SELECT * FROM captures"), said="the capture")
    eventually(lambda: browser.stored("local", "outbox") == [], said="the empty outbox")


def test_a_refused_address_is_told(browser: Chromium, machine: Machine) -> None:
    """A host of the person's own network is refused by the host, and the popup says so with the next step."""
    with browser.context.expect_page():
        browser.context.new_page()
    page = browser.context.pages[-1]
    page.route("**/*", lambda route: route.fulfill(body="<title>Router</title>", content_type="text/html"))
    page.goto("http://192.168.1.1/")
    popup = browser.click_toolbar(page)
    eventually(lambda: popup.evaluate("document.querySelector('.lead.bad') !== null"), said="the refusal")
    browser.screenshot(popup, "chromium-popup-refused.png")
    assert browser.stored("local", "outbox") == []
    assert machine.rows("SELECT * FROM jobs") == []


def test_a_tab_of_the_browser_itself_can_not_be_saved(browser: Chromium, machine: Machine) -> None:
    """On chrome://version the popup says why, and nothing is sent."""
    popup = browser.click_toolbar(browser.page("chrome://version/"))
    popup.wait_for("Nothing to save in this tab")
    assert machine.rows("SELECT * FROM captures") == []
    assert browser.stored("local", "outbox") == []


def test_the_archive_opens_signed_in(browser: Chromium) -> None:
    """“Open the archive” starts the site and opens its dashboard in a tab, signed in."""
    popup = browser.click_toolbar(browser.page("chrome://version/"))
    popup.wait_for("Nothing to save")
    with browser.context.expect_page() as opened:
        popup.click("[data-what=dashboard]")
    page = opened.value
    page.wait_for_url("http://127.0.0.1:*/")
    browser.screenshot(page, "chromium-dashboard.png")
    assert page.locator("form").count() > 0


def test_a_page_can_not_drive_the_extension(browser: Chromium, machine: Machine) -> None:
    """Messages, made-up events, frames and fetches of a hostile page reach neither the extension nor the host."""
    page = browser.page(web.VIDEO_PAGE)
    popup_page = f"chrome-extension://{browser.extension_id}/popup/popup.html"
    heard = page.evaluate(
        """async ([id, address]) => {
          const capture = {do: 'save', type: 'capture', page: {url: location.href, title: 'x', incognito: false}};
          postMessage(capture, '*');
          dispatchEvent(new KeyboardEvent('keydown', {key: 'Y', ctrlKey: true, shiftKey: true, bubbles: true}));
          const sent = await new Promise(done => {
            try { chrome.runtime.sendMessage(id, capture, () => done(chrome.runtime.lastError ? 'refused' : 'sent')); }
            catch { done('refused'); }
          });
          const fetched = await fetch(address).then(() => 'fetched', () => 'refused');
          const frame = document.body.appendChild(document.createElement('iframe'));
          frame.src = address;
          await new Promise(done => setTimeout(done, 500));
          return [sent, fetched];
        }""",
        [browser.extension_id, popup_page],
    )
    assert heard == ["refused", "refused"]
    assert machine.rows("SELECT * FROM captures") == []
    assert not browser.stored("local", "outbox")
    assert not (browser.stored("session", "state") or {}).get("saved")


def test_a_job_is_cancelled_from_the_popup(browser: Chromium, machine: Machine) -> None:
    """Cancel in the popup ends the job; “Try again” saves it after all."""
    machine.platforms.fault(faults.slow(20_000, path="/videoplayback*"))
    popup = browser.click_toolbar(browser.page(VIDEO))
    popup.wait_for("Safe in the queue")
    popup.wait_for("Running")
    popup.click("[data-action=cancel]")
    popup.wait_for("Cancelled")
    assert machine.one("SELECT status FROM jobs")["status"] == "cancelled"
    machine.platforms.clear()
    popup.click("[data-action=retry]")
    popup.wait_for("You have this")


def test_the_popup_shows_how_it_goes(browser: Chromium, machine: Machine) -> None:
    """While bytes come the popup shows amount and progress, and the badge the number of running jobs."""
    machine.platforms.fault(faults.slow(100_000, path="/videoplayback*"))
    popup = browser.click_toolbar(browser.page(VIDEO))
    popup.wait_for(" of ")
    eventually(lambda: popup.evaluate("document.querySelector('progress').value") > 0, said="some progress")
    eventually(lambda: browser.badge() == "1", said="the badge of one running job")
    for scheme in ("light", "dark"):
        popup.scheme(scheme)
        browser.screenshot(popup, f"chromium-popup-running-{scheme}.png")


def test_what_was_saved_plays_and_seeks(browser: Chromium) -> None:
    """From the popup the item's page opens signed in; its video plays and goes to the second that is asked for."""
    popup = browser.click_toolbar(browser.page(VIDEO))
    popup.wait_for("Open in the archive")
    with browser.context.expect_page() as opened:
        popup.click("[data-what=item]")
    page = opened.value
    page.wait_for_url("http://127.0.0.1:*/item/*")
    played = page.evaluate(
        """async () => {
          const video = document.querySelector('video');
          video.muted = true;
          await video.play();
          await new Promise(done => { video.addEventListener('seeked', done, {once: true}); video.currentTime = 12; });
          return [Math.round(video.currentTime), Math.round(video.duration), video.error];
        }"""
    )
    browser.screenshot(page, "chromium-item.png")
    assert played == [12, 24, None]


def test_an_idle_browser_lets_the_host_go_while_the_site_stays(browser: Chromium, machine: Machine) -> None:
    """When all is done and nobody looks, the host ends; what it started does not end with it."""
    browser.press_shortcut(browser.page(VIDEO))
    eventually(lambda: machine.rows("SELECT * FROM items"), said="the item")
    assert machine.running("bowerbird-host")
    eventually(lambda: not machine.running("bowerbird-host"), said="the host's end")
    popup = browser.click_toolbar(browser.page("chrome://version/"))
    popup.click("[data-what=dashboard]")
    eventually(lambda: machine.running("bowerbird.pages"), said="the site")
    popup.evaluate("window.close()")
    eventually(lambda: not machine.running("bowerbird-host"), said="the host's end")
    assert machine.running("bowerbird.pages")

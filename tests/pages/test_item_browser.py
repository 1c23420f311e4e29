"""An item's page in a real Chromium, and where browsers differ in a real Firefox."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bowerbird import signin
from tests.end_to_end.eventually import eventually
from tests.end_to_end.firefox import firefox
from tests.pages.sites import RunningSite
from tests.pages.test_browser import browser, playback, signed_in, wait_for_second
from tests.pages.test_forms import rows
from tests.platforms import media

__all__ = ["browser"]

pytestmark = pytest.mark.browser

SECONDS = 30.0
READY = "document.getElementById('player')?.readyState >= 1"


def wait_until(page: Page, condition: str) -> None:
    """Wait until it is so; twelve hours of media and speech may take a while on a busy machine."""
    eventually(lambda: (page.wait_for_timeout(30), page.evaluate(condition))[1], seconds=SECONDS, said=condition)


@pytest.fixture
def odd_page(browser: Browser, odd: RunningSite) -> Iterator[Page]:
    """A page of somebody who is signed in to the site of odd items."""
    context = signed_in(browser, odd)
    yield context.new_page()
    context.close()


@pytest.fixture
def fresh_page(browser: Browser, fresh: RunningSite) -> Iterator[Page]:
    """A page of somebody who is signed in to a site of their own."""
    context = signed_in(browser, fresh)
    yield context.new_page()
    context.close()


def test_the_keys_that_people_know(fresh_page: Page, fresh: RunningSite) -> None:
    """Tenths, speed, sound and the list of keys are where they are elsewhere; nothing of it while one types."""
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1")
    wait_until(page, READY)
    for key, second in (("5", 12), ("0", 0), ("9", 21)):
        page.keyboard.press(key)
        wait_until(page, f"Math.abs(document.getElementById('player').currentTime - {second}) < 1")
    for key in (">", ">", "<"):
        page.keyboard.press(key)
    assert page.evaluate("document.getElementById('player').playbackRate") == 1.25
    expect(page.locator("[data-speed]")).to_have_value("1.25")
    page.keyboard.press("m")
    assert page.evaluate("document.getElementById('player').muted")
    page.locator("#player").focus()
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    wait_until(page, "Math.abs(document.getElementById('player').currentTime - 5) < 0.6")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_contain_text("Slower, faster")
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).not_to_be_visible()
    page.locator("#tag").click()
    page.keyboard.type("m0k")
    assert page.evaluate("document.getElementById('player').muted")
    wait_until(page, "Math.abs(document.getElementById('player').currentTime - 5) < 0.6")


def test_one_goes_on_where_one_stopped(fresh_page: Page, fresh: RunningSite) -> None:
    """The place is kept by a pause, and the next visit begins there."""
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1#t=13")
    wait_until(page, READY)
    page.keyboard.press("k")
    wait_until(page, "!document.getElementById('player').paused")
    with page.expect_request("**/item/1/resume"):
        page.keyboard.press("k")
    eventually(lambda: rows(fresh, "SELECT resume_seconds FROM items WHERE id = 1")[0][0], said="the place")
    page.goto(f"{fresh.origin}/item/1")
    wait_until(page, READY)
    assert 12 < playback(page) < 18
    page.get_by_role("link", name="play from the start").click()
    wait_until(page, "document.getElementById('player').currentTime < 3")


def test_forms_act_in_place(fresh_page: Page, fresh: RunningSite) -> None:
    """A tag and a note are kept while the video stays where it is; what was refused is said in words."""
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1")
    page.evaluate("window.stayed = true")
    page.locator("details.notes summary").click()
    page.locator("#note").fill("not kept yet")
    page.locator("#tag").fill("seminar")
    page.keyboard.press("Enter")
    expect(page.locator(".tag.on")).to_have_text("seminar")
    expect(page.locator("#note")).to_have_value("not kept yet")
    expect(page.locator("#tag")).to_have_value("")
    expect(page.locator("body > .toast")).to_have_text("Tagged.")
    page.locator("#note").fill("look at 0:12")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".prose.own a")).to_have_text("0:12")
    page.get_by_role("button", name="Take the tag away: seminar").click()
    expect(page.locator(".tag.on")).to_have_count(0)
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute("UPDATE items SET deleted_at = '2026-01-01T00:00:00.000Z' WHERE id = 1")
    page.locator("#tag").fill("late")
    page.keyboard.press("Enter")
    expect(page.locator("body > .toast")).to_contain_text("This lies in the trash. Put it back first.")
    assert page.evaluate("window.stayed")


def test_deleting_asks_in_a_dialog(fresh_page: Page, fresh: RunningSite) -> None:
    """The menu opens by a key, the safe button has the focus, Escape keeps it; then it is deleted and put back."""
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1")
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete this?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.locator("details.menu summary").click()
    page.get_by_role("link", name="Delete…").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("h1")).to_have_text("This lies in the trash")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("h1")).to_contain_text("Why satin bowerbirds")
    expect(page.locator("body > .toast")).to_have_text("It is back.")
    assert "done=" not in page.url


def test_saving_again_shows_its_job(fresh_page: Page, fresh: RunningSite) -> None:
    """What is asked for shows above the player, and goes when it is done."""
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1")
    page.locator("details.menu summary").click()
    page.locator("form.again select").select_option("480")
    page.get_by_role("button", name="Save again").click()
    expect(page.locator("[data-key=work] .job")).to_contain_text("In the queue")
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute("UPDATE jobs SET status = 'completed' WHERE seq = (SELECT max(seq) FROM jobs)")
        db.execute("UPDATE items SET updated_at = '2999-01-01T00:00:00.000Z' WHERE id = 1")
    expect(page.get_by_role("link", name="Show what is new")).to_be_visible(timeout=15000)
    expect(page.locator("[data-key=work] .job")).to_have_count(0)


def test_another_language_leaves_the_player_alone(fresh_page: Page, fresh: RunningSite) -> None:
    """Choosing a language changes the lines, not the second; more comments come in their place."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.executemany(
            "INSERT INTO comments (item_id, platform_id, text) VALUES (1, ?, ?)",
            ((f"c{n}", f"say {n}") for n in range(70)),
        )
    page = fresh_page
    page.goto(f"{fresh.origin}/item/1#t=12")
    wait_until(page, READY)
    page.locator("#transcript").select_option(label="de, automatic")
    expect(page.locator(".cue")).to_have_text(["Es ist Viertel vor f\u00fcnf."])
    wait_for_second(page, 12)
    page.locator(".cue").click()
    wait_for_second(page, 0)
    page.get_by_role("link", name="More comments").click()
    expect(page.locator(".comments li")).to_have_count(70)
    expect(page.get_by_role("link", name="More comments")).to_have_count(0)


def test_a_day_of_speech_stays_quick(odd_page: Page, odd: RunningSite) -> None:
    """200,000 words come after the page; they are followed, found and marked on the seam; nothing moved meanwhile."""
    page = odd_page
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
        " if (!one.hadRecentInput) window.moved += one.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(f"{odd.origin}/item/{odd.found['long']}")
    wait_until(page, READY)
    wait_until(page, "document.querySelectorAll('.cue').length === 25000")
    assert page.evaluate("window.moved") < 0.01
    page.evaluate("document.getElementById('player').currentTime = 39000")
    now = page.locator(".cue[aria-current]")
    expect(now).to_have_attribute("data-t", "39000")
    inside = "(() => { const lines = document.querySelector('.lines').getBoundingClientRect();"
    inside += " const cue = document.querySelector('.cue[aria-current]').getBoundingClientRect();"
    inside += " return cue.top > lines.top && cue.bottom < lines.bottom; })()"
    wait_until(page, inside)
    page.locator(".lines").hover()
    page.mouse.wheel(0, -3000)
    expect(page.locator(".follow input")).not_to_be_checked()
    page.locator(".find-said").fill("is here he lays")
    expect(page.locator(".seek [role=status]")).to_have_text("1 of 24", timeout=SECONDS * 1000)
    assert page.locator(".seam .hit").count() == 24
    page.keyboard.press("Enter")
    expect(page.locator(".cue.chosen")).to_have_text("landmark 1 is here")
    page.locator(".follow input").check()
    wait_until(page, inside)


def test_pieces_are_turned(odd_page: Page, odd: RunningSite) -> None:
    """Keys, quick ones too, arrows, the strip and an address lead to a piece; the count is that of a hundred."""
    page = odd_page
    page.goto(f"{odd.origin}/item/{odd.found['hundred']}")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    current = page.locator(".film [aria-current]")
    expect(current).to_have_text("4")
    page.locator(".slides").focus()
    page.keyboard.press("End")
    expect(current).to_have_text("100")
    page.keyboard.press("ArrowRight")
    expect(current).to_have_text("100")
    page.locator(".film a", has_text="57").click()
    expect(current).to_have_text("57")
    before = page.evaluate("scrollY")
    page.locator("#piece-57 .prev").click()
    expect(current).to_have_text("56")
    wait_until(page, "location.hash === '#piece-56'")
    assert page.evaluate("scrollY") == before
    page.reload()
    expect(current).to_have_text("56")
    loaded = "[...document.querySelectorAll('.slides img')].filter((one) => one.complete && one.naturalWidth).length"
    assert page.evaluate(loaded) < 60


def test_a_swipe_turns(browser: Browser, odd: RunningSite) -> None:
    """On a phone a finger does it, and a film among the pieces is played by the space bar and stops when turned."""
    context = signed_in(browser, odd, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{odd.origin}/item/{odd.found['mixed']}")
    session = context.new_cdp_session(page)
    steps = [("touchStart", 330), *(("touchMove", x) for x in range(310, 60, -25)), ("touchEnd", None)]
    for kind, x in steps:
        points = [{"x": x, "y": 300}] if x else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator(".film [aria-current]")).to_contain_text("2")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".film [aria-current]")).to_have_attribute("aria-label", "Piece 3")
    page.keyboard.press(" ")
    wait_until(page, "!document.querySelector('#slides video').paused")
    page.keyboard.press("ArrowLeft")
    wait_until(page, "document.querySelector('#slides video').paused")
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_runs_out_of_the_side(browser: Browser, odd: RunningSite, width: int) -> None:
    """Whatever an item is, its page is as wide as its window, and every control has a name."""
    context = signed_in(browser, odd, viewport={"width": width, "height": 800})
    page = context.new_page()
    nameless = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
        .filter((one) => !one.ariaLabel && !one.textContent.trim() && !one.labels?.length && !one.title
            && !one.querySelector('img[alt]:not([alt=""])')).length"""
    for name, item_id in odd.found.items():
        page.goto(f"{odd.origin}/item/{item_id}")
        assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, width)
        assert (name, page.evaluate(nameless)) == (name, 0)
    context.close()


@pytest.mark.slow
def test_the_page_in_firefox(fresh: RunningSite, tmp_path: Path) -> None:
    """Keys, also with the player in focus, seeking, finding, tagging and the place to go on from work there too."""
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"}
    # Debian's Firefox plays H.264 only where the system has a library for it
    film = (
        fresh.settings.archive
        / rows(fresh, "SELECT file_path FROM files WHERE item_id = 1 AND file_type = 'video'")[0][0]
    )
    film.with_suffix(".webm").write_bytes(media.unique("both-24.webm", "firefox"))
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute("UPDATE files SET file_path = replace(file_path, '.mp4', '.webm') WHERE file_type = 'video'")
    with firefox(tmp_path, None, environment) as started:
        tab = started.page(signin.sign_in_link(fresh.settings, "/item/1"))

        def value(expression: str) -> object:
            return started.bidi.evaluate(tab, expression)

        def until(expression: str) -> None:
            eventually(lambda: value(expression), said=expression)

        def press(*keys: str) -> None:
            actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
            started.bidi.send(
                "input.performActions", context=tab, actions=[{"type": "key", "id": "keys", "actions": actions}]
            )

        until("document.getElementById('player')?.readyState >= 1 && document.querySelector('bower-transcript')?.cues")
        press("l")
        until("Math.abs(player.currentTime - 10) < 0.6")
        value("player.focus()")
        press("\ue014")
        until("Math.abs(player.currentTime - 15) < 0.6")
        press(" ")
        until("!player.paused")
        press("k")
        until("player.paused")
        eventually(lambda: rows(fresh, "SELECT resume_seconds FROM items WHERE id = 1")[0][0], said="the place")
        value("(document.querySelector('.find-said').focus(), 1)")
        press(*"it is")
        until("document.querySelector('.seek [role=status]').textContent === '1 of 3'")
        value("(document.getElementById('tag').focus(), 1)")
        press(*"blue", "\ue007")
        until("document.querySelector('.tag.on')?.textContent.trim() === 'blue'")
        press("?")
        value("(document.activeElement.blur(), 1)")
        press("?")
        until("document.getElementById('keys-dialog')?.open")

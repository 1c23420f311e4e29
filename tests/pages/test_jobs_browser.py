"""Dashboard and history in a real Chromium, and the same by hand and keys in a real Firefox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bowerbird import signin
from tests.end_to_end.eventually import eventually
from tests.end_to_end.firefox import firefox
from tests.pages.sites import RunningSite
from tests.pages.test_browser import browser, signed_in
from tests.pages.test_forms import rows
from tests.pages.test_jobs import SAVED, archive, many

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, fresh: RunningSite) -> Iterator[Page]:
    """A page of somebody who is signed in to a site of their own."""
    context = signed_in(browser, fresh, viewport={"width": 1280, "height": 1000})
    yield context.new_page()
    context.close()


def queue(site: RunningSite) -> list[str]:
    """The titles of what waits for its turn, as the worker takes them."""
    sql = "SELECT title FROM jobs WHERE status = 'pending' ORDER BY priority DESC, place, seq"
    return [title for (title,) in rows(site, sql)]


def handle(page: Page, title: str) -> str:
    """Where the handle of a row is."""
    return f".queue .job:has(.title:text-is('{title}')) .grip"


def test_the_queue_is_put_in_order_by_dragging(page: Page, fresh: RunningSite) -> None:
    """A row follows the pointer by its handle, stays where it is let go, and goes back where Escape is pressed."""
    many(fresh, 4)
    page.goto(fresh.origin)
    names = page.locator(".queue .title")
    before = names.all_inner_texts()
    wanted = [name for name in before if name != "pending 3"]
    wanted.insert(wanted.index("pending 1"), "pending 3")
    for escape in (True, False):
        page.locator(handle(page, "pending 3")).hover()
        page.mouse.down()
        box = page.locator(".queue .job", has_text="pending 1").bounding_box()
        assert box
        page.mouse.move(box["x"] + 30, box["y"] + 4, steps=4)
        assert names.all_inner_texts() == wanted
        if escape:
            page.keyboard.press("Escape")
            assert names.all_inner_texts() == before
        page.mouse.up()
    eventually(lambda: queue(fresh) == wanted)
    expect(page.locator("#moved")).to_have_text("pending 3: place " + str(wanted.index("pending 3") + 1))
    assert names.all_inner_texts() == wanted


def test_the_queue_is_put_in_order_by_keys(page: Page, fresh: RunningSite) -> None:
    """Arrows move the row whose handle has the focus, as fast as one presses; it keeps the focus when rows renew."""
    many(fresh, 4)
    page.goto(fresh.origin)
    page.locator(handle(page, "pending 2")).focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowUp", "Home", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    eventually(lambda: queue(fresh).index("pending 2") == 1)
    with page.expect_response("**/live/dashboard"):
        pass
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move: pending 2"
    expect(page.locator(".queue .title").nth(1)).to_have_text("pending 2")


def test_a_button_of_a_row_is_pressed_once(page: Page, fresh: RunningSite) -> None:
    """Until it is done it can't be pressed again; the same button of other rows can."""
    many(fresh, 2)
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/job/*/cancel", hold)
    page.goto(fresh.origin)
    one, other = (page.get_by_role("button", name=f"Cancel: pending {number}", exact=True) for number in (0, 1))
    one.click()
    with archive(fresh) as db:
        db.execute("UPDATE jobs SET title = 'another' WHERE title = 'Tide tables, read aloud'")
    expect(page.get_by_text("another")).to_be_visible()
    expect(one).to_be_disabled()
    expect(other).to_be_enabled()
    other.click()
    expect(other).to_be_disabled()
    for route in asked:
        route.continue_()
    expect(one).to_have_count(0)
    expect(other).to_have_count(0)
    assert not {"pending 0", "pending 1"} & set(queue(fresh))


def test_the_menu_of_a_row_stays_open_and_acts(page: Page, fresh: RunningSite) -> None:
    """What was opened stays open while rows renew; an action in it is done in place."""
    many(fresh, 2)
    page.goto(fresh.origin)
    page.evaluate("window.stayed = true")
    row = page.locator(".queue .job", has_text="pending 1")
    row.locator("summary").click()
    rows_before = queue(fresh)
    many(fresh, 1)
    expect(page.locator(".queue .job")).to_have_count(len(rows_before) + 1)
    row.get_by_role("button", name="More urgent").click()
    eventually(lambda: queue(fresh)[0] == "pending 1")
    expect(page.locator(".queue .title").first).to_have_text("pending 1")
    assert page.evaluate("window.stayed")


def test_links_are_known_while_they_are_typed(page: Page, fresh: RunningSite) -> None:
    """The field says what a link is and grows with what is pasted; nothing but our own site is asked."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{fresh.origin}/stats")
    page.keyboard.press("n")
    expect(page.locator("#url")).to_be_focused()
    page.keyboard.type(SAVED)
    expect(page.locator("#seen")).to_contain_text("You have this")
    height = page.locator("#url").bounding_box()
    page.locator("#url").fill(f"{SAVED}\nhttps://x.example/1\nhttps://x.example/2")
    expect(page.locator("#capture .go")).to_have_text("Save 2 links")
    grown = page.locator("#url").bounding_box()
    assert height
    assert grown
    assert grown["height"] > height["height"] + 20
    page.locator("#url").fill("")
    expect(page.locator("#seen")).to_contain_text("YouTube, Instagram, TikTok")
    expect(page.locator("#capture .go")).to_have_text("Save")
    assert {address.startswith(fresh.origin) for address in asked} == {True}


def test_a_link_can_be_dropped_on_the_form(page: Page, fresh: RunningSite) -> None:
    """A link that is dragged from anywhere onto the form stands in the field, below what was there."""
    page.goto(fresh.origin)
    page.locator("#url").fill("https://x.example/typed")
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.setData("text/uri-list", "https://x.example/dropped");
            const options = { dataTransfer, bubbles: true, cancelable: true };
            const target = document.querySelector("#capture .options");
            target.dispatchEvent(new DragEvent("dragover", options));
            target.dispatchEvent(new DragEvent("drop", options));
        }"""
    )
    expect(page.locator("#url")).to_have_value("https://x.example/typed\nhttps://x.example/dropped")
    expect(page.locator("#seen")).to_contain_text("2 links")
    page.get_by_role("button", name="Save 2 links").click()
    eventually(lambda: bool(rows(fresh, "SELECT 1 FROM jobs WHERE url = 'https://x.example/dropped'")))


def test_enter_saves_one_link_and_parts_several(page: Page, fresh: RunningSite) -> None:
    """A link that was pasted is saved by Enter; with Shift, or among several, it makes a line."""
    page.goto(fresh.origin)
    field = page.locator("#url")
    field.fill("https://x.example/one")
    field.press("Shift+Enter")
    page.keyboard.type("https://x.example/two")
    field.press("Enter")
    assert field.input_value() == "https://x.example/one\nhttps://x.example/two\n"
    field.fill("https://x.example/alone")
    field.press("Enter")
    eventually(lambda: bool(rows(fresh, "SELECT 1 FROM jobs WHERE url = 'https://x.example/alone'")))
    assert not rows(fresh, "SELECT 1 FROM jobs WHERE url LIKE 'https://x.example/one%'")


def test_what_the_queue_does_is_told_on_every_page(page: Page, fresh: RunningSite) -> None:
    """The header follows the work also where nothing else of the page changes."""
    page.goto(f"{fresh.origin}/stats")
    expect(page.locator(".pulse b").nth(1)).to_have_text("4")
    page.locator(".pulse").focus()
    many(fresh, 3)
    expect(page.locator(".pulse b").nth(1)).to_have_text("7")
    expect(page.locator(".pulse")).to_be_focused()


def test_what_is_typed_stays_where_one_is_signed_out(page: Page, fresh: RunningSite) -> None:
    """The header of a page of which nothing else is renewed takes nobody to the sign-in."""
    page.goto(f"{fresh.origin}/browse")
    page.locator("#q").fill("a long search")
    with page.expect_response(lambda answer: "/live/pulse" in answer.url and answer.status == 401):
        page.context.clear_cookies()
    assert page.locator("#q").input_value() == "a long search"


def test_many_jobs_are_chosen_by_keys(page: Page, fresh: RunningSite) -> None:
    """Keys choose one, a range and all; the bar counts them, acts in place, and what is chosen outlives new rows."""
    many(fresh, 5, "failed", error_code="network", error_message="No line.", hint="Wait.")
    page.goto(f"{fresh.origin}/history?status=failed&error=network")
    bar, boxes = page.locator("#chosen"), page.locator("input[form=chosen]")
    expect(bar).to_be_hidden()
    for key in ("j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    expect(bar).to_contain_text("3 chosen")
    with page.expect_response("**/live/history**"):
        many(fresh, 1, "failed", error_code="network", error_message="No line.", hint="Wait.")
    expect(boxes).to_have_count(6)
    expect(bar).to_contain_text("3 chosen")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("a")
    expect(bar).to_contain_text("6 chosen")
    boxes.first.uncheck()
    expect(bar).to_contain_text("5 chosen")
    assert page.evaluate("document.getElementById('choose-all').indeterminate")
    page.keyboard.press("r")
    expect(page.locator(".toast")).to_contain_text("5 jobs tried again.")
    expect(boxes).to_have_count(1)
    expect(bar).to_be_hidden()
    page.locator("#choose-all").check()
    bar.get_by_role("button", name="Take out").click()
    expect(page.locator(".empty")).to_contain_text("None fits these filters")


def test_the_same_without_script(browser: Browser, fresh: RunningSite) -> None:
    """Order, choosing and the whole list's acts are plain forms."""
    many(fresh, 2)
    context = signed_in(browser, fresh, java_script_enabled=False)
    page = context.new_page()
    page.goto(fresh.origin)
    expect(page.locator(".grip").first).to_be_hidden()
    page.locator(".queue .job", has_text="pending 1").get_by_role("button", name="Do this next").click()
    expect(page.locator(".queue .title").first).to_have_text("pending 1")
    page.get_by_role("button", name="Pause all").click()
    expect(page.locator("main .toast")).to_contain_text("The queue is paused.")
    page.goto(f"{fresh.origin}/history?q=pending")
    for box in page.locator("input[form=chosen]").all()[:2]:
        box.check()
    page.locator("#chosen").get_by_role("button", name="Cancel").click()
    expect(page.locator("main .toast")).to_contain_text("2 jobs cancelled.")
    context.close()


@pytest.mark.slow
def test_dashboard_and_history_in_firefox(fresh: RunningSite, tmp_path: Path) -> None:
    """Recognition, a field that grows, keys in the queue and choosing work in Firefox as well."""
    many(fresh, 3)
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"}
    with firefox(tmp_path, None, environment) as started:
        tab = started.page(signin.sign_in_link(fresh.settings, "/"))

        def until(expression: str) -> None:
            eventually(lambda: started.bidi.evaluate(tab, expression), said=expression)

        def press(*keys: str) -> None:
            actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
            started.bidi.send(
                "input.performActions", context=tab, actions=[{"type": "key", "id": "keys", "actions": actions}]
            )

        until("document.querySelectorAll('.grip').length > 3 && document.readyState === 'complete'")
        press("n", *SAVED)
        until("document.getElementById('seen').textContent.includes('You have this')")
        tall = started.bidi.evaluate(tab, "url.offsetHeight")
        started.bidi.evaluate(tab, "(url.value += '\\n\\n', url.dispatchEvent(new Event('input')), 1)")
        until(f"url.offsetHeight > {tall} + 20")
        started.bidi.evaluate(tab, "([...document.querySelectorAll('.grip')].at(-1).focus(), 1)")
        press("\ue011")
        eventually(lambda: queue(fresh)[0] == "pending 2", said="Home")
        press("\ue015")
        eventually(lambda: queue(fresh)[1] == "pending 2", said="arrow down")
        tab = started.page(f"{fresh.origin}/history?q=pending")
        until("document.getElementById('chosen')?.hidden")
        press("a")
        until("document.getElementById('chosen').textContent.includes('chosen')")

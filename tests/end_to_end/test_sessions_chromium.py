"""A sign-in of Chromium reaches the vault when the person allowed its site, and nobody else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bowerbird.install.origins import CHROMIUM_ID
from tests.platforms import instagram

from .chromium import Chromium, chromium
from .conftest import Machine
from .devtools import Target
from .eventually import eventually
from .session_evidence import (
    COLLECTION,
    PROFILE,
    SAVED,
    STORY,
    filed,
    is_nowhere,
    is_saved,
    lent,
    lists,
    vault,
    waits,
    without_pauses,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("installed_chromium")]

MAY_IT = "May Bowerbird use your sign-in of instagram.com"

Start = Callable[[], AbstractContextManager[Chromium]]


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine that asks Instagram without pauses."""
    return without_pauses(machine)


@pytest.fixture
def start(machine: Machine, tmp_path: Path) -> Start:
    """Starts Chromium on this machine, each time with the same profile."""

    def started() -> AbstractContextManager[Chromium]:
        return chromium(tmp_path / "profile", machine.host_program, machine.environment, proxy=machine.platforms.url)

    return started


@pytest.fixture
def browser(start: Start) -> Iterator[Chromium]:
    """A running Chromium in which somebody is signed in to Instagram."""
    with start() as running:
        sign_in(running)
        yield running


def sign_in(browser: Chromium) -> None:
    """A visit to Instagram that ends signed in."""
    page = browser.page(instagram.login_url(instagram.ME))
    assert instagram.ME.username in page.inner_text("body")
    page.close()


def agree_beforehand(browser: Chromium) -> None:
    """Makes the browser answer its own question with yes: headless, nobody could see it."""
    settings = browser.context.new_page()
    settings.goto("chrome://extensions/")
    said = settings.evaluate(
        "([id, origin]) => new Promise(done => chrome.developerPrivate.addHostPermission(id, origin,"
        " () => done(chrome.runtime.lastError?.message ?? '')))",
        [CHROMIUM_ID, "*://*.instagram.com/*"],
    )
    assert said == ""
    settings.close()


def enter_private_windows(browser: Chromium) -> None:
    """The switch “Allow in Incognito” on the browser's page of extensions, which starts ours anew."""
    settings = browser.context.new_page()
    settings.goto("chrome://extensions/")
    settings.evaluate(
        "id => new Promise(done => chrome.developerPrivate.updateExtensionConfiguration("
        "{extensionId: id, incognitoAccess: true}, done))",
        CHROMIUM_ID,
    )
    settings.close()
    eventually(lambda: browser.evaluate("chrome.extension.isAllowedIncognitoAccess()"), said="our extension there")


def allow(browser: Chromium) -> None:
    """Yes to both questions, ours and the browser's, on a page of Instagram that is not saved."""
    agree_beforehand(browser)
    popup = browser.click_toolbar(browser.page(PROFILE))
    popup.wait_for(MAY_IT)
    popup.click("[data-do=allow]")
    eventually(lambda: "cookies" in permissions(browser)["permissions"], said="the permission")
    popup.wait_for("Sign-ins that Bowerbird may use")
    popup.evaluate("window.close()")


def bowerbird(machine: Machine, *arguments: str) -> None:
    """Runs the command line on this machine."""
    program = machine.host_program.with_name("bowerbird")
    subprocess.run([program, *arguments], env=machine.environment, check=True, capture_output=True, timeout=30)


def permissions(browser: Chromium) -> dict[str, list[str]]:
    """What the browser allows our extension."""
    found: dict[str, list[str]] = browser.evaluate("chrome.permissions.getAll()")
    return found


def photograph(browser: Chromium, popup: Target, name: str) -> None:
    """The popup in both schemes."""
    for scheme in ("light", "dark"):
        popup.scheme(scheme)
        browser.screenshot(popup, f"chromium-popup-{name}-{scheme}.png")


def test_nothing_is_sent_before_the_person_allowed_it(browser: Chromium, machine: Machine) -> None:
    """The click is kept and waits, the popup asks in plain words, and “not now” is remembered."""
    page = browser.page(STORY)
    popup = browser.click_toolbar(page)
    popup.wait_for(MAY_IT)
    eventually(lambda: waits(machine), said="the job that waits")
    photograph(browser, popup, "sign-in")
    eventually(lambda: browser.badge() == "@", said="the badge of what needs the person")
    popup.click("[data-do=decline]")
    popup.wait_for("may not use your sign-in")
    popup.evaluate("window.close()")
    browser.stop_background()
    popup = browser.click_toolbar(page)
    popup.wait_for("may not use your sign-in")
    photograph(browser, popup, "not-now")
    assert MAY_IT not in popup.text
    eventually(
        lambda: {row["result"] for row in machine.rows("SELECT result FROM requests")} == {"no_session"},
        said="the answer to each request",
    )
    assert vault(machine, "SELECT * FROM sessions") == []
    assert permissions(browser)["origins"] == []


def test_one_yes_is_enough(browser: Chromium, machine: Machine) -> None:
    """After the yes the job that waited goes on, signed in as this browser is; the sign-in goes nowhere else."""
    agree_beforehand(browser)
    popup = browser.click_toolbar(browser.page(STORY))
    popup.wait_for(MAY_IT)
    eventually(lambda: waits(machine), said="the job that waits")
    popup.wait_for("you need to sign in")
    machine.platforms.reset_log()
    popup.click("[data-do=allow]")
    popup.wait_for("You have this")
    photograph(browser, popup, "signed-in")
    assert machine.one("SELECT platform_id FROM items")["platform_id"] == str(instagram.STORY_IMAGE)
    assert lent(machine) == {browser.evaluate("navigator.userAgent")}
    assert instagram.sent_astray(machine.platforms.log) == []
    assert is_nowhere(instagram.ME.secret, machine)


def test_a_click_brings_the_session_with_it(browser: Chromium, machine: Machine) -> None:
    """Where the site is allowed, a click on a story, collection, profile or all that is saved ends in filed items.

    Nobody is asked, neither the person nor, later, the browser.
    """
    allow(browser)
    page = browser.page(STORY)
    machine.platforms.reset_log()
    for clicks, url in enumerate((STORY, COLLECTION, PROFILE, SAVED), 1):
        page.goto(url)
        browser.press_shortcut(page)
        eventually(lambda clicks=clicks: is_saved(machine, clicks), seconds=60, said=f"what was clicked: {url}")
    assert lists(machine) == {"story": 0, "collection": 2, "profile": 27, "saved": 60}
    # of what was saved two posts are of the collection, three of the profile
    assert len(filed(machine)) == 1 + 2 + 27 + 60 - 2 - 3
    assert machine.rows("SELECT * FROM requests") == []
    assert lent(machine) == {browser.evaluate("navigator.userAgent")}
    assert instagram.sent_astray(machine.platforms.log) == []


def test_a_session_that_died_is_renewed_by_a_visit(browser: Chromium, machine: Machine) -> None:
    """The job waits, the popup leads to the site, and when the person signed in there it goes on by itself."""
    allow(browser)
    page = browser.page(STORY)
    machine.platforms.renew(instagram.ME.username)
    popup = browser.click_toolbar(page)
    popup.wait_for("Instagram wants you to sign in again")
    assert waits(machine)
    photograph(browser, popup, "sign-in-again")
    with browser.context.expect_page() as opened:
        popup.click("[data-do=visit]")
    assert opened.value.url.startswith("https://www.instagram.com/")
    sign_in(browser)
    eventually(lambda: is_saved(machine), said="what waited")


def test_what_waited_without_a_browser_goes_on_when_it_starts(start: Start, machine: Machine) -> None:
    """A save from elsewhere waits while no browser is there; the next one that starts gives what is missing."""
    with start() as browser:
        sign_in(browser)
        allow(browser)
        eventually(lambda: vault(machine, "SELECT * FROM sessions"), said="the session")
    bowerbird(machine, "sessions", "forget", "instagram")
    bowerbird(machine, "save", STORY)
    eventually(lambda: waits(machine), said="the job that waits")
    with start():
        eventually(lambda: is_saved(machine), said="what waited")


def test_forgetting_a_site(browser: Chromium, machine: Machine) -> None:
    """“Forget” in the popup takes the permission back and what the vault has of it."""
    allow(browser)
    popup = browser.click_toolbar(browser.page("chrome://version/"))
    popup.wait_for("Sign-ins that Bowerbird may use (1)")
    popup.click("summary")
    photograph(browser, popup, "sites")
    eventually(lambda: vault(machine, "SELECT * FROM sessions"), said="the session")
    popup.click("[data-do=forget_site]")
    eventually(lambda: "may use" not in popup.text, said="an empty list")
    assert permissions(browser)["origins"] == []
    assert "cookies" not in permissions(browser)["permissions"]
    eventually(lambda: not vault(machine, "SELECT * FROM sessions"), said="an empty vault")


def test_a_private_window_is_used_only_when_the_person_says_so(start: Start, machine: Machine) -> None:
    """Though the site is allowed, a click there waits; its sign-in is used after a question of its own."""
    with start() as browser:
        enter_private_windows(browser)
        allow(browser)
        window = browser.private_page(instagram.login_url(instagram.SECOND))
        eventually(lambda: instagram.SECOND.username in window.text, said="the private sign-in")
        window.send("Page.navigate", url=STORY)
        popup = browser.click_toolbar_at(STORY)
        popup.wait_for("May Bowerbird use this private window's sign-in")
        photograph(browser, popup, "private")
        assert waits(machine)
        assert vault(machine, "SELECT * FROM sessions") == []
        popup.click("[data-do=allow]")
        popup.wait_for("You have this")
        second, sql = str(instagram.SECOND.pk), "SELECT account, event FROM audit ORDER BY id"
        eventually(lambda: vault(machine, "SELECT * FROM sessions") == [], said="the private sign-in is forgotten")
        trail = [(one["account"], one["event"]) for one in vault(machine, sql)]
        assert (trail[0], trail[-1]) == ((second, "stored"), (second, "forgotten"))
        assert {account for account, _ in trail} == {second}
        assert browser.stored("local", "stores") is None
        assert machine.one("SELECT page_url, page_title FROM captures") == {"page_url": None, "page_title": None}

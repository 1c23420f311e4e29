"""A sign-in of Firefox ESR reaches the vault when the person allowed its site, container by container."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms import instagram

from .conftest import Machine
from .eventually import eventually
from .firefox import ORIGIN, Firefox, firefox
from .session_evidence import STORY, is_nowhere, is_saved, lent, vault, waits, without_pauses

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("installed_firefox")]

OTHER_STORY = f"https://www.instagram.com/stories/{instagram.GARDEN}/{instagram.STORY_VIDEO}/"

# The browser answers its own question with yes: headless, nobody could see it.
YES = {"extensions.webextOptionalPermissionPrompts": False, "privacy.userContext.enabled": True}


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """A machine that asks Instagram without pauses."""
    return without_pauses(machine)


@pytest.fixture
def browser(machine: Machine) -> Iterator[Firefox]:
    """A running Firefox on a machine where everything is in place."""
    through = machine.platforms.url
    with firefox(machine.home, machine.host_program, machine.environment, proxy=through, preferences=YES) as running:
        yield running


def allow(browser: Firefox) -> None:
    """The click on the popup's question, in a tab: only there can a test click as a person does."""
    popup = browser.page(f"{ORIGIN}popup/popup.html")
    eventually(lambda: browser.bidi.evaluate(popup, "!!document.querySelector('[data-do=allow]')"), said="the question")
    browser.click(popup, "[data-do=allow]")


def test_one_yes_is_enough(browser: Firefox, machine: Machine) -> None:
    """The click waits and nothing is sent; after the yes it is saved as the person who is signed in in this browser."""
    browser.page(instagram.login_url(instagram.ME))
    browser.click_toolbar(browser.page(STORY))
    browser.wait_for("May Bowerbird use your sign-in of instagram.com")
    eventually(lambda: waits(machine), said="the job that waits")
    assert vault(machine, "SELECT * FROM sessions") == []
    machine.platforms.reset_log()
    allow(browser)
    eventually(lambda: is_saved(machine), said="the story")
    assert lent(machine) == {browser.evaluate("navigator.userAgent")}
    assert instagram.sent_astray(machine.platforms.log) == []
    assert is_nowhere(instagram.ME.secret, machine)


def test_the_session_is_that_of_the_container(browser: Firefox, machine: Machine) -> None:
    """A click in a container is saved with the sign-in of that container, not with that of the others."""
    container = browser.container()
    browser.page(instagram.login_url(instagram.ME))
    browser.page(instagram.login_url(instagram.SECOND), container)
    browser.click_toolbar(browser.page(STORY))
    browser.wait_for("May Bowerbird use your sign-in of instagram.com")
    eventually(lambda: waits(machine), said="the job that waits")
    allow(browser)
    eventually(lambda: is_saved(machine), said="the story")
    browser.page(OTHER_STORY, container)
    browser.press_shortcut()
    eventually(lambda: len(vault(machine, "SELECT * FROM sessions")) == 2, said="the other sign-in")
    stores = {row["account"]: row["store_id"] for row in vault(machine, "SELECT account, store_id FROM sessions")}
    assert stores[str(instagram.ME.pk)] == "firefox-default"
    assert stores[str(instagram.SECOND.pk)].startswith("firefox-container-")

"""The two real browsers as victims: signed in to a site, with our extension, and led to whatever a test wants.

Both live as long as the test session. Chromium without Playwright: its synchronous form lives once in a thread, and
other tests have theirs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from bowerbird import signin
from tests.end_to_end import chromium
from tests.end_to_end.devtools import DevToolsError, Target
from tests.end_to_end.eventually import eventually
from tests.end_to_end.firefox import BiDiError, Firefox, firefox
from tests.pages.sites import RunningSite

# a name that the attacker owns, and has pointed at this computer
EVIL = "evil.example"
_LEFT_ALONE = "about:blank"


class Tab(Protocol):
    """One tab of a browser."""

    def go(self, address: str) -> None:
        """Lead it to an address and wait until that is loaded, or has become something else (a download, an error)."""

    def evaluate(self, expression: str) -> Any:
        """The value (JSON) of an expression in its page; promises are awaited."""

    def close(self) -> None:
        """Close it."""


class Browser(Protocol):
    """A browser with our extension. `downloads` is where it puts files."""

    name: str
    extension: str  # the address of its pages

    def tab(self) -> Tab:
        """A new tab."""

    def click_toolbar(self, tab: Tab) -> None:
        """What a person does: our button, while this tab is in front."""


class ChromiumTab:
    """A tab over the DevTools protocol."""

    def __init__(self, port: int) -> None:
        self._port = port
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?{_LEFT_ALONE}", method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            self.id = str(json.load(answer)["id"])
        self._target = Target(f"ws://127.0.0.1:{port}/devtools/page/{self.id}")
        self._target.send("Page.enable")

    def go(self, address: str) -> None:
        """See Tab."""
        told = self._target.send("Page.navigate", url=address)
        if "errorText" not in told:
            eventually(self._is_loaded, said=address)

    def _is_loaded(self) -> bool:
        try:
            return bool(self.evaluate("document.readyState === 'complete'"))
        except DevToolsError:
            return False  # just then the page was exchanged for the next

    def evaluate(self, expression: str) -> Any:
        """See Tab."""
        return self._target.evaluate(expression)

    def close(self) -> None:
        """See Tab."""
        self._target.close()
        # not by its page, which may just be exchanged for another one
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/close/{self.id}", timeout=20):
            return


class ChromiumBrowser:
    """Debian's Chromium."""

    name = "chromium"
    extension = f"chrome-extension://{chromium.CHROMIUM_ID}/"

    def __init__(self, port: int) -> None:
        self._port = port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=20) as answer:
            self._browser = Target(json.load(answer)["webSocketDebuggerUrl"])

    def tab(self) -> ChromiumTab:
        """See Browser."""
        return ChromiumTab(self._port)

    def click_toolbar(self, tab: ChromiumTab) -> None:
        """See Browser."""
        self._browser.send("Target.activateTarget", targetId=tab.id)
        tabs = self._browser.send("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"]
        address = tab.evaluate("location.href")
        [found] = [one for one in tabs if one["url"] == address]
        self._browser.send("Extensions.triggerAction", id=chromium.CHROMIUM_ID, targetId=found["targetId"])

    def close(self) -> None:
        """End the browser."""
        self._browser.send("Browser.close")
        self._browser.close()


class FirefoxTab:
    """A tab over WebDriver BiDi."""

    def __init__(self, browser: Firefox) -> None:
        self._bidi = browser.bidi
        self.id = self._new()
        self._site: object = None

    def _new(self) -> str:
        return str(self._bidi.send("browsingContext.create", type="tab")["context"])

    def go(self, address: str) -> None:
        """See Tab. Another site in a new one: for an opener policy Firefox exchanges the tab, and tells no end."""
        site = urlsplit(address)[:2]
        if site != self._site:
            self.id, left = self._new(), self.id
            self._bidi.send("browsingContext.close", context=left)
        self._site = site
        with suppress(BiDiError):
            self._bidi.send("browsingContext.navigate", context=self.id, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """See Tab."""
        return self._bidi.evaluate(self.id, expression)

    def close(self) -> None:
        """See Tab."""
        self._bidi.send("browsingContext.close", context=self.id)


class FirefoxBrowser:
    """Firefox ESR."""

    name = "firefox"

    def __init__(self, driven: Firefox) -> None:
        from tests.end_to_end.firefox import ORIGIN

        self.extension = ORIGIN
        self._driven = driven

    def tab(self) -> FirefoxTab:
        """See Browser."""
        return FirefoxTab(self._driven)

    def click_toolbar(self, tab: FirefoxTab) -> None:
        """See Browser."""
        self._driven.click_toolbar(tab.id)


@contextmanager
def running_chromium(folder: Path, host_program: Path, environment: Mapping[str, str]) -> Iterator[ChromiumBrowser]:
    """Chromium, for which `evil.example` and all below it is this computer."""
    profile = folder / "profile"
    chromium.prepare(profile, host_program)
    process = subprocess.Popen(
        [
            *(str(chromium.PROGRAM), "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"),
            *chromium.arguments_for(None),
            f"--host-resolver-rules=MAP *.{EVIL} 127.0.0.1,MAP {EVIL} 127.0.0.1",
            _LEFT_ALONE,
        ],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        driven = ChromiumBrowser(chromium.devtools_port(profile))
        yield driven
        driven.close()
        process.wait(10)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@contextmanager
def running_firefox(folder: Path, host_program: Path, environment: Mapping[str, str]) -> Iterator[FirefoxBrowser]:
    """Firefox, for which `evil.example` is this computer."""
    named = {"network.dns.localDomains": EVIL, "network.proxy.type": 0, "dom.security.https_first": False}
    with firefox(folder, host_program, environment, preferences=named) as driven:
        yield FirefoxBrowser(driven)


RUNNING = {"chromium": running_chromium, "firefox": running_firefox}


def sign_in(tab: Tab, site: RunningSite) -> None:
    """What `bowerbird open` does for a person."""
    tab.go(signin.sign_in_link(site.settings))
    eventually(lambda: _heading(tab) == "Dashboard", said="the dashboard")


def _heading(tab: Tab) -> str | None:
    try:
        found: str | None = tab.evaluate("document.querySelector('h1')?.innerText")
    except (DevToolsError, BiDiError):
        return None  # just then the page was exchanged for the next
    return found

"""Debian's Chromium with our extension in it, driven as a person would.

Playwright opens pages; what it can't reach (the toolbar button, the popup) goes over the DevTools protocol.
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, sync_playwright

from bowerbird.install.manifests import FILE_NAME, native_manifest
from bowerbird.install.origins import CHROMIUM_ID

from .artefacts import artefact
from .devtools import Target
from .eventually import eventually

EXTENSION = Path(__file__).resolve().parents[2] / "extension"
PROGRAM = shutil.which("chromium")

_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--screen-info={1600x1200}",  # the default of 800x600 leaves a popup too little room
)


@dataclass
class Chromium:
    """A running Chromium. `profile` is its user data folder, `port` its DevTools port, `browser` the line to it."""

    context: BrowserContext
    browser: CDPSession
    profile: Path
    port: int
    _closing: ExitStack
    extension_id: str = CHROMIUM_ID

    def page(self, address: str) -> Page:
        """A new tab in front, at `address`."""
        page = self.context.new_page()
        page.goto(address)
        page.bring_to_front()
        return page

    def targets(self) -> list[dict[str, Any]]:
        """Every target that the browser lists: type, url, targetId."""
        found: list[dict[str, Any]] = self.browser.send("Target.getTargets", {"filter": [{}]})["targetInfos"]
        return found

    def click_toolbar(self, page: Page) -> Target:
        """Clicks our button while `page` is in front; gives the popup that opens, with its text drawn."""
        page.bring_to_front()
        return self.click_toolbar_at(page.url)

    def click_toolbar_at(self, address: str) -> Target:
        """Clicks our button in the window whose tab in front is at `address`, once it is there."""
        tab = eventually(lambda: self._target("tab", address), said=address)
        self.browser.send("Extensions.triggerAction", {"id": self.extension_id, "targetId": tab["targetId"]})
        return self.popup()

    def _target(self, kind: str, address: str) -> dict[str, Any] | None:
        return next((t for t in self.targets() if t["type"] == kind and t["url"] == address), None)

    def _attached(self, target: dict[str, Any]) -> Target:
        address = f"ws://127.0.0.1:{self.port}/devtools/page/{target['targetId']}"
        return self._closing.enter_context(closing(Target(address)))

    def private_page(self, address: str) -> Target:
        """The tab of a new private window, of which Playwright knows nothing; `address` may lead elsewhere."""
        before = {target["targetId"] for target in self.targets()}
        self.evaluate(f"chrome.windows.create({{incognito: true, url: {json.dumps(address)}}})")
        return self._attached(
            eventually(
                lambda: next((t for t in self.targets() if t["type"] == "page" and t["targetId"] not in before), None),
                said="the private window",
            )
        )

    def popup(self) -> Target:
        """The open popup."""
        address = f"chrome-extension://{self.extension_id}/popup/popup.html"
        popup = self._attached(eventually(lambda: self._target("page", address), said="the popup"))
        eventually(lambda: popup.evaluate("document.querySelector('footer') !== null"), said="the popup's content")
        return popup

    def click_menu(self, source: str, page: Page, **info: Any) -> None:
        """Chooses our entry for `source` in the context menu of `page`; `info` as chrome.contextMenus.OnClickData."""
        clicked = {"menuItemId": source, "pageUrl": page.url, "editable": False, **info}
        tab = {"url": page.url, "title": page.title(), "incognito": False}
        self.evaluate(f"chrome.contextMenus.onClicked.dispatch({json.dumps(clicked)}, {json.dumps(tab)})")

    def press_shortcut(self, page: Page) -> None:
        """What the browser does for Ctrl+Shift+Y on `page` (a headless one hears no shortcuts)."""
        tab = {"url": page.url, "title": page.title(), "incognito": False}
        self.evaluate(f"chrome.commands.onCommand.dispatch('save-page', {json.dumps(tab)})")

    def badge(self) -> str:
        """The text on our button."""
        return str(self.evaluate("chrome.action.getBadgeText({})"))

    def tooltip(self) -> str:
        """The tooltip of our button."""
        return str(self.evaluate("chrome.action.getTitle({})"))

    def stored(self, area: str, name: str) -> Any:
        """What the extension keeps under `name` in chrome.storage `area` (local, session); None for nothing."""
        return self.evaluate(f"chrome.storage.{area}.get({name!r}).then(all => all[{name!r}] ?? null)")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in our service worker, which has to be awake."""
        return self.worker().evaluate(expression)

    def worker(self) -> Worker:
        """Our service worker, as it is just now."""

        def look() -> Worker | None:
            self.targets()  # Playwright hears of a new worker only while it is asked something
            return next(iter(self.context.service_workers[-1:]), None)

        return eventually(look, said="the service worker")

    def stop_background(self) -> None:
        """Ends our service worker as the browser does after idle seconds; an event or a message wakes it."""
        page = self.context.new_page()
        session = self.context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        eventually(lambda: not [t for t in self.targets() if t["type"] == "service_worker"], said="the worker's end")
        page.close()

    def screenshot(self, seen: Page | Target, name: str) -> Path:
        """A PNG of a page or popup among the artefacts."""
        path = artefact(name)
        seen.screenshot(path=path)
        return path


@contextmanager
def chromium(
    profile: Path,
    host_program: Path | None,
    environment: Mapping[str, str],
    *,
    proxy: str | None = None,
    arguments: Sequence[str] = (),
) -> Iterator[Chromium]:
    """A headless Chromium with our extension.

    Args:
        profile: its user data folder; may be used again by a second start.
        host_program: absolute path of bowerbird-host; None for a machine on which it is not installed.
        environment: the whole environment of the browser, and so of the host.
        proxy: URL of the stand-in; its certificates are taken as they are.
        arguments: more command-line arguments.

    """
    prepare(profile, host_program)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=PROGRAM,
            headless=True,
            chromium_sandbox=False,
            env=dict(environment),
            ignore_default_args=["--disable-extensions"],
            args=[*arguments_for(proxy), *arguments],
        )
        with closing(context), ExitStack() as stack:
            assert context.browser, "a persistent context of Chromium has its browser"
            browser = context.browser.new_browser_cdp_session()
            running = Chromium(context, browser, profile, devtools_port(profile), stack)
            running.worker()
            yield running


def prepare(profile: Path, host_program: Path | None) -> None:
    """Make a profile in which our button shows, and in which the host is installed."""
    preferences = profile / "Default" / "Preferences"
    if not preferences.exists():
        preferences.parent.mkdir(parents=True)
        wanted = {"extensions": {"ui": {"developer_mode": True}, "pinned_extensions": [CHROMIUM_ID]}}
        preferences.write_text(json.dumps(wanted))
    manifest = profile / "NativeMessagingHosts" / FILE_NAME
    manifest.parent.mkdir(exist_ok=True)
    manifest.unlink(missing_ok=True)
    if host_program:
        manifest.write_text(json.dumps(native_manifest("chromium", host_program)))


def arguments_for(proxy: str | None) -> list[str]:
    """The command line of a browser with our extension."""
    # Loopback is the archive's own site; it never goes through the stand-in.
    through = [f"--proxy-server={proxy}", "--ignore-certificate-errors"] if proxy else []
    ours = [f"--load-extension={EXTENSION}", f"--disable-extensions-except={EXTENSION}"]
    return ["--test-type", "--remote-debugging-port=0", *ours, *_QUIET, *through]


def devtools_port(profile: Path) -> int:
    """The DevTools port that the browser chose, once it answers."""
    chosen = profile / "DevToolsActivePort"
    port = int(eventually(lambda: chosen.exists() and chosen.read_text().split(), said="the DevTools port")[0])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=60):
        return port

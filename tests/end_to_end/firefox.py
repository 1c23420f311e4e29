"""Firefox ESR with our extension in it, over WebDriver BiDi.

By hand, because Playwright drives only its own build of Firefox, and Selenium wants a geckodriver that Debian has not.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from types import MappingProxyType
from typing import IO, Any
from urllib.parse import urlsplit

import websocket

from bowerbird.install.manifests import FILE_NAME, native_manifest
from bowerbird.install.origins import FIREFOX_ID

from .artefacts import artefact
from .eventually import eventually

EXTENSION = Path(__file__).resolve().parents[2] / "extension"
PROGRAM = shutil.which("firefox-esr")
UUID = "6f1c2a0e-7f3b-4a57-9c1b-0b0c3f5d7e11"  # fixes the address of the extension's pages
ORIGIN = f"moz-extension://{UUID}/"

_SECONDS = 30.0
_PREFERENCES: dict[str, str | int | bool] = {
    "extensions.webextensions.uuids": json.dumps({FIREFOX_ID: UUID}),
    "xpinstall.signatures.required": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "browser.safebrowsing.provider.google4.updateURL": "",
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class BiDiError(Exception):
    """The browser refused a command, or a script that it ran threw."""


class BiDi:
    """A session of WebDriver BiDi (w3.org/TR/webdriver-bidi)."""

    def __init__(self, address: str) -> None:
        # A connection with an Origin header is refused.
        self._socket = websocket.create_connection(f"{address}/session", timeout=_SECONDS, suppress_origin=True)
        self._ids = itertools.count(1)
        self.send("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of one command. Raises BiDiError."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv())
            if message.get("id") == number:
                return _result(method, message)

    def evaluate(self, context: str, expression: str) -> Any:
        """The value (JSON) of an expression in a browsing context; promises are awaited."""
        answer = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise BiDiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()


def _result(method: str, message: dict[str, Any]) -> dict[str, Any]:
    if message.get("type") == "error":
        raise BiDiError(f"{method}: {message['error']}: {message['message']}")
    result: dict[str, Any] = message["result"]
    return result


@dataclass
class Firefox:
    """A running Firefox. Tabs are named by their BiDi context; `inside` is a tab of the extension itself."""

    bidi: BiDi
    inside: str

    def page(self, address: str, container: str | None = None) -> str:
        """A new tab in front, at `address`; in a container where one is given."""
        where = {"userContext": container} if container else {}
        tab = str(self.bidi.send("browsingContext.create", type="tab", **where)["context"])
        self.bidi.send("browsingContext.navigate", context=tab, url=address, wait="complete")
        self.bidi.send("browsingContext.activate", context=tab)
        return tab

    def container(self) -> str:
        """A new container, with cookies of its own."""
        return str(self.bidi.send("browser.createUserContext")["userContext"])

    def click(self, tab: str, selector: str) -> None:
        """Clicks the first element that matches, as the person's own doing."""
        self.bidi.send("browsingContext.activate", context=tab)
        self._press(tab, selector, 0)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression with the extension's rights (`browser.…`)."""
        return self.bidi.evaluate(self.inside, expression)

    def privileged(self, expression: str) -> Any:
        """The value of an expression in the browser's own window."""
        windows = self.bidi.send("browsingContext.getTree", **{"moz:scope": "chrome"})["contexts"]
        return self.bidi.evaluate(windows[0]["context"], expression)

    def click_toolbar(self, tab: str) -> None:
        """Clicks our button while `tab` is in front."""
        self.bidi.send("browsingContext.activate", context=tab)
        self.privileged(f"document.getElementById({_button_id()!r}).click()")

    def popup_text(self) -> str:
        """What a person reads in the open popup; "" where none is open."""
        return str(self.evaluate(f"({_VIEWS})[0]?.document.body.innerText ?? ''"))

    def wait_for(self, wanted: str) -> str:
        """The popup's text once it holds `wanted`."""

        def look() -> str | None:
            text = self.popup_text()
            return text if wanted in text else None

        return eventually(look, said=f"a popup with {wanted!r}")

    def click_in_popup(self, selector: str) -> None:
        """Clicks the first element of the popup that matches."""
        self.evaluate(f"({_VIEWS})[0].document.querySelector({json.dumps(selector)}).click()")

    def press_shortcut(self) -> None:
        """Chooses our keyboard command, as Ctrl+Shift+Y does."""
        name = json.dumps(f"ext-keyset-id-{FIREFOX_ID}".replace("@", "_").replace(".", "_"))
        self.privileged(f"document.getElementById({name}).firstElementChild.doCommand()")

    def click_menu(self, tab: str, selector: str, source: str) -> None:
        """Right-clicks the first element that matches, and chooses our entry for `source`."""
        self.bidi.send("browsingContext.activate", context=tab)
        self._press(tab, selector, 2)
        eventually(lambda: self.privileged(f"{_MENU}.state") == "open", said="the context menu")
        entry = f"document.querySelector('[id$=\"menuitem-_{source}\"]')"
        self.privileged(f"{_MENU}.activateItem({entry})")

    def _press(self, tab: str, selector: str, button: int) -> None:
        moves = [{"type": "pointerMove", **self._middle(tab, selector)}]
        clicks = [{"type": f"pointer{what}", "button": button} for what in ("Down", "Up")]
        mouse = {"type": "pointer", "id": "mouse", "actions": [*moves, *clicks]}
        self.bidi.send("input.performActions", context=tab, actions=[mouse])

    def _middle(self, tab: str, selector: str) -> dict[str, int]:
        found: dict[str, int] = self.bidi.evaluate(
            tab,
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return {x: Math.round(e.x + e.width / 2), y: Math.round(e.y + e.height / 2)}; })()",
        )
        return found

    def stop_background(self) -> None:
        """Ends our background page as the browser does after idle seconds; an event or a message wakes it."""
        self.privileged(
            f"WebExtensionPolicy.getByID({FIREFOX_ID!r}).extension"
            ".terminateBackground({ignoreDevToolsAttached: true, disableResetIdleForTest: true})"
        )

    def badge(self) -> str:
        """The text on our button."""
        return str(self.evaluate("browser.action.getBadgeText({})"))

    def stored(self, area: str, name: str) -> Any:
        """What the extension keeps under `name` in browser.storage `area` (local, session); None for nothing."""
        return self.evaluate(f"browser.storage.{area}.get({name!r}).then(all => all[{name!r}] ?? null)")

    def screenshot(self, tab: str, name: str) -> Path:
        """A PNG of a tab among the artefacts."""
        path = artefact(name)
        shot = self.bidi.send("browsingContext.captureScreenshot", context=tab)["data"]
        path.write_bytes(base64.b64decode(shot))
        return path


_MENU = "document.getElementById('contentAreaContextMenu')"
_VIEWS = "browser.extension.getViews({type: 'popup'})"


def _button_id() -> str:
    """The id that Firefox gives our button in the toolbar."""
    return re.sub(r"[^a-z0-9_-]", "_", FIREFOX_ID.lower()) + "-BAP"


@contextmanager
def firefox(
    home: Path,
    host_program: Path | None,
    environment: Mapping[str, str],
    *,
    proxy: str | None = None,
    preferences: Mapping[str, str | int | bool] = MappingProxyType({}),
) -> Iterator[Firefox]:
    """A headless Firefox with our extension.

    Args:
        home: becomes HOME, where Firefox looks for the host's manifest; holds the profile too.
        host_program: absolute path of bowerbird-host; None for a machine on which it is not installed.
        environment: the whole environment of the browser, and so of the host; HOME is replaced.
        proxy: URL of the stand-in; its certificates are taken as they are.
        preferences: more of them, by their name in about:config.

    """
    profile = _prepare(home, host_program, {**(_through(proxy) if proxy else {}), **preferences})
    with _running(profile, {**environment, "HOME": str(home)}) as address:
        bidi = BiDi(address)
        try:
            bidi.send("webExtension.install", extensionData={"type": "path", "path": str(EXTENSION)})
            yield _entered(bidi)
        finally:
            with suppress(websocket.WebSocketException, OSError):
                bidi.send("browser.close")
            bidi.close()


def _entered(bidi: BiDi) -> Firefox:
    # The page without the popup's script: it must not save anything by itself.
    inside = str(bidi.send("browsingContext.create", type="tab")["context"])
    bidi.send("browsingContext.navigate", context=inside, url=f"{ORIGIN}icons/icon.svg", wait="complete")
    return Firefox(bidi, inside)


def _prepare(home: Path, host_program: Path | None, preferences: Mapping[str, str | int | bool]) -> Path:
    profile = home / "profile"
    profile.mkdir(parents=True, exist_ok=True)
    wanted = {**_PREFERENCES, **preferences}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
    (profile / "user.js").write_text("".join(lines))
    manifest = home / ".mozilla" / "native-messaging-hosts" / FILE_NAME
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.unlink(missing_ok=True)
    if host_program:
        manifest.write_text(json.dumps(native_manifest("firefox", host_program)))
    return profile


def _through(proxy: str) -> dict[str, str | int | bool]:
    address = urlsplit(proxy)
    host, port = address.hostname or "", address.port or 0
    hosts = {f"network.proxy.{scheme}": host for scheme in ("http", "ssl")}
    ports = {f"network.proxy.{scheme}_port": port for scheme in ("http", "ssl")}
    return {"network.proxy.type": 1, **hosts, **ports}


@contextmanager
def _running(profile: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A started Firefox; gives the address of its BiDi server, and ends the whole process group.

    One that crashes while it starts (seen once in some hundred starts, exit code 11) is started once more.
    """
    process = _started(profile, environment)
    try:
        try:
            address = _address(process)
        except _CrashError:
            process = _started(profile, environment)
            address = _address(process)
        yield address
    finally:
        _end(process)


def _started(profile: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(str(PROGRAM), "--headless", "--no-remote", "--profile", str(profile)),
            *("--remote-debugging-port", "0", "--remote-allow-system-access"),
        ],
        env={**environment, "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


class _CrashError(BiDiError):
    """Firefox ended before it told its address."""


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    found: Queue[str] = Queue()
    threading.Thread(target=_read, args=(process.stderr, found), daemon=True).start()
    try:
        address = found.get(timeout=_SECONDS)
    except Empty:
        raise BiDiError("Firefox did not tell its address") from None
    if not address:
        raise _CrashError(f"Firefox ended while it started, with {process.wait()}")
    return address


def _read(lines: IO[str], found: Queue[str]) -> None:
    """Passes the address on, then keeps reading so that the browser never stands before a full pipe; '' at its end."""
    with lines:
        for line in lines:
            if match := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                found.put(match[1])
    found.put("")


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)

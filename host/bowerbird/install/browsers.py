"""Which browsers there are, and where each one looks for native-messaging manifests.

Sources: developer.chrome.com/docs/extensions/develop/concepts/native-messaging,
developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/Native_manifests; Linux places measured with Chromium 156 and
Firefox 153. Every Chromium on Windows also reads Chrome's key, which is how Vivaldi is reached there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from bowerbird.errors import RequestError

Family = Literal["chromium", "firefox"]


class Place(NamedTuple):
    """Where one browser keeps its profiles, and where it looks for manifests.

    `{config}`, `{home}`, `{support}`, `{local}` and `{roaming}` stand for the system's own folders. On Windows
    `manifests` is a registry key below HKEY_CURRENT_USER.
    """

    profile: str
    manifests: str


class Browser(NamedTuple):
    """One browser: `programs` are the names of its command; `sandboxes` the folders that its snap or flatpak makes."""

    name: str
    label: str
    family: Family
    programs: tuple[str, ...]
    linux: Place
    macos: Place
    windows: Place
    sandboxes: tuple[str, ...] = ()


def _chromium(
    name: str, label: str, programs: str, linux: str, others: tuple[str, str, str], *sandboxes: str
) -> Browser:
    """A browser of the Chromium family: its manifests lie inside its profile folder, but for Windows."""
    macos, profile, key = others
    return Browser(
        name,
        label,
        "chromium",
        tuple(programs.split()),
        Place(f"{{config}}/{linux}", f"{{config}}/{linux}/NativeMessagingHosts"),
        Place(f"{{support}}/{macos}", f"{{support}}/{macos}/NativeMessagingHosts"),
        Place(f"{{local}}/{profile}", rf"Software\{key}\NativeMessagingHosts"),
        sandboxes,
    )


BROWSERS: tuple[Browser, ...] = (
    _chromium(
        "chromium",
        "Chromium",
        "chromium chromium-browser",
        "chromium",
        ("Chromium", "Chromium/User Data", "Chromium"),
        "{home}/snap/chromium",
        "{home}/.var/app/org.chromium.Chromium",
    ),
    _chromium(
        "chrome",
        "Google Chrome",
        "google-chrome google-chrome-stable",
        "google-chrome",
        ("Google/Chrome", "Google/Chrome/User Data", r"Google\Chrome"),
        "{home}/.var/app/com.google.Chrome",
    ),
    _chromium(
        "brave",
        "Brave",
        "brave-browser brave",
        "BraveSoftware/Brave-Browser",
        ("BraveSoftware/Brave-Browser", "BraveSoftware/Brave-Browser/User Data", r"BraveSoftware\Brave-Browser"),
        "{home}/snap/brave",
        "{home}/.var/app/com.brave.Browser",
    ),
    _chromium(
        "edge",
        "Microsoft Edge",
        "microsoft-edge microsoft-edge-stable",
        "microsoft-edge",
        ("Microsoft Edge", "Microsoft/Edge/User Data", r"Microsoft\Edge"),
        "{home}/.var/app/com.microsoft.Edge",
    ),
    _chromium(
        "vivaldi",
        "Vivaldi",
        "vivaldi vivaldi-stable",
        "vivaldi",
        ("Vivaldi", "Vivaldi/User Data", r"Google\Chrome"),
        "{home}/.var/app/com.vivaldi.Vivaldi",
    ),
    Browser(
        "firefox",
        "Firefox",
        "firefox",
        ("firefox", "firefox-esr"),
        Place("{home}/.mozilla/firefox", "{home}/.mozilla/native-messaging-hosts"),
        Place("{support}/Firefox", "{support}/Mozilla/NativeMessagingHosts"),
        Place("{roaming}/Mozilla/Firefox", r"Software\Mozilla\NativeMessagingHosts"),
        ("{home}/snap/firefox", "{home}/.var/app/org.mozilla.firefox"),
    ),
)


def choose(names: Iterable[str]) -> tuple[Browser, ...]:
    """The browsers of these names, in the order of the table. Raises RequestError `bad_request` for an unknown name."""
    wanted = set(names)
    unknown = wanted - {browser.name for browser in BROWSERS}
    if unknown:
        known = ", ".join(browser.name for browser in BROWSERS)
        raise RequestError("bad_request", f"There is no browser called {min(unknown)!r}.", f"Known are: {known}.")
    return tuple(browser for browser in BROWSERS if browser.name in wanted)


def found() -> tuple[Browser, ...]:
    """The browsers that this person has, in the order of the table."""
    return tuple(browser for browser in BROWSERS if is_found(browser))


def is_found(browser: Browser) -> bool:
    """Whether program, profile or sandbox of this browser is there; a folder that holds only our manifest is none."""
    has_profile = _holds_profile(_expand(_place(browser).profile))
    return has_profile or program(browser) is not None or sandbox(browser) is not None


def program(browser: Browser) -> str | None:
    """The browser's command, where it is on the PATH."""
    return next(filter(None, map(shutil.which, browser.programs)), None)


def _holds_profile(folder: Path) -> bool:
    try:
        return any(entry.name != "NativeMessagingHosts" for entry in folder.iterdir())
    except OSError:
        return False


def sandbox(browser: Browser) -> Literal["snap", "flatpak"] | None:
    """What shuts this browser in, so that it can't start a program of the person; None where nothing does."""
    command = program(browser)
    if command and "/snap/" in f"{command}{Path(command).resolve()}":
        return "snap"
    if command:
        return None
    folders = [folder for folder in browser.sandboxes if _expand(folder).is_dir()]
    if not folders:
        return None
    return "flatpak" if ".var/app" in folders[0] else "snap"


def manifest_folder(browser: Browser) -> Path:
    """The folder where this browser looks for manifests. Not on Windows, where it reads the registry."""
    return _expand(_place(browser).manifests)


def registry_key(browser: Browser) -> str:
    """The key below HKEY_CURRENT_USER under which this browser looks for manifests on Windows."""
    return browser.windows.manifests


def _place(browser: Browser) -> Place:
    if sys.platform == "win32":
        return browser.windows
    return browser.macos if sys.platform == "darwin" else browser.linux


def _expand(pattern: str) -> Path:
    """A pattern of the table as a folder. HOME and XDG_CONFIG_HOME count, as they do for the browsers themselves."""
    home = Path.home()
    return Path(
        pattern.format(
            home=home,
            config=os.environ.get("XDG_CONFIG_HOME") or home / ".config",
            support=home / "Library" / "Application Support",
            local=os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local",
            roaming=os.environ.get("APPDATA") or home / "AppData" / "Roaming",
        )
    )

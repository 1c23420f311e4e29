"""Browsers are found, and their manifests go where each of them looks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.errors import RequestError
from bowerbird.install import browsers
from bowerbird.install.browsers import BROWSERS, choose, found, manifest_folder, sandbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps this in the registry")

LINUX = {
    "chromium": ".config/chromium/NativeMessagingHosts",
    "chrome": ".config/google-chrome/NativeMessagingHosts",
    "brave": ".config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
    "edge": ".config/microsoft-edge/NativeMessagingHosts",
    "vivaldi": ".config/vivaldi/NativeMessagingHosts",
    "firefox": ".mozilla/native-messaging-hosts",
}
MACOS = {
    "chromium": "Chromium/NativeMessagingHosts",
    "chrome": "Google/Chrome/NativeMessagingHosts",
    "brave": "BraveSoftware/Brave-Browser/NativeMessagingHosts",
    "edge": "Microsoft Edge/NativeMessagingHosts",
    "vivaldi": "Vivaldi/NativeMessagingHosts",
    "firefox": "Mozilla/NativeMessagingHosts",
}


def names(chosen: tuple[browsers.Browser, ...]) -> list[str]:
    """What the browsers of a choice are called."""
    return [browser.name for browser in chosen]


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.name)
def test_linux_places(browser: browsers.Browser, person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux the manifest goes below the home folder, where the browser looks."""
    monkeypatch.setattr(sys, "platform", "linux")
    assert manifest_folder(browser) == person / LINUX[browser.name]


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.name)
def test_macos_places(browser: browsers.Browser, person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS it goes into Application Support."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert manifest_folder(browser) == person / "Library" / "Application Support" / MACOS[browser.name]


def test_xdg_moves_chromium_but_not_firefox(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CONFIG_HOME moves the profiles of the Chromium family; Firefox does not look there."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(person / "elsewhere"))
    chromium, firefox = choose(["chromium", "firefox"])
    assert manifest_folder(chromium) == person / "elsewhere/chromium/NativeMessagingHosts"
    assert manifest_folder(firefox) == person / ".mozilla/native-messaging-hosts"


def test_nobody_has_a_browser(person: Path) -> None:
    """Without programs and profiles no browser is found."""
    assert found() == ()


@pytest.mark.parametrize(
    ("program", "browser"), [("chromium", "chromium"), ("firefox-esr", "firefox"), ("brave-browser", "brave")]
)
def test_found_by_program(program: str, browser: str, person: Path, own_program: Callable[[str], Path]) -> None:
    """A browser's command on the PATH is enough, though it was never started."""
    own_program(program)
    assert names(found()) == [browser]


def test_found_by_profile(person: Path) -> None:
    """A profile is enough, though the command is not on the PATH."""
    (manifest_folder(choose(["vivaldi"])[0]).parent / "Default").mkdir(parents=True)
    assert names(found()) == ["vivaldi"]


def test_our_own_manifest_is_no_profile(person: Path) -> None:
    """A folder that holds nothing but our manifest does not make a browser."""
    manifest_folder(choose(["chrome"])[0]).mkdir(parents=True)
    assert found() == ()


def test_unknown_name() -> None:
    """A browser that is not in the table is refused, and the known ones are named."""
    with pytest.raises(RequestError, match="netscape") as caught:
        choose(["chromium", "netscape"])
    assert "chromium, chrome, brave, edge, vivaldi, firefox" in caught.value.hint


def test_snap_and_flatpak_are_recognised(person: Path, own_program: Callable[[str], Path]) -> None:
    """A browser shut in by snap or flatpak is known as such; one with a command of its own is not."""
    chromium, chrome, firefox = choose(["chromium", "chrome", "firefox"])
    (person / "snap/chromium").mkdir(parents=True)
    (person / ".var/app/com.google.Chrome").mkdir(parents=True)
    assert (sandbox(chromium), sandbox(chrome), sandbox(firefox)) == ("snap", "flatpak", None)
    own_program("chromium")
    assert sandbox(chromium) is None


def test_command_that_leads_into_snap(person: Path) -> None:
    """A command that is a link to the snap launcher counts as a snap."""
    launcher = person / "snap" / "bin" / "firefox"
    launcher.parent.mkdir(parents=True)
    launcher.write_text("#!/bin/sh\n")
    launcher.chmod(0o755)
    (person / "bin" / "firefox").symlink_to(launcher)
    assert sandbox(choose(["firefox"])[0]) == "snap"

"""Each browser's way to the host: its manifest, the program it names, and a real greeting."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bowerbird import __version__
from bowerbird.errors import RequestError
from bowerbird.install.browsers import Browser, found, sandbox
from bowerbird.install.checks.check import Check
from bowerbird.install.files import shown
from bowerbird.install.launcher import host_program
from bowerbird.install.manifests import manifest_path, native_manifest, read_manifest
from bowerbird.install.origins import CHROMIUM_ORIGIN, FIREFOX_ID
from bowerbird.model import DOCTOR
from bowerbird.settings import Settings

GREETING_SECONDS = 15
_CURE = "Run: bowerbird install"
_SHUT_IN = {
    "snap": "A snap may not start programs of yours. Install this browser as your system's own package (deb).",
    "flatpak": "A flatpak may not start programs of yours. Install this browser as your system's own package.",
}


def check_browsers(settings: Settings) -> Iterator[Check]:
    """For each browser that is found: whether it would find the host, and may start it."""
    browsers = found()
    if not browsers:
        yield Check(
            "browser", "warn", "No browser was found that the extension runs in.", "Install Chromium or Firefox."
        )
    for browser in browsers:
        yield _check_one(browser, settings.home)


def _check_one(browser: Browser, home: Path) -> Check:
    fault = _manifest_fault(browser, home)
    if fault:
        return Check(browser.label, "fail", fault, _CURE)
    shut_in = sandbox(browser)
    if shut_in:
        return Check(
            browser.label, "warn", f"The manifest is there, but {browser.label} is a {shut_in}.", _SHUT_IN[shut_in]
        )
    return Check(browser.label, "ok", shown(manifest_path(browser, home)))


def _manifest_fault(browser: Browser, home: Path) -> str | None:
    place = shown(manifest_path(browser, home))
    try:
        manifest = read_manifest(browser, home)
    except ValueError as error:
        return f"{place} can't be used: {error}."
    if manifest is None:
        return f"{browser.label} does not know the host: {place} is missing."
    program = Path(str(manifest.get("path", "")))
    if not program.is_absolute() or not program.is_file():
        return f"{place} names a program that is not there: {shown(program)}."
    if not os.access(program, os.X_OK):
        return f"The program that {place} names can't be started: {shown(program)}."
    if manifest != native_manifest(browser.family, program):
        return f"{place} is not the manifest of this version; it may allow another extension."
    return None


def check_greeting(settings: Settings) -> Iterator[Check]:
    """Start the host as a browser does and say hello, once for each family of browsers that is set up."""
    manifests = {browser.family: (browser, _readable(browser, settings.home)) for browser in found()}
    known = [(browser, manifest) for browser, manifest in manifests.values() if manifest]
    for browser, manifest in known:
        yield _greet(
            f"host for {browser.label}", _as_started_by(browser, settings.home, manifest), without_ours(os.environ)
        )
    if not known:
        yield from _greet_installed()


def _greet_installed() -> Iterator[Check]:
    """No browser is set up: at least the program itself can be asked, with what this terminal says."""
    try:
        program = host_program()
    except RequestError as error:
        yield Check("host", "fail", error.message, error.hint)
        return
    yield _greet("host", [str(program), CHROMIUM_ORIGIN], dict(os.environ))


def _readable(browser: Browser, home: Path) -> dict[str, Any] | None:
    try:
        return read_manifest(browser, home)
    except ValueError:
        return None


def without_ours(environ: os._Environ[str]) -> dict[str, str]:
    """The environment of a browser that was not started from this terminal."""
    return {name: value for name, value in environ.items() if not name.startswith("BOWERBIRD_")}


def _as_started_by(browser: Browser, home: Path, manifest: dict[str, Any]) -> list[str]:
    program = str(manifest.get("path", ""))
    if browser.family == "firefox":
        return [program, str(manifest_path(browser, home)), FIREFOX_ID]
    return [program, CHROMIUM_ORIGIN]


def _greet(name: str, command: list[str], environ: dict[str, str]) -> Check:
    hello = {"id": 1, "type": "hello", "protocol": 1, "extension": __version__, "browser": DOCTOR}
    try:
        ended = subprocess.run(
            command, input=frame(hello), capture_output=True, timeout=GREETING_SECONDS, env=environ, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Check(
            name, "fail", f"The host does not answer ({type(error).__name__}).", "Run installers/install.sh again."
        )
    return _judged(name, ended)


def frame(message: dict[str, Any]) -> bytes:
    """A native-messaging frame: 32-bit length in native byte order, then JSON."""
    body = msgspec.json.encode(message)
    return struct.pack("=I", len(body)) + body


def _judged(name: str, ended: subprocess.CompletedProcess[bytes]) -> Check:
    try:
        (length,) = struct.unpack("=I", ended.stdout[:4])
        reply = msgspec.json.decode(ended.stdout[4 : 4 + length])
    except (struct.error, msgspec.DecodeError):
        last = ended.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        said = f" It said: {last}" if last else ""
        return Check(name, "fail", f"The host started and gave no answer.{said}", "Run installers/install.sh again.")
    if not reply.get("ok"):
        error = reply.get("error", {})
        return Check(name, "fail", str(error.get("message", "refused")), str(error.get("hint", "")))
    if reply.get("version") != __version__:
        return Check(name, "warn", f"The browser starts version {reply.get('version')}, this is {__version__}.", _CURE)
    items = reply["archive"]["items"]
    return Check(name, "ok", f"answers, version {__version__}, {items} item{'' if items == 1 else 's'}")

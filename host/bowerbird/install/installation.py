"""Install and uninstall: every folder and file that Bowerbird puts outside of its archive, put there and taken away."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bowerbird.archive.places import make_place
from bowerbird.errors import RequestError
from bowerbird.install.browsers import BROWSERS, Browser, choose, found
from bowerbird.install.files import remove_file, shown, write_file
from bowerbird.install.launcher import keep_archive_place, launcher_path, write_launcher
from bowerbird.install.manifests import manifest_path, remove_manifest, write_manifest
from bowerbird.install.processes import is_pid_file, stop_processes
from bowerbird.settings import Settings, default_home

MARKER = "README.txt"
_SCRIPT = "installers\\uninstall.ps1" if sys.platform == "win32" else "installers/uninstall.sh"
# What Bowerbird or its owner may have put there before the first install.
_OURS = frozenset(("config.toml", "signin.key", "logs", "scrapers"))
_MARKER_TEXT = (
    b"Settings, keys and logs of Bowerbird. `bowerbird uninstall` removes this folder with all that is in it.\n"
)


class InstallReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in place now. `browsers` are the labels of those that know the host; `lines` say it to a person."""

    archive: Path
    home: Path
    program: Path
    browsers: tuple[str, ...]
    lines: tuple[str, ...]


class UninstallReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken away and what stays, as lines for a person."""

    archive: Path
    lines: tuple[str, ...]


def install(settings: Settings, browsers: Iterable[str] | None = None) -> InstallReport:
    """Make archive, home folder and manifests; running it again changes nothing that is right.

    `browsers` are names of the table in browsers.py; None means those that are found, and all of them where none is, so
    that one which comes later finds its manifest waiting. Raises RequestError.
    """
    chosen = choose(browsers) if browsers is not None else found() or BROWSERS
    _check_places(settings)
    try:
        _make_home(settings.home)  # first, so that an archive inside it does not make it look like somebody else's
        make_place(settings)
        kept = keep_archive_place(settings)
        program = write_launcher(settings)
    except OSError as error:
        raise RequestError(
            "internal", f"The folder {shown(settings.home)} can't be written.", "Check its permissions and the disk."
        ) from error
    written, refused = _write_manifests(chosen, settings.home, program)
    lines = [f"archive: {shown(settings.archive)}", f"settings: {shown(settings.home)}"]
    if kept:
        lines.append("config.toml now names the archive's folder")
    if settings.home != default_home():
        lines.append("keep BOWERBIRD_HOME set in your terminal; the browsers get it from a launcher")
    return InstallReport(
        archive=settings.archive, home=settings.home, program=program, browsers=written, lines=(*lines, *refused)
    )


def _check_places(settings: Settings) -> None:
    """What lies in the archive is served and copied; secrets must never be there."""
    if settings.home.is_relative_to(settings.archive):
        raise RequestError(
            "bad_request",
            "The folder of settings and keys can't lie inside the archive.",
            "Give BOWERBIRD_HOME and BOWERBIRD_ARCHIVE folders of their own.",
        )
    for name, place in (("BOWERBIRD_HOME", settings.home), ("BOWERBIRD_ARCHIVE", settings.archive)):
        if not _is_text(place):
            raise RequestError(
                "bad_request",
                f"The folder of {name} has a name that is not written in UTF-8.",
                "Rename that folder or choose another one: neither config.toml nor a browser can name it.",
            )


def _is_text(place: Path) -> bool:
    try:
        str(place).encode()
    except UnicodeEncodeError:
        return False
    return True


def _make_home(home: Path) -> None:
    """A folder for us alone; one that held nothing else is marked as ours, so that uninstall may remove it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    if all(entry.name in _OURS or is_pid_file(entry.name) for entry in home.iterdir()):
        write_file(home / MARKER, _MARKER_TEXT, mode=0o600)


def _write_manifests(browsers: Iterable[Browser], home: Path, program: Path) -> tuple[tuple[str, ...], list[str]]:
    written, lines = [], []
    for browser in browsers:
        place = shown(manifest_path(browser, home))
        try:
            changed = write_manifest(browser, home, program)
        except OSError as error:
            lines.append(f"{browser.label}: not set up, {place} can't be written ({os.strerror(error.errno or 0)})")
            continue
        written.append(browser.label)
        lines.append(f"{browser.label}: {'set up' if changed else 'was set up already'} ({place})")
    return tuple(written), lines


def uninstall(settings: Settings) -> UninstallReport:
    """Take away manifests, launcher, settings, keys and logs: all but archive and program. Safe to call again."""
    lines = [f"{name}: stopped" for name in stop_processes(settings)]
    lines += [f"{browser.label}: forgotten" for browser in BROWSERS if _forget(browser, settings.home)]
    with contextlib.suppress(OSError):
        remove_file(launcher_path(settings.home))
    lines.append(_remove_home(settings))
    lines.append(f"your archive stays: {shown(settings.archive)}")
    lines.append(f"the program itself goes with: {_SCRIPT}")
    return UninstallReport(archive=settings.archive, lines=tuple(lines))


def _forget(browser: Browser, home: Path) -> bool:
    try:
        return remove_manifest(browser, home)
    except OSError:
        return False


def _remove_home(settings: Settings) -> str:
    home = settings.home
    if not home.is_dir():
        return "there were no settings"
    if home.is_relative_to(settings.archive):
        return f"{shown(home)} lies inside the archive and stays"
    if home != default_home() and not (home / MARKER).is_file():
        return f"{shown(home)} was there before Bowerbird: look yourself whether it can go"
    for entry in home.iterdir():
        if not settings.archive.is_relative_to(entry):
            _remove(entry)
    with contextlib.suppress(OSError):
        home.rmdir()
    return f"settings, keys and logs: removed ({shown(home)})"


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        remove_file(entry)

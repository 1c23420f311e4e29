"""Native-messaging manifests: the files by which a browser learns that our host exists and who may start it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.install.browsers import Browser, Family, manifest_folder, registry_key
from bowerbird.install.files import remove_file, write_file
from bowerbird.install.origins import HOST_NAME

FILE_NAME = f"{HOST_NAME}.json"


def native_manifest(family: Family, program: Path) -> dict[str, Any]:
    """The manifest for one family of browsers, pointing at the host program (absolute)."""
    template = (_templates() / f"{HOST_NAME}.{family}.json").read_bytes()
    return {**msgspec.json.decode(template), "path": str(program)}


def _templates() -> Path:
    """`manifests/` as the package carries it, or that of the checkout we run from."""
    here = Path(__file__).resolve()
    shipped = here.parent / "manifests"
    return shipped if shipped.is_dir() else here.parents[3] / "manifests"


def manifest_path(browser: Browser, home: Path) -> Path:
    """Where the manifest for this browser lies; on Windows in our own folder, with the registry pointing at it."""
    if sys.platform == "win32":
        return home / "manifests" / f"{HOST_NAME}.{browser.family}.json"
    return manifest_folder(browser) / FILE_NAME


def write_manifest(browser: Browser, home: Path, program: Path) -> bool:
    """Make the host known to this browser. Whether anything had to be changed. Raises OSError."""
    path = manifest_path(browser, home)
    text = msgspec.json.format(msgspec.json.encode(native_manifest(browser.family, program)), indent=2)
    changed = write_file(path, text + b"\n")
    return _register(browser, path) or changed


def remove_manifest(browser: Browser, home: Path) -> bool:
    """Make this browser forget the host. Whether there was anything to remove; folders left empty go too."""
    path = manifest_path(browser, home)
    removed = remove_file(path)
    for folder in list(path.parents)[:3]:
        with contextlib.suppress(OSError):
            _remove_empty(folder)
    return _unregister(browser) or removed


def _remove_empty(folder: Path) -> None:
    """Remove a folder that holds nothing, but never the home folder or the one of all configurations."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    if folder not in (Path.home(), Path(config)):
        folder.rmdir()


def read_manifest(browser: Browser, home: Path) -> dict[str, Any] | None:
    """The manifest that this browser finds; None where it finds none. Raises ValueError where it is not readable."""
    try:
        found = msgspec.json.decode(_known_path(browser, home).read_bytes())
    except OSError:
        return None
    except msgspec.DecodeError as error:
        raise ValueError("it is not JSON") from error
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")
    return found


if sys.platform == "win32":
    import winreg

    def _known_path(browser: Browser, _home: Path) -> Path:
        key = rf"{registry_key(browser)}\{HOST_NAME}"
        return Path(winreg.QueryValue(winreg.HKEY_CURRENT_USER, key))

    def _register(browser: Browser, path: Path) -> bool:
        with contextlib.suppress(OSError):
            if _known_path(browser, path) == path:
                return False
        key = rf"{registry_key(browser)}\{HOST_NAME}"
        winreg.SetValue(winreg.HKEY_CURRENT_USER, key, winreg.REG_SZ, str(path))
        return True

    def _unregister(browser: Browser) -> bool:
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, rf"{registry_key(browser)}\{HOST_NAME}")
        except OSError:
            return False
        return True

else:
    _known_path = manifest_path

    def _register(_browser: Browser, _path: Path) -> bool:
        return False

    def _unregister(_browser: Browser) -> bool:
        return False

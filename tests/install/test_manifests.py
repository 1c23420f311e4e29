"""Manifests name our program and allow our extension, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import pytest

from bowerbird.install.browsers import BROWSERS, Browser, Family, choose
from bowerbird.install.manifests import manifest_path, native_manifest, read_manifest, remove_manifest, write_manifest
from bowerbird.install.origins import CHROMIUM_ID, CHROMIUM_ORIGIN, FIREFOX_ID, HOST_NAME

CHECKOUT = Path(__file__).parents[2]
EXTENSION = json.loads((CHECKOUT / "extension" / "manifest.json").read_text())
PROGRAM = Path("/opt/bin/bowerbird-host")


def test_chromium_id_follows_from_the_key() -> None:
    """The id is the first 32 hex digits of the key's sha256, written with the letters a to p."""
    digest = hashlib.sha256(base64.b64decode(EXTENSION["key"])).hexdigest()[:32]
    assert digest.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop")) == CHROMIUM_ID


def test_firefox_id_is_the_extensions() -> None:
    """The gecko id is the one that the extension carries."""
    assert EXTENSION["browser_specific_settings"]["gecko"]["id"] == FIREFOX_ID


@pytest.mark.parametrize(
    ("family", "allowed"),
    [("chromium", {"allowed_origins": [CHROMIUM_ORIGIN]}), ("firefox", {"allowed_extensions": [FIREFOX_ID]})],
)
def test_manifest(family: Family, allowed: dict[str, list[str]]) -> None:
    """A manifest names the host, the absolute program and exactly the one extension."""
    manifest = native_manifest(family, PROGRAM)
    assert manifest.pop("description")
    assert manifest == {"name": HOST_NAME, "path": str(PROGRAM), "type": "stdio", **allowed}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the registry")
@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.name)
def test_round_trip(browser: Browser, person: Path) -> None:
    """What is written is read again; writing it twice changes nothing; removing leaves no file or folder behind."""
    assert read_manifest(browser, person) is None
    assert write_manifest(browser, person, PROGRAM) is True
    assert write_manifest(browser, person, PROGRAM) is False
    assert read_manifest(browser, person) == native_manifest(browser.family, PROGRAM)
    assert remove_manifest(browser, person) is True
    assert remove_manifest(browser, person) is False
    assert [path for path in person.rglob("*") if path.name not in ("bin", ".config", "Library")] == []


def test_a_profile_is_not_removed(person: Path) -> None:
    """Removing the manifest leaves the browser's own files, and other programs' manifests, where they are."""
    (browser,) = choose(["chromium"])
    write_manifest(browser, person, PROGRAM)
    other = manifest_path(browser, person).with_name("org.other.json")
    other.write_text("{}")
    remove_manifest(browser, person)
    assert other.read_text() == "{}"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_unreadable_manifest(content: bytes, person: Path) -> None:
    """A manifest that is no JSON object is told as such."""
    (browser,) = choose(["chromium"])
    write_manifest(browser, person, PROGRAM)
    manifest_path(browser, person).write_bytes(content)
    with pytest.raises(ValueError, match="JSON"):
        read_manifest(browser, person)

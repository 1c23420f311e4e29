"""The folder of an item in the computer's own file manager."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bowerbird.pages.folders import opener
from bowerbird.pages.item_acts import DONE
from tests.pages.sites import RunningSite
from tests.pages.test_forms import rows


def test_a_folder_is_opened_where_there_is_a_desktop(
    fresh: RunningSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computer's own file manager gets the item's folder; without a desktop that is said, without the place."""
    program = tmp_path / "xdg-open"
    program.write_text(
        f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened.new && mv {tmp_path}/opened.new {tmp_path}/opened\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with fresh.person() as client:
        client.follow_redirects = True
        refused = client.post("/item/1/folder")
        assert (refused.status_code, str(tmp_path) in refused.text) == (409, False)
        monkeypatch.setenv("DISPLAY", ":0")
        assert DONE["folder"] in client.post("/item/1/folder").text
    for _ in range(200):
        if (tmp_path / "opened").exists():
            break
        time.sleep(0.02)
    folder = rows(fresh, "SELECT folder FROM items WHERE id = 1")[0][0]
    assert (tmp_path / "opened").read_text() == str(fresh.settings.archive / folder)


def test_each_system_has_its_opener(tmp_path: Path) -> None:
    """What opens folders is looked up on the PATH; on Linux only where there is a display."""
    for name in ("xdg-open", "open"):
        (tmp_path / name).touch(0o755)
    there = {"PATH": str(tmp_path)}
    assert opener("linux", there) is None
    assert opener("linux", {**there, "WAYLAND_DISPLAY": "w"}) == str(tmp_path / "xdg-open")
    assert opener("darwin", there) == str(tmp_path / "open")
    assert opener("linux", {"PATH": "", "DISPLAY": ":0"}) is None

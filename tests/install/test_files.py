"""A file is there wholly or not at all, with the rights that it was given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bowerbird.install.files import remove_file, shown, write_file


def test_content_and_rights(tmp_path: Path) -> None:
    """A file gets its content and mode, whatever the umask; folders are made on the way."""
    path = tmp_path / "a" / "b.json"
    assert write_file(path, b"1", mode=0o644) is True
    assert path.read_bytes() == b"1"
    assert path.stat().st_mode & 0o777 == 0o644


def test_same_content_is_no_change(tmp_path: Path) -> None:
    """Writing what is there already touches nothing, but wrong rights are put right."""
    path = tmp_path / "launcher"
    write_file(path, b"1", mode=0o700)
    before = path.stat().st_ino
    assert write_file(path, b"1", mode=0o700) is False
    assert path.stat().st_ino == before
    path.chmod(0o600)
    assert write_file(path, b"1", mode=0o700) is True
    assert path.stat().st_mode & 0o777 == 0o700


def test_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up in the middle costs neither the old file nor leaves a piece of the new one."""
    path = tmp_path / "config.toml"
    write_file(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.toml"]


def test_removing_twice(tmp_path: Path) -> None:
    """Removing says whether there was something."""
    (tmp_path / "x").write_text("")
    assert (remove_file(tmp_path / "x"), remove_file(tmp_path / "x")) == (True, False)


def test_place_as_its_owner_reads_it(person: Path) -> None:
    """Places below the home folder begin with a tilde; others are told whole."""
    assert shown(person / "archive") == "~/archive"
    assert shown(Path("/media/disk")) == "/media/disk"

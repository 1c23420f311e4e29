"""A person of their own: an empty home folder, and a PATH on which only what a test puts there is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.settings import Settings, load_settings


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of somebody without any browser."""
    home = tmp_path / "person"
    (home / "bin").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(home / "bin"))
    for name in [name for name in os.environ if name.startswith(("BOWERBIRD_", "XDG_"))]:
        monkeypatch.delenv(name)
    return home


@pytest.fixture
def own_program(person: Path) -> Callable[[str], Path]:
    """Put a program of that name on the person's PATH."""

    def put(name: str) -> Path:
        program = person / "bin" / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        return program

    return put


@pytest.fixture
def settings(person: Path) -> Settings:
    """The settings of that person, who keeps the archive in `~/archive`."""
    return load_settings({"BOWERBIRD_ARCHIVE": str(person / "archive")})

"""The bars of `save --wait`, on a terminal."""

from __future__ import annotations

import io

import pytest

from bowerbird.cli.follow import _Bars
from bowerbird.model import Job
from tests.cli.test_commands import HOSTILE

NOW = "2026-11-20T16:58:02.114Z"


class Terminal(io.StringIO):
    """Keeps what a terminal would be told."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_hostile_title_is_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a title holds beside words, and what a scraper says that it does, never reaches the terminal."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    job = Job(
        id="1", url="https://x.example/", platform="web", kind="page", status="running", title=HOSTILE,
        current_operation=HOSTILE, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    bars = _Bars()
    with bars:
        bars.show([job])
    said = terminal.getvalue()
    assert "]0;owned" in said
    assert not [bad for bad in ("\x1b]0", "\x07", "\u202e", "\x9b", "\x00") if bad in said]

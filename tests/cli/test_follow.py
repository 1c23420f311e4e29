"""What `save --wait` tells meanwhile: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import io

import msgspec
import pytest

from bowerbird.cli import follow
from bowerbird.cli.follow import _Bars, _Lines
from bowerbird.model import ErrorReport, Job
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


LONG = Job(
    id="1", url="https://x.example/", platform="web", kind="page", status="pending", title="A rather long title " * 5,
    error=ErrorReport(code="timeout", message="The site stopped answering."), not_before="2999-01-01T12:00:00.000Z",
    created_at=NOW, updated_at=NOW,
)  # fmt: skip


def test_bars_say_the_state_in_words_and_fit_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """State, reason and next try are all there in 80 columns, and percents are no bytes."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "80")
    bars = _Bars()
    bars.show([LONG])
    with bars._progress.console.capture() as captured:
        bars._progress.console.print(bars._progress.get_renderable())
    said = captured.get()
    assert max(len(line) for line in said.splitlines()) <= 80
    assert "In the queue" in said
    assert "bytes" not in said
    assert "2999-01-01" in said


def test_lines_tell_changes_and_no_more_than_one_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal each change is one line; what changes faster is told as it then is."""
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    lines = _Lines()
    lines.show([LONG])
    runs = msgspec.structs.replace(LONG, status="running", error=None, not_before=None, current_operation="Looking")
    lines.show([runs])
    clock[0] += follow.PAUSE
    for doing in ("Fetching", "Fetching", "Filing"):
        lines.show([msgspec.structs.replace(runs, current_operation=doing)])
    states = [line.split("]")[1] for line in told.getvalue().splitlines()]
    assert states == [" In the queue: The site stopped answering; " + states[0].split("; ")[1], " Running: Fetching"]
    assert states[0].split("; ")[1].startswith("tries again on 2999-01-01 at ")

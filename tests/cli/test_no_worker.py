"""A computer on which no further process can be started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.cli import main
from bowerbird.queue import wake


def test_what_is_saved_is_safe_where_no_worker_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The capture is committed, so `save` says so, and how the work gets done later."""

    def refuse(argv: list[str], handed: int | None = None) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(wake, "start_detached", refuse)
    for name in ("home", "archive"):
        monkeypatch.setenv(f"BOWERBIRD_{name.upper()}", str(tmp_path / name))
    assert main(["save", "https://www.youtube.com/watch?v=jNQXAC9IVRw"]) == 0
    said = capsys.readouterr()
    assert "queue" in said.out.lower()
    assert "run: bowerbird work" in said.err

"""`bowerbird work` without a terminal: what it does, what it waits for, and how it ends. With one: test_terminal.py."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from bowerbird.settings import Settings
from tests.cli.conftest import PATIENCE, PROGRAM, Run, interruptible
from tests.platforms import youtube

Rows = Callable[..., list[tuple[Any, ...]]]

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
REMOVED = f"https://www.youtube.com/watch?v={youtube.REMOVED}"


def test_work_until_idle_does_the_queue_and_says_what_failed(run: Run, no_worker: None, rows: Rows) -> None:
    """Work that another worker holds is waited for; what fails there is the exit code here."""
    run("save", REMOVED)
    rows("UPDATE jobs SET status = 'failed', error_code = 'gone', error_message = 'It is gone.', completed_at = '2999'")
    done = run("work", "--until-idle")
    assert done.status == 1
    assert "It is gone." in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_another_worker_ends_when_told(
    environment: dict[str, str], run: Run, no_worker: None, stop: signal.Signals
) -> None:
    """It says what it waits for, and one signal ends the waiting."""
    run("save", VIDEO)
    with interruptible():
        waiting = subprocess.Popen(
            [PROGRAM, "work", "--until-idle"],
            env={**environment, "PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    assert waiting.stdout
    assert b"waits for it" in waiting.stdout.readline()
    os.killpg(waiting.pid, stop)
    _, stderr = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode
    assert b"Traceback" not in stderr


@pytest.mark.parametrize(("url", "status"), [(VIDEO, 0), (REMOVED, 1)], ids=["done", "failed"])
def test_work_until_idle_works_here_and_returns(
    run: Run, rows: Rows, settings: Settings, url: str, status: int
) -> None:
    """In a terminal of its own it does what is queued and returns 0, or 1 with the sentence."""
    run("jobs")
    rows(
        "INSERT INTO jobs (id, url, target_key, target, platform, kind, status, options, created_at, updated_at) "
        "VALUES ('j', ?1, ?1, json_object('url', ?1, 'platform', 'youtube', 'kind', 'video', 'canonical_url', ?1), "
        "'youtube', 'video', 'pending', '{\"quality\":\"480\"}', '2026', '2026')",
        url,
    )
    done = run("work", "--until-idle")
    assert done.status == status
    assert bool(done.stderr) == bool(status)
    assert rows("SELECT status FROM jobs") == [("failed" if status else "completed",)]

"""What happened, in the terminal; and commands that only look at an archive."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PROGRAM, Run
from tests.faults.namespace import with_mount

WATCH = "https://www.youtube.com/watch?v=jNQXAC9IVRw"
READ_ONLY = "mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.usefixtures("no_worker")
def test_the_log_of_a_job(run: Run) -> None:
    """`logs` tells what happened oldest first; of one job, from one level on, and as lines for a program."""
    (job,) = run("save", WATCH, "--json").lines
    run("pause", job["id"])
    run("cancel", job["id"])
    said = run("logs", "--job", job["id"][:8])
    assert [line.split("  ")[-1] for line in said.stdout.splitlines()] == ["pending → paused", "paused → cancelled"]
    assert [line["code"] for line in run("logs", "--json", "--job", job["id"]).lines] == ["paused", "cancelled"]
    assert run("logs", "--level", "error").stdout == "No such line was written.\n"
    assert run("logs", "--job", "nonsense").status == 2


@pytest.mark.usefixtures("no_worker")
def test_the_log_can_be_followed(run: Run, environment: dict[str, str]) -> None:
    """With --follow a line appears as soon as something happens, and each once."""
    (job,) = run("save", WATCH, "--json").lines
    run("pause", job["id"])
    with subprocess.Popen([PROGRAM, "logs", "--follow", "--json"], env=environment, stdout=subprocess.PIPE) as follows:
        assert follows.stdout
        codes = [json.loads(follows.stdout.readline())["code"]]
        run("resume", job["id"])
        codes.append(json.loads(follows.stdout.readline())["code"])
        follows.terminate()
    assert codes == ["paused", "pending"]


def test_a_killed_worker_is_no_running_job(run: Run, rows: Rows, environment: dict[str, str]) -> None:
    """What ran when the worker was killed is shown as stopped, with what makes it go on."""
    assert run("jobs").stdout == "No jobs.\n"
    rows(
        "INSERT INTO jobs (id, url, target_key, target, platform, kind, status, created_at, updated_at) "
        "VALUES ('7f', 'https://example.com/', 'x', '{}', 'web', 'page', 'running', '2026', '2026')"
    )
    said = run("jobs")
    assert "Stopped" in said.stdout
    assert "Running" not in said.stdout
    assert "bowerbird work" in said.stderr


@pytest.mark.usefixtures("no_worker")
def test_a_failure_that_was_made_good(run: Run, rows: Rows) -> None:
    """Who asks what has failed is not told of what was saved by a later job."""
    run("save", WATCH)
    rows("UPDATE jobs SET status = 'failed'")
    assert len(run("jobs", "--status", "failed", "--json").lines) == 1
    run("save", WATCH)
    rows("UPDATE jobs SET status = 'completed' WHERE status = 'pending'")
    assert run("jobs", "--status", "failed", "--json").lines == []
    assert len(run("jobs", "--json").lines) == 2


@pytest.mark.parametrize("arguments", [("jobs", "--json"), ("search", "zoo"), ("logs",)], ids=lambda one: one[0])
def test_an_archive_that_can_only_be_read(run: Run, rows: Rows, environment: dict[str, str], arguments: Any) -> None:
    """A backup on a read-only disk can be looked at, also one that was copied with a log that holds nothing."""
    run("jobs")
    rows("PRAGMA wal_checkpoint(TRUNCATE)")
    archive = Path(environment["BOWERBIRD_ARCHIVE"])
    archive.joinpath("archive.db-shm").unlink(missing_ok=True)
    archive.joinpath("archive.db-wal").write_bytes(b"")
    command = with_mount(READ_ONLY, environment["BOWERBIRD_ARCHIVE"], [PROGRAM, *arguments])  # type: ignore[arg-type]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")

"""Writing down how an attempt ended, where the archive does not take it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.errors import RequestError
from bowerbird.worker import attempts, loop
from bowerbird.worker.loop import Worker
from tests.platforms import youtube
from tests.worker.machine import Machine

WATCH = "https://www.youtube.com/watch?v="


def _refusing(codes: list[str], settle: Callable[..., None]) -> Callable[..., None]:
    def refuse_first(*arguments: Any) -> None:
        if codes:
            raise RequestError(codes.pop())
        settle(*arguments)

    return refuse_first


@pytest.mark.parametrize(
    ("codes", "tries"), [(["busy", "disk_full", "busy"], 1), (["archive_unavailable"], 2)], ids=["passing", "lasting"]
)
def test_end_that_can_not_be_written(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, codes: list[str], tries: int
) -> None:
    """What is busy or full for a moment is written again; after anything else the job has another attempt."""
    monkeypatch.setattr(attempts, "SETTLE_PAUSE", 0.0)
    monkeypatch.setattr(attempts, "LOST_PAUSE", 0.01)
    monkeypatch.setattr(attempts, "settle", _refusing(codes, attempts.settle))
    job_id = machine.save(WATCH + youtube.SILENT)
    with (tmp_path / "log").open("wb") as log:
        Worker(machine.settings, log, linger=0.0).run()
    job = machine.job(job_id)
    assert (job.status, job.error) == ("completed", None)
    assert machine.one("SELECT count(*) FROM attempts") == tries
    assert machine.one("SELECT count(*) FROM items") == 1
    machine.check_whole()


@pytest.mark.parametrize("code", ["disk_full", "busy"])
def test_archive_that_refuses_for_long_ends_the_worker(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    """Where nothing can be written for long the worker ends and says why; the jobs stay as they are."""

    def refuse(*_: Any) -> None:
        raise RequestError(code)

    monkeypatch.setattr(loop, "PATIENCE", 0.5)
    monkeypatch.setattr(loop, "claim", refuse)
    job_id = machine.save(WATCH + youtube.SILENT)
    with (tmp_path / "log").open("wb") as log, pytest.raises(RequestError) as told:
        Worker(machine.settings, log, linger=0.0).run()
    assert told.value.code == code
    assert machine.job(job_id).status == "pending"

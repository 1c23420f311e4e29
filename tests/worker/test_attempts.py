"""One attempt after the other: children, progress, refreshing."""

from __future__ import annotations

from tests.platforms import faults, youtube
from tests.worker.machine import Machine

WATCH = "https://www.youtube.com/watch?v="


def test_captured_video_is_filed(machine: Machine) -> None:
    """A captured video is in the archive when the worker is idle, and nothing is left of the attempt."""
    job_id = machine.save(WATCH + youtube.SILENT)
    assert machine.work() == ""
    assert machine.status == 0
    job = machine.job(job_id)
    assert (job.status, job.progress, job.error) == ("completed", 100, None)
    assert job.title == "A silent walk"
    assert machine.partial() == []
    machine.check_whole()

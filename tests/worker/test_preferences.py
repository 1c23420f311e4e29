"""Settings that are changed while the worker runs."""

from __future__ import annotations

from bowerbird.pages.notices import notices
from bowerbird.queue import events, preferences, wake, workers
from tests.platforms import faults, youtube
from tests.worker.machine import FOR_EVER, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


def test_what_is_changed_on_the_site_counts_for_the_next_claim(machine: Machine) -> None:
    """A worker that may run one job begins the second as soon as two are allowed, without a restart."""
    preferences.change(machine.db, {"max_concurrent": 1})
    machine.platforms.fault(faults.slow(5_000, **MEDIA))
    first, second = machine.save(WATCH + youtube.SILENT), machine.save(WATCH + youtube.GARDEN)
    machine.start(*FOR_EVER)
    machine.until_running(first)
    assert machine.job(second).status == "pending"
    preferences.change(machine.db, {"max_concurrent": 2})
    machine.until(second, lambda job: job.status == "running")
    assert machine.job(first).status == "running"


def test_a_killed_worker_is_told_from_a_running_one(machine: Machine) -> None:
    """While it lives nothing is left alone; when it was killed, what it ran is, until the next one takes it up."""
    machine.platforms.fault(faults.slow(5_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    worker = machine.start(*FOR_EVER)
    machine.until_running(job_id)
    assert workers.left_running(machine.db, machine.settings) == frozenset()
    assert notices(machine.db, machine.settings, ()) == ()
    worker.kill()
    worker.wait()
    assert wake.worker_is_running(machine.settings) is False
    assert workers.left_running(machine.db, machine.settings) == {job_id}
    assert "The worker ended before its time." in [one.bold for one in notices(machine.db, machine.settings, ())]


def test_an_attempt_is_told_with_its_library(machine: Machine) -> None:
    """The log of a job names the library of each attempt, its version, and how it ended."""
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    told = [event.message for event in reversed(events.read(machine.db, job_id=job_id))]
    assert [line.split(" → ")[-1] for line in (told[0], told[-1])] == ["running", "completed"]
    assert any(line.startswith("yt-dlp 20") and line.endswith(": done") for line in told), told
    eventually(lambda: not wake.worker_is_running(machine.settings))

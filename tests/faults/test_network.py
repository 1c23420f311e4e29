"""Servers that hang, drip, are slow or break off."""

from __future__ import annotations

import pytest

from tests.platforms import faults, youtube
from tests.worker.machine import Machine

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


@pytest.mark.parametrize("fault", [faults.hang(**MEDIA), faults.slow(0.5, **MEDIA)], ids=["hang", "drip"])
def test_standstill_is_ended(machine: Machine, fault: faults.Fault) -> None:
    """A server that takes the request and sends nothing, or next to nothing, ends the attempt after the stall time."""
    machine.set(stall_seconds=1, max_retries=1)
    machine.platforms.fault(fault)
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    job = machine.job(job_id)
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "timeout")
    assert machine.one("SELECT count(*) FROM attempts") == 2
    assert machine.children() == []


def test_standstill_that_passes_costs_one_attempt(machine: Machine) -> None:
    """What hung once is fetched by the next try."""
    machine.set(stall_seconds=1)
    machine.platforms.fault(faults.hang(times=1, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed"
    machine.check_whole()


def test_slow_but_alive_is_not_ended(machine: Machine) -> None:
    """A download that takes many times the stall time, but goes on, is left alone."""
    machine.set(stall_seconds=2, max_retries=0)
    machine.platforms.fault(faults.slow(15_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed", machine.job(job_id).error
    machine.check_whole()


def test_attempt_has_a_longest_time(machine: Machine) -> None:
    """An attempt that goes on for longer than it may is ended, however lively it is."""
    machine.set(attempt_hours=0.001, max_retries=0)
    machine.platforms.fault(faults.slow(20_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.BIG)
    machine.work()
    job = machine.job(job_id)
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("timeout", "This took longer than an attempt may.")


@pytest.mark.parametrize("cut", [faults.cut, faults.cut_unseen], ids=["announced", "unseen"])
def test_broken_off_download_is_never_complete(machine: Machine, cut: type[faults.Fault]) -> None:
    """A download that breaks off is fetched on or anew, and what is filed is whole."""
    machine.platforms.fault(cut(20_000, times=2, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed"
    machine.check_whole()

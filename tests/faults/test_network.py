"""Servers that hang, drip, are slow or break off."""

from __future__ import annotations

import hashlib

import pytest

from tests.platforms import faults, media, youtube
from tests.worker.machine import Machine

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


@pytest.mark.parametrize("fault", [faults.hang(**MEDIA), faults.slow(0.5, **MEDIA)], ids=["hang", "drip"])
def test_standstill_is_ended(machine: Machine, fault: faults.Fault) -> None:
    """Promise 2: a server that takes the request and sends next to nothing ends the attempt after the stall time."""
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
    """Promise 2: what hung once is fetched by the next try."""
    machine.set(stall_seconds=4)
    machine.platforms.fault(faults.hang(times=1, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed"
    machine.check_whole()


def test_slow_but_alive_is_not_ended(machine: Machine) -> None:
    """Promise 2: a download that takes many times the stall time, but goes on, is left alone."""
    machine.set(stall_seconds=4, max_retries=0)
    machine.platforms.fault(faults.slow(10_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed", machine.job(job_id).error
    machine.check_whole()


def test_attempt_has_a_longest_time(machine: Machine) -> None:
    """Promise 5: an attempt that goes on for longer than it may is ended, however lively it is."""
    machine.set(attempt_hours=0.001, max_retries=0)
    machine.platforms.fault(faults.slow(20_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.BIG)
    machine.work()
    job = machine.job(job_id)
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("timeout", "This took longer than an attempt may.")


@pytest.mark.parametrize("cut", [faults.cut, faults.cut_unseen], ids=["announced", "unseen"])
def test_broken_off_download_is_never_complete(machine: Machine, cut: type[faults.Fault]) -> None:
    """Promise 2: a download that breaks off is fetched on or anew, and what is filed is whole."""
    machine.platforms.fault(cut(20_000, times=2, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed"
    machine.check_whole()


PICTURE = "https://media.example/clips/1/one.jpg"
LIES = {
    "more than comes": (("Content-Length", "999999"),),
    "less than comes": (("Content-Length", "100"),),
}


@pytest.mark.parametrize("headers", LIES.values(), ids=LIES)
def test_length_that_is_a_lie_leaves_no_half_file(machine: Machine, headers: faults.Headers) -> None:
    """Promise 2: a server that lies about a length once is asked again, and what is filed is whole."""
    machine.platforms.fault(faults.headers(*headers, host="media.example", times=1))
    job_id = machine.save(PICTURE)
    machine.work()
    assert machine.job(job_id).status == "completed", machine.job(job_id).error
    assert _picture_is_whole(machine)


def test_length_that_stays_a_lie_is_told(machine: Machine) -> None:
    """Promise 2: what never comes whole fails with a sentence, and nothing of it has a final name."""
    machine.set(max_retries=1, stall_seconds=3)
    machine.platforms.fault(faults.cut(500, host="media.example"))
    job_id = machine.save(PICTURE)
    machine.work()
    job = machine.job(job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.message.endswith(".")
    assert machine.one("SELECT count(*) FROM files") == 0
    machine.check_whole()


def test_dropped_connections_are_tried_again(machine: Machine) -> None:
    """Promise 2: connections that break before the first byte cost tries, not the job."""
    machine.platforms.fault(faults.drop(host="media.example", times=2))
    job_id = machine.save(PICTURE)
    machine.work()
    assert machine.job(job_id).status == "completed", machine.job(job_id).error
    assert _picture_is_whole(machine)


def test_redirects_in_a_circle_end(machine: Machine) -> None:
    """Promise 2: a site that sends on and on, round and round, is left after some steps with a sentence."""
    machine.set(max_retries=0)
    machine.platforms.fault(faults.redirect("https://media.example/clips/2/one.jpg", path="/clips/1/*"))
    machine.platforms.fault(faults.redirect("https://media.example/clips/1/one.jpg", path="/clips/2/*"))
    job_id = machine.save(PICTURE)
    machine.work()
    job = machine.job(job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.message.endswith(".")
    assert len(machine.platforms.seen("media.example")) < 200


def _picture_is_whole(machine: Machine) -> bool:
    machine.check_whole()
    (row,) = machine.rows("SELECT sha256 FROM files WHERE file_type = 'image'")
    return bool(row["sha256"] == hashlib.sha256(media.unique("picture.jpg", "/clips/1/one.jpg")).hexdigest())

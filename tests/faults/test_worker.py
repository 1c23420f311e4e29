"""Many workers at once, workers that are stopped for long, and a clock that jumps."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from bowerbird.clock import seconds_until
from tests.messages.client import Host, a_capture
from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, UNTIL_IDLE, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}
PICTURE = "https://media.example/clips/{}/one.jpg"
MANY = int(os.environ.get("BOWERBIRD_TEST_WORKERS", "20"))


def test_of_many_workers_one_works(machine: Machine) -> None:
    """Promise 2: started many times at the same moment there is one worker, and each job is done once."""
    jobs = [machine.save(PICTURE.format(n)) for n in range(8)]
    workers = [machine.start(*BACKGROUND) for _ in range(MANY)]
    eventually(lambda: all(machine.job(job_id).status == "completed" for job_id in jobs), "all are done")
    eventually(lambda: sum(worker.poll() is None for worker in workers) == 1, "the others give way")
    assert {worker.returncode for worker in workers} == {None, 1}
    assert len(machine.platforms.seen("media.example", "/clips/*")) == len(jobs)
    assert machine.one("SELECT count(*) FROM attempts") == len(jobs)
    machine.check_whole()


def test_two_browsers_at_once(machine: Machine) -> None:
    """Promises 1 and 2: the same click in two browsers at the same time is one job, which one worker does once."""
    captures = [a_capture(url=PICTURE.format(n % 10), key=f"{n}") for n in range(20)]
    with Host(machine.environment) as one, Host(machine.environment) as other, ThreadPoolExecutor(2) as threads:
        told = list(threads.map(lambda host: [host.ask("capture", captures=[c]) for c in captures], (one, other)))
    assert told[0] == told[1] or [r["captures"] for r in told[0]] == [r["captures"] for r in told[1]]
    machine.work(*UNTIL_IDLE)
    eventually(lambda: machine.one("SELECT count(*) FROM jobs WHERE status <> 'completed'") == 0, "all is done")
    assert machine.one("SELECT count(*) FROM captures") == 20
    assert machine.one("SELECT count(*) FROM items") == 10
    assert machine.one("SELECT count(*) FROM jobs WHERE NOT refresh_only") == 10
    machine.check_whole()


def test_sleep_in_the_middle_of_a_download(machine: Machine) -> None:
    """Promise 2: a laptop that sleeps for longer than a download may stall goes on, with the right bytes at the end."""
    stall = 5  # longer than a child takes to start on a busy computer
    machine.set(stall_seconds=stall)
    machine.platforms.fault(faults.slow(300_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.BIG)
    worker = psutil.Process(machine.start(*BACKGROUND).pid)
    machine.until(job_id, lambda job: (job.bytes_downloaded or 0) > 300_000)
    asleep = [worker, *worker.children(recursive=True)]
    for process in asleep:
        process.send_signal(signal.SIGSTOP)
    asleep_since = time.monotonic()
    second = machine.work(*BACKGROUND)
    assert (machine.status, second) == (1, "")  # who sleeps still holds the lease
    machine.platforms.clear()
    time.sleep(max(0.0, asleep_since + stall + 1 - time.monotonic()))
    for process in asleep:
        process.send_signal(signal.SIGCONT)
    assert machine.until(job_id, lambda job: job.status == "completed").error is None
    machine.check_whole()


# A worker whose clock is wrong by so many seconds: everything asks the one door, which asks this class.
_WRONG_CLOCK = """
import datetime, sys
from bowerbird import clock
class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=float(sys.argv[1]))
clock.datetime = Wrong
from bowerbird.cli import main
sys.exit(main(["work", "--until-idle"]))
"""
YEAR = 365 * 86400.0


def _until_put_off(machine: Machine, wrong: float) -> None:
    """A worker whose clock is wrong tries the one job, puts it off and is killed."""
    worker = machine.start("-c", _WRONG_CLOCK, str(wrong))
    eventually(lambda: machine.rows("SELECT 1 FROM jobs WHERE not_before IS NOT NULL"), "the job is put off")
    worker.kill()
    worker.wait()


@pytest.mark.parametrize("wrong", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_a_retry_that_was_set_by_a_wrong_clock_comes(machine: Machine, wrong: float) -> None:
    """Promise 2: what a clock that is a year wrong puts off for an hour is neither forgotten nor done twice."""
    machine.set(retry_delay=3600)
    machine.platforms.fault(faults.drop(host="media.example", times=1))
    machine.save(PICTURE.format(1))
    _until_put_off(machine, wrong)
    machine.work()
    (row,) = machine.rows("SELECT status, not_before FROM jobs")
    assert row["status"] == "completed" or seconds_until(row["not_before"]) < 2 * 3600
    assert machine.one("SELECT count(*) FROM attempts WHERE outcome = 'done'") <= 1


def test_a_pause_that_was_set_by_a_wrong_clock_ends(machine: Machine) -> None:
    """Promise 6: the pause that a platform asked for while the clock was a year ahead still holds, as long as asked."""
    machine.platforms.fault(faults.status(429, host="www.youtube.com"))
    job_id = machine.save(WATCH + youtube.SILENT)
    _until_put_off(machine, YEAR)
    asked = len(machine.platforms.seen("www.youtube.com"))
    machine.start(*BACKGROUND)
    eventually(lambda: 60 < seconds_until(machine.one("SELECT not_before FROM jobs")) < 1200, "the job's time is right")
    assert 60 < seconds_until(machine.one("SELECT not_before FROM budgets WHERE platform = 'youtube'")) < 1200
    assert machine.job(job_id).status == "waiting"
    assert len(machine.platforms.seen("www.youtube.com")) == asked

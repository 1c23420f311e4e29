"""One attempt after the other: children, progress, refreshing, what goes wrong in one."""

from __future__ import annotations

import os
import signal
from collections import Counter

import psutil
import pytest

from bowerbird.clock import parse, seconds_until
from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


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


# Of the item: its creator's are dated anew where a minute has passed.
_COUNTED = "SELECT count(*) FROM snapshots WHERE item_id IS NOT NULL"


def test_archived_video_is_only_refreshed(machine: Machine) -> None:
    """Saving again fetches no media and dates the counts anew; force fetches it."""
    url = WATCH + youtube.SILENT
    machine.save(url)
    machine.work()
    fetched, counted = machine.media_requests(), machine.one(_COUNTED)
    machine.platforms.publish(youtube.SILENT, 5)
    again = machine.save(url)
    machine.work()
    assert machine.job(again).status == "completed"
    assert machine.media_requests() == fetched
    assert machine.one(_COUNTED) == counted + 1
    assert machine.one("SELECT view_count FROM items") == 1205
    machine.save(url, force=True)
    machine.work()
    assert machine.media_requests() > fetched
    assert machine.one("SELECT count(*) FROM items") == 1
    machine.check_whole()


def test_refresh_of_what_is_gone_keeps_it_and_says_so(machine: Machine) -> None:
    """Something archived that the platform has no more stays, with the date on which that was seen."""
    machine.save(WATCH + youtube.SILENT)
    machine.work()
    machine.platforms.remove(youtube.SILENT)
    again = machine.save(WATCH + youtube.SILENT)
    machine.work()
    job = machine.job(again)
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "gone")
    assert machine.one("SELECT gone_at FROM items") is not None
    machine.check_whole()


def test_progress_is_seen_while_it_downloads(machine: Machine) -> None:
    """A slow download shows percentage, operation, bytes, speed and the time left, at most four times a second."""
    machine.platforms.fault(faults.slow(60_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.start()
    seen = []

    def is_done() -> bool:
        seen.append(machine.job(job_id))
        return seen[-1].status == "completed"

    eventually(is_done)
    downloading = [job for job in seen if job.status == "running" and job.speed and job.bytes_downloaded]
    assert len({job.progress for job in downloading}) > 2
    assert all(0 < job.progress <= 100 and job.bytes_downloaded <= job.bytes_total for job in downloading)
    assert all(job.eta is not None for job in downloading)
    assert {job.current_operation for job in downloading} <= {"Fetching video", "Fetching audio"}
    assert [job.progress for job in downloading] == sorted(job.progress for job in downloading)
    updates = sorted({job.updated_at for job in downloading if job.progress < 100})
    seconds = (parse(updates[-1]) - parse(updates[0])).total_seconds()
    assert len(updates) <= 4 * seconds + 3


def test_one_child_serves_a_series(machine: Machine) -> None:
    """Jobs in a row use one warm process, and it ends when it has nothing to do."""
    machine.set(max_concurrent=1)
    seen: Counter[int] = Counter()
    job_id = machine.save(f"https://www.youtube.com/playlist?list={youtube.playlist_of(4)}")
    machine.start(*BACKGROUND)

    def is_done() -> bool:
        seen.update(child.pid for child in machine.children() if _is_child_of_worker(child))
        return machine.job(job_id).status == "completed"

    eventually(is_done)
    eventually(lambda: machine.partial() == [], "nothing is left, although the worker goes on")
    assert len(seen) == 1
    assert len(machine.rows("SELECT * FROM attempts WHERE outcome = 'done'")) == 4


def _is_child_of_worker(process: psutil.Process) -> bool:
    """Not what a child starts, which bears its name until it is the program that it will be."""
    try:
        parent = process.parent()
        return parent is not None and process.cmdline()[-1:] == ["yt_dlp"] and "bowerbird.worker" in parent.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_child_that_dies_takes_only_its_attempt(machine: Machine, number: int) -> None:
    """A scraper that crashes costs its own attempt; the other one goes on and the job is tried again."""
    machine.platforms.fault(faults.slow(12_000, times=2, **MEDIA))
    jobs = [machine.save(WATCH + name) for name in (youtube.SILENT, youtube.SHORT)]
    machine.start()
    for job_id in jobs:
        machine.until_running(job_id)
    victim, other = machine.children()[:2]
    victim.send_signal(number)
    for job_id in jobs:
        machine.until(job_id, lambda job: job.status == "completed")
    outcomes = Counter(row["outcome"] for row in machine.rows("SELECT outcome FROM attempts"))
    assert outcomes == {"done": 2, "failed": 1}
    assert machine.one("SELECT count(*) FROM attempts WHERE error_code = 'internal'") == 1
    assert other.pid != victim.pid
    machine.check_whole()


def test_passing_trouble_is_tried_again(machine: Machine) -> None:
    """A connection that breaks is tried again by itself, and at the end no trouble is shown."""
    machine.platforms.fault(faults.status(503, path="/youtubei/v1/player*", times=8))
    machine.platforms.fault(faults.drop(path="/watch*", times=8))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    job = machine.job(job_id)
    assert (job.status, job.error) == ("completed", None)
    assert machine.one("SELECT retry_count FROM jobs") >= 1


def test_tries_are_used_up(machine: Machine) -> None:
    """What stays broken fails after three automatic tries, with a sentence and the next step."""
    machine.platforms.fault(faults.drop(host="www.youtube.com"))
    job_id = machine.save(WATCH + youtube.SILENT)
    said = machine.work()
    job = machine.job(job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.message
    assert job.error.hint
    assert "It was tried again 3 times." in job.error.message
    assert machine.one("SELECT count(*) FROM attempts") == 4
    assert machine.status == 1
    assert job.error.message in said


def test_too_fast_is_honoured_by_the_next_worker_too(machine: Machine) -> None:
    """After 429 nothing is asked of the platform before its time, by no job and no worker; other platforms go on."""
    machine.platforms.fault(faults.status(429, headers=(("Retry-After", "600"),), host="www.youtube.com"))
    first = machine.save(WATCH + youtube.SILENT)
    machine.start(*BACKGROUND)
    job = machine.until(first, lambda job: job.status == "waiting")
    assert job.wait_reason == "rate_limit"
    assert job.error is not None
    assert job.error.code == "rate_limited"
    assert job.not_before is not None
    assert 200 < seconds_until(job.not_before) <= 640
    machine.platforms.clear()
    asked = len(machine.platforms.seen("*youtube.com"))
    os.kill(machine.workers[0].pid, signal.SIGKILL)
    second = machine.save(WATCH + youtube.SHORT)
    other = machine.save("https://media.example/clips/one.mp4")
    machine.start(*BACKGROUND)
    machine.until(other, lambda job: job.status == "completed")
    assert [machine.job(job_id).status for job_id in (first, second)] == ["waiting", "pending"]
    assert len(machine.platforms.seen("*youtube.com")) == asked


def test_too_fast_stops_what_runs_there_too(machine: Machine) -> None:
    """When one attempt is told that it is too fast, the others on that platform stop and go on later."""
    machine.platforms.fault(faults.slow(6_000, **MEDIA))
    running = machine.save(WATCH + youtube.SILENT)
    machine.start(*BACKGROUND)
    machine.until_running(running)
    machine.platforms.fault(faults.status(429, host="www.youtube.com"))
    limited = machine.save(WATCH + youtube.SHORT)
    machine.until(limited, lambda job: job.status == "waiting")
    job = machine.until(running, lambda job: job.status == "pending")
    assert job.error is None
    assert machine.partial()


def test_forced_end_of_the_disk_is_not_an_attempt(machine: Machine) -> None:
    """Where the floor is reached before the start nothing is asked of the platform; with space it goes on by itself."""
    machine.set(disk_floor_mb=9_999_999)
    job_id = machine.save(WATCH + youtube.SILENT)
    said = machine.work()
    job = machine.job(job_id)
    assert (job.status, job.wait_reason) == ("waiting", "disk")
    assert job.error is not None
    assert job.error.message in said
    assert machine.status == 1
    assert machine.platforms.log == []
    machine.set(disk_floor_mb=1)
    machine.work()
    assert machine.job(job_id).status == "completed"

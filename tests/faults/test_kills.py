"""Processes that are killed at any moment: each job is done once, and no half file has a final name."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time

import psutil
import pytest

from tests.faults.lists import Killed
from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, Machine, eventually, settled

MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}
WATCH = "https://www.youtube.com/watch?v="
KILLS = 7
MEMBERS = 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_worker_and_children_killed_at_random(machine: Machine, seed: int) -> None:
    """Workers and children are killed at random; at the end all is there once and whole, and nothing is left."""
    chance = random.Random(seed)
    machine.set(max_retries=20)
    machine.platforms.delay = 0.03
    list_id = machine.save(f"https://www.youtube.com/playlist?list={youtube.playlist_of(MEMBERS)}")
    for _ in range(KILLS):
        worker = psutil.Process(_start_and_let_begin(machine).pid)
        time.sleep(chance.uniform(0.0, 0.5))
        children = worker.children(recursive=True)
        if children and chance.random() < 0.3:
            _kill(chance.choice(children))
            time.sleep(chance.uniform(0.0, 0.3))
        _kill(worker)
        eventually(lambda children=children: not any(_is_alive(child) for child in children), "children end")
    _work_without_rests(machine)
    job = machine.job(list_id)
    assert [member.error for member in machine.members(list_id) if member.status != "completed"] == []
    assert (job.status, job.items_done, job.items_failed) == ("completed", MEMBERS, 0)
    assert len(machine.members(list_id)) == MEMBERS
    assert machine.one("SELECT count(*) FROM items") == MEMBERS
    assert machine.one("SELECT count(*) FROM files WHERE file_type = 'video'") == MEMBERS
    assert machine.one("SELECT count(*) FROM attempts WHERE ended_at IS NULL") == 0
    assert machine.one("SELECT count(*) FROM attempts WHERE outcome = 'lost'") >= KILLS / 3
    assert machine.partial() == []
    machine.check_whole()


def _start_and_let_begin(machine: Machine) -> subprocess.Popen[str]:
    """A worker that has begun an attempt, or has nothing left to begin: how long that takes is the machine's affair."""
    _let_nothing_rest(machine)
    last = machine.one("SELECT ifnull(max(id), 0) FROM attempts")
    worker = machine.start(*BACKGROUND)
    begun = "SELECT count(*) FROM attempts WHERE id > ?"
    eventually(lambda: machine.one(begun, last) or settled(machine.db), "an attempt begins")
    return worker


def _work_without_rests(machine: Machine) -> None:
    worker = machine.start()

    def has_ended() -> bool:
        _let_nothing_rest(machine)
        return worker.poll() is not None

    eventually(has_ended)
    machine.work()


def _let_nothing_rest(machine: Machine) -> None:
    """What saw three workers die in a row would rest for half a minute, and longer beside others."""
    machine.db.execute("UPDATE jobs SET not_before = NULL WHERE status = 'pending' AND not_before IS NOT NULL")


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_profile_survives_kills_at_any_post(machine: Machine) -> None:
    """No post twice, none missing, and one page at most asked for again by each kill (tests.faults.lists: by 100)."""
    figures = Killed(machine, posts=30, seed=3).run(4)
    assert (figures.kills, figures.posts, figures.pages) == (4, 30, 3)


def test_killed_worker_takes_its_children_along(machine: Machine) -> None:
    """A worker that is killed leaves no process behind, and the next one goes on where the first was."""
    machine.platforms.fault(faults.slow(300_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.BIG)
    worker = psutil.Process(machine.start(*BACKGROUND).pid)
    machine.until(job_id, lambda job: (job.bytes_downloaded or 0) > 300_000)
    children = worker.children(recursive=True)
    assert children
    _kill(worker)
    eventually(lambda: not any(_is_alive(child) for child in children))
    machine.platforms.clear()
    machine.work()
    job = machine.job(job_id)
    assert (job.status, job.error) == ("completed", None)
    assert [row["outcome"] for row in machine.rows("SELECT outcome FROM attempts ORDER BY id")] == ["lost", "done"]
    assert any(one.range.startswith("bytes=") and not one.range.startswith("bytes=0-") for one in machine.platforms.log)
    machine.check_whole()


def test_cancel_without_a_worker_is_not_forgotten(machine: Machine) -> None:
    """A job that ran when the worker died and then is cancelled does not begin again."""
    machine.platforms.fault(faults.slow(5_000, **MEDIA))
    job_id = machine.save(WATCH + youtube.SILENT)
    worker = psutil.Process(machine.start(*BACKGROUND).pid)
    machine.until_running(job_id)
    _kill(worker)
    machine.act(job_id, "cancel")
    asked = machine.media_requests()
    machine.work()
    assert machine.job(job_id).status == "cancelled"
    assert machine.media_requests() == asked
    assert machine.partial() == []

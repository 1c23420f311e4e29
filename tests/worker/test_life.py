"""How a worker begins, ends, is told to end, and what it does with requests."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bowerbird.archive import trash
from bowerbird.archive.migrations import ensure_archive
from bowerbird.database import open_writer
from bowerbird.model import Job
from bowerbird.queue import wake
from bowerbird.worker.loop import Worker
from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, FOR_EVER, PATIENCE, UNTIL_IDLE, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


def _slow(machine: Machine, name: str = youtube.SILENT, pace: int = 20_000) -> str:
    machine.platforms.fault(faults.slow(pace, **MEDIA))
    return machine.save(WATCH + name)


def test_cancel_ends_everything_of_the_attempt(machine: Machine) -> None:
    """Cancelling ends the child and what it started, and removes what was fetched so far."""
    job_id = _slow(machine)
    machine.start(*BACKGROUND)
    machine.until_running(job_id)
    (child,) = machine.children()
    machine.act(job_id, "cancel")
    job = machine.until(job_id, lambda job: job.status == "cancelled")
    assert (job.error, job.progress) == (None, 0)
    eventually(lambda: not child.is_running())
    eventually(lambda: machine.partial() == [])
    assert machine.one("SELECT outcome FROM attempts") == "cancelled"


def test_cancelled_job_can_be_retried_and_deleted(machine: Machine) -> None:
    """What was cancelled is whole after a retry by hand, and then can be removed from the history; the item stays."""
    job_id = _slow(machine)
    worker = machine.start()
    machine.until_running(job_id)
    machine.act(job_id, "cancel")
    assert worker.wait(timeout=PATIENCE) == 0
    machine.platforms.clear()
    machine.act(job_id, "retry")
    machine.work()
    assert machine.job(job_id).status == "completed"
    machine.act(job_id, "delete")
    assert machine.one("SELECT count(*) FROM jobs") == 0
    assert machine.one("SELECT count(*) FROM items") == 1
    machine.check_whole()


def test_worker_ends_when_idle(machine: Machine) -> None:
    """With nothing to do it ends by itself, and leaves no child behind."""
    machine.save(WATCH + youtube.SILENT)
    worker = machine.start(*UNTIL_IDLE)
    children = eventually(machine.children)
    assert worker.wait(timeout=PATIENCE) == 0
    assert not any(child.is_running() for child in children)
    assert not wake.worker_is_running(machine.settings)


def test_worker_of_a_removed_archive_ends(machine: Machine) -> None:
    """Nobody works on, and waits for ever, for an archive that is not there any more."""
    job_id = _slow(machine)
    worker = machine.start(*FOR_EVER)
    machine.until_running(job_id)
    children = machine.children()
    shutil.rmtree(machine.archive)
    said, _ = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 1
    assert "There is no archive" in said
    assert not any(child.is_running() for child in children)
    assert not machine.archive.exists()


def test_worker_goes_over_to_an_archive_that_replaced_its_own(machine: Machine) -> None:
    """What is captured into the new one is not left lying, and the old one is whole where it was moved to."""
    machine.start(*FOR_EVER)
    eventually(lambda: wake.worker_is_running(machine.settings))
    first = machine.save(WATCH + youtube.SILENT)
    machine.until(first, lambda job: job.status == "completed")
    machine.db.close()
    other = machine.archive.with_name("other")
    ensure_archive(other / "archive.db")
    machine.db = open_writer(other / "archive.db")
    second = machine.save(WATCH + youtube.SHORT)
    machine.db.close()
    machine.archive.rename(machine.archive.with_name("moved"))
    other.rename(machine.archive)
    machine.db = open_writer(machine.settings.database)
    machine.until(second, lambda job: job.status == "completed")
    machine.check_whole()


def test_second_worker_refuses(machine: Machine) -> None:
    """A second worker says in a sentence that one runs already, and ends; the first goes on."""
    job_id = _slow(machine, pace=2_000)
    machine.start(*FOR_EVER)
    machine.until_running(job_id)
    said = machine.work(*FOR_EVER)
    assert machine.status == 1
    assert "A worker runs already" in said
    assert "Traceback" not in said
    assert machine.work(*BACKGROUND) == ""
    assert machine.status == 1
    assert machine.job(job_id).status == "running"


def test_terminate_lets_the_attempt_end(machine: Machine) -> None:
    """SIGTERM claims nothing more, and what runs may come to its end."""
    machine.set(max_concurrent=1)
    running = _slow(machine, pace=60_000)
    waiting = machine.save(WATCH + youtube.SHORT)
    worker = machine.start(*BACKGROUND)
    machine.until_running(running)
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert machine.job(running).status == "completed"
    assert machine.job(waiting).status == "pending"


def test_terminate_twice_gives_back(machine: Machine) -> None:
    """A second SIGTERM ends at once: the job is pending again, no try is counted, and goes on where it was."""
    job_id = _slow(machine, youtube.BIG, pace=300_000)
    worker = machine.start(*BACKGROUND)
    machine.until(job_id, lambda job: (job.bytes_downloaded or 0) > 200_000)
    worker.terminate()
    time.sleep(0.1)
    worker.terminate()
    assert worker.wait(timeout=PATIENCE) == 0
    job = machine.job(job_id)
    assert (job.status, job.error) == ("pending", None)
    assert machine.one("SELECT retry_count FROM jobs") == 0
    assert machine.children() == []
    assert machine.partial() == [job_id]
    machine.platforms.clear()
    machine.work()
    assert machine.job(job_id).status == "completed"
    assert any(one.range.startswith("bytes=") and not one.range.startswith("bytes=0-") for one in machine.platforms.log)
    machine.check_whole()


def test_row_that_comes_while_the_worker_ends_is_not_lost(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever writes while the lease is held starts no other worker; the one that ends looks once more."""
    saved: list[str] = []
    end = Worker._end

    def end_and_be_late(worker: Worker, db: sqlite3.Connection) -> None:
        end(worker, db)
        if not saved:
            assert wake.worker_is_running(machine.settings)
            saved.append(machine.save(WATCH + youtube.SILENT))

    monkeypatch.setattr(Worker, "_end", end_and_be_late)
    with (tmp_path / "log").open("wb") as log:
        Worker(machine.settings, log, linger=0.0).run()
    assert machine.job(saved[0]).status == "completed"


def test_request_that_comes_while_the_worker_ends_is_not_lost(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is asked of the worker at the last moment is carried out too."""
    job_id = machine.save(WATCH + youtube.SILENT)
    (machine.archive / ".partial" / job_id).mkdir(parents=True)
    machine.db.execute("UPDATE jobs SET status = 'failed', started_at = created_at")
    end = Worker._end

    def end_and_be_late(worker: Worker, db: sqlite3.Connection) -> None:
        end(worker, db)
        if machine.rows("SELECT 1 FROM jobs"):
            machine.act(job_id, "delete")

    monkeypatch.setattr(Worker, "_end", end_and_be_late)
    with (tmp_path / "log").open("wb") as log:
        Worker(machine.settings, log, linger=0.0).run()
    assert machine.partial() == []


def test_worker_survives_who_started_it(machine: Machine) -> None:
    """Started by the host in the background, it goes on when that ends, with nothing of its pipes."""
    job_id = _slow(machine, pace=60_000)
    starter = machine.start(
        "-c",
        "from bowerbird.queue.wake import wake_worker; from bowerbird.settings import load_settings;"
        "wake_worker(load_settings())",
    )
    assert starter.wait(timeout=PATIENCE) == 0
    assert starter.stdout is not None
    assert starter.stdout.read() == ""
    pid = int(eventually(lambda: _noted(machine), "the worker notes its number"))
    worker = psutil.Process(pid)
    assert os.getsid(pid) == pid
    assert {str(Path(f"/proc/{pid}/fd/{n}").readlink()) for n in range(3)} == {"/dev/null"}
    machine.until(job_id, lambda job: job.status == "completed")
    worker.terminate()
    psutil.wait_procs([worker], timeout=PATIENCE)


def _noted(machine: Machine) -> str:
    return "".join(path.read_text().strip() for path in machine.settings.home.glob("worker.*.pid"))


def test_memory_of_an_idle_worker(machine: Machine) -> None:
    """A worker without an attempt needs at most 60 MB, also after one."""
    worker = machine.start(*FOR_EVER)
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.until(job_id, lambda job: job.status == "completed")
    assert psutil.Process(worker.pid).memory_info().rss < 60_000_000


def test_many_writers_do_not_disturb(machine: Machine) -> None:
    """An archive that somebody holds locked for seconds costs no job and no worker."""
    jobs = [_slow(machine, name, pace=60_000) for name in (youtube.SILENT, youtube.SHORT)]
    worker = machine.start(*UNTIL_IDLE)
    machine.until_running(jobs[0])
    machine.db.execute("BEGIN IMMEDIATE")
    time.sleep(6)
    machine.db.execute("COMMIT")
    assert worker.wait(timeout=60) == 0

    def state(job: Job) -> tuple[str, object]:
        return job.status, job.error

    assert [state(machine.job(job_id)) for job_id in jobs] == [("completed", None)] * 2
    assert machine.one("SELECT count(*) FROM attempts") == 2
    machine.check_whole()


def test_leftovers_are_swept_at_the_start(machine: Machine) -> None:
    """What attempts of done, cancelled and deleted jobs left goes; what may still be gone on with stays."""
    done, cancelled, failed = (machine.save(WATCH + name) for name in (youtube.SILENT, youtube.SHORT, youtube.BIG))
    for job_id, status in ((done, "completed"), (cancelled, "cancelled"), (failed, "failed")):
        machine.db.execute("UPDATE jobs SET status = ? WHERE id = ?", (status, job_id))
    for name in (done, cancelled, failed, "deleted"):
        (machine.archive / ".partial" / name).mkdir(parents=True)
    machine.work()
    assert machine.partial() == [failed]


def test_unknown_request_is_marked(machine: Machine) -> None:
    """A request of another version is no reason to stop."""
    machine.db.execute("INSERT INTO requests (kind, created_at) VALUES ('sing', '')")
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.work()
    assert machine.job(job_id).status == "completed"
    assert machine.one("SELECT result FROM requests") == "unknown"


def test_the_trash_is_emptied(machine: Machine) -> None:
    """What the person gave up goes for good as soon as a worker runs, and can be saved anew."""
    machine.save(WATCH + youtube.SILENT)
    machine.work()
    with closing(open_writer(machine.settings.database)) as db:
        trash.put_away(db, 1)
        trash.give_up(db, 1)
    machine.work()
    assert (machine.one("SELECT count(*) FROM items"), machine.one("SELECT count(*) FROM files")) == (0, 0)
    assert not list(machine.settings.archive.glob("youtube/*"))
    assert machine.one("SELECT status FROM jobs") == "completed"
    machine.save(WATCH + youtube.SILENT)
    machine.work()
    machine.check_whole()
    assert machine.one("SELECT count(*) FROM items") == 1

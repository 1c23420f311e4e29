"""Updating the libraries beside a queue: a real worker, real pip, and an environment of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bowerbird.queue import updates
from bowerbird.queue.updates import Update
from tests.install.environments import Environment
from tests.platforms import StandIn, faults, youtube
from tests.worker.machine import BACKGROUND, FOR_EVER, UNTIL_IDLE, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
NEWER = "2099.1.1"
# An index that answers to nobody, and is reached by the proxy and the certificates of the settings.
HOST = "libraries.example"
INDEX = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": f"https://{HOST}/simple", "PIP_RETRIES": "0"}


@pytest.fixture
def platforms() -> Iterator[StandIn]:
    """A stand-in that lets the index be asked for."""
    with StandIn(unflagged=(HOST,)) as stand_in:
        yield stand_in
    assert not stand_in.flagged


@pytest.fixture
def environment(tmp_path: Path, machine: Machine) -> Environment:
    """What the worker is installed in; it is offered a newer yt-dlp, which says by a file that it was imported."""
    made = Environment(tmp_path)
    made.offer_thin("yt-dlp", NEWER, f"open({str(tmp_path / 'imported')!r}, 'w').close()")
    machine.python = made.python
    machine.environment |= made.variables
    return made


def done(machine: Machine, number: int) -> Update:
    """What came of an update, once it is over."""

    def look() -> Update | None:
        asked = updates.numbered(machine.db, number)
        return asked.update if asked and asked.done_at else None

    found: Update = eventually(look, "the update is over")
    return found


def libraries(machine: Machine) -> list[str]:
    """With what the attempts were made, the first one first."""
    return [row["library"] for row in machine.rows("SELECT library FROM attempts ORDER BY id")]


def test_the_next_job_uses_what_was_installed(machine: Machine, environment: Environment, tmp_path: Path) -> None:
    """A warm child of the old library ends; the next job is done with the new one, by the same worker."""
    first = machine.save(WATCH + youtube.SILENT)
    worker = machine.start(*FOR_EVER)
    machine.until(first, lambda job: job.status == "completed")
    found = done(machine, updates.ask(machine.db))
    assert (found.code, [change[::2] for change in found.changed]) == ("updated", [("yt-dlp", NEWER)])
    assert not (tmp_path / "imported").exists()
    second = machine.save(WATCH + youtube.SHORT)
    machine.until(second, lambda job: job.status == "completed")
    assert worker.poll() is None
    old, new = libraries(machine)
    assert (old != new, new) == (True, f"yt-dlp {NEWER}")
    assert (tmp_path / "imported").exists()
    machine.check_whole()


def test_the_first_child_of_a_new_worker_has_the_new_library(machine: Machine, environment: Environment) -> None:
    """A worker that starts with an update to do does it before the first job, and with the job's child after it."""
    job_id = machine.save(WATCH + youtube.SILENT)
    number = updates.ask(machine.db)
    machine.work(*UNTIL_IDLE)
    assert done(machine, number).code == "updated"
    assert (machine.job(job_id).status, libraries(machine)) == ("completed", [f"yt-dlp {NEWER}"])


def test_what_runs_is_given_back_and_goes_on_where_it_was(machine: Machine, environment: Environment) -> None:
    """An attempt ends for the update with what it fetched, counts no try, and is completed by the new library."""
    machine.platforms.fault(faults.slow(30_000, host="*.googlevideo.com"))
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.start(*BACKGROUND)
    machine.until_running(job_id)
    number = updates.ask(machine.db)
    eventually(lambda: machine.one("SELECT outcome FROM attempts ORDER BY id LIMIT 1"), "the attempt ends")
    machine.platforms.clear()
    assert done(machine, number).code == "updated"
    machine.until(job_id, lambda job: job.status == "completed")
    assert machine.one("SELECT retry_count FROM jobs") == 0
    assert machine.one("SELECT count(*) FROM attempts") == 2
    assert any(one.range.startswith("bytes=") and not one.range.startswith("bytes=0-") for one in machine.platforms.log)
    machine.check_whole()


def fail(machine: Machine) -> str:
    """A job that failed because the library was too old."""
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.db.execute(
        "UPDATE jobs SET status = 'failed', error_code = 'scraper_outdated', error_message = 'x', hint = 'y'"
    )
    return job_id


def test_a_failed_job_is_tried_again_after_the_update(machine: Machine, environment: Environment) -> None:
    """Who asks twice, for one job or for all, gets one update and one try, which the new library makes."""
    job_id = fail(machine)
    numbers = {updates.ask(machine.db, job_id), updates.ask(machine.db), updates.ask(machine.db, job_id)}
    assert len(numbers) == 1
    machine.work(*UNTIL_IDLE)
    assert machine.job(job_id).status == "completed"
    assert libraries(machine) == [f"yt-dlp {NEWER}"]
    assert machine.rows("SELECT kind, done_at IS NULL AS is_open FROM requests") == [
        {"kind": kind, "is_open": 0} for kind in (updates.KIND, updates.RETRY)
    ]


def test_an_update_that_fails_is_told_and_lets_the_queue_go_on(machine: Machine, environment: Environment) -> None:
    """Without a network the job stays failed and says why in its log; all else is done as before."""
    job_id = fail(machine)
    other = machine.save(WATCH + youtube.SHORT)
    machine.environment |= {**INDEX, "PIP_FIND_LINKS": ""}
    number = updates.ask(machine.db, job_id)
    machine.work(*UNTIL_IDLE)
    found = done(machine, number)
    assert (found.code, found.changed) == ("offline", ())
    assert machine.one("SELECT result FROM requests WHERE id = ?", number) == found.message
    assert (machine.job(job_id).status, machine.job(other).status) == ("failed", "completed")
    sql = "SELECT component, message FROM events WHERE code = 'libraries_offline' ORDER BY id"
    assert [row["component"] for row in machine.rows(sql)] == ["worker", "queue"]
    assert machine.one("SELECT message FROM events WHERE code = 'libraries_offline' AND job_id = ?", job_id)


def silence(machine: Machine) -> None:
    """From now on the index takes every question and answers none."""
    machine.environment |= INDEX
    machine.platforms.fault(faults.hang(host=HOST))


def pip(machine: Machine) -> list[psutil.Process]:
    """The running pip of the machine's environment."""

    def is_pip(command: list[str]) -> bool:
        return command[:1] == [machine.python] and "install" in command

    return [one for one in psutil.process_iter(["cmdline"]) if is_pip(one.info["cmdline"] or [])]


def die(machine: Machine) -> None:
    """A worker begins the update, and is killed in the midst of it, with its pip."""
    worker = machine.start(*BACKGROUND)
    (running,) = eventually(lambda: pip(machine), "pip runs")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    running.kill()
    eventually(lambda: not pip(machine), "pip is gone")


@pytest.mark.parametrize(("deaths", "code"), [(1, "updated"), (2, "interrupted")])
def test_a_death_amid_an_update_leaves_nothing_paused(
    machine: Machine, environment: Environment, deaths: int, code: str
) -> None:
    """The next worker does it once more, but not for ever, and in any case the queue goes on afterwards."""
    job_id = machine.save(WATCH + youtube.SILENT)
    number = updates.ask(machine.db)
    silence(machine)
    for _ in range(deaths):
        die(machine)
    assert machine.job(job_id).status == "pending"
    machine.environment |= environment.variables
    machine.work(*UNTIL_IDLE)
    assert done(machine, number).code == code
    assert machine.job(job_id).status == "completed"


def test_what_a_dead_worker_left_installing_is_waited_for(machine: Machine, environment: Environment) -> None:
    """Although no more than two workers begin an update, nothing begins beneath the pip that the last one left."""
    number = updates.ask(machine.db)
    silence(machine)
    die(machine)
    worker = machine.start(*BACKGROUND)
    (left,) = eventually(lambda: pip(machine), "pip runs")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.start(*BACKGROUND)
    carried_out = "SELECT min(done_at IS NOT NULL) FROM requests WHERE kind = 'discard'"
    for _ in range(2):
        machine.db.execute("INSERT INTO requests (kind, job_id, created_at) VALUES ('discard', 'nobody', '')")
        eventually(lambda: machine.one(carried_out), "the worker looked")
    assert machine.one("SELECT done_at FROM requests WHERE id = ?", number) is None
    assert machine.job(job_id).status == "pending"
    left.kill()
    assert done(machine, number).code == "interrupted"
    machine.until(job_id, lambda job: job.status == "completed")


def test_nothing_is_begun_while_pip_runs(machine: Machine, environment: Environment) -> None:
    """A job that is captured meanwhile waits, and is done afterwards."""
    silence(machine)
    number = updates.ask(machine.db)
    machine.start(*BACKGROUND)
    (running,) = eventually(lambda: pip(machine), "pip runs")
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.db.execute("INSERT INTO requests (kind, job_id, created_at) VALUES ('discard', 'nobody', '')")
    eventually(lambda: machine.one("SELECT count(*) FROM requests WHERE done_at IS NULL") == 1, "the worker looked")
    assert machine.job(job_id).status == "pending"
    assert machine.one("SELECT count(*) FROM attempts") == 0
    running.kill()
    assert done(machine, number).code == "failed"
    machine.until(job_id, lambda job: job.status == "completed")

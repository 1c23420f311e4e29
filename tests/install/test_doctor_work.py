"""What the doctor says of the worker, the queue and connected browsers."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

import msgspec
import pytest

from bowerbird.install.checks.check import Check
from bowerbird.install.processes import stop_processes
from bowerbird.queue.wake import wake_worker
from bowerbird.settings import Settings
from tests.install.test_doctor import findings, installed

__all__ = ["installed"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the registry")


def _save(settings: Settings) -> None:
    from bowerbird.clock import now
    from bowerbird.database import open_writer
    from bowerbird.model import Capture
    from bowerbird.queue.intake import take

    db = open_writer(settings.database)
    capture = Capture(key="k", url="https://www.youtube.com/watch?v=jNQXAC9IVRw", source="cli", captured_at=now())
    take(db, settings, [capture])
    db.close()


def test_pending_work_without_worker(installed: Settings) -> None:
    """Work that waits while no worker runs is a warning with the command to run."""
    from bowerbird.install.checks.work import check_worker

    _save(installed)

    (worker,) = check_worker(installed)
    assert (worker.state, worker.message) == (
        "warn",
        "not running, and nothing that starts it; 1 pending, 0 running, 0 waiting",
    )
    assert "bowerbird work" in worker.fix


def test_the_doctor_begins_nothing(installed: Settings) -> None:
    """Whoever stopped everything and looks whether all is well finds it stopped afterwards."""
    from bowerbird.queue.wake import worker_is_running

    _save(installed)
    assert findings(installed)["host for Chromium"].state == "ok"
    assert not worker_is_running(installed)
    assert findings(installed)["worker"].state == "warn"


def test_work_that_waits_for_its_time_needs_no_worker(installed: Settings) -> None:
    """A job whose next try comes later is no reason to warn, as long as something runs that looks at the clock."""
    from bowerbird.clock import later
    from bowerbird.database import open_writer
    from bowerbird.install.processes import note_process

    _save(installed)
    db = open_writer(installed.database)
    db.execute("UPDATE jobs SET not_before = ?", (later(3600),))
    db.close()
    assert "nothing that starts it" in of_worker(installed)["worker"].message
    note_process(installed, "site")
    assert of_worker(installed)["worker"].state == "ok"


def test_a_worker_that_just_starts_is_one(installed: Settings) -> None:
    """Right after it was woken it is known, whatever it does until it holds the archive."""
    _save(installed)
    assert wake_worker(installed)
    assert of_worker(installed)["worker"].state == "ok"
    assert stop_processes(installed) == ["worker"]


def test_a_paused_queue(installed: Settings) -> None:
    """Whoever wonders why nothing is begun is told, and how it goes on."""
    from bowerbird.database import open_writer
    from bowerbird.install.checks.work import check_worker
    from bowerbird.queue.pausing import pause_queue

    db = open_writer(installed.database)
    pause_queue(db)
    db.close()
    queue, _worker = check_worker(installed)
    assert (queue.state, queue.fix) == ("warn", "Go on with: bowerbird resume --all")
    assert "paused" in queue.message


@pytest.fixture
def held(installed: Settings) -> Iterator[sqlite3.Connection]:
    """An archive whose worker's lock is held by a worker that began with these settings."""
    import fcntl

    from bowerbird.database import open_writer
    from bowerbird.queue import workers
    from bowerbird.queue.wake import lock_path

    with lock_path(installed).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        db = open_writer(installed.database)
        workers.note_start(db, installed)
        yield db
        db.close()


def of_worker(settings: Settings) -> dict[str, Check]:
    """What is found of the worker."""
    from bowerbird.install.checks.work import check_worker

    return {check.name: check for check in check_worker(settings)}


@pytest.mark.usefixtures("held")
def test_worker_with_other_settings(installed: Settings) -> None:
    """A worker that began in another environment is told, with the names in which it differs and no value of them."""
    assert list(of_worker(installed)) == ["worker"]
    here = msgspec.structs.replace(installed, max_retries=9, proxy="http://me:hunter2@127.0.0.1:1")
    told = of_worker(here)["worker's settings"]
    assert (told.state, "proxy, max_retries" in told.message, "hunter2" in repr(told)) == ("warn", True, False)


def test_worker_that_hangs(installed: Settings, held: sqlite3.Connection) -> None:
    """A worker that holds its lock and says nothing for minutes is told, with a way to end it."""
    held.execute("UPDATE processes SET seen_at = '2020-01-01T00:00:00.000Z'")
    told = of_worker(installed)["worker"]
    assert (told.state, "kill" in told.fix) == ("warn", True)


def test_connected_browser(installed: Settings, held: sqlite3.Connection) -> None:
    """A browser whose host holds a connection is named; without one it is said what connects it."""
    from bowerbird.install.checks.work import check_connection
    from bowerbird.queue import browsers

    (nobody,) = check_connection(installed)
    browsers.greet(held, "1", "Chromium 156")
    (somebody,) = check_connection(installed)
    assert ("no browser" in nobody.message, "Chromium 156" in somebody.message) == (True, True)


def test_sizes_are_told_as_on_every_page(installed: Settings, held: sqlite3.Connection) -> None:
    """The floor of the disk is told in the units of the site, and as it was changed there."""
    from bowerbird.install.checks.archive import check_disk
    from bowerbird.queue import preferences

    preferences.change(held, {"disk_floor_mb": 2500})
    (disk,) = check_disk(installed)
    assert disk.message.endswith("saving stops below 2.5 GB")

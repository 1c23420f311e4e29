"""An archive, the stand-in in place of the network, and real workers: what tests of the worker and of faults share."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import psutil
import pytest

from bowerbird.database import open_writer
from bowerbird.model import Capture, CaptureOptions, Job
from bowerbird.queue import actions, intake, reads
from bowerbird.settings import Settings, load_settings
from tests.messages.conftest import free_port
from tests.new_archive import make_archive
from tests.platforms import StandIn

PATIENCE = 90.0
BACKGROUND = ("-m", "bowerbird.worker")
UNTIL_IDLE = ("-c", "import sys; from bowerbird.cli import main; sys.exit(main(['work', '--until-idle']))")
FOR_EVER = ("-c", "import sys; from bowerbird.cli import main; sys.exit(main(['work']))")

_CALM = {
    "BOWERBIRD_RETRY_DELAY": "0.05",
    "BOWERBIRD_DISK_FLOOR_MB": "1",
    "BOWERBIRD_TRANSCRIPTS": "none",
}


def eventually(condition: Callable[[], Any], what: str = "") -> Any:
    """The first true value of the condition."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"did not happen: {what}")


class Machine:
    """One archive and the workers that were started for it."""

    def __init__(self, folder: Path, platforms: StandIn) -> None:
        self.platforms = platforms
        self.archive = folder / "archive"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "user"),
            "BOWERBIRD_HOME": str(folder / "home"),
            "BOWERBIRD_ARCHIVE": str(self.archive),
            "BOWERBIRD_PORT": str(free_port()),
            **_CALM,
            **platforms.environment,
        }
        make_archive(self.settings.database)
        self.db = open_writer(self.settings.database)
        self.workers: list[subprocess.Popen[str]] = []
        self.python = sys.executable

    @property
    def settings(self) -> Settings:
        """As a worker that starts now reads them."""
        return load_settings(self.environment)

    def set(self, **values: object) -> None:
        """Change settings for workers that start from now on."""
        self.environment |= {f"BOWERBIRD_{name.upper()}": str(value) for name, value in values.items()}

    def save(self, url: str, **options: Any) -> str:
        """Capture a URL and return its job's id."""
        capture = Capture(
            key=os.urandom(8).hex(), url=url, source="cli", captured_at="", options=CaptureOptions(**options)
        )
        receipt = intake.take(self.db, self.settings, [capture])[0]
        assert receipt.job_id, receipt
        return receipt.job_id

    def act(self, job_id: str, action: str) -> None:
        """What a person does."""
        actions.act(self.db, self.settings, [job_id], action)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A worker in a session of its own."""
        worker = subprocess.Popen(
            [self.python, *(arguments or UNTIL_IDLE)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        """Ask all workers to end, and wait for it."""
        for worker in self.workers:
            worker.terminate()
            worker.communicate(timeout=PATIENCE)

    def work(self, *arguments: str) -> str:
        """A worker from its start to its end; what it said. `status` is its exit code."""
        worker = self.start(*arguments)
        said, _ = worker.communicate(timeout=PATIENCE)
        self.status = worker.returncode
        return said

    def job(self, job_id: str) -> Job:
        """The job as it is now."""
        job = reads.job(self.db, self.settings, job_id)
        assert job, job_id
        return job

    def until(self, job_id: str, condition: Callable[[Job], Any]) -> Job:
        """The job once the condition is true of it."""
        found: Job = eventually(lambda: (job := self.job(job_id)) and condition(job) and job, repr(self.job(job_id)))
        return found

    def until_running(self, job_id: str) -> Job:
        """The job once bytes of it arrive."""
        return self.until(job_id, lambda job: job.bytes_downloaded)

    def members(self, job_id: str) -> list[Job]:
        """The members of a list, in its order."""
        page = reads.jobs(self.db, self.settings, reads.JobFilter(parent_id=job_id, limit=500))
        return list(page.jobs)[::-1]

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """What archive.db answers."""
        return [dict(row) for row in self.db.execute(sql, values)]

    def one(self, sql: str, *values: object) -> Any:
        """The one value that archive.db answers."""
        ((value,),) = self.db.execute(sql, values).fetchall()
        return value

    def children(self) -> list[psutil.Process]:
        """Scraper processes of all workers, and what they started."""
        found = []
        for worker in self.workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += psutil.Process(worker.pid).children(recursive=True)
        return found

    def partial(self) -> list[str]:
        """What lies below .partial."""
        folder = self.archive / ".partial"
        return [path.name for path in folder.iterdir()] if folder.is_dir() else []

    def media_requests(self) -> int:
        """How often media was asked for."""
        return len(self.platforms.seen("*.googlevideo.com", "/videoplayback*"))

    def check_whole(self) -> None:
        """Every file is as its row says, every medium can be played to its end, and no file is without a row."""
        rows = self.rows("SELECT file_path, file_size, sha256, file_type FROM files")
        for row in rows:
            content = (self.archive / row["file_path"]).read_bytes()
            assert len(content) == row["file_size"]
            assert hashlib.sha256(content).hexdigest() == row["sha256"]
            if row["file_type"] in ("video", "audio"):
                _demux(self.archive / row["file_path"])
        # what begins with a dot is the worker's own, and may change meanwhile
        platforms = [path for path in self.archive.iterdir() if not path.name.startswith((".", "archive.db"))]
        files = [path for folder in platforms for path in (folder, *folder.rglob("*")) if path.is_file()]
        there = {str(path.relative_to(self.archive)) for path in files}
        assert there == {row["file_path"] for row in rows}

    def close(self) -> None:
        """Leave nothing behind."""
        for process in self.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                if worker.poll() is None:
                    os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()
        self._end_background()
        self.db.close()

    def _end_background(self) -> None:
        """Workers that a host has started would go on with all that is in the queue, beside the tests that follow."""
        home = self.environment["BOWERBIRD_HOME"]
        for note in Path(home).glob("*.pid"):
            with contextlib.suppress(psutil.Error, OSError, ValueError):
                process = psutil.Process(int(note.read_text()))
                if process.environ().get("BOWERBIRD_HOME") == home:
                    process.kill()


def _demux(path: Path) -> None:
    with av.open(str(path)) as container:
        length = container.duration / av.time_base
        last = max(float(packet.pts * packet.time_base) for packet in container.demux() if packet.pts is not None)
    assert last > length - 1


def settled(db: sqlite3.Connection) -> bool:
    """Whether no job goes on."""
    sql = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running', 'waiting')"
    return db.execute(sql).fetchone()[0] == 0


@pytest.fixture
def platforms() -> Iterator[StandIn]:
    """A stand-in of its own: its faults and its log are those of one test."""
    with StandIn() as stand_in:
        yield stand_in
    assert not stand_in.flagged


@pytest.fixture
def machine(tmp_path: Path, platforms: StandIn) -> Iterator[Machine]:
    """An empty archive whose network is the stand-in; all workers end with the test."""
    made = Machine(tmp_path, platforms)
    try:
        yield made
    finally:
        made.close()

"""Run on a small disk: one job until there is no room, then there is. Prints what was seen as JSON."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bowerbird.clock import now
from bowerbird.model import Job
from tests.platforms import youtube
from tests.worker.machine import BACKGROUND, Machine


class _Led:
    """The stand-in of the test that started this program."""

    def __init__(self) -> None:
        self.environment = {name: value for name, value in os.environ.items() if name.startswith("BOWERBIRD_")}


def main(folder: Path) -> None:
    """The jobs' states, in order."""
    machine = Machine(folder, _Led())  # type: ignore[arg-type]
    machine.set(disk_floor_mb=2, archive=folder / "archive")
    ballast = machine.archive / ".ballast"
    try:
        job_id = machine.save(f"https://www.youtube.com/watch?v={youtube.BIG}")
        machine.start(*BACKGROUND)
        machine.until(job_id, lambda job: (job.bytes_downloaded or 0) > 100_000)
        _fill(ballast)
        waiting = machine.until(job_id, lambda job: job.status == "waiting")
        partial = machine.partial()
        ballast.unlink()
        completed = machine.until(job_id, lambda job: job.status == "completed")
        machine.check_whole()
        print(json.dumps({"at": now(), "waiting": _told(waiting), "partial": partial, "completed": _told(completed)}))
    finally:
        machine.close()


def _fill(ballast: Path) -> None:
    with ballast.open("wb") as handle:
        free = os.statvfs(ballast.parent).f_bavail * os.statvfs(ballast.parent).f_frsize
        os.posix_fallocate(handle.fileno(), 0, free - 1_000_000)


def _told(job: Job) -> list[str | None]:
    return [job.status, job.wait_reason, job.error and job.error.code]


if __name__ == "__main__":
    main(Path(sys.argv[1]))

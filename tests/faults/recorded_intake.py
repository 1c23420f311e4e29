"""A process whose writes are recorded: captures come in, jobs end, the worker's connection checkpoints.

`python -m tests.faults.recorded_intake FOLDER SYNCHRONOUS SEED` prints what happened, pickled.
"""

from __future__ import annotations

import contextlib
import pickle
import random
import sys
from pathlib import Path

from bowerbird.archive.migrations import ensure_archive
from bowerbird.database import open_keeper, open_progress, open_writer
from bowerbird.model import Capture, CaptureOptions
from bowerbird.queue import intake, transitions
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.settings import Settings
from tests.faults.recorder import Recorder

FRAMES = 60


def main(folder: Path, synchronous: str, seed: int) -> None:
    """Take captures as a host does; every acknowledgement is told."""
    settings = Settings(archive=folder, home=folder / "home")
    chance = random.Random(seed)
    ensure_archive(settings.database)
    with contextlib.closing(open_writer(settings.database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {"archive.db": settings.database.read_bytes()}
    recorder = Recorder()
    recorder.install()
    # nothing is closed: the power goes while everybody is at work
    host, progress, keeper = (opened(settings.database) for opened in (open_writer, open_progress, open_keeper))
    host.execute(f"PRAGMA synchronous={synchronous}")
    for frame in range(FRAMES):
        captures = [_capture(f"{frame}-{n}") for n in range(chance.randint(1, 4))]
        receipts = intake.take(host, settings, captures)
        recorder.told(*(receipt.key for receipt in receipts if receipt.job_id))
        job = claim(keeper, Crowd(), Limits(2, 2)) if chance.random() < 0.5 else None
        if job:
            transitions.show(progress, job.id, {"current_operation": "Downloading"})
            transitions.complete(keeper, job.id, None)
        if chance.random() < 0.15:
            keeper.execute(f"PRAGMA wal_checkpoint({chance.choice(('PASSIVE', 'TRUNCATE'))})")
    sys.stdout.buffer.write(pickle.dumps((before, recorder.events)))


def _capture(key: str) -> Capture:
    url = f"https://www.youtube.com/watch?v={key:_>11}"
    return Capture(key=key, url=url, source="toolbar", captured_at="", options=CaptureOptions())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

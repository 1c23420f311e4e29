"""Whether what was captured is being worked on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.checks.check import Check
from bowerbird.queue.reads import counts
from bowerbird.queue.wake import worker_is_running
from bowerbird.settings import Settings


def check_worker(settings: Settings) -> Iterator[Check]:
    """Whether a worker holds the archive while there is work for one. Says nothing where there is no archive."""
    try:
        with contextlib.closing(open_reader(settings.database)) as db:
            queue = counts(db)
    except RequestError:
        return
    told = f"{queue.pending} pending, {queue.running} running, {queue.waiting} waiting"
    if worker_is_running(settings):
        yield Check("worker", "ok", f"running; {told}")
    elif queue.pending or queue.running:
        yield Check(
            "worker", "warn", f"not running; {told}", "Run: bowerbird work --until-idle, and read what it says."
        )
    else:
        yield Check("worker", "ok", f"not needed; {told}")

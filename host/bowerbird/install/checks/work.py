"""Whether what was captured is being worked on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bowerbird import __version__
from bowerbird.clock import parse
from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.install.checks.check import Check
from bowerbird.install.processes import noted
from bowerbird.queue.browsers import connected
from bowerbird.queue.reads import counts
from bowerbird.queue.wake import worker_is_running
from bowerbird.queue.workers import WorkerState, is_left_alone, last_worker
from bowerbird.settings import Settings


def check_worker(settings: Settings) -> Iterator[Check]:
    """Whether a worker holds the archive while there is work for one. Says nothing where there is no archive."""
    try:
        with contextlib.closing(open_reader(settings.database)) as db:
            queue, worker = counts(db), last_worker(db)
            running = noted(settings)
            runs = worker_is_running(settings) or "worker" in running
            is_left = not runs and is_left_alone(db, settings, bool(running))
    except RequestError:
        return
    told = f"{queue.pending} pending, {queue.running} running, {queue.waiting} waiting"
    if queue.is_paused:
        yield Check("queue", "warn", f"It is paused, nothing is begun; {told}", "Go on with: bowerbird resume --all")
    if is_left:
        cure = "Run: bowerbird open. Or: bowerbird work --until-idle, and read what it says."
        yield Check("worker", "warn", f"not running, and nothing that starts it; {told}", cure)
    elif runs:
        yield from _running(settings, worker, told)
    else:
        yield Check("worker", "ok", f"not needed now; {told}")


def _running(settings: Settings, worker: WorkerState | None, told: str) -> Iterator[Check]:
    if worker is None:
        yield Check("worker", "ok", f"running; {told}")
        return
    if worker.is_stuck:
        message = f"It runs, and nothing was heard of it since {_moment(worker.seen_at)}; {told}"
        yield Check("worker", "warn", message, f"If that lasts, end it: kill {worker.pid}. Nothing is lost by it.")
        return
    yield Check("worker", "ok", f"running since {_moment(worker.started_at)}; {told}")
    differing = worker.differs_in(settings)
    if differing:
        message = f"The worker began with other settings than these: {', '.join(differing)}."
        cure = "These count from its next start. What is set in one terminal only belongs into config.toml."
        yield Check("worker's settings", "warn", message, cure)
    if worker.version != __version__:
        message = f"The worker is of version {worker.version}, this is {__version__}."
        yield Check("worker's version", "warn", message, f"It ends when it has nothing to do; or: kill {worker.pid}")


def _moment(text: str) -> str:
    return f"{parse(text).astimezone():%Y-%m-%d %H:%M}"


def check_connection(settings: Settings) -> Iterator[Check]:
    """Which browsers hold a connection. Says nothing where there is no archive."""
    try:
        with contextlib.closing(open_reader(settings.database)) as db:
            known = connected(db)
    except RequestError:
        return
    if not known:
        yield Check("connection", "ok", "no browser is connected; the extension connects when you press its button")
        return
    yield Check("connection", "ok", ", ".join(f"{browser}, heard of at {_moment(seen)}" for browser, seen in known))

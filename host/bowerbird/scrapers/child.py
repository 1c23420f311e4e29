"""The child process of one scraper: `python -m bowerbird.scrapers.child NAME`.

    stdin    one model.ToChild a line (JSON); it is also the life pipe: its end means that the worker is gone
    stdout   one ScraperEvent a line (JSON), of each assignment last a Finished or a Failed; nothing else is ever there
    stderr   whatever libraries print

At the end of stdin an idle child exits with 0; a busy one kills its whole process group: no ffmpeg or deno stays.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import cast

import msgspec

from bowerbird.errors import JobError
from bowerbird.redact import redact
from bowerbird.scrapers import SCRAPERS
from bowerbird.scrapers.classify import classify, evidence_of
from bowerbird.scrapers.interface import Scraper, SessionScraper, ThumbnailMaker
from bowerbird.scraping import (
    Archived,
    Assignment,
    Failed,
    Finished,
    MakeThumbnails,
    Progress,
    ScraperEvent,
    SessionCheck,
    ToChild,
    WhichArchived,
)

_from_worker: msgspec.json.Decoder[ToChild] = msgspec.json.Decoder(ToChild)

# What the worker asks for; a line that can't be read is answered like a failed attempt.
Work = Assignment | SessionCheck | MakeThumbnails | msgspec.MsgspecError

PROGRESS_EVERY = 0.25  # seconds between two Progress events: what the worker stores of a job, and so what it needs
MEMORY_LIMIT = (
    3 << 30
)  # bytes of written memory; a compressed bomb ends here, deno with a real player needs a tenth of it


class Pipes:
    """The two private ends that the worker holds the others of; nothing that a library starts inherits them."""

    def __init__(self, assignments: int, events: int) -> None:
        self._assignments = os.fdopen(assignments, "rb")
        self._events = os.fdopen(events, "wb")
        self._lock = threading.Lock()
        self._last_progress = 0.0
        self._last_fraction: float | None = None

    def lines(self) -> Iterator[bytes]:
        """Assignments as they come, until the worker closes its end."""
        return iter(self._assignments.readline, b"")

    def begin(self) -> None:
        """A new attempt: its first progress is told at once, whatever the last one told."""
        self._last_progress, self._last_fraction = 0.0, None

    def report(self, event: ScraperEvent) -> None:
        """Write one event; any thread may. Progress that comes too early is left out."""
        line = msgspec.json.encode(event) + b"\n"
        with self._lock:
            if isinstance(event, Progress) and not self._is_due(event):
                return
            self._write(line)

    def _is_due(self, progress: Progress) -> bool:
        now = time.monotonic()
        becomes_whole = progress.fraction == 1 and self._last_fraction != 1
        if now - self._last_progress < PROGRESS_EVERY and not becomes_whole:
            return False
        self._last_progress, self._last_fraction = now, progress.fraction
        return True

    def _write(self, line: bytes) -> None:
        try:
            self._events.write(line)
            self._events.flush()
        except OSError:
            end_group()


class Watch:
    """Reads the life pipe in a thread of its own and knows whether an assignment is being worked on."""

    def __init__(self, pipes: Pipes) -> None:
        self._pipes = pipes
        self._waiting: SimpleQueue[Work | None] = SimpleQueue()
        self._answers: SimpleQueue[Archived] = SimpleQueue()
        self._lock = threading.Lock()
        self._open = 0
        threading.Thread(target=self._read, name="life pipe", daemon=True).start()

    def assignments(self) -> Iterator[Work]:
        """Each as it comes; it counts as worked on until `done`."""
        return iter(self._waiting.get, None)

    def answer(self) -> Archived:
        """The worker's next answer; waits for it."""
        return self._answers.get()

    def done(self) -> None:
        """The present assignment is over: from now on the end of the pipe is a friendly one."""
        with self._lock:
            self._open -= 1

    def _read(self) -> None:
        for line in self._pipes.lines():
            message = _read_line(line)
            if isinstance(message, Archived):
                self._answers.put(message)
                continue
            with self._lock:
                self._open += 1
            self._waiting.put(message)
        with self._lock:
            if self._open:
                end_group()
        self._waiting.put(None)


def _read_line(line: bytes) -> Work | Archived:
    try:
        return _from_worker.decode(line)
    except msgspec.MsgspecError as error:
        return error


class Talk:
    """How a scraper talks with the worker: events go out, answers come back."""

    def __init__(self, pipes: Pipes, watch: Watch) -> None:
        self._pipes = pipes
        self._watch = watch

    def __call__(self, event: ScraperEvent) -> None:
        """Write one event."""
        self._pipes.report(event)

    def which_archived(self, keys: Sequence[str]) -> frozenset[str]:
        """Ask which of these keys need not be fetched."""
        if not keys:
            return frozenset()
        self._pipes.report(WhichArchived(tuple(keys)))
        return frozenset(self._watch.answer().keys)


def end_group() -> None:
    """End this process and everything that it started, at once."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def take_pipes() -> Pipes:
    """Take stdin and stdout away from everybody else: reads give nothing, prints go to stderr."""
    assignments, events = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return Pipes(assignments, events)


def limit_resources() -> None:
    """No core files with secrets in them, no endless memory. Does nothing where the system has no such limits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))


def limit_file_size(limit: int | None) -> None:
    """No single file above `limit` bytes, whichever program writes it; None lifts it."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    # joined streams need a little more than their parts
    soft = hard if limit is None else limit + (limit >> 4) + (1 << 20)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def load_scraper(name: str) -> Scraper:
    """The scraper of that name. Raises KeyError for one that is not in the table."""
    module, _, made_by = SCRAPERS[name].partition(":")
    scraper: Scraper = getattr(import_module(module), made_by)()
    return scraper


def run(scraper: Scraper, work: Work, talk: Talk) -> Finished | Failed:
    """Do what the worker asks; whatever happens, what comes out is its last event."""
    if isinstance(work, msgspec.MsgspecError):
        return failed(work)
    try:
        limit_file_size(work.max_bytes if isinstance(work, Assignment) else None)
        _enter(Path(work.folder))
        for event in _events(scraper, work, talk):
            talk(event)
    except BaseException as error:  # noqa: BLE001 - a library's SystemExit must not end the series either
        return failed(error, work.folder)
    return Finished()


def _events(scraper: Scraper, work: Assignment | SessionCheck | MakeThumbnails, talk: Talk) -> Iterator[ScraperEvent]:
    if isinstance(work, MakeThumbnails):
        return cast("ThumbnailMaker", scraper).make(work)
    if isinstance(work, Assignment):
        return scraper.scrape(work, talk)
    return cast("SessionScraper", scraper).check(work, talk)


def _enter(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # a library that forgets its folder writes into this one
    os.chdir(folder)


def failed(error: BaseException, folder: str = "") -> Failed:
    """The error as an event, always; what nobody foresaw becomes `internal`, with its trace in the log."""
    known = error if isinstance(error, JobError) else _classified(error)
    if known.code == "internal":
        sys.stderr.write(redact("".join(traceback.format_exception(error)), folder) + "\n")
    return Failed(
        code=known.code,
        message=known.message,
        hint=known.hint,
        retry_after=known.retry_after,
        detail=redact(known.detail, folder),
    )


def _classified(error: BaseException) -> JobError:
    try:
        return classify(evidence_of(error))
    except Exception as mistake:  # noqa: BLE001 - whatever a library put into its error, the child lives
        return JobError("internal", detail=f"{type(mistake).__name__} while reading a {type(error).__name__}")


def main(arguments: list[str]) -> int:
    """Serve assignments until the worker closes its end."""
    os.umask(0o077)
    pipes = take_pipes()
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    from bowerbird.scrapers import guard
    from bowerbird.scrapers.environment import leave_out_unused, make_private_folders, read_surroundings

    make_private_folders()
    leave_out_unused()
    limit_resources()
    guard.install(read_surroundings())
    watch = Watch(pipes)
    scraper = load_scraper(arguments[0])
    talk = Talk(pipes, watch)
    for work in watch.assignments():
        pipes.begin()
        last = run(scraper, work, talk)
        watch.done()
        pipes.report(last)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Scraper children: one process per warm series of attempts of one scraper with one session, or without any.

The pipe to a child's stdin carries assignments and is its life pipe too: when the worker dies in whatever way, the
child reads the end of it and ends its own process group (a child of a killed worker lives on otherwise, and
PR_SET_PDEATHSIG misses what the child itself started).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from bowerbird.scrapers.environment import child_command
from bowerbird.scraping import (
    Archived,
    Assignment,
    Failed,
    Finished,
    LentSession,
    MakeThumbnails,
    ScraperEvent,
    SessionCheck,
)
from bowerbird.settings import Settings
from bowerbird.worker.memory import held

IDLE_SECONDS = 20.0
LONGEST_LINE = 64 * 1024 * 1024

_decoder: msgspec.json.Decoder[ScraperEvent] = msgspec.json.Decoder(ScraperEvent)


class Child:
    """One scraper process; for one thread at a time."""

    def __init__(self, scraper: str, settings: Settings, log: BinaryIO, session: LentSession | None = None) -> None:
        argv, environment = child_command(scraper, settings)
        self.series = (scraper, session)
        self.idle_since = time.monotonic()
        self._is_between = True
        self._process = subprocess.Popen(
            argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            start_new_session=True, close_fds=True, bufsize=0,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._assignments, self._events = self._process.stdin, self._process.stdout
        self._buffer = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._events, selectors.EVENT_READ)

    @property
    def is_ready(self) -> bool:
        """Whether it lives and its last attempt, if any, came to its end: another one may begin."""
        return self._is_between and self._process.poll() is None

    def memory(self) -> int:
        """Bytes of memory that it and all that it started hold."""
        return held(self._process.pid)

    def begin(self, assignment: Assignment | SessionCheck | MakeThumbnails) -> None:
        """Hand over the next attempt. A child that is gone shows as the end of its events."""
        self._is_between = False
        with contextlib.suppress(BrokenPipeError):
            self._assignments.write(msgspec.json.encode(assignment) + b"\n")

    def answer(self, archived: Archived) -> None:
        """Answer the question that the child just asked."""
        with contextlib.suppress(BrokenPipeError):
            self._assignments.write(msgspec.json.encode(archived) + b"\n")

    def events(self, tick: float) -> Iterator[ScraperEvent | None]:
        """What the child says, and None whenever nothing was said for `tick` seconds. Ends when the child is gone."""
        while True:
            line = self._line()
            if line is not None:
                yield self._event(line)
                continue
            if not self._selector.select(tick):
                yield None
                continue
            chunk = os.read(self._events.fileno(), 1 << 16)
            if not chunk or len(self._buffer) > LONGEST_LINE:
                return
            self._buffer += chunk

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _event(self, line: bytes) -> ScraperEvent:
        try:
            event = _decoder.decode(line)
        except msgspec.MsgspecError as error:
            message = "The scraper said something that makes no sense."
            return Failed(code="internal", message=message, detail=str(error)[:500])
        self._is_between = isinstance(event, Finished | Failed)
        return event

    def kill(self) -> None:
        """End the child and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        self._selector.close()
        for pipe in (self._assignments, self._events):
            with contextlib.suppress(OSError):
                pipe.close()


class ChildPool:
    """The children that wait, warm, for their next attempt."""

    def __init__(self, settings: Settings, log: BinaryIO) -> None:
        self._settings = settings
        self._log = log
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def child(self, scraper: str, session: LentSession | None = None) -> Iterator[Child]:
        """A warm child of this scraper that knows no other session, or a new one.

        It is kept where it is ready for another attempt, else killed.
        """
        child = self._warm((scraper, session)) or Child(scraper, self._settings, self._log, session)
        try:
            yield child
        finally:
            self.keep(child)

    def _warm(self, series: tuple[str, LentSession | None]) -> Child | None:
        with self._lock:
            child = next((one for one in self._idle if one.series == series), None)
            if child:
                self._idle.remove(child)
        if child and not child.is_ready:
            child.kill()
            return self._warm(series)
        return child

    def keep(self, child: Child) -> None:
        """Keep a child for the next attempt, where it is ready for one."""
        if not child.is_ready:
            child.kill()
            return
        child.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(child)

    def retire(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """End the children that had nothing to do for that long."""
        oldest = time.monotonic() - idle_seconds
        with self._lock:
            retired = [child for child in self._idle if child.idle_since <= oldest]
            self._idle = [child for child in self._idle if child.idle_since > oldest]
        for child in retired:
            child.kill()

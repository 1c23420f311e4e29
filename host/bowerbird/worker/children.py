"""Scraper children: one process per warm series of attempts of one scraper.

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

from bowerbird.model import Assignment, Failed, ScraperEvent
from bowerbird.scrapers.environment import child_command
from bowerbird.settings import Settings

IDLE_SECONDS = 20.0
LONGEST_LINE = 64 * 1024 * 1024

_decoder: msgspec.json.Decoder[ScraperEvent] = msgspec.json.Decoder(ScraperEvent)


class Child:
    """One scraper process. Not for use by two threads at once, but for `kill`."""

    def __init__(self, scraper: str, settings: Settings, log: BinaryIO) -> None:
        argv, environment = child_command(scraper, settings)
        self.scraper = scraper
        self.idle_since = time.monotonic()
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

    def begin(self, assignment: Assignment) -> None:
        """Hand over the next attempt. A child that is gone shows as the end of its events."""
        with contextlib.suppress(BrokenPipeError):
            self._assignments.write(msgspec.json.encode(assignment) + b"\n")

    def events(self, tick: float) -> Iterator[ScraperEvent | None]:
        """What the child says, and None whenever nothing was said for `tick` seconds. Ends when the child is gone."""
        while True:
            line = self._line()
            if line is not None:
                yield _event(line)
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


def _event(line: bytes) -> ScraperEvent:
    try:
        return _decoder.decode(line)
    except msgspec.MsgspecError as error:
        return Failed(
            code="internal", message="The scraper said something that makes no sense.", detail=str(error)[:500]
        )


class ChildPool:
    """The children that wait, warm, for their next attempt."""

    def __init__(self, settings: Settings, log: BinaryIO) -> None:
        self._settings = settings
        self._log = log
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def borrow(self, scraper: str) -> Child:
        """A warm child of this scraper, or a new one."""
        with self._lock:
            for child in self._idle:
                if child.scraper == scraper:
                    self._idle.remove(child)
                    return child
        return Child(scraper, self._settings, self._log)

    def give_back(self, child: Child) -> None:
        """Keep a child that ended its attempt well."""
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

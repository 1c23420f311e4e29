"""A real `bowerbird-host` process, spoken to as a browser does."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import time
import uuid
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

from bowerbird.install.launcher import host_program
from bowerbird.install.origins import CHROMIUM_ORIGIN

Message = dict[str, Any]

PATIENCE = 60.0  # seconds until a host that says nothing counts as hung


def framed(body: bytes) -> bytes:
    """A body as a frame."""
    return struct.pack("=I", len(body)) + body


def a_capture(number: int | str = "jNQXAC9IVRw", **fields: Any) -> Message:
    """A capture with a key of its own; a number stands for one of so many videos."""
    video = f"{number:011d}" if isinstance(number, int) else number
    url = f"https://www.youtube.com/watch?v={video}"
    key = str(uuid.uuid4())
    return {"key": key, "url": url, "source": "toolbar", "captured_at": "2026-11-20T16:58:02.114Z", **fields}


class Host:
    """`with Host(environment) as host: host.ask("hello", ...)`."""

    def __init__(
        self,
        environment: dict[str, str],
        arguments: tuple[str, ...] = (CHROMIUM_ORIGIN,),
        before: tuple[str, ...] = (),
        errors: Path | None = None,
    ) -> None:
        self._command = [*before, str(host_program()), *arguments]
        self._environment = environment
        self._errors = errors
        self._rest = b""
        self._id = 0
        self.events: deque[Message] = deque()

    def __enter__(self) -> Host:
        with (self._errors or Path(os.devnull)).open("ab") as errors:
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        if kind:
            self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()

    def hang_up(self) -> None:
        """Close the pipe to the host, as a browser that ends."""
        assert self.process.stdin
        self.process.stdin.close()

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def write(self, raw: bytes) -> None:
        """Put bytes into the pipe."""
        assert self.process.stdin
        view = memoryview(raw)
        while view:
            view = view[self.process.stdin.write(view) :]

    def send(self, message: Any) -> None:
        """Put one message into the pipe."""
        self.write(framed(json.dumps(message).encode()))

    def read(self) -> Message | None:
        """The next message, None at the end of the pipe."""
        header = self._exactly(4)
        if header is None:
            return None
        body = self._exactly(struct.unpack("=I", header)[0])
        assert body is not None, "the host ended in the middle of a frame"
        message: Message = json.loads(body)
        return message

    def _exactly(self, length: int) -> bytes | None:
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        while len(self._rest) < length:
            assert select.select([descriptor], [], [], PATIENCE)[0], "the host is silent"
            block = os.read(descriptor, 1 << 16)
            if not block:
                assert not self._rest, "the host ended in the middle of a frame"
                return None
            self._rest += block
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken

    def reply(self) -> Message:
        """The next message that is a reply; events are kept in `events`."""
        while True:
            message = self.read()
            assert message is not None, "the host ended without a reply"
            if "event" not in message:
                return message
            self.events.append(message)

    def ask(self, kind: str, **fields: Any) -> Message:
        """Send a request and return its reply."""
        self._id += 1
        self.send({"id": self._id, "type": kind, **fields})
        reply = self.reply()
        assert reply["id"] == self._id
        return reply

    def answer_to(self, raw: bytes) -> Message:
        """Send a frame's body as it is and return the reply."""
        self.write(framed(raw))
        return self.reply()

    def event(self, kind: str) -> Message:
        """The next event of that kind."""
        while True:
            message = self.events.popleft() if self.events else self.read()
            assert message is not None, "the host ended without an event"
            if message.get("event") == kind:
                return message

    def is_alive(self) -> bool:
        """Whether it still answers."""
        return bool(self.ask("identify", urls=[])["ok"])


def eventually(condition: Any, patience: float = PATIENCE) -> bool:
    """Whether a condition becomes true."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False

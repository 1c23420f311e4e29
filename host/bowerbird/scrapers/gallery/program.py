"""One run of gallery-dl as a process of its own, in the process group of the scraper's child: it ends with the child.

Configuration and cookies go in through nameless files: no cookie is in an argument, the environment or a folder.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from bowerbird.errors import JobError
from bowerbird.scrapers.gallery.lines import Message, Noise, messages_of
from bowerbird.scrapers.gallery.pages import FOLDER

MODULE = "gallery_dl"
YES, NO = b"y\n", b"n\n"

# makes the configuration; is given the mark of the run's lines and the path of the cookies ('' for none)
Configure = Callable[[str, str], Mapping[str, Any]]


class Program:
    """A running gallery-dl; a context manager that leaves no process behind."""

    def __init__(self, url: str, configure: Configure, cookies: str, folder: Path) -> None:
        if not Path("/dev/fd").exists():
            raise JobError("not_supported", "gallery-dl can't be given its settings in secret on this system.")
        self.answers = folder / FOLDER
        self.answers.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.noise: deque[str] = deque(maxlen=20)
        self._mark = secrets.token_hex(12)
        self._process = self._start(url, configure, cookies)

    def _start(self, url: str, configure: Configure, cookies: str) -> subprocess.Popen[bytes]:
        with _nameless() as settings, _nameless() as jar:
            cookie_path = f"/dev/fd/{jar.fileno()}" if cookies else ""
            _fill(jar, cookies.encode())
            _fill(settings, msgspec.json.encode(configure(self._mark, cookie_path)))
            # -I: nothing of the user's decides what is imported; -u: each line is there when it is printed
            guarded = [sys.executable, "-I", "-u", "-m", "bowerbird.scrapers.guarded", MODULE]
            return subprocess.Popen(
                [*guarded, "--config-ignore", "--config", f"/dev/fd/{settings.fileno()}", url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(settings.fileno(), jar.fileno()),
                cwd=self.answers,
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                _close(pipe)
        for left in self.answers.iterdir():
            left.unlink()

    def messages(self) -> Iterator[Message]:
        """What it says, until it ends."""
        assert self._process.stdout
        for message in messages_of(self._process.stdout, self._mark):
            if isinstance(message, Noise):
                self.noise.append(message.text)
            else:
                yield message

    def reply(self, answer: bytes) -> None:
        """Let it go on: YES or NO to what it asked, anything where it only waits."""
        assert self._process.stdin
        try:
            self._process.stdin.write(answer)
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    def code(self) -> int:
        """Its exit code, once it said all that it has to say."""
        return self._process.wait()


def _nameless() -> IO[bytes]:
    """A file without a name, in memory where the system has such: a pipe would be empty for whoever reads it twice."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("bowerbird"), "w+b")
    return tempfile.TemporaryFile()


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()
    file.seek(0)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return

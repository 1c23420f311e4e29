"""Which processes of ours run in the background, so that they can be asked to end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Literal

from bowerbird.install.files import write_file
from bowerbird.settings import Settings

Name = Literal["worker", "site"]
_PID_FILE = re.compile(r"(worker|site(\.\d{1,5})?)\.pid")
# The worker gives its attempts 30 seconds to come to an end.
END_SECONDS = 40.0


def note_process(settings: Settings, name: Name) -> None:
    """Write down that this process is the worker, or the site, of this home. Where that fails it works all the same.

    The lock on that file lasts as long as this process: it tells a number of somebody alive from one left behind.
    """
    path = _pid_path(settings, name)
    # a second one of the same name, such as a worker of another archive, takes nothing from the first
    if _holder(path) not in (None, os.getpid()):
        return
    with contextlib.suppress(OSError):
        write_file(path, f"{os.getpid()}\n".encode(), mode=0o600)
        _hold(path)


def _pid_path(settings: Settings, name: Name) -> Path:
    # several sites may run, each on a port of its own
    return settings.home / (f"site.{settings.port}.pid" if name == "site" else f"{name}.pid")


# What this process holds until it ends.
_held: dict[Path, int] = {}


def _hold(path: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    if path in _held:
        os.close(_held.pop(path))
    handle = os.open(path, os.O_RDONLY)
    _held[path] = handle
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(path: Path) -> int | None:
    """The process that wrote its number there and still lives."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
    except (OSError, ValueError):
        return None
    return None


def stop_processes(settings: Settings) -> list[str]:
    """Ask the worker and every site to end and wait for it. The names of those that did, `site on port 8463`."""
    found = sorted(settings.home.iterdir()) if settings.home.is_dir() else []
    ended = [path.stem for path in found if is_pid_file(path.name) and _stop(path)]
    return [name.replace("site.", "site on port ") for name in ended]


def forget_process(settings: Settings, name: Name) -> None:
    """Take away what `note_process` of this process has written."""
    path = _pid_path(settings, name)
    if path in _held:
        path.unlink(missing_ok=True)


def is_pid_file(name: str) -> bool:
    """Whether a file of the home is one of these: nobody else's number is ever used."""
    return _PID_FILE.fullmatch(name) is not None


def _stop(path: Path) -> bool:
    """End one process. A number that was left behind by a dead one is not used: whoever has it now is a stranger."""
    process = _holder(path)
    if process is None or process == os.getpid():
        return False
    try:
        os.kill(process, signal.SIGTERM)
    except OSError:
        return False
    until = time.monotonic() + END_SECONDS
    while _holder(path) == process and time.monotonic() < until:
        time.sleep(0.1)
    return _holder(path) != process

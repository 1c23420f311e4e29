"""Which processes of ours run in the background, so that they can be asked to end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Literal, TextIO

from bowerbird.queue.wake import HANDED, new_note, write_note
from bowerbird.settings import Settings

Name = Literal["worker", "site"]
_PID_FILE = re.compile(r"(worker|site\.\d{1,5})(\.\w+)?\.pid")
# The worker gives its attempts 30 seconds to come to an end.
END_SECONDS = 40.0
# What this process holds until it ends: the lock and its file, by what they are named after.
_held: dict[Path, tuple[int, Path]] = {}


def note_process(settings: Settings, name: Name) -> None:
    """Write down that this process is the worker, or a site, of this home. Where that fails it works all the same.

    Each has a file of its own, so that one which is about to end stays noted beside its successor. The lock on it lasts
    as long as the process: it tells a number of somebody alive from one left behind, which the next process takes away.
    """
    if sys.platform == "win32":
        return
    stem = settings.home / (f"site.{settings.port}" if name == "site" else name)
    with contextlib.suppress(OSError):
        _forget_dead(settings)
        while not _holds(stem):
            _hold(stem)


def adopt(settings: Settings, name: str) -> None:
    """Keep the note that was handed to this worker as it was started (queue/wake.py), if it is one."""
    with contextlib.suppress(OSError):
        path = settings.home / name
        if is_pid_file(name) and os.path.samestat(os.fstat(HANDED), path.stat()):
            os.set_inheritable(HANDED, False)
            _held[settings.home / "worker"] = HANDED, path


def _hold(stem: Path) -> None:
    if stem in _held:
        os.close(_held.pop(stem)[0])
    stem.parent.mkdir(parents=True, exist_ok=True)
    _held[stem] = new_note(stem)
    write_note(_held[stem][0], os.getpid())


def _holds(stem: Path) -> bool:
    """Whether its file is there: before it was locked, another process may have taken it for a dead one's."""
    return stem in _held and _held[stem][1].exists()


def _holder(path: Path) -> int | None:
    """The process that wrote its number there and still lives."""
    with contextlib.suppress(OSError, ValueError), path.open() as file:
        return None if _is_left_behind(file) else int(file.read())
    return None


def _is_left_behind(file: TextIO) -> bool:
    """Whether the process that wrote this file is gone. While the file stays open, nobody else can hold it."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def noted(settings: Settings) -> list[str]:
    """The names of all that run, as `stop_processes` has them."""
    return list(dict.fromkeys(_name(path) for path in _notes(settings) if _holder(path) is not None))


def _notes(settings: Settings) -> list[Path]:
    found = sorted(settings.home.iterdir()) if settings.home.is_dir() else []
    return [path for path in found if is_pid_file(path.name)]


def stop_processes(settings: Settings) -> list[str]:
    """Ask all workers and sites to end and wait for it. The names of those that did, `site on port 8463`.

    A site may start another worker before it ends, so it is looked again until there is nothing new.
    """
    asked: set[Path] = set()
    ended: list[str] = []
    while found := [path for path in _notes(settings) if path not in asked]:
        ended += [_name(path) for path in found if _stop(path)]
        asked.update(found)
    _forget_dead(settings)
    return list(dict.fromkeys(ended))


def _name(path: Path) -> str:
    name, place, *_ = path.name.split(".")
    return f"{name} on port {place}" if name == "site" else name


def _forget_dead(settings: Settings) -> None:
    for path in _notes(settings):
        with contextlib.suppress(OSError), path.open() as file:
            if _is_left_behind(file):
                path.unlink()


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

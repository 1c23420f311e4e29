"""Start the worker, detached: it outlives the browser, the terminal and whoever asked."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from bowerbird.settings import Settings

WORKER_LOCK = ".worker.lock"
# The number by which a program that is started knows the file that was handed to it.
HANDED = 3


def lock_path(settings: Settings) -> Path:
    """The file whose lock is the lease on the archive: who holds it is the one worker."""
    return settings.archive / WORKER_LOCK


def worker_is_running(settings: Settings) -> bool:
    """Whether some process holds the worker's lock now."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        handle = os.open(lock_path(settings), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def wake_worker(settings: Settings) -> bool:
    """Start a worker unless one runs; False where no process can be started: what is committed waits for the next.

    Call it after the commit: a worker that ends looks once more after letting go.
    """
    if worker_is_running(settings):
        return True
    try:
        # -I: the folder in which the browser happens to run is no place to import from.
        _start_noted(settings, [sys.executable, "-I", "-m", "bowerbird.worker"])
    except OSError:
        return False
    return True


def _start_noted(settings: Settings, argv: list[str]) -> None:
    """Start a worker that is found from its first moment on by who wants it to end (install/processes.py).

    The note is locked before it begins and handed to it with the lock; one that can't be written is done without.
    """
    if sys.platform == "win32":
        start_detached(argv)
        return
    try:
        note, path = new_note(settings.home / "worker")
    except OSError:
        start_detached(argv)
        return
    try:
        write_note(note, start_detached([*argv, path.name], note))
    finally:
        os.close(note)


def new_note(stem: Path) -> tuple[int, Path]:
    """A file for the number of a process, locked for as long as that has it open; not on Windows. Raises OSError."""
    assert sys.platform != "win32"
    import fcntl

    path = stem.with_name(f"{stem.name}.{os.urandom(4).hex()}.pid")
    note = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(note, fcntl.LOCK_EX)
    return note, path


def write_note(note: int, process: int) -> None:
    """Write down whose it is."""
    os.write(note, f"{process}\n".encode())


def start_detached(argv: list[str], handed: int | None = None) -> int:
    """Start a program in a session of its own, with nothing of our pipes: browsers wait for whoever holds them.

    An open file that is `handed` to it is its HANDED. Returns the number of the process.
    """
    if sys.platform == "win32":
        return _start_detached_windows(argv)
    nowhere = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    handing = [] if handed is None else [(os.POSIX_SPAWN_DUP2, handed, HANDED)]
    _forget_ended()
    # posix_spawn starts in 1 ms where subprocess.Popen takes 9 (measured); the host answers in between.
    process = os.posix_spawn(argv[0], argv, os.environ, file_actions=[*nowhere, *handing], setsid=True)
    _started.add(process)
    return process


# A program that we started and that ended stays in the process table until it was asked for.
_started: set[int] = set()


def _forget_ended() -> None:
    for process in tuple(_started):
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(process, os.WNOHANG)[0] == 0:
                continue
        _started.discard(process)


def _start_detached_windows(argv: list[str]) -> int:
    import subprocess

    # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | CREATE_BREAKAWAY_FROM_JOB
    flags = 0x00000008 | 0x00000200 | 0x01000000
    nothing = subprocess.DEVNULL
    started = subprocess.Popen(argv, stdin=nothing, stdout=nothing, stderr=nothing, creationflags=flags, close_fds=True)
    return started.pid

"""The lease on an archive is the lock of one file: whoever holds it is the one worker, and its death lets go."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from bowerbird.errors import RequestError
from bowerbird.queue.wake import lock_path
from bowerbird.settings import Settings

# Others look for a moment whether it is held (queue/wake.py), and a worker that ends lets go soon.
PATIENCE = 2.0


@contextlib.contextmanager
def lease(settings: Settings) -> Iterator[None]:
    """Be the worker. Raises RequestError `busy` where another one is, `archive_unavailable` in a read-only folder."""
    lock = FileLock(lock_path(settings), timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout as error:
        raise RequestError(
            "busy", "A worker runs already for this archive.", "It does the work; nothing to do."
        ) from error
    except OSError as error:
        raise RequestError(
            "archive_unavailable",
            "The archive folder can't be written.",
            "Check the folder's permissions and the disk.",
        ) from error
    try:
        yield
    finally:
        lock.release()

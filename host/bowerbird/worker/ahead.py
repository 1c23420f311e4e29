"""The first scraper's child starts while the worker itself still imports: it takes four times as long to be ready."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import BinaryIO

from bowerbird.database import open_reader
from bowerbird.errors import RequestError
from bowerbird.queue.claim import first_target
from bowerbird.queue.updates import asked
from bowerbird.queue.wake import worker_is_running
from bowerbird.scrapers import scrapers_for
from bowerbird.settings import Settings
from bowerbird.worker.children import Child


def start_ahead(settings: Settings, log: BinaryIO) -> Child | None:
    """The child that the next job needs first; None where nothing can be claimed, or another worker runs."""
    if worker_is_running(settings):
        return None
    # Whatever is wrong with the archive is told by the worker.
    with contextlib.suppress(RequestError, sqlite3.Error, OSError):
        with contextlib.closing(open_reader(settings.database)) as db:
            # what would hold an old library ends before it is of use
            target = None if asked(db) else first_target(db)
        return Child(scrapers_for(target)[0], settings, log) if target else None
    return None

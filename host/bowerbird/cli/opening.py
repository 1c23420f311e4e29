"""The archive for one command."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from bowerbird.settings import Settings


@contextlib.contextmanager
def reading(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The archive for a command that only looks: one that can't be written, such as a backup, is enough."""
    from bowerbird.archive.places import open_place
    from bowerbird.database import as_request_error, open_reader

    if not settings.database.is_file():
        open_place(settings)
    try:
        with contextlib.closing(open_reader(settings.database)) as db:
            yield db
    except sqlite3.Error as error:
        raise as_request_error(error) from error


@contextlib.contextmanager
def archive(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The archive, made where it is not there: whoever uses the command line first need not install anything."""
    from bowerbird.archive.places import open_place
    from bowerbird.database import as_request_error, open_writer

    open_place(settings)
    try:
        with contextlib.closing(open_writer(settings.database)) as db:
            yield db
    except sqlite3.Error as error:
        raise as_request_error(error) from error

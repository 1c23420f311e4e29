"""Thumbnails of what was saved, now or before there were any: one item at a time, beside the jobs.

Items come first, for they stand in lists; then the pieces of those that have several.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bowerbird.archive import pieces, thumbnails
from bowerbird.archive.names import inside
from bowerbird.archive.pieces import UnpicturedPieces
from bowerbird.archive.thumbnails import Unpictured
from bowerbird.database import open_progress
from bowerbird.errors import JobError, RequestError
from bowerbird.scraping import Failed, Finished, MakeThumbnails, ThumbnailsMade
from bowerbird.settings import Settings
from bowerbird.worker.children import ChildPool

log = logging.getLogger("bowerbird.worker")

SCRAPER = "thumbnails"
LONGEST = 20.0  # seconds until a picture is given up; a film's frame of a slow disk takes some
LONGEST_PIECES = 120.0  # seconds for all pieces of an item; what is not done then is shown by itself
# Rows of pictures are about 170 pixels high; the larger ones are for denser screens and larger places.
HEIGHTS = (180, 360, 720)
# The strip of pieces is 72 pixels high.
PIECE_HEIGHTS = (180,)
PIECES_AT_ONCE = 2  # items, each of which may have hundreds
AT_ONCE = 20  # items between two looks at whether somebody wants the worker to end
TICK = 0.5
# Where the disk is full, for example.
TRY_AGAIN_SECONDS = 300.0


class ThumbnailMaking:
    """Makes what is missing, in a thread and a child of its own. `stir` is called when some are done."""

    def __init__(self, settings: Settings, pool: ChildPool, stir: Callable[[], None]) -> None:
        self._settings = settings
        self._pool = pool
        self._stir = stir
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._not_before = 0.0

    @property
    def runs(self) -> bool:
        """Whether some are being made."""
        return self._thread is not None and self._thread.is_alive()

    def look(self, db: sqlite3.Connection) -> None:
        """Begin, if there is something to make and nothing is under way."""
        if self.runs or time.monotonic() < self._not_before:
            return
        if not (thumbnails.any_missing(db) or pieces.any_due(db)):
            return
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop after the present picture, and wait for that."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(LONGEST)

    def _run(self) -> None:
        try:
            with contextlib.closing(open_progress(self._settings.database)) as db:
                self._make_some(db)
        except (OSError, sqlite3.Error, RequestError, JobError) as error:
            self._not_before = time.monotonic() + TRY_AGAIN_SECONDS
            log.warning("no thumbnails for the moment: %s", type(error).__name__)
        except Exception:
            self._not_before = time.monotonic() + TRY_AGAIN_SECONDS
            log.exception("thumbnails ended unexpectedly")
        shutil.rmtree(self._settings.partial / SCRAPER, ignore_errors=True)
        self._stir()

    def _make_some(self, db: sqlite3.Connection) -> None:
        for item in thumbnails.missing(db, AT_ONCE):
            if self._ended.is_set():
                return
            self._make(db, item)
        for several in pieces.due(db, PIECES_AT_ONCE):
            if thumbnails.any_missing(db):
                return
            self._make_pieces(db, several)

    def _make_pieces(self, db: sqlite3.Connection, item: UnpicturedPieces) -> None:
        """Those of one item; where the worker ends meanwhile the next one begins with them anew."""
        until = time.monotonic() + LONGEST_PIECES
        pieces.remove(self._settings.archive, item.item_id)
        for file_id, source in item.sources:
            if self._ended.is_set() or thumbnails.any_missing(db):
                return
            if time.monotonic() > until:
                break
            self._make_piece(item.item_id, file_id, source)
        pieces.finish(db, self._settings.archive, item)

    def _make_piece(self, item_id: int, file_id: int, source: str) -> None:
        folder = self._settings.partial / SCRAPER
        shutil.rmtree(folder, ignore_errors=True)
        made = self._made(source, folder, PIECE_HEIGHTS)
        if made is None:
            return
        with contextlib.suppress(JobError):
            pieces.keep(self._settings.archive, item_id, file_id, inside(folder, f"{made.thumbnails[0].width}.webp"))

    def _make(self, db: sqlite3.Connection, item: Unpictured) -> None:
        folder = self._settings.partial / SCRAPER
        shutil.rmtree(folder, ignore_errors=True)
        for source in item.sources:
            made = self._made(source, folder, HEIGHTS)
            if made is None:
                continue
            with contextlib.suppress(JobError):
                thumbnails.keep(db, self._settings.archive, item, folder, made)
                return
        thumbnails.keep(db, self._settings.archive, item, folder, None)

    def _made(self, source: str, folder: Path, heights: tuple[int, ...]) -> ThumbnailsMade | None:
        """What a child made of one file; None where nothing can be made of it, whatever became of the child."""
        with contextlib.suppress(JobError):
            path = inside(self._settings.archive, source)
            if path.is_file():
                return self._asked(MakeThumbnails(folder=str(folder), source=str(path), heights=heights))
        return None

    def _asked(self, work: MakeThumbnails) -> ThumbnailsMade | None:
        made = None
        with self._pool.child(SCRAPER) as child:
            child.begin(work)
            until = time.monotonic() + LONGEST
            for event in child.events(TICK):
                if isinstance(event, ThumbnailsMade):
                    made = event
                if isinstance(event, Finished):
                    return made
                if isinstance(event, Failed) or time.monotonic() > until:
                    return None
        return None

"""The site's own pages over a large archive: what tests/bench/pages.py measures, as figures of the table."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from bowerbird.settings import Settings
from tests.bench import pages as measured
from tests.bench.figure import Figure, percentile
from tests.bench.queue import capture_all
from tests.pages.sites import RunningSite, settings_in
from tests.platforms import StandIn, faults, web

BARE = "icon (bare)"


def pages() -> Iterator[Figure]:
    """Each page, warm and one after the other; the reference is a file of the same server."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        with contextlib.redirect_stdout(sys.stderr):
            measured.build(settings, measured.ITEMS)
        with contextlib.redirect_stdout(sys.stderr), measured.serving(settings) as (site, _process):
            client = measured.Asker(site)
            taken = {name: measured.measure(client, path) for name, path in measured.pages_of(measured.ITEMS).items()}
    bare = statistics.median(taken.pop(BARE))
    for name, times in taken.items():
        goal = measured.goal_of(name, measured.ITEMS)
        yield Figure(f"page p95: {name}", percentile(times, 95), goal, what=f"bare {bare:.1f} ms")


SMALL, LARGE = 10_000, 1_000_000
CLIENTS, EACH = 8, 20
AT_ONCE_MS = 100.0
LATENCY, SMALL_FILES = 0.2, 10_000
GROWS = 1.5
INDEX_PART = 60.0


def large_pages() -> Iterator[Figure]:
    """Each page over a million items: alone, of several clients beside a working worker, and against ten thousand."""
    with tempfile.TemporaryDirectory() as place:
        small, large = (settings_in(Path(tempfile.mkdtemp(dir=place))) for _ in range(2))
        measured.build(small, SMALL)
        part = measured.build(large, LARGE)
        alone = _in_turn(small, large)
        at_once = _beside_a_worker(large)
    yield Figure("search tables, part of the text", part * 100, INDEX_PART, unit="%")
    for name, (before, times) in alone.items():
        yield Figure(f"1M p95: {name}", percentile(times, 95), measured.goal_of(name, LARGE))
        yield Figure(f"1M to 10k: {name}", statistics.median(times), GROWS, reference=statistics.median(before))
        yield Figure(f"1M p95, {CLIENTS} clients: {name}", percentile(at_once[name], 95), AT_ONCE_MS)


def _in_turn(small: Settings, large: Settings) -> dict[str, list[list[float]]]:
    """Milliseconds of each page of both archives, one right after the other: the machine is the same for both."""
    with (
        contextlib.redirect_stdout(sys.stderr),
        measured.serving(small) as (site, _),
        measured.serving(large) as (other, _),
    ):
        asked = ((site, measured.pages_of(SMALL)), (other, measured.pages_of(LARGE)))
        # a connection of its own each time: the site closes one that rests while the other archive is asked
        return {
            name: [measured.measure(measured.Asker(each), pages[name]) for each, pages in asked]
            for name in measured.pages_of(LARGE)
        }


def _beside_a_worker(settings: Settings) -> dict[str, list[float]]:
    """Milliseconds of each page, asked by CLIENTS at once while a worker is busy with the same archive."""
    with (
        contextlib.redirect_stdout(sys.stderr),
        measured.serving(settings) as (site, _process),
        _working(settings),
    ):
        return {name: _at_once(site, path) for name, path in measured.pages_of(LARGE).items()}


@contextlib.contextmanager
def _working(settings: Settings) -> Iterator[None]:
    """A worker that is busy: one job brings bytes all the time, beside it small files are filed one after the other."""
    with StandIn(delay=LATENCY) as platforms:
        platforms.fault(faults.slow(2_000, host="media.example"))
        capture_all(settings, iter((web.BIG_MP4, *(web.small(number) for number in range(SMALL_FILES)))))
        places = {"BOWERBIRD_ARCHIVE": str(settings.archive), "BOWERBIRD_HOME": str(settings.home)}
        worker = subprocess.Popen(
            [sys.executable, "-m", "bowerbird.worker"], env={**os.environ, **places, **platforms.environment}
        )
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(60)


def _at_once(site: RunningSite, path: str) -> list[float]:
    taken: list[float] = []

    def ask() -> None:
        taken.extend(measured.measure(measured.Asker(site), path, EACH))

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken

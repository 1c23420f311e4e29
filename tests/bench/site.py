"""The site's own pages over a large archive: what tests/bench/pages.py measures, as figures of the table."""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import pages as measured
from tests.bench.figure import Figure, percentile
from tests.pages.sites import settings_in

BARE = "icon (bare)"


def pages() -> Iterator[Figure]:
    """Each page, warm and one after the other; the reference is a file of the same server."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        with contextlib.redirect_stdout(sys.stderr):
            measured.build(settings, measured.ITEMS)
        with (
            contextlib.redirect_stdout(sys.stderr),
            measured.serving(settings) as (site, _process),
            site.person() as client,
        ):
            taken = {name: measured.measure(client, path) for name, path in measured.pages_of(measured.ITEMS).items()}
    bare = statistics.median(taken.pop(BARE))
    for name, times in taken.items():
        yield Figure(f"page p95: {name}", percentile(times, 95), measured.goal_of(name), what=f"bare {bare:.1f} ms")

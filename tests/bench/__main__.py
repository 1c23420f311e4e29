"""Measure everything that has a limit: `python -m tests.bench [--only NAME] [--slow]`. 1 where a limit is broken."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from tests.bench import browsing, downloads, host, instagram, memory, queue, site, targets
from tests.bench.figure import HEADING, Figure
from tests.bench.machine import pace

MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "cold": host.cold_start,
    "warm": host.warm_acks,
    "burst": host.at_once,
    "video": downloads.one_video,
    "playlist": downloads.playlist,
    "delayed": downloads.playlist_with_delay,
    "instagram": instagram.whole_profile,
    "host-memory": memory.host_memory,
    "worker-memory": memory.worker_memory,
    "site-memory": memory.site_memory,
    "targets": targets.identify_urls,
    "pages": site.pages,
    "paint": browsing.paint,
    "acks": queue.acks_at_once,
    "claims": queue.claims,
    "small-files": queue.small_files,
    "soak": queue.short_soak,
}
SLOW = {
    "environment": memory.environment_size,
    "pages-large": site.large_pages,
    "clicking": browsing.an_hour,
    "long-soak": queue.long_soak,
}


def main() -> int:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*MEASURES, *SLOW], help="may be repeated")
    parser.add_argument("--slow", action="store_true", help="what takes minutes or an hour too")
    chosen = parser.parse_args()
    known = {**MEASURES, **SLOW}
    names = chosen.only or [*MEASURES, *(SLOW if chosen.slow else ())]
    print(pace(), HEADING, sep="\n", flush=True)
    broken = 0
    for name in names:
        for figure in known[name]():
            print(figure.row(), flush=True)
            broken += not figure.ok
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())

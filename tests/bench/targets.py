"""How long it takes to say what a URL is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bowerbird.errors import BowerbirdError
from bowerbird.targets import identify
from tests.bench.figure import Figure

CASES = Path(__file__).parents[1] / "targets" / "cases.tsv"
ROUNDS = 20


def identify_urls() -> Iterator[Figure]:
    """Every URL of the targets' own cases, refused ones too."""
    urls = [line.split("\t")[0] for line in CASES.read_text("utf-8").splitlines() if "\t" in line]
    began = time.perf_counter()
    for _ in range(ROUNDS):
        for url in urls:
            with suppress(BowerbirdError):
                identify(url)
    microseconds = (time.perf_counter() - began) * 1e6 / (ROUNDS * len(urls))
    yield Figure("targets: one URL", microseconds, 200, unit="us", what=f"{len(urls)} URLs")

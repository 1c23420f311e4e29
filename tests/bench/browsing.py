"""What somebody notices who looks around: when the gallery is painted, and what an hour of clicking leaves behind."""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from bowerbird.install.site import ALIVE_PATH
from tests.bench import pages as measured
from tests.bench.figure import Figure
from tests.pages.sites import RunningSite, settings_in

ITEMS = 10_000
GALLERIES = {"gallery": "/browse", "gallery by days": "/browse?order=newest"}
BARE = "a page of one word"
LOOKS = 15
# A click a second; each page asks for so many pictures.
CLICKS, PICTURES = 3_600, 12

_WATCH = """
    window.painted = 0; window.moved = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.painted = one.startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.moved += one.value; })
        .observe({ type: "layout-shift", buffered: true });
"""
_KILOBYTES = """
    performance.getEntriesByType("resource").filter((one) => /\\.(js|css)\\b/.test(one.name))
        .reduce((sum, one) => sum + one.decodedBodySize, 0) / 1000
"""


def paint() -> Iterator[Figure]:
    """The gallery in Chromium, each time with an empty cache; beside it a page of one word, in the same run."""
    with tempfile.TemporaryDirectory() as folder, _archive(Path(folder)) as (site, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        pages = {BARE: ALIVE_PATH, **GALLERIES}
        looks = {name: [_look(browser, site, path) for _ in range(LOOKS)][1:] for name, path in pages.items()}
        browser.close()
    bare = statistics.median(painted for painted, *_ in looks.pop(BARE))
    for name, seen in looks.items():
        painted, moved, kilobytes = zip(*seen, strict=True)
        beside = f"worst {max(painted):.0f} ms, {BARE} {bare:.0f} ms"
        yield Figure(f"{name}: largest paint", statistics.median(painted), 300, what=beside)
        yield Figure(f"{name}: layout shift", max(moved), 0, unit="")
        yield Figure(f"{name}: scripts and styles, not packed", max(kilobytes), 150, unit="kB")


def _look(browser: Browser, site: RunningSite, path: str) -> tuple[float, float, float]:
    """Milliseconds to the largest paint, layout shift, and kB of scripts and styles of one look."""
    # what waits for the page is evaluated in it, which its policy would not allow
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    context.add_cookies([{"name": name, "value": value, "url": site.origin} for name, value in site.cookies().items()])
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(site.origin + path)
    page.wait_for_function("[...document.images].filter((one) => one.loading !== 'lazy').every((one) => one.complete)")
    page.wait_for_function("window.painted > 0")
    found = page.evaluate(f"[window.painted, window.moved, {_KILOBYTES}]")
    context.close()
    return found[0], found[1], found[2]


def an_hour() -> Iterator[Figure]:
    """The site's memory after as many pages as an hour of clicking asks for, each with pictures."""
    chance = random.Random(3)
    with tempfile.TemporaryDirectory() as folder, _archive(Path(folder)) as (site, memory), site.person() as client:
        before = memory()
        paths = list(measured.pages_of(ITEMS).values())
        for number in range(CLICKS):
            path = f"/item/{chance.randint(1, ITEMS)}" if number % 2 else chance.choice(paths)
            _click(client, path, chance)
        yield Figure("memory: site, an hour of clicking", memory(), 100, unit="MB", what=f"RSS; idle {before:.0f} MB")


def _click(client: httpx.Client, path: str, chance: random.Random) -> None:
    client.get(path).raise_for_status()
    for _ in range(PICTURES):
        item = ITEMS - chance.randrange(measured.PICTURED)
        client.get(f"/thumbnails/{item}/320.webp").raise_for_status()


@contextlib.contextmanager
def _archive(folder: Path) -> Iterator[tuple[RunningSite, Callable[[], float]]]:
    """A site over an archive of ITEMS, and what its process holds in MB."""
    settings = settings_in(folder)
    with contextlib.redirect_stdout(sys.stderr):
        measured.build(settings, ITEMS)
        with measured.serving(settings) as (site, process):
            yield site, lambda: process.memory_info().rss / 2**20

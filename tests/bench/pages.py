"""How long the site's own pages take over a large archive: `python -m tests.bench.pages [ITEMS]`.

Builds the archive with executemany (15 s for 100,000), starts the site as a process of its own, then asks each page 100
times, one after the other, warm. The bare figure is a request for the icon, so that ratios say what a page itself costs
on any machine.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import psutil

from bowerbird.archive import search
from bowerbird.archive.migrations import ensure_archive
from bowerbird.clock import as_text
from bowerbird.database import open_writer, transaction
from bowerbird.install.site import is_running
from bowerbird.pages.server import listening_socket
from bowerbird.settings import Settings
from tests.pages.sites import RunningSite, settings_in
from tests.platforms import media

ITEMS = 100_000
REQUESTS = 100
GOAL_MS = 10.0
CUES = 12
SPOKEN_EVERY = 10
CREATORS = 2_000
BEGINNING = datetime(2024, 1, 1, tzinfo=timezone.utc)
PLATFORMS = ("youtube", "youtube", "youtube", "instagram", "tiktok", "web")
BEGINNINGS = ("bo", "tu", "ska", "wen", "fli", "mora", "ke", "ra")
ENDINGS = ("wer", "dle", "nting", "sing", "bel", "ton", "lark", "mere", "fold", "wick", "stow", "thorn")
VOCABULARY = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]
FILES = (("video.mp4", "video"), ("thumbnail.jpg", "thumbnail"), ("metadata.json", "metadata"))


def build(settings: Settings, items: int) -> None:
    """An archive of so many items; every tenth is spoken in, the newest hundred have pictures that exist."""
    ensure_archive(settings.database)
    chance = random.Random(7)
    with closing(open_writer(settings.database)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-200000")
        with transaction(db):
            db.executemany(
                "INSERT INTO creators (id, platform, platform_id, handle, name, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, '', '')",
                _creators(),
            )
            _fill(db.executemany, chance, items)
            db.execute("INSERT INTO transcripts_fts (transcripts_fts) VALUES ('optimize')")
        with transaction(db):
            for (item_id,) in db.execute("SELECT id FROM items").fetchall():
                search.reindex_item(db, item_id, None)
            for (transcript_id,) in db.execute("SELECT id FROM transcripts").fetchall():
                search.reindex_transcript(db, transcript_id, None)
        db.execute("ANALYZE")
    for number in range(max(1, items - 99), items + 1):
        path = settings.archive / _folder(number) / "thumbnail.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(media.unique("picture.jpg", str(number)))


def _creators() -> Iterator[tuple[object, ...]]:
    return ((n, PLATFORMS[n % 6], f"c{n}", f"@maker{n}", f"Maker number {n}") for n in range(1, CREATORS + 1))


def _folder(number: int) -> str:
    return f"{PLATFORMS[number % 6]}/maker{number % CREATORS + 1}/title [{number}]"


def _at(number: int) -> str:
    return as_text(BEGINNING + timedelta(minutes=9 * number))


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(VOCABULARY, k=words))


def _fill(many: Callable[..., object], chance: random.Random, items: int) -> None:
    numbers = range(1, items + 1)
    many(
        "INSERT INTO items (id, platform, platform_id, kind, creator_id, uploader, title, description, url, folder,"
        " upload_date, duration, view_count, captured_at, updated_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            (n, PLATFORMS[n % 6], f"p{n}", "video", n % CREATORS + 1, f"Maker number {n % CREATORS + 1}",
             _sentence(chance, 6), _sentence(chance, 30) if n % 3 == 0 else None, f"https://x.example/{n}", _folder(n),
             "20250101", 600.0, n, _at(n), _at(n))
            for n in numbers
        ),
    )  # fmt: skip
    many(
        "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, width, height, created_at)"
        " VALUES (?,?,?,?,?,?,?,'')",
        (
            (n, f"{_folder(n)}/{name}", file_type, 5_000_000, "a" * 64, 1280, 720)
            for n in numbers
            for name, file_type in FILES
        ),
    )
    many(
        "INSERT INTO jobs (id, item_id, url, target_key, target, platform, kind, status, title, error_code,"
        " error_message, hint, created_at, updated_at, completed_at) VALUES (?,?,?,?,'{}',?,'video',?,?,?,?,?,?,?,?)",
        (
            (f"{n:08x}-0000-4000-8000-000000000000", n, f"https://x.example/{n}", f"k{n}", PLATFORMS[n % 6],
             "failed" if n % 25 == 0 else "completed", f"Job {n}", "gone" if n % 25 == 0 else None, "It is gone.",
             "Look elsewhere.", _at(n), _at(n), _at(n))
            for n in numbers
        ),
    )  # fmt: skip
    spoken = [n for n in numbers if n % SPOKEN_EVERY == 0 or n == items]
    lines = {n: [_sentence(chance, 8) for _ in range(400 if n == items else CUES)] for n in spoken}
    many(
        "INSERT INTO transcripts (id, item_id, language, origin, text) VALUES (?, ?, 'en', 'manual', ?)",
        ((n * search.TRANSCRIPTS_PER_ITEM, n, "\n".join(lines[n])) for n in spoken),
    )
    many(
        "INSERT INTO cues VALUES (?, ?, 3.0, ?)",
        ((n * search.TRANSCRIPTS_PER_ITEM, 3.0 * place, text) for n in spoken for place, text in enumerate(lines[n])),
    )


def pages_of(items: int) -> dict[str, str]:
    """The pages that are measured."""
    middle = items // 2
    return {
        "icon (bare)": "/static/icon.svg",
        "dashboard": "/",
        "dashboard, live part": "/live/dashboard",
        "browse": "/browse",
        "browse, deep": f"/browse/youtube?before={_at(middle)},{middle}",
        "creator": "/browse/instagram/3",
        "item": f"/item/{middle}",
        "item, 400 cues": f"/item/{items}",
        "history": "/history",
        "history, filtered": "/history?platform=instagram&status=failed",
        "history, days": "/history?since=2024-06-01&until=2024-06-03",
        "history, deep": f"/history?before={middle}",
        "job": f"/job/{middle:08x}-0000-4000-8000-000000000000",
        "search, common word": "/search?q=bower",
        "search, two words": "/search?q=bower+lark+tudle",
        "search, rare": '/search?q="bower+tudle+skanting"',
        "search, nothing": "/search?q=zzz",
        "thumbnail": f"/media/{quote(_folder(items))}/thumbnail.jpg",
    }


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[tuple[RunningSite, psutil.Process]]:
    """The site as people run it, in a process of its own."""
    with listening_socket(settings) as free:
        settings = msgspec.structs.replace(settings, port=free.getsockname()[1])
    places = {"BOWERBIRD_ARCHIVE": str(settings.archive), "BOWERBIRD_HOME": str(settings.home)}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bowerbird.pages", str(settings.port)], env={**os.environ, **places}
    )
    try:
        while not is_running(settings):
            time.sleep(0.005)
        print(f"start to first answer: {time.perf_counter() - begun:.2f} s")
        yield RunningSite(settings), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def measure(client: httpx.Client, path: str) -> list[float]:
    """Milliseconds of each request, after five that do not count."""
    taken = []
    for number in range(REQUESTS + 5):
        begun = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        if number < 5:
            taken.clear()
    return sorted(taken)


def main() -> int:
    """Build, measure, print; 1 where a page misses the goal."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        begun = time.perf_counter()
        build(settings, items)
        size = settings.database.stat().st_size / 1e6
        print(f"{items:,} items, {size:,.0f} MB, built in {time.perf_counter() - begun:.0f} s")
        with serving(settings) as (site, process), site.person() as client:
            print(f"memory idle: {process.memory_info().rss / 1e6:.0f} MB")
            print(f"{'page':24}{'p50 ms':>9}{'p95 ms':>9}{'x bare':>9}")
            bare = 0.0
            for name, path in pages_of(items).items():
                taken = measure(client, path)
                median, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
                bare = bare or median
                missed += p95 > GOAL_MS
                print(f"{name:24}{median:9.1f}{p95:9.1f}{median / bare:9.1f}{'  above the goal' * (p95 > GOAL_MS)}")
            print(f"memory after that: {process.memory_info().rss / 1e6:.0f} MB")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""How long the site's own pages take over a large archive: `python -m tests.bench.pages [ITEMS]`.

Builds the archive with executemany (15 s for 100,000), starts the site as a process of its own, then asks each page 100
times, one after the other, warm. The bare figure is a request for the icon, so that ratios say what a page itself costs
on any machine.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import random
import sqlite3
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

import msgspec
import psutil

from bowerbird.archive import search
from bowerbird.archive.migrations import ensure_archive
from bowerbird.archive.thumbnails import place_of
from bowerbird.clock import as_text
from bowerbird.database import open_writer, transaction
from bowerbird.install.site import is_running
from bowerbird.pages.server import listening_socket
from bowerbird.settings import Settings
from tests.pages.sites import RunningSite, settings_in
from tests.platforms import media

ITEMS = 100_000
REQUESTS = 100
# Up to so many items, and above.
GOAL_MS, LARGE_GOAL_MS = 10.0, 25.0
SEARCH_GOAL_MS = 50.0
CUES = 12
SPOKEN_EVERY = 10
CREATORS = 2_000
BEGINNING = datetime(2024, 1, 1, tzinfo=timezone.utc)
PLATFORMS = ("youtube", "youtube", "youtube", "instagram", "tiktok", "web")
BEGINNINGS = ("bo", "tu", "ska", "wen", "fli", "mora", "ke", "ra")
ENDINGS = ("wer", "dle", "nting", "sing", "bel", "ton", "lark", "mere", "fold", "wick", "stow", "thorn")
# The first are the words that are asked for; behind them all pairs, which are as rare as most words of a language.
_SHORT = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]
VOCABULARY = [*_SHORT, *(one + other for one in _SHORT for other in _SHORT)]
FREQUENCIES = list(itertools.accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))
# What is rare is as many in an archive of any size, so that a page shows as much of it: see `_each`.
LIVE, GONE, RARE_WORD = 200, 1_000, 5
TAGS = (("keep", 3_000), ("rare", 10))
WIDTHS = (320, 640)
PICTURED = 100  # the newest, whose thumbnails exist
STEP = 20_000
FILES = (("video.mp4", "video"), ("thumbnail.jpg", "thumbnail"), ("metadata.json", "metadata"))


def build(settings: Settings, items: int) -> float:
    """An archive of so many items with three files each; the newest PICTURED have thumbnails that exist.

    Every tenth is spoken in, every fiftieth commented; a few are gone, tagged, or of a rare kind. The frequency of
    words falls as in a language. Returns the size of the search tables as a part of the text in them.
    """
    ensure_archive(settings.database)
    chance = random.Random(7)
    with closing(open_writer(settings.database)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-200000")
        db.execute("PRAGMA wal_autocheckpoint=10000")
        with transaction(db):
            db.executemany(
                "INSERT INTO creators (id, platform, platform_id, handle, name, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, '', '')",
                _creators(),
            )
            db.executemany("INSERT INTO snapshots (creator_id, taken_at, follower_count) VALUES (?, ?, ?)", _growth())
        texts = _fill(db, chance, items)
        ratio = _index(db) / texts
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("ANALYZE")
    picture = media.unique("picture.jpg", "thumbnail")
    for number in range(max(1, items - PICTURED + 1), items + 1):
        for path in (f"{_folder(number)}/thumbnail.jpg", *(place_of(number, width) for width in WIDTHS)):
            place = settings.archive / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(picture)
    return ratio


def _creators() -> Iterator[tuple[object, ...]]:
    return ((n, PLATFORMS[n % 6], f"c{n}", f"@maker{n}", f"Maker number {n}") for n in range(1, CREATORS + 1))


def _growth() -> Iterator[tuple[object, ...]]:
    return ((n, f"2026-{month:02}-01T00:00:00Z", n * month) for n in range(1, CREATORS + 1) for month in range(1, 11))


def _folder(number: int) -> str:
    return f"{PLATFORMS[number % 6]}/maker{_creator_of(number)}/title [{number}]"


def _creator_of(number: int) -> int:
    # a creator's number says its platform, as an item's does; the first of each platform has a fifth of all items
    return number % 6 + 6 if number % 5 == 0 else (number % 6) + 6 * (number % (CREATORS // 6 - 2) + 1)


def _at(number: int) -> str:
    return as_text(BEGINNING + timedelta(minutes=1 * number))


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(VOCABULARY, cum_weights=FREQUENCIES, k=words))


def _each(items: int, wanted: int) -> int:
    """The how-manieth item is one of so many in all; at most every tenth."""
    return max(items // wanted, 10)


def _kind(number: int, items: int) -> str:
    return (
        "live"
        if number % _each(items, LIVE) == 0
        else "short"
        if number % 7 == 0
        else "post"
        if number % 20 == 0
        else "video"
    )


def _fill(db: sqlite3.Connection, chance: random.Random, items: int) -> int:
    """All rows, in steps; how many bytes of text they hold."""
    texts = 0
    for begin in range(1, items + 1, STEP):
        with transaction(db):
            texts += _fill_step(db.executemany, chance, range(begin, min(begin + STEP, items + 1)), items)
    return texts


def _fill_step(many: Callable[..., object], chance: random.Random, numbers: range, items: int) -> int:
    rows = [
        (n, PLATFORMS[n % 6], f"p{n}", _kind(n, items), _creator_of(n), f"Maker number {_creator_of(n)}",
         _sentence(chance, 6) + (" quokka" if n % _each(items, RARE_WORD) == 17 else ""),
         _sentence(chance, 30) if n % 3 == 0 else None, f"https://x.example/{n}", _folder(n),
         f"{2012 + n % 15}{n % 12 + 1:02}{n % 28 + 1:02}", 60.0 + n % 7200, n * 7919 % 1_000_003, _at(n), _at(n),
         _at(n) if n % _each(items, GONE) == 0 else None, _at(n), " ".join(map(str, WIDTHS)), 1280, 720, "579" * 9)
        for n in numbers
    ]  # fmt: skip
    many(
        "INSERT INTO items (id, platform, platform_id, kind, creator_id, uploader, title, description, url, folder,"
        " upload_date, duration, view_count, captured_at, updated_at, gone_at, thumbnails_at, thumbnail_widths,"
        f" thumbnail_width, thumbnail_height, thumbnail_blur) VALUES ({', '.join('?' * 21)})",
        rows,
    )
    many(
        "INSERT INTO files (item_id, file_path, file_type, file_size, sha256, width, height, created_at)"
        " VALUES (?,?,?,?,?,?,?,'')",
        (
            (n, f"{_folder(n)}/{name}", file_type, 5_000_000, "a" * 64, 1280, 720)
            for n in numbers
            for name, file_type in FILES
        ),
    )
    many("UPDATE items SET thumbnails_at = ? WHERE id = ?", ((_at(n), n) for n in numbers))
    many(
        "INSERT INTO jobs (id, item_id, url, target_key, target, platform, kind, status, title, error_code,"
        " error_message, hint, revision, created_at, updated_at, completed_at)"
        " VALUES (?,?,?,?,'{}',?,'video',?,?,?,?,?,?,?,?,?)",
        (
            (f"{n:08x}-0000-4000-8000-000000000000", n, f"https://x.example/{n}", f"k{n}", PLATFORMS[n % 6],
             "failed" if n % 25 == 0 else "completed", f"Job {n}", "gone" if n % 25 == 0 else None, "It is gone.",
             "Look elsewhere.", n, _at(n), _at(n), _at(n))
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
    said = [(n, f"{n}-{place}", "Somebody", _sentence(chance, 12)) for n in numbers if n % 50 == 0 for place in (1, 2)]
    many("INSERT INTO comments (item_id, platform_id, author, text) VALUES (?, ?, ?, ?)", said)
    many(
        "INSERT INTO tags VALUES (?, ?)",
        ((n, tag) for n in numbers for tag, wanted in TAGS if n % _each(items, wanted) == 0),
    )
    own = sum(len(text or "") for row in rows for text in (row[5], row[6], row[7]))
    return own + sum(len(row[3]) for row in said) + sum(len(line) + 1 for each in lines.values() for line in each)


def _index(db: sqlite3.Connection) -> int:
    """Fill the search tables as the archive itself does; how many bytes they take."""
    before = db.execute("PRAGMA page_count").fetchone()[0]
    last = db.execute("SELECT max(id) FROM items").fetchone()[0]
    for begin in range(1, last + 1, STEP):
        with transaction(db):
            among = (begin, begin + STEP)
            for (item_id,) in db.execute("SELECT id FROM items WHERE id >= ? AND id < ?", among).fetchall():
                search.reindex_item(db, item_id, None)
            spoken = db.execute("SELECT id FROM transcripts WHERE item_id >= ? AND item_id < ?", among).fetchall()
            for (transcript_id,) in spoken:
                search.reindex_transcript(db, transcript_id, None)
            commented = "SELECT DISTINCT item_id FROM comments WHERE item_id >= ? AND item_id < ?"
            for (item_id,) in db.execute(commented, among).fetchall():
                search.reindex_comments(db, item_id, None)
    pages = db.execute("PRAGMA page_count").fetchone()[0] - before
    return int(pages) * int(db.execute("PRAGMA page_size").fetchone()[0])


def pages_of(items: int) -> dict[str, str]:
    """The pages that are measured."""
    middle = items // 2
    # one with some hundreds of items
    creator = 9 if items < ITEMS else 15
    return {
        "icon (bare)": "/static/icon.svg",
        "dashboard": "/",
        "dashboard, live part": "/live/dashboard",
        "browse": "/browse",
        "browse, deep": f"/browse/youtube?after={_at(middle)},{middle}",
        "browse, newest": "/browse?order=newest",
        "browse, most viewed": "/browse/youtube?order=viewed&kind=video",
        "browse, rare kind": "/browse?kind=live&order=longest",
        "browse, gone": "/browse?gone=1&order=oldest",
        "browse, year": "/browse?year=2017&spoken=1&order=viewed",
        "browse, nothing fits": "/browse?kind=post&year=2017&spoken=1&gone=1&tag=keep",
        "browse, tag": "/browse?tag=keep&order=longest",
        "creator": f"/browse/instagram/{creator}",
        "creator, large": "/browse/instagram/9?order=longest&year=2017",
        "creators": "/creators",
        "item": f"/item/{middle}",
        "item, 400 cues": f"/item/{items}",
        "history": "/history",
        "history, filtered": "/history?platform=instagram&status=failed",
        "history, days": "/history?since=2024-01-03&until=2024-01-05",
        "history, deep": f"/history?before={middle}",
        "job": f"/job/{middle:08x}-0000-4000-8000-000000000000",
        "search, very common word": "/search?q=bower",
        "search, common word": "/search?q=skawer",
        "search, rare word": "/search?q=quokka",
        "search, two words": "/search?q=bower+lark+tudle",
        "search, phrase": '/search?q="bower+bodle+bonting"',
        "search, deep": f"/search?q=bower&order=newest&after={middle}.0.{middle}",
        "search, begin of a word": "/live/search?q=bow",
        "search, from": f"/search?q=bower+from:maker{creator}",
        "search, rare kind": "/search?q=bower+kind:live",
        "search, narrowed": "/search?q=bower+platform:web+year:2017+kind:short",
        "search, unwanted": "/search?q=bower+-bodle",
        "search, comments": "/search?q=bower+in:comments",
        "search, operators alone": "/search?q=platform:web+year:2017",
        "search, nothing": "/search?q=zzz",
        "stats": "/stats",
        "settings": "/settings",
        "logs": "/logs",
        "thumbnail": f"/thumbnails/{items}/320.webp",
        "picture": f"/media/{quote(_folder(items))}/thumbnail.jpg",
    }


def goal_of(name: str, items: int) -> float:
    """Milliseconds that nineteen of twenty requests stay below."""
    if name.startswith("search"):
        return SEARCH_GOAL_MS
    return GOAL_MS if items <= ITEMS else LARGE_GOAL_MS


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


class Asker:
    """Somebody signed in, over one connection. Not httpx, which itself takes 1 to 4 ms for an answer."""

    def __init__(self, site: RunningSite) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", site.settings.port, timeout=60)
        self._headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in site.cookies().items())}

    def get(self, path: str) -> int:
        """The status, once all of the answer is read."""
        self._connection.request("GET", quote(path, safe="/?&=+:%.,-"), headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def measure(client: Asker, path: str, requests: int = REQUESTS) -> list[float]:
    """Milliseconds of each of so many requests, after five that do not count."""
    taken = []
    for number in range(requests + 5):
        begun = time.perf_counter()
        status = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
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
        ratio = build(settings, items)
        size = settings.database.stat().st_size / 1e6
        print(f"{items:,} items, {size:,.0f} MB, built in {time.perf_counter() - begun:.0f} s")
        print(f"search tables: {ratio:.0%} of the text")
        with serving(settings) as (site, process):
            client = Asker(site)
            print(f"memory idle: {process.memory_info().rss / 1e6:.0f} MB")
            print(f"{'page':24}{'p50 ms':>9}{'p95 ms':>9}{'x bare':>9}")
            bare = 0.0
            for name, path in pages_of(items).items():
                taken = measure(client, path)
                median, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
                bare = bare or median
                is_above = p95 > goal_of(name, items)
                missed += is_above
                print(f"{name:24}{median:9.1f}{p95:9.1f}{median / bare:9.1f}{'  above the goal' * is_above}")
            print(f"memory after that: {process.memory_info().rss / 1e6:.0f} MB")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())

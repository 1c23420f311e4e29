"""The queue under load: acknowledgements, claims, small files, and a day's work in an hour."""

from __future__ import annotations

import contextlib
import os
import queue
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import requests

from bowerbird.archive.migrations import ensure_archive
from bowerbird.database import open_keeper, open_progress, open_writer
from bowerbird.model import Capture
from bowerbird.queue import intake
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.settings import Settings
from tests.bench.figure import Figure, medians, percentile
from tests.bench.place import Place, place
from tests.messages.client import Host, a_capture
from tests.platforms import StandIn, faults, media, web

AT_ONCE = 10_000
FEW, MANY = 100, 100_000
CLAIMS = 60
SMALL_FILES, HOSTS_AT_ONCE, LATENCY = 1000, 4, 0.05
SHORT_SOAK, LONG_SOAK = 600, 20_000
UNTIL_IDLE = "import sys; from bowerbird.cli import main; sys.exit(main(['work', '--until-idle']))"


# --- acknowledgements


def acks_at_once() -> Iterator[Figure]:
    """Ten thousand captures, one after the other as fast as they are acknowledged, while two jobs run."""
    with StandIn() as platforms, place(**platforms.environment) as where, Host(where.environment) as host:
        platforms.fault(faults.slow(2_000, host="media.example"))
        host.ask("capture", captures=[a_capture(url=f"{web.BIG_MP4}?{number}") for number in range(2)])
        while len(host.ask("jobs", status="running")["jobs"]) < 2:
            time.sleep(0.05)
        bare = _BareCommits(where.settings.archive / "bare.db")
        ours, reference = [], []
        for number in range(AT_ONCE):
            began = time.perf_counter()
            host.ask("capture", captures=[a_capture(number)])
            ours.append((time.perf_counter() - began) * 1000)
            if number % 10 == 0:
                reference.append(bare.commit())
        running = len(host.ask("jobs", status="running")["jobs"])
    what = f"{running} jobs ran; bare commit"
    yield Figure(
        "queue: 10,000 at once, ack p50", percentile(ours, 50), 1, what=f"{what} {percentile(reference, 50):.2f} ms"
    )
    yield Figure(
        "queue: 10,000 at once, ack p99", percentile(ours, 99), 10, what=f"{what} {percentile(reference, 99):.2f} ms"
    )


class _BareCommits:
    """One row and one commit with synchronous=FULL, in a database of its own on the same disk."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE rows (value TEXT)")

    def commit(self) -> float:
        """Milliseconds."""
        began = time.perf_counter()
        self._db.execute("INSERT INTO rows VALUES ('kept')")
        return (time.perf_counter() - began) * 1000


# --- claims


def claims() -> Iterator[Figure]:
    """One claim among a hundred thousand pending jobs of several platforms, against one among a hundred."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-bench-") as folder:
        few, many = (_Pending(Path(folder) / str(number), number) for number in (FEW, MANY))
        ours, reference = medians(CLAIMS, many.claim, few.claim)
    yield Figure(f"queue: claim of {MANY:,} pending", ours, 1.2, reference=reference, what=f"of {FEW}")


_URLS = (
    "https://www.youtube.com/watch?v=v{:010d}",
    "https://www.tiktok.com/@somebody/video/7{:018d}",
    "https://media.example/{}.mp4",
    "https://other.example/{}.jpg",
)


# Rows as the first ones are, each with a target of its own.
_MULTIPLY = """
    WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)
    INSERT INTO jobs (id, capture_id, url, target_key, target, platform, kind, status, options, host, place,
                      created_at, updated_at)
    SELECT id || '-' || number, capture_id, url, target_key || '-' || number, target, platform, kind, status, options,
           host, place + number * 1000, created_at, updated_at FROM jobs, numbers
"""


class _Pending:
    """An archive with so many pending jobs."""

    def __init__(self, folder: Path, number: int) -> None:
        settings = Settings(archive=folder / "archive", home=folder / "home")
        ensure_archive(settings.database)
        capture_all(settings, (_URLS[one % len(_URLS)].format(one) for one in range(FEW)))
        # as the worker leaves it: not all in the log
        with contextlib.closing(open_keeper(settings.database)) as db:
            if number > FEW:
                db.execute(_MULTIPLY, (number // FEW - 1,))
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert db.execute("SELECT count(*) FROM jobs").fetchone()[0] == number
        self._db = open_progress(settings.database)

    def claim(self) -> float:
        """Milliseconds of one claim, which is taken back."""
        began = time.perf_counter()
        job = claim(self._db, Crowd(), Limits(2, 2))
        seconds = time.perf_counter() - began
        assert job
        self._db.execute("UPDATE jobs SET status = 'pending', started_at = NULL WHERE id = ?", (job.id,))
        return seconds * 1000


def capture_all(settings: Settings, urls: Iterator[str]) -> None:
    """Capture them as the command line does, some hundred at a time."""
    with contextlib.closing(open_writer(settings.database)) as db:
        captures = [Capture(key=str(n), url=url, source="cli", captured_at="") for n, url in enumerate(urls)]
        for start in range(0, len(captures), 500):
            intake.take(db, settings, captures[start : start + 500])


# --- small files


def small_files() -> Iterator[Figure]:
    """A thousand files of 200 kB on four hosts that take 50 ms for each answer, four at a time."""
    with StandIn(delay=LATENCY) as platforms:
        media.make_all()
        bare, ours, gallery = _bare(platforms), _ours(platforms), _gallery_dl(platforms)
    what = f"{HOSTS_AT_ONCE} at a time, MAX_CONCURRENT={HOSTS_AT_ONCE}; against"
    yield Figure(
        f"queue: {SMALL_FILES:,} small files", ours, 0.5, unit="s", reference=gallery, what=f"{what} gallery-dl"
    )
    yield Figure(f"queue: {SMALL_FILES:,} small files", ours, 1.5, unit="s", reference=bare, what=f"{what} requests")


def _ours(platforms: StandIn) -> float:
    with place(BOWERBIRD_MAX_CONCURRENT=str(HOSTS_AT_ONCE), **platforms.environment) as where:
        capture_all(where.settings, (web.small(number) for number in range(SMALL_FILES)))
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", UNTIL_IDLE], env=where.environment, check=True, timeout=600)
        seconds = time.perf_counter() - began
        _check(where.settings.archive)
    return seconds


def _gallery_dl(platforms: StandIn) -> float:
    with tempfile.TemporaryDirectory() as folder:
        urls = Path(folder, "urls")
        urls.write_text("\n".join(web.small(number) for number in range(SMALL_FILES)))
        program = str(Path(sys.executable).with_name("gallery-dl"))
        network = ("--proxy", platforms.url, "-o", f"verify={platforms.ca_file}")
        began = time.perf_counter()
        subprocess.run(
            [program, "--config-ignore", *network, "-d", f"{folder}/files", "-i", str(urls)],
            env={"PATH": os.environ["PATH"], "HOME": folder}, capture_output=True, check=True, timeout=600,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        _check(Path(folder))
    return seconds


def _bare(platforms: StandIn) -> float:
    """Threads with a session each, that write what they get."""
    wanted: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(SMALL_FILES):
        wanted.put(number)
    with tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=_fetch, args=(platforms, wanted, folder)) for _ in range(HOSTS_AT_ONCE)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        _check(Path(folder))
    return seconds


def _fetch(platforms: StandIn, wanted: queue.SimpleQueue[int], folder: str) -> None:
    with requests.Session() as session, contextlib.suppress(queue.Empty):
        session.trust_env = False
        session.verify = platforms.ca_file
        session.proxies = {"https": platforms.url}
        while True:
            number = wanted.get_nowait()
            answer = session.get(web.small(number), timeout=60)
            answer.raise_for_status()
            Path(folder, f"{number}.jpg").write_bytes(answer.content)


def _check(folder: Path) -> None:
    found = sum(1 for _ in folder.rglob("*.jpg"))
    assert found == SMALL_FILES, found


# --- a day in an hour


def short_soak() -> Iterator[Figure]:
    """Six hundred small jobs."""
    yield from _soak(SHORT_SOAK)


def long_soak() -> Iterator[Figure]:
    """Twenty thousand small jobs."""
    yield from _soak(LONG_SOAK)


def _soak(number: int) -> Iterator[Figure]:
    """What grows while so many small jobs are done: memory and open files of the worker and its children."""
    with StandIn() as platforms, place(BOWERBIRD_MAX_CONCURRENT="4", **platforms.environment) as where:
        media.make_all()
        capture_all(where.settings, (web.small(one) for one in range(number)))
        samples, seconds = _watched(where, number, platforms)
        left = list(where.settings.partial.iterdir()) if where.settings.partial.is_dir() else []
        with contextlib.closing(open_writer(where.settings.database)) as db:
            done = db.execute("SELECT count(*) FROM jobs WHERE status = 'completed'").fetchone()[0]
            sound = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            log = where.settings.database.with_name("archive.db-wal").stat().st_size / 2**20
    second, last = _quarter(samples, 1), _quarter(samples, 3)
    rate = f"{number / seconds:.1f} jobs/s"
    yield Figure(f"soak: {number:,} jobs, not done", number - done, 0, unit="", what=rate)
    yield Figure(
        "soak: memory, last quarter",
        _middle(last, 0),
        1.05,
        unit="MB",
        reference=_middle(second, 0),
        what="second quarter",
    )
    yield Figure(
        "soak: open files, last quarter",
        _middle(last, 1),
        1.05,
        unit="",
        reference=_middle(second, 1),
        what="second quarter",
    )
    yield Figure("soak: left in .partial", len(left), 0, unit="")
    yield Figure("soak: -wal file", log, 64, unit="MB")
    yield Figure("soak: archive.db is damaged", float(not sound), 0, unit="")


Sample = tuple[float, float, float]


def _watched(where: Place, number: int, platforms: StandIn) -> tuple[list[Sample], float]:
    """Share of the work, memory in MB and open files of all processes, as long as the worker lives; and seconds."""
    samples: list[Sample] = []
    began = time.perf_counter()
    with (
        contextlib.closing(open_writer(where.settings.database)) as db,
        subprocess.Popen([sys.executable, "-c", UNTIL_IDLE], env=where.environment) as worker,
    ):
        process = psutil.Process(worker.pid)
        while worker.poll() is None:
            time.sleep(max(0.1, number / 10_000))
            platforms.reset_log()
            done = db.execute("SELECT coalesce(sum(jobs), 0) FROM job_totals WHERE status = 'completed'").fetchone()[0]
            with contextlib.suppress(psutil.Error):
                family = [process, *process.children(recursive=True)]
                memory = sum(one.memory_info().rss for one in family) / 2**20
                samples.append((done / number, memory, float(sum(one.num_fds() for one in family))))
    return samples, time.perf_counter() - began


def _quarter(samples: list[Sample], which: int) -> list[Sample]:
    return [one for one in samples if which / 4 <= one[0] < (which + 1) / 4]


def _middle(samples: list[Sample], column: int) -> float:
    return statistics.median(one[column + 1] for one in samples)

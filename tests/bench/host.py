"""How fast the host says that a capture is safe."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count

from tests.bench.figure import Figure, medians, percentile
from tests.bench.place import no_worker, place
from tests.messages.client import Host, a_capture
from tests.platforms import StandIn, youtube

ROUNDS = 25
WARM = 1500
AT_ONCE = 10_000

BARE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE IF NOT EXISTS rows (value TEXT)")
db.execute("INSERT INTO rows VALUES ('kept')")
sys.stdout.write("ok")
"""


def cold_start() -> Iterator[Figure]:
    """From the start of the process to the first acknowledgement, against a bare Python that commits one row."""
    with place() as where, no_worker(where.settings):
        numbers = count()

        def ours() -> float:
            began = time.perf_counter()
            with Host(where.environment) as host:
                host.ask("capture", captures=[a_capture(next(numbers))])
                return (time.perf_counter() - began) * 1000

        def bare() -> float:
            began = time.perf_counter()
            with subprocess.Popen(
                [sys.executable, "-c", BARE, str(where.settings.home / "bare.db")], stdout=subprocess.PIPE
            ) as process:
                assert process.stdout
                assert process.stdout.read(2) == b"ok"
                return (time.perf_counter() - began) * 1000

        ours_ms, bare_ms = medians(ROUNDS, ours, bare)
    yield Figure("host: cold start to first ack", ours_ms, 4, reference=bare_ms, what="bare Python and one commit")


def warm_acks() -> Iterator[Figure]:
    """One capture after the other while a worker downloads."""
    with StandIn(delay=0.02) as platforms, place(**platforms.environment) as where, Host(where.environment) as host:
        listing = f"https://www.youtube.com/playlist?list={youtube.playlist_of(50)}"
        host.ask("capture", captures=[a_capture(url=listing)])
        while not host.ask("jobs", status="running")["jobs"]:
            time.sleep(0.05)
        taken = []
        for number in range(WARM):
            began = time.perf_counter()
            host.ask("capture", captures=[a_capture(number)])
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(0.002)  # nobody clicks faster; the worker gets its turn
        still = len(host.ask("jobs", status="running")["jobs"])
    yield Figure("host: warm ack p50", percentile(taken, 50), 10)
    yield Figure("host: warm ack p99", percentile(taken, 99), 10, what=f"{still} jobs running at the end")


def at_once() -> Iterator[Figure]:
    """Ten thousand captures, each in a frame of its own, as fast as the pipe takes them."""
    with place() as where, no_worker(where.settings), Host(where.environment) as host:
        captures = [a_capture(number) for number in range(AT_ONCE)]
        frames = [{"id": number, "type": "capture", "captures": [one]} for number, one in enumerate(captures)]
        sender = threading.Thread(target=lambda: [host.send(frame) for frame in frames])
        began = time.perf_counter()
        sender.start()
        named = [host.reply()["captures"][0]["job_id"] for _ in frames]
        seconds = time.perf_counter() - began
        sender.join()
    lost = AT_ONCE - len(set(named))
    yield Figure("host: 10,000 at once, not acked or twice", lost, 0, unit="", what=f"{seconds:.1f} s for all")

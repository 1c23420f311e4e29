"""Memory of what stays in the background, as resident set size, and the size of the installed environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bowerbird.install.site import ensure_running
from tests.bench.figure import Figure
from tests.bench.place import place
from tests.messages.client import Host, a_capture, eventually

CHECKOUT = Path(__file__).parents[2]


def _memory(name: str, process: int, limit: float) -> Figure:
    """Resident set size, the strictest count: with pages that others share; the fair share is told beside it."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in rollup.splitlines()[1:]}
    return Figure(name, sizes["Rss"], limit, unit="MB", what=f"RSS; PSS {sizes['Pss']:.0f} MB")


def host_memory() -> Iterator[Figure]:
    """A host that has answered and watches."""
    with place(BOWERBIRD_PROXY="http://127.0.0.1:9") as where, Host(where.environment) as host:
        host.ask("hello", protocol=1, extension="0.1.0", browser="x")
        host.ask("capture", captures=[a_capture(number) for number in range(100)])
        host.ask("watch", jobs=True)
        time.sleep(1)
        yield _memory("memory: host", host.process.pid, 30)


def worker_memory() -> Iterator[Figure]:
    """A worker that has nothing to do."""
    with place() as where, subprocess.Popen(
        [sys.executable, "-m", "bowerbird.worker"], env=where.environment
    ) as worker:  # fmt: skip
        assert eventually(lambda: list(where.settings.home.glob("worker.*.pid")))
        time.sleep(1)
        yield _memory("memory: worker without attempt", worker.pid, 60)
        worker.terminate()


def site_memory() -> Iterator[Figure]:
    """A site that has been started and asked for nothing."""
    with place() as where:
        os.environ.update(where.environment)
        ensure_running(where.settings)
        (note,) = where.settings.home.glob("site.*.pid")
        process = int(note.read_text())
        time.sleep(1)
        yield _memory("memory: site, idle", process, 80)


def environment_size() -> Iterator[Figure]:
    """A fresh environment with the package and nothing optional."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "-q", str(CHECKOUT)], check=True)
        kilobytes = subprocess.run(["du", "-sk", folder], capture_output=True, check=True).stdout.split()[0]
        yield Figure("disk: installed environment", int(kilobytes) / 1024, 550, unit="MB")

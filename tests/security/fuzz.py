"""A real host under hostile frames: `python -m tests.security.fuzz 1000000 --seed 7` is the long form."""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bowerbird.errors import REQUEST_ADVICE
from tests.messages.client import Host, framed
from tests.security.frames import Frames

FORBIDDEN = frozenset(("internal", "archive_unavailable", "busy", "disk_full"))
BATCH = 200  # frames that are written before their replies are read
SHOWN = 1000  # bytes of a frame in a finding


class Finding(NamedTuple):
    """A frame whose reply is none that PROTOCOL.md allows for it."""

    body: bytes
    reply: Any


class Figures(NamedTuple):
    """What a run came to; `memory` in bytes, after the first tenth and at the end."""

    replies: Counter[str]
    findings: tuple[Finding, ...]
    seconds: float
    memory: tuple[int, int]


def ask_all(host: Host, bodies: Iterable[bytes]) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Each frame with a reply: its own but where a doctor is asked for, who answers when he is done.

    A host that ends, or stays silent, is an AssertionError.
    """
    rest = iter(bodies)
    while batch := list(itertools.islice(rest, BATCH)):
        writer = threading.Thread(target=host.write, args=(b"".join(map(framed, batch)),))
        writer.start()
        for body in batch:
            yield body, host.reply()
        writer.join()


def outcome(reply: dict[str, Any]) -> str:
    """`ok`, or the code of the refusal."""
    return "ok" if reply["ok"] else str(reply["error"]["code"])


def is_sound(reply: dict[str, Any]) -> bool:
    """Whether a browser can make something of it, and nothing of ours failed."""
    named = reply["id"] is None or type(reply["id"]) is int
    if not reply["ok"] and reply["error"]["message"].startswith("The doctor is"):
        return named  # one is at work already
    return named and (reply["ok"] or outcome(reply) in REQUEST_ADVICE.keys() - FORBIDDEN)


def fuzz(host: Host, count: int, seed: int) -> Figures:
    """Send so many frames, and look at each reply."""
    replies: Counter[str] = Counter()
    findings: list[Finding] = []
    process, early, began = psutil.Process(host.process.pid), 0, time.monotonic()
    for number, (body, reply) in enumerate(ask_all(host, itertools.islice(Frames(seed), count))):
        replies[outcome(reply)] += 1
        if not is_sound(reply):
            findings.append(Finding(body[:SHOWN], reply))
        if number == count // 10:
            early = process.memory_info().rss
    assert host.is_alive()
    return Figures(replies, tuple(findings), time.monotonic() - began, (early, process.memory_info().rss))


@contextmanager
def own_host(folder: Path) -> Iterator[Host]:
    """A host of a new archive, for which no worker starts."""
    from bowerbird.archive.migrations import ensure_archive
    from bowerbird.install.processes import stop_processes
    from bowerbird.settings import Settings
    from tests.messages import conftest as fixtures

    settings = Settings(archive=folder / "archive", home=folder / "home", port=fixtures.free_port())
    settings.home.mkdir()
    ensure_archive(settings.database)
    try:
        with fixtures.worker_kept_away(settings), Host(fixtures.leading_to(settings), errors=folder / "errors") as host:
            yield host
    finally:
        stop_processes(settings)


def main() -> None:
    """Print the figures; 1 for a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frames", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with own_host(Path(folder)) as host:
            figures = fuzz(host, arguments.frames, arguments.seed)
        said = (Path(folder) / "errors").read_text("utf-8", "replace")
    print(f"{arguments.frames} frames of seed {arguments.seed} in {figures.seconds:.0f} s: {dict(figures.replies)}")
    print("memory", [f"{size / 2**20:.1f} MB" for size in figures.memory], "errors said:", said[:2000] or "none")
    for finding in figures.findings[:20]:
        print(finding)
    raise SystemExit(bool(figures.findings))


if __name__ == "__main__":
    main()

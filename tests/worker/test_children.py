"""Scraper processes as the worker handles them, whatever they do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bowerbird.model import Target
from bowerbird.scraping import Assignment, Failed, Finished, Operation
from bowerbird.settings import Settings
from bowerbird.worker import children
from bowerbird.worker.children import Child, ChildPool
from tests.worker.machine import eventually

_PREAMBLE = """
import os, subprocess, sys, time
def say(line):
    print(line, flush=True)
sys.stdin.readline()
"""
FINISHED = """say('{"type":"finished"}')\n"""
Run = Callable[[str], ChildPool]


def _assignment() -> Assignment:
    url = "https://example.org/"
    return Assignment(
        job_id="job", folder="/nonexistent", target=Target(url=url, platform="web", kind="page", canonical_url=url)
    )


@pytest.fixture
def pool_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A pool whose scraper is a program of the test."""
    with (tmp_path / "log").open("wb") as log:
        pool = ChildPool(Settings(archive=tmp_path, home=tmp_path), log)

        def run(program: str) -> ChildPool:
            argv = [sys.executable, "-I", "-c", _PREAMBLE + program]
            monkeypatch.setattr(children, "child_command", lambda scraper, settings: (argv, {}))
            return pool

        yield run
        pool.retire(idle_seconds=0)


def _events(child: Child) -> list[Any]:
    child.begin(_assignment())
    found = []
    for event in child.events(30.0):
        assert event is not None, "the child is silent"
        found.append(event)
        if isinstance(event, Finished | Failed):
            break
    return found


def test_warm_child_serves_again(pool_of: Run) -> None:
    """A child that came to its end well is kept and used for the next attempt, and ends when it is idle for long."""
    pool = pool_of("while True:\n    " + FINISHED + "    sys.stdin.readline()")
    with pool.child("one") as first:
        assert _events(first) == [Finished()]
    with pool.child("one") as second:
        assert second is first
        assert _events(second) == [Finished()]
    pool.retire(idle_seconds=60)
    assert first.is_ready
    pool.retire(idle_seconds=0)
    assert not first.is_ready


def test_children_of_scrapers_are_not_mixed(pool_of: Run) -> None:
    """A warm child of one scraper is no child of another."""
    pool = pool_of(FINISHED + "sys.stdin.readline()")
    with pool.child("one") as first:
        _events(first)
    with pool.child("two") as second:
        assert second is not first


def test_child_that_died_while_idle_is_not_used(pool_of: Run) -> None:
    """A warm child that somebody killed costs no attempt: a new one is started."""
    pool = pool_of(FINISHED + "sys.stdin.readline()")
    with pool.child("one") as first:
        _events(first)
    process = psutil.Process(first._process.pid)
    process.kill()
    first._process.wait()
    with pool.child("one") as second:
        assert _events(second) == [Finished()]


def test_everything_a_child_started_ends_with_it(pool_of: Run) -> None:
    """An attempt that is broken off ends the child and the programs that it started."""
    program = """
child = subprocess.Popen(["sleep", "300"])
say('{"type":"operation","text":"%d"}' % child.pid)
time.sleep(300)
"""
    with pool_of(program).child("one") as child:
        child.begin(_assignment())
        operation = next(child.events(30.0))
        assert isinstance(operation, Operation)
        grandchild = psutil.Process(int(operation.text))
    eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_child_that_exits_ends_its_events(pool_of: Run) -> None:
    """A crash shows as the end of the events, and the child is not kept."""
    pool = pool_of("os._exit(3)")
    with pool.child("one") as child:
        assert _events(child) == []
    assert pool._idle == []


def test_child_that_talks_nonsense_is_not_kept(pool_of: Run) -> None:
    """A line that is no event fails the attempt, and such a child gets no other."""
    pool = pool_of("say('hello')\ntime.sleep(300)")
    with pool.child("one") as child:
        (event,) = _events(child)
        assert event.code == "internal"
    assert pool._idle == []


def test_half_lines_and_many_lines_are_read_right(pool_of: Run) -> None:
    """Events come out whole, however the pipe cuts them."""
    line = """'{"type":"operation","text":"' + chr(228) * 100_000 + '"}'"""
    pool = pool_of(f"line = {line}\nfor _ in range(5): say(line)\n" + FINISHED + "time.sleep(300)")
    with pool.child("one") as child:
        assert _events(child) == [Operation("ä" * 100_000)] * 5 + [Finished()]

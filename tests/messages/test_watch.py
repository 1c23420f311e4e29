"""Events: what changes in the queue reaches a browser that watches, and no other."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.database import open_writer
from bowerbird.messages import watcher
from bowerbird.messages.watcher import INTERVAL
from bowerbird.queue import events
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.scraping import Failed
from bowerbird.settings import Settings
from bowerbird.worker.listener import Part
from bowerbird.worker.settle import Ended, settle
from tests.messages.client import Host, Message, a_capture
from tests.messages.conftest import StartHost
from tests.messages.test_archive_troubles import moved_away

Rows = Callable[..., list[tuple[Any, ...]]]
COUNTS = {
    **dict.fromkeys(("pending", "running", "waiting", "paused", "failed", "cancelled", "completed"), 0),
    "is_paused": False,
}


@pytest.fixture
def watching(host: Host) -> Host:
    """A host that watches, after it has told how things are."""
    host.ask("watch", jobs=True)
    host.event("queue")
    return host


def test_what_happens_right_after_the_answer_is_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the thread that looks takes to look for the first time: a warning is told once, or never."""
    look = watcher.open_reader

    def slowly(path: Path) -> sqlite3.Connection:
        time.sleep(0.3)
        return look(path)

    monkeypatch.setattr(watcher, "open_reader", slowly)
    sent: list[Message] = []
    watching = watcher.Watcher(settings, sent.append)
    watching.watch(True)
    with contextlib.closing(open_writer(settings.database)) as db:
        events.note(db, "warning", "worker", "disk_low", "The disk is nearly full.")
    until = time.monotonic() + 30
    while not [one for one in sent if one["event"] == "warning"] and time.monotonic() < until:
        time.sleep(0.02)
    watching.end()
    assert [one["code"] for one in sent if one["event"] == "warning"] == ["disk_low"]


def test_a_change_by_another_process_is_an_event(watching: Host, rows: Rows) -> None:
    """What the worker writes reaches the browser as the job it is now, and the counts follow."""
    [receipt] = watching.ask("capture", captures=[a_capture()])["captures"]
    job = watching.event("job")["job"]
    assert (job["id"], job["status"], job["position"]) == (receipt["job_id"], "pending", 1)
    assert watching.event("queue")["queue"] == COUNTS | {"pending": 1}
    rows("UPDATE jobs SET status = 'running', progress = 12.5, current_operation = 'Video'")
    job = watching.event("job")["job"]
    assert (job["status"], job["progress"], job["current_operation"]) == ("running", 12.5, "Video")
    assert watching.event("queue")["queue"] == COUNTS | {"running": 1}


def test_a_warning_is_an_event_once(watching: Host, rows: Rows) -> None:
    """A warning that the worker noted is told with its code, sentence and hint."""
    rows(
        "INSERT INTO events (at, level, code, message, hint) VALUES "
        "('2026', 'info', 'x', 'no', ''), ('2026', 'warning', 'disk_full', 'The disk is full.', 'Free some space.')"
    )
    warning = {"event": "warning", "code": "disk_full", "message": "The disk is full.", "hint": "Free some space."}
    assert watching.event("warning") == warning
    rows("INSERT INTO events (at, level, code, message) VALUES ('2026', 'warning', 'outdated', 'Old.')")
    assert watching.event("warning")["code"] == "outdated"


def test_trouble_of_more_than_one_job_is_told_once(watching: Host, settings: Settings) -> None:
    """A full disk is a line of the log for the job that met it, and one warning for whoever watches."""
    watching.ask("capture", captures=[a_capture()])
    with contextlib.closing(open_writer(settings.database)) as db:
        job = claim(db, Crowd(), Limits(1, 1))
        assert job
        settle(db, settings, Ended(job, Part("yt_dlp")), Failed(code="disk_full", message=""))
        assert len(events.read(db, level="warning")) == 2
        events.note(db, "warning", "worker", "outdated", "The end.")
    told = [watching.event("warning")["code"] for _ in range(2)]
    assert told == ["disk_full", "outdated"]


def test_no_events_before_and_after_watching(start_host: StartHost) -> None:
    """Who does not watch, or no more, gets replies only; watching twice sends nothing twice."""
    host, other = start_host(), start_host()
    host.ask("watch", jobs=True)
    host.ask("watch", jobs=True)
    host.ask("capture", captures=[a_capture(1)])
    assert host.event("job")
    host.ask("watch", jobs=False)
    other.ask("capture", captures=[a_capture(2)])
    time.sleep(3 * INTERVAL)
    host.events.clear()
    host.ask("identify", urls=[])
    other.ask("identify", urls=[])
    assert [event for event in (*host.events, *other.events) if event["event"] == "job"] == []


def test_watching_can_begin_again(watching: Host) -> None:
    """After an end a new beginning tells how things are."""
    watching.ask("watch", jobs=False)
    watching.events.clear()
    watching.ask("watch", jobs=True)
    assert watching.event("queue")


def test_a_job_that_changes_all_the_time_is_told_at_most_four_times_a_second(watching: Host, rows: Rows) -> None:
    """Two hundred changes in a second come as a few events, the newest state last."""
    watching.ask("capture", captures=[a_capture()])
    began = time.monotonic()
    for number in range(200):
        rows("UPDATE jobs SET progress = ?", number / 2)
        time.sleep(0.005)
    seconds = time.monotonic() - began
    told: list[Message] = []
    while not told or told[-1]["progress"] != 99.5:
        told.append(watching.event("job")["job"])
    assert 2 < len(told) <= 4 * (seconds + 1) + 1


def test_more_changes_than_one_look_takes_are_all_told(watching: Host) -> None:
    """A list of many members tells each of its jobs, though nothing else changes afterwards."""
    watching.ask("capture", captures=[a_capture(number) for number in range(1200)])
    seen = Counter(watching.event("job")["job"]["url"] for _ in range(1200))
    assert set(seen.values()) == {1}


def test_watching_goes_on_when_the_archive_comes_back(host: Host, settings: Settings, start_host: StartHost) -> None:
    """Events begin as soon as there is an archive to read."""
    with moved_away(settings.database):
        assert host.ask("watch", jobs=True)["ok"]
        time.sleep(INTERVAL)
    assert host.event("queue")
    start_host().ask("capture", captures=[a_capture()])
    assert host.event("job")

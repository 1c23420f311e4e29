"""The whole queue, from the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.messages.client import Host, a_capture

Rows = Callable[..., list[tuple[Any, ...]]]


def test_pausing_is_told_to_whoever_watches(host: Host) -> None:
    """A pause is answered with the counts, told as an event, and holds for the next connection too."""
    host.ask("watch", jobs=True)
    assert host.event("queue")["queue"]["is_paused"] is False
    assert host.ask("queue", action="pause")["queue"]["is_paused"] is True
    while not host.event("queue")["queue"]["is_paused"]:
        pass
    assert host.ask("hello", protocol=1, extension="0.1.0", browser="x")["queue"]["is_paused"] is True
    assert host.ask("capture", captures=[a_capture()])["captures"][0]["status"] == "queued"


def test_all_that_failed_is_tried_again_and_what_is_saved_is_cleared(host: Host, rows: Rows) -> None:
    """Failed jobs of the platform that was named are pending again; completed ones are gone from the list."""
    host.ask("queue", action="pause")
    urls = ("https://youtu.be/jNQXAC9IVRw", "https://youtu.be/jNQXAC9IVRx", "https://example.com/a.jpg")
    host.ask("capture", captures=[a_capture(url=url, key=f"k{url}") for url in urls])
    rows("UPDATE jobs SET status = 'failed', error_code = 'network', completed_at = '2026'")
    rows("UPDATE jobs SET status = 'completed', error_code = NULL WHERE url LIKE '%VRx'")
    assert host.ask("queue", action="retry_failed", platform="youtube")["queue"]["failed"] == 1
    answer = host.ask("queue", action="clear_completed")
    assert (answer["queue"]["pending"], answer["queue"]["completed"]) == (1, 0)
    assert len(host.ask("jobs")["jobs"]) == 2

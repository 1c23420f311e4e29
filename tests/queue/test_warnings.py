"""What stands in the way is told to whoever watches, and not again and again."""

from __future__ import annotations

from bowerbird.clock import later
from bowerbird.queue.warnings import warn
from tests.queue.conftest import Queue


def test_the_same_trouble_is_told_once_an_hour(queue: Queue) -> None:
    """A hundred jobs that meet a full disk are one warning; another trouble is another one."""
    for _ in range(3):
        warn(queue.db, "disk_full", "The disk is full.", "Make room.", "job 1")
    warn(queue.db, "rate_limited", "The platform asks for a pause.", "It goes on by itself.", None)
    said = queue.rows("SELECT level, code, message, hint, job_id FROM events ORDER BY id")
    assert [one["code"] for one in said] == ["disk_full", "rate_limited"]
    assert said[0] == {
        "level": "warning", "code": "disk_full", "message": "The disk is full.", "hint": "Make room.",
        "job_id": "job 1",
    }  # fmt: skip


def test_what_lasts_is_told_again(queue: Queue) -> None:
    """After an hour the same trouble is news."""
    warn(queue.db, "disk_full", "The disk is full.", "Make room.", None)
    queue.db.execute("UPDATE events SET at = ?", (later(-3601),))
    warn(queue.db, "disk_full", "The disk is full.", "Make room.", None)
    assert queue.one("SELECT count(*) FROM events") == 2

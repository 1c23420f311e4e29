"""What nobody needs any more does not stay for ever."""

from __future__ import annotations

from bowerbird.clock import later
from bowerbird.queue.sweep import forget_old
from bowerbird.signin import SESSION_SECONDS
from tests.queue.conftest import Queue

DAY = 24 * 3600


def test_what_is_long_done_is_forgotten(queue: Queue) -> None:
    """A request that was carried out is kept for a month; one that is open is never forgotten."""
    for job_id, created, done in (("old", -31, -31), ("new", -31, -29), ("open", -400, None)):
        queue.db.execute(
            "INSERT INTO requests (kind, job_id, created_at, done_at) VALUES ('cancel', ?, ?, ?)",
            (job_id, later(created * DAY), None if done is None else later(done * DAY)),
        )
    forget_old(queue.db)
    assert queue.rows("SELECT job_id FROM requests ORDER BY id") == [{"job_id": "new"}, {"job_id": "open"}]


def test_used_links_are_forgotten_but_no_session_comes_back(queue: Queue) -> None:
    """A used link is worth nothing after a minute anyway; an ended session as long as it would last."""
    for nonce, seconds in (
        ("used", DAY + 60), ("fresh", 60), ("out:ended", DAY + 60), ("out:expired", SESSION_SECONDS + 60),
    ):  # fmt: skip
        queue.db.execute("INSERT INTO signins (nonce, used_at) VALUES (?, ?)", (nonce, later(-seconds)))
    forget_old(queue.db)
    assert queue.rows("SELECT nonce FROM signins ORDER BY nonce") == [{"nonce": "fresh"}, {"nonce": "out:ended"}]

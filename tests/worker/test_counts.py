"""A second run on a profile brings new counts of what the list shows anyway, and costs no further request."""

from __future__ import annotations

from tests.platforms import instagram
from tests.worker.machine import BACKGROUND, Machine
from tests.worker.signed_in import store_instagram

PROFILE = f"https://www.instagram.com/{instagram.profile_of(8)}/"


def _run(machine: Machine) -> int:
    """Save the profile; how many requests went to the account's site."""
    machine.platforms.reset_log()
    job_id = machine.save(PROFILE)
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status not in ("pending", "running"))
    assert (job.status, job.error) == ("completed", None)
    return sum(one.host == "www.instagram.com" for one in machine.platforms.log)


def test_a_second_run_brings_new_counts(machine: Machine) -> None:
    """Likes and comments of the posts on the first page, and the profile's followers, each with its date."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    store_instagram(machine)
    _run(machine)
    told = machine.rows("SELECT id, like_count, comment_count FROM items ORDER BY id")
    assert any(row["like_count"] for row in told)
    machine.db.execute("UPDATE items SET like_count = 0, comment_count = 0")
    machine.db.execute("DELETE FROM snapshots")
    assert _run(machine) <= 5
    assert machine.rows("SELECT id, like_count, comment_count FROM items ORDER BY id") == told
    assert machine.one("SELECT count(DISTINCT item_id) FROM snapshots WHERE like_count IS NOT NULL") == len(told)
    assert machine.one("SELECT count(*) FROM snapshots WHERE follower_count IS NOT NULL") == 1

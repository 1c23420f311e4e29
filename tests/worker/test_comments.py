"""Comments through real workers: asked for, they are rows; saved again, they are the same rows with new counts."""

from __future__ import annotations

from bowerbird.archive import finding, reads
from tests.platforms import instagram, youtube
from tests.platforms.youtube.comments import ANSWERS
from tests.worker.machine import BACKGROUND, Machine
from tests.worker.signed_in import store_instagram

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
COUNT = 23 + ANSWERS


def _saved(machine: Machine, url: str, **options: object) -> int:
    """Save it and return its item's id."""
    job_id = machine.save(url, **options)
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status not in ("pending", "running"))
    assert (job.status, job.error) == ("completed", None)
    assert job.item_id
    return job.item_id


def test_comments_of_a_video_are_rows_when_they_were_asked_for(machine: Machine) -> None:
    """In the platform's order, hostile words as they are; pages go on where the last ended; saving again adds none."""
    item_id = _saved(machine, VIDEO)
    assert reads.comments(machine.db, item_id) == ()
    assert _saved(machine, VIDEO, comments=True) == item_id
    found = reads.comments(machine.db, item_id)
    assert len(found) == COUNT
    assert [one.platform_id for one in found[:4]] == [f"{youtube.GARDEN}-{n}" for n in ("0", "0.1", "0.2", "1")]
    assert [one.parent_id for one in found[:4]] == [None, f"{youtube.GARDEN}-0", f"{youtube.GARDEN}-0", None]
    assert (found[3].author, found[3].like_count) == ("@walker1", 1)
    assert found[3].text.startswith("<script>")
    assert "\0" not in found[3].text
    assert all(one.written_at for one in found)
    assert [hit.item_id for hit in finding.find(machine.db, f"{found[3].text.split()[-1]} in:comments").hits] == [item_id]
    page = reads.comments(machine.db, item_id, limit=10)
    assert page + reads.comments(machine.db, item_id, after=page[-1].id, limit=90) == found
    machine.db.execute("UPDATE comments SET like_count = 0, written_at = '2020-01-01T00:00:00.000Z'")
    _saved(machine, VIDEO, comments=True)
    again = reads.comments(machine.db, item_id)
    assert [one.id for one in again] == [one.id for one in found]
    assert (again[3].like_count, again[3].written_at) == (1, "2020-01-01T00:00:00.000Z")
    plan = machine.rows("EXPLAIN QUERY PLAN SELECT * FROM comments WHERE item_id = 1 AND id > 0 ORDER BY id LIMIT 5")
    assert [row["detail"] for row in plan] == ["SEARCH comments USING INDEX comments_item (item_id=? AND id>?)"]


def test_comments_of_a_post_are_rows(machine: Machine) -> None:
    """Instagram's threads through instaloader: each answer knows which comment it answers."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    store_instagram(machine)
    item_id = _saved(machine, f"https://www.instagram.com/p/{instagram.FEW_COMMENTS}/", comments=True)
    found = reads.comments(machine.db, item_id)
    first, *answers = found[:4]
    assert (first.text, first.parent_id) == ("What a morning! @garden.notes", None)
    assert {one.parent_id for one in answers} == {first.platform_id}
    assert len(found) == 8

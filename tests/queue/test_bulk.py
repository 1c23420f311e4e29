"""What is done with very many jobs at once, and how the history is shortened."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
import pytest

from bowerbird.clock import later
from bowerbird.database import open_writer
from bowerbird.model import Receipt
from bowerbird.queue import batches, bulk, requests, streams, transitions
from bowerbird.queue.actions import act
from bowerbird.queue.prune import prune_some
from bowerbird.queue.rollup import roll_up
from tests.queue.conftest import GONE, NETWORK, PLAYLIST, Queue, capture, video_url

DAY = 24 * 3600


def _ended(queue: Queue, count: int, status: str, days: float = 0.0) -> list[str]:
    ids = [str(one.job_id) for one in queue.take(*(capture(video_url(n)) for n in range(1, count + 1)))]
    moment = later(-days * DAY)
    queue.db.execute(
        "UPDATE jobs SET status = ?, error_code = 'network', started_at = ?, completed_at = ?, created_at = ?",
        (status, moment, moment, moment),
    )
    queue.db.execute("UPDATE captures SET created_at = ?", (moment,))
    return ids


def _completed_list(queue: Queue) -> str:
    """A list with more members than one commit removes."""
    list_id = queue.list_of(*(video_url(n) for n in range(100, 350)))
    queue.db.execute("UPDATE jobs SET status = 'completed', completed_at = updated_at WHERE parent_id = ?", (list_id,))
    roll_up(queue.db, list_id)
    return list_id


def test_all_that_failed_is_tried_again(queue: Queue) -> None:
    """Every failed job is pending, with all its tries; what was cancelled or saved stays as it is."""
    ids = _ended(queue, 450, "failed")
    queue.db.execute("UPDATE jobs SET status = 'cancelled' WHERE id = ?", (ids[0],))
    queue.db.execute("UPDATE jobs SET status = 'completed' WHERE id = ?", (ids[1],))
    assert bulk.retry_failed(queue.db) == 448
    assert queue.rows("SELECT status, count(*) AS n, max(retry_count) AS tries FROM jobs GROUP BY status") == [
        {"status": "cancelled", "n": 1, "tries": 0},
        {"status": "completed", "n": 1, "tries": 0},
        {"status": "pending", "n": 448, "tries": 0},
    ]


@pytest.mark.parametrize("last", ["failed", "completed", "pending"])
def test_what_was_asked_for_again_is_one_job(queue: Queue, last: str) -> None:
    """Of failed jobs for one target the newest is tried again, and none where a later one is done or under way."""
    jobs = [_failed(queue) for _ in range(3)]
    if last != "failed":
        jobs.append(queue.save(video_url(1)))
        queue.db.execute("UPDATE jobs SET status = ? WHERE id = ?", (last, jobs[-1]))
    assert bulk.retry_failed(queue.db) == (last == "failed")
    expected = ["failed", "failed", "pending"] if last == "failed" else ["failed"] * 3 + [last]
    assert [queue.job(job_id).status for job_id in jobs] == expected


def _failed(queue: Queue) -> str:
    job_id = queue.save(video_url(1))
    queue.db.execute("UPDATE jobs SET status = 'failed', completed_at = created_at WHERE id = ?", (job_id,))
    return job_id


@pytest.mark.parametrize(
    ("chosen", "count"), [({"error_code": "gone"}, 1), ({"platform": "youtube"}, 3), ({"platform": "web"}, 0)]
)
def test_only_what_failed_so(queue: Queue, chosen: dict[str, Any], count: int) -> None:
    """Platform and error code choose among what failed."""
    ids = _ended(queue, 3, "failed")
    queue.db.execute("UPDATE jobs SET error_code = 'gone' WHERE id = ?", (ids[2],))
    assert bulk.retry_failed(queue.db, **chosen) == count
    assert queue.one("SELECT count(*) FROM jobs WHERE status = 'pending'") == count


def test_failed_members_run_again_with_their_list(queue: Queue) -> None:
    """Of a list the members that failed are tried, and it is open again; the others stay saved."""
    list_id = queue.list_of(video_url(1), video_url(2))
    transitions.complete(queue.db, queue.claimed().id, None)
    transitions.fail(queue.db, queue.claimed().id, NETWORK)
    assert queue.job(list_id).status == "completed"
    assert bulk.retry_failed(queue.db) == 1
    assert queue.job(list_id).status == "running"
    assert [job.status for job in queue.members(list_id)] == ["completed", "pending"]


def test_list_of_which_everything_failed_is_not_read_again(queue: Queue) -> None:
    """A failed list runs with its failed members, not beside them."""
    list_id = queue.list_of(video_url(1), video_url(2))
    for _ in range(2):
        transitions.fail(queue.db, queue.claimed().id, NETWORK)
    assert queue.job(list_id).status == "failed"
    assert bulk.retry_failed(queue.db) == 2
    assert queue.job(list_id).status == "running"


def test_what_fails_again_meanwhile_is_not_tried_for_ever(queue: Queue) -> None:
    """Only what had failed when the person asked is tried again."""
    (job_id,) = _ended(queue, 1, "failed")
    asked = bulk.Bulk(action="retry_failed", until=later(-1))
    queue.db.execute("UPDATE jobs SET completed_at = ?", (later(0),))
    assert bulk.KINDS["retry_failed"](queue.db, asked).count == 0
    assert queue.job(job_id).status == "failed"


def test_very_many_are_left_to_the_worker(queue: Queue) -> None:
    """Whoever asks waits for some; the worker goes on where that ended, also one that is started later."""
    _ended(queue, 1300, "failed")
    begun = bulk.begin(queue.db, "retry_failed")
    assert (begun.count, begun.is_done) == (1000, False)
    (request,) = requests.open_requests(queue.db)
    assert bulk.go_on(queue.db, request)
    assert queue.one("SELECT count(*) FROM jobs WHERE status = 'failed'") == 0
    assert not requests.any_open(queue.db)


def test_captures_get_in_between(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit takes more than a batch, and between two of them somebody else can write."""
    _ended(queue, 1000, "completed")
    other: sqlite3.Connection = open_writer(queue.settings.database)
    other.execute("PRAGMA busy_timeout=0")
    between: list[int] = []

    def look(_seconds: float) -> None:
        other.execute("UPDATE captures SET selection = 'x' WHERE id = 1")
        between.append(other.execute("SELECT count(*) FROM jobs").fetchone()[0])

    monkeypatch.setattr(batches.time, "sleep", look)
    assert bulk.clear_completed(queue.db) == 1000
    other.close()
    assert between[:5] == [800, 600, 400, 200, 0]


def test_completed_jobs_are_cleared_and_items_stay(queue: Queue) -> None:
    """What is completed leaves the list with all its members; the item stays and is known as saved."""
    item = queue.archive(video_url(7))
    saved = queue.save(video_url(7))
    queue.claimed()
    transitions.complete(queue.db, saved, item)
    _completed_list(queue)
    open_job = queue.save(video_url(8))
    assert bulk.clear_completed(queue.db) == 2
    assert [row["id"] for row in queue.rows("SELECT id FROM jobs")] == [open_job]
    assert queue.take(capture(video_url(7)))[0].status == "already_saved"


def test_list_of_which_something_failed_is_not_cleared(queue: Queue) -> None:
    """What could not be had stays to be seen, and to be tried again."""
    list_id = queue.list_of(video_url(1), video_url(2))
    transitions.complete(queue.db, queue.claimed().id, None)
    transitions.fail(queue.db, queue.claimed().id, GONE)
    assert bulk.clear_completed(queue.db) == 0
    assert queue.job(list_id).items_failed == 1


def test_what_failed_by_a_cause_is_taken_out(queue: Queue) -> None:
    """Of one platform and error code all leave the history, and nothing else does; what is over stays hidden."""
    ids = _ended(queue, 450, "failed")
    queue.db.execute("UPDATE jobs SET error_code = 'gone' WHERE id <> ?", (ids[7],))
    assert _cleared(queue, platform="web", error_code="gone") == 0
    assert _cleared(queue, platform="youtube", error_code="gone") == 449
    assert [row["id"] for row in queue.rows("SELECT id FROM jobs")] == [ids[7]]


def _cleared(queue: Queue, **chosen: str) -> int:
    begun = bulk.begin(queue.db, "clear_failed", platform=chosen["platform"], error_code=chosen["error_code"])
    assert begun.is_done
    return begun.count


def test_members_are_taken_out_of_a_list_that_stays(queue: Queue) -> None:
    """A list of which some are gone is whole without them; what failed otherwise stays."""
    list_id = queue.list_of(video_url(1), video_url(2), video_url(3))
    transitions.complete(queue.db, queue.claimed().id, None)
    transitions.fail(queue.db, queue.claimed().id, GONE)
    transitions.fail(queue.db, queue.claimed().id, NETWORK)
    queue.db.execute("UPDATE jobs SET error_code = 'network', status = 'failed' WHERE seq = 4")
    assert queue.job(list_id).items_failed == 2
    assert _cleared(queue, platform="youtube", error_code="gone") == 1
    assert [job.status for job in queue.members(list_id)] == ["completed", "failed"]
    assert (queue.job(list_id).status, queue.job(list_id).items_failed) == ("completed", 1)


def test_list_of_which_everything_failed_so_goes_with_its_members(queue: Queue) -> None:
    """Where nothing of a list is left, the list itself is taken out; one that has others below it stays."""
    other = queue.list_of(video_url(1), video_url(2))
    transitions.fail(queue.db, queue.claimed().id, GONE)
    transitions.fail(queue.db, queue.claimed().id, GONE)
    assert queue.job(other).status == "failed"
    queue.db.execute("UPDATE jobs SET error_code = 'private' WHERE seq = 3")
    assert _cleared(queue, platform="youtube", error_code="gone") == 1
    assert [job.error.code for job in queue.members(other) if job.error] == ["private"]
    queue.db.execute("UPDATE jobs SET error_code = 'gone' WHERE seq = 3")
    assert _cleared(queue, platform="youtube", error_code="gone") == 2
    assert queue.rows("SELECT id FROM jobs") == []
    assert queue.rows("PRAGMA foreign_key_check") == []


def test_list_that_was_seen_whole_stays_known(queue: Queue) -> None:
    """After its job was cleared, the next save of a list still ends at what is archived."""
    seen = queue.save(PLAYLIST)
    queue.claimed()
    queue.db.execute("UPDATE jobs SET streamed = 1")
    transitions.complete(queue.db, seen, None)
    bulk.clear_completed(queue.db)
    queue.save(PLAYLIST)
    assert streams.was_seen_whole(queue.db, queue.claimed())


def _prune(queue: Queue, **changes: int) -> int:
    """Prune until nothing is left; in how many steps."""
    settings = msgspec.structs.replace(queue.settings, **changes)
    after: int | None = 0
    steps = 0
    while after is not None:
        before = queue.one("SELECT count(*) FROM jobs")
        after = prune_some(queue.db, settings, after)
        assert before - queue.one("SELECT count(*) FROM jobs") <= 200
        steps += 1
    return steps


def test_history_is_pruned_by_age(queue: Queue) -> None:
    """Ended jobs older than so many days go with attempts and captures, in small commits; items and open jobs stay."""
    ids = _ended(queue, 450, "completed", days=100)
    item = queue.archive(video_url(9999))
    queue.db.execute("UPDATE jobs SET item_id = ? WHERE id = ?", (item, ids[3]))
    queue.db.execute("INSERT INTO attempts (job_id, number, started_at) VALUES (?, 1, '2026')", (ids[3],))
    queue.db.execute("UPDATE jobs SET status = 'waiting' WHERE id = ?", (ids[5],))
    queue.db.execute("UPDATE jobs SET completed_at = ? WHERE id = ?", (later(-80 * DAY), ids[6]))
    new = queue.save(video_url(5000))
    transitions.fail(queue.db, new, NETWORK)
    assert _prune(queue, retention_days=90) > 2
    assert {row["id"] for row in queue.rows("SELECT id FROM jobs")} == {ids[5], ids[6], new}
    assert queue.one("SELECT count(*) FROM captures") == 3
    assert queue.one("SELECT count(*) FROM attempts") == 0
    assert queue.one("SELECT count(*) FROM items") == 1
    assert queue.rows("PRAGMA foreign_key_check") == []


def test_history_is_pruned_by_count(queue: Queue) -> None:
    """The newest so many ended jobs stay, whatever their age; a list counts as one and goes with its members."""
    list_id = _completed_list(queue)
    assert queue.job(list_id).status == "completed"
    kept = []
    for number in range(3):
        kept.append(queue.save(video_url(number)))
        transitions.fail(queue.db, kept[-1], NETWORK)
    _prune(queue, retention_jobs=3)
    assert [row["id"] for row in queue.rows("SELECT id FROM jobs ORDER BY seq")] == kept
    assert queue.one("SELECT count(*) FROM captures") == 4  # their keys are remembered for a month


def test_nothing_is_pruned_unless_it_is_wanted(queue: Queue) -> None:
    """Without a limit the history stays for ever."""
    _ended(queue, 3, "failed", days=5000)
    assert _prune(queue) == 1
    assert queue.one("SELECT count(*) FROM jobs") == 3


def test_key_that_was_cleared_has_no_second_effect(queue: Queue) -> None:
    """An outbox that sends a capture again after its job was cleared gets the same receipt."""
    sent = capture(video_url(1), key="once")
    first: Receipt = queue.take(sent)[0]
    act(queue.db, queue.settings, [str(first.job_id)], "cancel")
    act(queue.db, queue.settings, [str(first.job_id)], "delete")
    assert queue.take(sent)[0] == first
    assert queue.one("SELECT count(*) FROM jobs") == 0

"""How an item came here is told for as long as the item is there, whatever becomes of the history."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from bowerbird.archive import provenance, reads
from bowerbird.clock import later
from bowerbird.queue import actions, bulk, transitions
from bowerbird.queue.prune import prune_some
from bowerbird.scraping import Failed
from bowerbird.worker.listener import Part
from bowerbird.worker.outcome import Done
from bowerbird.worker.record import AttemptRecord
from tests.queue.conftest import PLAYLIST, Queue, capture, queue, video_url

__all__ = ["queue"]

LONG_AGO = 100 * 24 * 3600


def _clear(queue: Queue) -> None:
    assert bulk.clear_completed(queue.db)


def _delete(queue: Queue) -> None:
    roots = [row["id"] for row in queue.rows("SELECT id FROM jobs WHERE parent_id IS NULL ORDER BY seq")]
    actions.act(queue.db, queue.settings, roots, "delete")


def _prune(queue: Queue) -> None:
    queue.db.execute("UPDATE jobs SET created_at = :then, completed_at = :then", {"then": later(-LONG_AGO)})
    queue.db.execute("UPDATE captures SET created_at = ?", (later(-LONG_AGO),))
    after: int | None = 0
    while after is not None:
        after = prune_some(queue.db, msgspec.structs.replace(queue.settings, retention_days=1), after)
    assert queue.one("SELECT count(*) FROM captures") == 0


REMOVALS = [_clear, _delete, _prune]


def _saved(queue: Queue, url: str) -> int:
    """An item that the next job filed."""
    item = queue.archive(url)
    job = queue.claimed()
    record = AttemptRecord(queue.db, job)
    record.begin(Part("yt_dlp", account="somebody"))
    record.end(Done(item))
    transitions.complete(queue.db, job.id, item)
    return item


@pytest.mark.parametrize("remove", REMOVALS)
def test_click_is_told_after_its_job_left_the_history(queue: Queue, remove: Callable[[Queue], None]) -> None:
    """Clearing, deleting and pruning leave the page, the second, the options and the attempt; only the job is gone."""
    url = video_url(1)
    queue.take(capture(url, page_url="https://blog.example/", selection="a word", playback_seconds=7.5, quality="720"))
    item = _saved(queue, url)
    before = provenance.of_item(queue.db, item)
    assert before
    assert (before.page_url, before.playback_seconds, before.account) == ("https://blog.example/", 7.5, "somebody")
    remove(queue)
    assert queue.one("SELECT count(*) FROM jobs") == 0
    shown = reads.item(queue.db, item)
    assert shown
    assert shown.provenance == msgspec.structs.replace(before, job_id=None)


@pytest.mark.parametrize("remove", REMOVALS)
def test_member_keeps_the_click_on_its_list(queue: Queue, remove: Callable[[Queue], None]) -> None:
    """What came with a list still says where the list was clicked, and what it is called, when the list is gone."""
    list_id = queue.list_of(video_url(1), video_url(2), force=True)
    queue.db.execute("UPDATE captures SET page_url = 'https://blog.example/'")
    items = [_saved(queue, video_url(number)) for number in (1, 2)]
    assert queue.job(list_id).status == "completed"
    remove(queue)
    assert queue.one("SELECT count(*) FROM jobs") == 0
    for item in items:
        told = provenance.of_item(queue.db, item)
        assert told
        assert (told.page_url, told.url, told.list_title) == ("https://blog.example/", PLAYLIST, "Walks")
        assert (told.list_id, told.job_id) == (None, None)


def test_the_first_click_counts(queue: Queue) -> None:
    """A later look at the counts of an item, whose job is cleared too, does not take the place of the click."""
    url = video_url(1)
    queue.take(capture(url, page_url="https://first.example/"))
    item = _saved(queue, url)
    _clear(queue)
    queue.take(capture(url, page_url="https://second.example/"))
    transitions.complete(queue.db, queue.claimed().id, item)
    _clear(queue)
    told = provenance.of_item(queue.db, item)
    assert told
    assert told.page_url == "https://first.example/"


def test_job_that_is_still_there_can_be_followed(queue: Queue) -> None:
    """Where a later job of the item is deleted, the first one is still named."""
    url = video_url(1)
    first = queue.save(url)
    item = _saved(queue, url)
    second = queue.save(url)
    transitions.fail(queue.db, queue.claimed().id, Failed(code="network", message=""))
    actions.act(queue.db, queue.settings, [second], "delete")
    told = provenance.of_item(queue.db, item)
    assert told
    assert told.job_id == first


def test_an_item_that_is_removed_takes_it_along(queue: Queue) -> None:
    """Nothing is left of where it was clicked, and nothing of it is told of the item that gets its number later."""
    queue.take(capture(video_url(1), page_url="https://first.example/"))
    item = _saved(queue, video_url(1))
    _clear(queue)
    queue.db.execute("DELETE FROM item_targets")
    queue.db.execute("DELETE FROM items WHERE id = ?", (item,))
    assert queue.one("SELECT count(*) FROM provenance") == 0


def test_removal_of_jobs_finds_what_refers_to_them(queue: Queue) -> None:
    """Neither the members of a list nor the first job of an item is looked for among all jobs."""
    for sql in ("SELECT id FROM jobs WHERE parent_id IN (SELECT value FROM json_each('[]'))",
                "SELECT min(seq) FROM jobs WHERE item_id = 1"):  # fmt: skip
        plan = " ".join(step["detail"] for step in queue.rows(f"EXPLAIN QUERY PLAN {sql}"))
        assert "SEARCH jobs" in plan
        assert "SCAN jobs" not in plan

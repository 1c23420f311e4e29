"""The history by any order and filter, page by page."""

from __future__ import annotations

import itertools
import random

import pytest

from bowerbird.queue.history import ORDERS, Asked, HistoryPage, Sort, Spot, history
from tests.pages.archives import put_job
from tests.queue.conftest import Queue

STATES = ("completed", "failed", "pending", "waiting", "cancelled")
SORTS: tuple[Sort, ...] = ("asked", "platform", "title", "state", "size")
WAYS = tuple(itertools.product(SORTS, (True, False)))


@pytest.fixture
def many(queue: Queue) -> Queue:
    """A queue with 60 jobs, of which many are alike in what they are sorted by."""
    chance = random.Random(3)
    for number in range(60):
        put_job(
            queue.db,
            f"https://www.youtube.com/watch?v=v{number}",
            chance.choice(("Tide tables", "tide tables", "Blue bower", None)),
            chance.choice(STATES),
            platform=chance.choice(("youtube", "tiktok", "web")),
            bytes_total=chance.choice((None, 5, 700)),
            error_code=chance.choice((None, "gone", "network")),
        )
    return queue


def _pages(queue: Queue, **asked: object) -> list[HistoryPage]:
    pages = [history(queue.db, queue.settings, Asked(limit=7, **asked))]  # type: ignore[arg-type]
    while pages[-1].last:
        pages.append(history(queue.db, queue.settings, Asked(limit=7, behind=pages[-1].last, **asked)))  # type: ignore[arg-type]
    return pages


def _ids(pages: list[HistoryPage]) -> list[str]:
    return [job.id for page in pages for job in page.jobs]


def test_each_job_is_on_one_page(many: Queue) -> None:
    """In each order every job comes once, in that order, and the way back shows the same pages."""
    for sort, descending in WAYS:
        pages = _pages(many, sort=sort, descending=descending)
        column, way = ORDERS[sort].column, "DESC" if descending else "ASC"
        where = "WHERE size IS NOT NULL" if sort == "size" else ""
        expected = [row["id"] for row in many.rows(f"SELECT id FROM jobs {where} ORDER BY {column} {way}, seq {way}")]
        assert _ids(pages) == expected
        assert pages[0].first is None
        for before, page in itertools.pairwise(pages):
            back = Asked(limit=7, sort=sort, descending=descending, ahead_of=page.first)
            assert history(many.db, many.settings, back).jobs == before.jobs


FILTERS: tuple[tuple[dict[str, str], str], ...] = (
        ({"platform": "tiktok"}, "platform = 'tiktok'"),
        ({"status": "waiting"}, "status = 'waiting'"),
        ({"error_code": "gone"}, "error_code = 'gone'"),
        ({"error_code": "gone", "platform": "web", "status": "cancelled"},
         "error_code = 'gone' AND platform = 'web' AND status = 'cancelled'"),
        ({"words": "TIDE tab"}, "title LIKE 'tide%'"),
        ({"words": "https://www.youtube.com/watch?v=v7"}, "url = 'https://www.youtube.com/watch?v=v7'"),
        ({"words": "watch?v=v7", "platform": "nowhere"}, "false"),
        ({"words": "--- \"\" *"}, "true"),
        ({"since": "2000-01-01", "until": "2999-01-01"}, "true"),
        ({"since": "2999-01-01"}, "false"),
)  # fmt: skip


def test_filters(many: Queue) -> None:
    """Each filter leaves what fits and nothing else, in every order."""
    for sort, (asked, where) in itertools.product(("asked", "title", "state"), FILTERS):
        found = _ids(_pages(many, sort=sort, **asked))
        expected = sorted(row["id"] for row in many.rows(f"SELECT id FROM jobs WHERE {where}"))
        assert (sort, asked, sorted(found)) == (sort, asked, expected)


def test_words_follow_the_title(many: Queue) -> None:
    """A job is found by the title that it has now, and no longer once it is gone."""
    job_id = put_job(many.db, "https://x.example/", "Old name", "completed")
    many.db.execute("UPDATE jobs SET title = 'Glaze test' WHERE id = ?", (job_id,))
    assert _ids(_pages(many, words="glaze")) == [job_id]
    assert _ids(_pages(many, words="old")) == []
    many.db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
    assert _ids(_pages(many, words="glaze")) == []


def test_no_order_sorts_the_whole_history(many: Queue) -> None:
    """Each order is read from an index, from its middle on."""
    plans: list[str] = []
    many.db.set_trace_callback(lambda sql: plans.append(sql) if "ORDER BY jobs" in sql else None)
    for sort, descending in WAYS:
        value = None if sort == "asked" else 5 if sort == "size" else "m"
        history(many.db, many.settings, Asked(sort=sort, descending=descending, behind=Spot(30, value)))
    many.db.set_trace_callback(None)
    assert len(plans) == len(WAYS)
    for statement in plans:
        plan = " ".join(row["detail"] for row in many.rows(f"EXPLAIN QUERY PLAN {statement}"))
        assert ("TEMP B-TREE" in plan, "SEARCH jobs USING" in plan) == (False, True)

"""Why jobs failed: counted as they change, whatever changes them."""

from __future__ import annotations

import pytest

from bowerbird.archive.migrations import SCHEMAS, _statements
from bowerbird.queue import bulk
from bowerbird.queue.causes import MOST_CAUSES, Cause, causes
from bowerbird.queue.history import Asked, history
from tests.queue.conftest import Queue, video_url

JOB = """
    INSERT INTO jobs (seq, id, target_key, platform, status, error_code, updated_at, url, target, kind, created_at)
    VALUES ({}, 'u', '{{}}', 'video', '')
"""
# Two targets that were asked for again and again, and one of another platform.
JOBS = (
    "1, 'j1', 'a', 'youtube', 'failed', 'gone', '1'",
    "2, 'j2', 'b', 'youtube', 'failed', NULL, '2'",
    "3, 'j3', 'a', 'youtube', 'failed', 'network', '3'",
    "4, 'j4', 'a', 'youtube', 'running', NULL, '4'",
    "5, 'j5', 'c', 'web', 'failed', 'gone', '5'",
    "6, 'j6', 'a', 'youtube', 'failed', 'gone', '6'",
    "7, 'j7', 'a', 'youtube', 'pending', NULL, '7'",
)
STEPS = (
    "UPDATE jobs SET status = 'completed' WHERE seq = 4",
    "UPDATE jobs SET status = 'failed', error_code = 'gone' WHERE seq = 7",
    "UPDATE jobs SET error_code = 'private' WHERE seq IN (1, 6)",
    "UPDATE jobs SET status = 'completed' WHERE seq = 7",
    "UPDATE jobs SET status = 'pending', error_code = NULL WHERE seq IN (3, 5)",
    "UPDATE jobs SET status = 'failed', error_code = 'gone' WHERE seq = 4",
    "UPDATE jobs SET status = 'running' WHERE seq = 7",
    "UPDATE jobs SET status = 'completed' WHERE seq IN (4, 7)",
    "DELETE FROM jobs WHERE seq = 1",
    JOB.format("8, 'j8', 'b', 'youtube', 'completed', NULL, '8'"),
    JOB.format("9, 'j9', 'b', 'youtube', 'failed', 'gone', '9'"),
    "UPDATE jobs SET status = 'failed', error_code = 'network' WHERE seq = 3",
    "UPDATE jobs SET status = 'running' WHERE seq = 7",
    "UPDATE jobs SET status = 'completed' WHERE seq = 7",
    "DELETE FROM jobs WHERE seq IN (7, 8)",
    "DELETE FROM jobs WHERE target_key = 'a'",
    JOB.format("10, 'j10', 'list', 'youtube', 'running', NULL, '10'"),
    "UPDATE jobs SET listed = 1 WHERE seq = 10",
    "UPDATE jobs SET status = 'failed', error_code = 'gone' WHERE seq = 10",
    "UPDATE jobs SET status = 'pending', error_code = NULL, listed = 0 WHERE seq = 10",
    "UPDATE jobs SET status = 'failed', error_code = 'private' WHERE seq = 10",
)
COUNTED = "SELECT platform, code, jobs FROM causes WHERE jobs <> 0 ORDER BY 1, 2"


def _counted_anew(queue: Queue) -> list[dict[str, object]]:
    """What the migration counts in an archive that it finds."""
    script = SCHEMAS / "0019_causes_and_pieces.sql"
    (fill,) = (each for each in _statements(script) if each.startswith("INSERT INTO causes"))
    queue.db.execute("BEGIN")
    queue.db.execute("DELETE FROM causes")
    queue.db.execute(fill)
    found = queue.rows(COUNTED)
    queue.db.execute("ROLLBACK")
    return found


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_the_counts_are_those_of_counting_anew(queue: Queue, steps: int) -> None:
    """Whatever becomes of jobs, each cause counts those that stand: of whose target no later one was completed."""
    for job in JOBS:
        queue.db.execute(JOB.format(job))
    for step in STEPS[:steps]:
        queue.db.execute(step)
    assert queue.rows(COUNTED) == _counted_anew(queue)


def test_the_most_frequent_comes_first(queue: Queue) -> None:
    """The jobs of a cause are counted together with the moment of the last one; others are chosen by name."""
    for number, (code, moment) in enumerate((("gone", "2026-01"), ("private", "2026-02"), ("private", "2026-03"))):
        queue.db.execute(
            "UPDATE jobs SET status = 'failed', error_code = ?, completed_at = ? WHERE id = ?",
            (code, moment, queue.save(video_url(number))),
        )
    gone = Cause(platform="youtube", code="gone", jobs=1, last_at="2026-01")
    private = Cause(platform="youtube", code="private", jobs=2, last_at="2026-03")
    assert causes(queue.db).shown == (private, gone)
    assert causes(queue.db, code="gone").shown == (gone,)
    assert causes(queue.db, platform="web").shown == ()


def test_a_list_that_was_read_fails_by_its_members(queue: Queue) -> None:
    """They count, and the list does not count once more; one that could not be read counts."""
    read, unread = queue.save(video_url(1)), queue.save(video_url(2))
    queue.db.execute("UPDATE jobs SET listed = 1 WHERE id = ?", (read,))
    queue.db.execute("UPDATE jobs SET status = 'failed', error_code = 'gone' WHERE id IN (?, ?)", (read, unread))
    assert [cause.jobs for cause in causes(queue.db).shown] == [1]


def test_what_failed_lately_is_asked_for_by_itself(queue: Queue) -> None:
    """However many older causes have more jobs."""
    for number in range(30):
        code, moment = ("fresh", "2026-05") if number < 2 else (f"old{number % 9}", "2026-01")
        queue.db.execute(
            "UPDATE jobs SET status = 'failed', error_code = ?, completed_at = ? WHERE id = ?",
            (code, moment, queue.save(video_url(number))),
        )
    assert "fresh" not in {cause.code for cause in causes(queue.db).shown}
    assert [cause.code for cause in causes(queue.db, since="2026-02", least=2).shown] == ["fresh"]
    assert causes(queue.db, since="2026-02", least=3).shown == ()


def test_of_many_causes_eight_are_told(queue: Queue) -> None:
    """How many there are beside them is said."""
    for number in range(MOST_CAUSES + 3):
        job_id = queue.save(video_url(number))
        queue.db.execute("UPDATE jobs SET status = 'failed', error_code = ? WHERE id = ?", (f"code{number}", job_id))
    found = causes(queue.db)
    assert (len(found.shown), found.more) == (8, 3)


def test_the_jobs_of_a_cause_are_found_by_its_index(queue: Queue) -> None:
    """Among very many that failed the few of one cause are shown, tried again and taken out without the others."""
    asked: list[str] = []
    queue.db.set_trace_callback(lambda sql: asked.append(sql) if "ORDER BY" in sql and "LIMIT" in sql else None)
    history(queue.db, queue.settings, Asked(status="failed", platform="youtube", error_code="gone"))
    bulk.begin(queue.db, "retry_failed", platform="youtube", error_code="gone")
    bulk.begin(queue.db, "clear_failed", platform="youtube", error_code="gone")
    queue.db.set_trace_callback(None)
    assert len(asked) == 3
    for statement in asked:
        plan = " ".join(row["detail"] for row in queue.rows(f"EXPLAIN QUERY PLAN {statement}"))
        assert ("jobs_causes" in plan, "TEMP B-TREE" in plan) == (True, False), (statement, plan)


def test_lists_are_looked_up_one_by_one(queue: Queue) -> None:
    """Where members of lists are taken out, their lists are looked at, and not all jobs of that cause."""
    member, above = queue.save(video_url(1)), queue.save(video_url(2))
    sql = "UPDATE jobs SET status = 'failed', error_code = 'gone', parent_id = ? WHERE id = ?"
    queue.db.execute(sql, (above, member))
    asked: list[str] = []
    queue.db.set_trace_callback(lambda sql: asked.append(sql) if "min(seq)" in sql else None)
    bulk.begin(queue.db, "clear_failed", platform="youtube", error_code="gone")
    queue.db.set_trace_callback(None)
    (statement,) = asked
    plan = " ".join(row["detail"] for row in queue.rows(f"EXPLAIN QUERY PLAN {statement}"))
    assert "SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 (id=?)" in plan, plan

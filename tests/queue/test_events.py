"""What happens is told, line by line, in the transaction in which it happens."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from bowerbird.clock import later
from bowerbird.errors import RequestError
from bowerbird.queue import actions, events, transitions
from bowerbird.queue.sweep import forget_old
from tests.queue.conftest import GONE, NETWORK, Queue, video_url


def lines_of(queue: Queue, job_id: str) -> list[str]:
    """What the log says of a job, oldest first."""
    return [event.message for event in reversed(events.read(queue.db, job_id=job_id))]


def test_each_transition_is_a_line(queue: Queue) -> None:
    """From its claim to its end a job leaves one line for each change, with the reason where there is one."""
    job_id = queue.save(video_url(1))
    queue.claimed()
    transitions.retry_later(queue.db, job_id, 0, NETWORK)
    queue.claimed()
    transitions.wait(queue.db, job_id, "disk", None, NETWORK)
    transitions.resume_reason(queue.db, "disk")
    queue.claimed()
    transitions.fail(queue.db, job_id, GONE)
    actions.act(queue.db, queue.settings, [job_id], "retry")
    queue.claimed()
    transitions.complete(queue.db, job_id, None)
    assert lines_of(queue, job_id) == [
        "pending → running",
        "running → pending: The connection failed.",
        "pending → running",
        "running → waiting (disk): The connection failed.",
        "waiting → pending",
        "pending → running",
        "running → failed: This is gone.",
        "failed → pending",
        "pending → running",
        "running → completed",
    ]
    failed = events.read(queue.db, job_id=job_id, level="error")
    assert [(one.code, one.hint, one.component) for one in failed] == [("gone", GONE.hint, "queue")]


def test_a_statement_over_many_jobs_tells_each(queue: Queue) -> None:
    """Members of a list that are cancelled with it, in one statement, have a line each."""
    list_id = queue.list_of(*(video_url(number) for number in range(5)))
    actions.act(queue.db, queue.settings, [list_id], "cancel")
    told = [lines_of(queue, member.id)[-1] for member in queue.members(list_id)]
    assert told == ["pending → cancelled"] * 5


def test_what_is_rolled_back_was_never_told(queue: Queue) -> None:
    """A transition that does not come about leaves no line."""
    job_id = queue.save(video_url(1))
    queue.db.execute("BEGIN")
    queue.db.execute("UPDATE jobs SET status = 'running'")
    assert len(lines_of(queue, job_id)) == 1
    queue.db.execute("ROLLBACK")
    assert lines_of(queue, job_id) == []


def test_percentages_are_not_told(queue: Queue) -> None:
    """What changes all the time and is no transition leaves no line."""
    job_id = queue.save(video_url(1))
    queue.claimed()
    transitions.show(queue.db, job_id, {"current_operation": "Looking"})
    assert lines_of(queue, job_id) == ["pending → running"]


def test_birth_of_a_job_is_told_by_its_row(queue: Queue) -> None:
    """Whoever clicks does not wait for a line which says what the job's own row says."""
    job_id = queue.save(video_url(1))
    assert lines_of(queue, job_id) == []
    assert queue.job(job_id).created_at


LINES: list[tuple[Any, ...]] = [
    ("info", "worker", "one"),
    ("warning", "scraper", "two"),
    ("error", "worker", "three"),
    ("debug", "site", "four"),
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "four three two one"),
        ({"level": "info"}, "three two one"),
        ({"level": "warning"}, "three two"),
        ({"level": "error"}, "three"),
        ({"component": "worker"}, "three one"),
        ({"component": "worker", "level": "warning"}, "three"),
        ({"before": 3}, "two one"),
        ({"after": 2}, "three four"),
        ({"after": 1, "limit": 1}, "two"),
    ],
)
def test_lines_can_be_chosen(queue: Queue, asked: dict[str, Any], found: str) -> None:
    """By least level, by component, and by pages in both directions; only what follows an id is oldest first."""
    for level, component, message in LINES:
        events.note(queue.db, level, component, "x", message)
    assert " ".join(event.message for event in events.read(queue.db, **asked)) == found


@pytest.mark.parametrize("asked", [{"level": "loud"}, {"component": "cook"}])
def test_what_there_is_not_is_refused(queue: Queue, asked: dict[str, Any]) -> None:
    """A level or component that there is not is told with those that there are."""
    with pytest.raises(RequestError, match="there are"):
        events.read(queue.db, **asked)


@pytest.mark.parametrize(
    "where",
    [
        "level IN ('warning', 'error') AND id < 9",
        "level = 'error' AND id < 9",
        "component = 'queue' AND id < 9",
        "job_id = 'x' AND id < 9",
        "component = 'worker' AND level IN ('warning', 'error') AND id > 9",
    ],
)
def test_no_list_of_the_log_is_sorted(queue: Queue, where: str) -> None:
    """Each way in which the log is read follows an index, however long it is."""
    plan = queue.rows(f"EXPLAIN QUERY PLAN SELECT * FROM events WHERE {where} ORDER BY id DESC LIMIT 9")
    told = " ".join(step["detail"] for step in plan)
    assert "SEARCH" in told
    assert "TEMP B-TREE" not in told


def test_secrets_are_taken_out(queue: Queue) -> None:
    """What a library said in its distress is kept without what opens an account."""
    events.note(queue.db, "warning", "scraper", "internal", "Cookie: sessionid=canary-7")
    assert "canary-7" not in events.read(queue.db)[0].message


def test_old_lines_go(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that are too old go, and the oldest of too many; the newest stays, so that no id comes twice."""
    for number in range(6):
        events.note(queue.db, "info", "worker", "x", str(number))
    queue.db.execute("UPDATE events SET at = '2020' WHERE id <= 2")
    forget_old(queue.db)
    assert [event.message for event in events.read(queue.db)] == ["5", "4", "3", "2"]
    monkeypatch.setattr(events, "MOST_KEPT", 3)
    assert events.prune(queue.db, "2000") == 1
    assert (events.prune(queue.db, "2000"), events.prune(queue.db, later(60), batch=2)) == (0, 2)
    assert events.prune(queue.db, later(60)) == 0
    assert [event.message for event in events.read(queue.db)] == ["5"]


def test_a_deleted_job_takes_its_lines_along(queue: Queue) -> None:
    """Of what a person removes from the history the log says nothing more."""
    job_id = queue.save(video_url(1))
    queue.save(video_url(2))
    actions.act(queue.db, queue.settings, [job_id], "delete")
    assert lines_of(queue, job_id) == []


def test_an_archive_of_the_first_version_is_told_of_too(queue: Queue) -> None:
    """A program of the version before, which knows no components, still writes its warnings."""
    sql = "INSERT INTO events (at, level, code, message) VALUES ('2026', 'warning', 'disk_full', 'Full.')"
    queue.db.execute(sql)
    assert [event.component for event in events.warnings(queue.db)] == ["worker"]


def test_transitions_are_no_warnings(queue: Queue) -> None:
    """A browser and the dashboard are warned of what concerns more than one job, not of each that failed."""
    job_id = queue.save(video_url(1))
    queue.claimed()
    transitions.fail(queue.db, job_id, GONE)
    assert events.warnings(queue.db) == ()


def test_two_readers_agree_on_the_newest(queue: Queue) -> None:
    """Who follows the log begins at the newest line there is."""
    assert events.newest(queue.db) == 0
    events.note(queue.db, "info", "worker", "x", "one")
    assert isinstance(queue.db, sqlite3.Connection)
    assert events.newest(queue.db) == events.read(queue.db)[0].id

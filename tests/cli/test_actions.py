"""What a person does with jobs and with the whole queue on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from tests.cli.conftest import Run

URLS = tuple(f"https://www.youtube.com/watch?v=v{number:010d}" for number in range(3))


@pytest.mark.usefixtures("no_worker")
def test_whole_queue_is_paused_and_resumed(run: Run) -> None:
    """`pause --all` says so and how to go on, each look at the jobs says it again, and `resume --all` ends it."""
    said = run("pause", "--all")
    assert (said.status, "resume --all" in said.stdout) == (0, True)
    assert "paused" in run("save", URLS[0]).stderr
    listed = run("jobs", "--json")
    assert [job["status"] for job in listed.lines] == ["pending"]
    assert "paused" in listed.stderr
    assert run("resume", "--all", "--json").lines[0]["is_paused"] is False
    assert "paused" not in run("jobs").stderr


@pytest.mark.usefixtures("no_worker")
def test_one_job_is_paused_raised_and_resumed(run: Run) -> None:
    """The commands for one job print it as it is then; what can't be is wrong use, and says why."""
    first, second = (job["id"] for job in run("save", *URLS[:2], "--json").lines)
    assert run("raise", second, "--json").lines[0]["position"] == 1
    assert run("lower", second[:8], "--json").lines[0]["position"] == 2
    assert run("pause", first, "--json").lines[0]["status"] == "paused"
    assert "Paused" in run("jobs").stdout
    assert run("resume", first, "--json").lines[0]["status"] == "pending"
    refused = run("resume", first, "--json")
    assert (refused.status, refused.lines[0]["code"]) == (2, "wrong_state")


@pytest.mark.usefixtures("no_worker")
def test_a_job_is_put_off_until_a_time_of_this_place(run: Run) -> None:
    """`pause --until` lets what has not begun wait for a time, in the zone of the computer unless it names one."""
    [job] = run("save", URLS[0], "--json").lines
    asked = (datetime.now(timezone.utc).astimezone() + timedelta(days=1)).replace(microsecond=0, tzinfo=None)
    put_off = run("pause", job["id"], "--until", asked.isoformat(), "--json").lines[0]
    assert (put_off["status"], put_off["wait_reason"]) == ("waiting", "schedule")
    assert datetime.fromisoformat(put_off["not_before"].replace("Z", "+00:00")) == asked.astimezone()
    assert run("continue", job["id"], "--json").lines[0]["status"] == "pending"
    for until, said in (("tomorrow", "“tomorrow” is no time."), ("2020-01-01", "That time has passed.")):
        refused = run("pause", job["id"], "--until", until, "--json").lines[0]
        assert (refused["code"], refused["message"]) == ("bad_request", said)
    assert run("pause", "--all", "--until", asked.isoformat()).status == 2


@pytest.mark.usefixtures("no_worker")
def test_all_that_failed_and_all_that_is_saved(run: Run, rows: Callable[..., object]) -> None:
    """`retry --failed` tries what it names again, `delete --completed` clears the list; both say how many."""
    run("pause", "--all")
    run("save", *URLS)
    rows("UPDATE jobs SET status = 'failed', error_code = 'network', completed_at = '2026'")
    rows("UPDATE jobs SET status = 'completed' WHERE seq = 1")
    assert run("retry", "--failed", "--error", "gone").stdout.startswith("0 ")
    assert run("retry", "--failed", "--platform", "youtube").stdout.startswith("2 ")
    assert run("delete", "--completed").stdout.startswith("Removed 1 ")
    assert [job["status"] for job in run("jobs", "--json").lines] == ["pending", "pending"]
    rows("UPDATE jobs SET status = 'completed', items_failed = 1 WHERE seq = 2")
    assert "1 list stays, of which something could not be had" in run("delete", "--completed").stdout


@pytest.mark.usefixtures("no_worker")
def test_why_not_all_that_failed_is_tried_again_is_said(run: Run, rows: Callable[..., object]) -> None:
    """Of a link that was asked for again since, the newest job alone is tried."""
    run("pause", "--all")
    for _ in range(2):
        run("save", URLS[0], "--force")
        rows("UPDATE jobs SET status = 'failed', error_code = 'network', completed_at = '2026'")
    said = run("retry", "--failed").stdout
    assert said == "1 that failed is tried again. 1 more stays: its link was asked for again since.\n"


@pytest.mark.usefixtures("no_worker")
def test_what_failed_otherwise_is_no_job_that_was_asked_for_again(run: Run, rows: Callable[..., object]) -> None:
    """A list stays failed where its members failed by something else; nothing is said of it."""
    run("pause", "--all")
    run("save", *URLS)
    rows("UPDATE jobs SET status = 'failed', error_code = 'network', completed_at = '2026'")
    rows("UPDATE jobs SET error_code = 'cancelled', listed = 1 WHERE seq = 1")
    rows("UPDATE jobs SET parent_id = (SELECT id FROM jobs WHERE seq = 1) WHERE seq > 1")
    assert run("retry", "--failed", "--error", "cancelled").stdout == "0 that failed are tried again.\n"


@pytest.mark.usefixtures("no_worker")
def test_what_is_deleted_before_it_was_saved_is_named(run: Run) -> None:
    """Its link is told, with the command that saves it after all."""
    [job] = run("save", URLS[0], "--json").lines
    said = run("delete", job["id"])
    assert said.stdout == "Removed 1 from the history.\n"
    assert "It was not saved yet" in said.stderr
    assert f"bowerbird save '{URLS[0]}'" in said.stderr


@pytest.mark.usefixtures("no_worker")
def test_a_list_that_is_cut_says_so(run: Run) -> None:
    """`jobs` shows each one's place in the queue; where there are older ones, it says how to see them."""
    assert "In the queue: " in run("save", *URLS).stdout
    assert "In the queue already: " in run("save", URLS[0]).stdout
    said = run("jobs", "--limit", "2")
    assert [line.rpartition("  ")[2] for line in said.stdout.splitlines()] == ["place 3", "place 2"]
    assert "These are the newest 2." in said.stderr
    assert "newest" not in run("jobs").stderr


WRONG = (("pause",), ("pause", "abc", "--all"), ("retry", "abc", "--error", "gone"), ("raise",))


@pytest.mark.parametrize("words", WRONG)
def test_jobs_or_all_of_them(run: Run, words: tuple[str, ...]) -> None:
    """No job, jobs beside all, or a choice among the jobs that are named is wrong use."""
    assert run(*words).status == 2

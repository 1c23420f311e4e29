"""Each command through the real program: what it says to people and programs, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bowerbird.model import Job
from bowerbird.settings import Settings
from tests.cli.conftest import PATIENCE, PROGRAM, Run, interruptible
from tests.platforms import StandIn, youtube

Rows = Callable[..., list[tuple[Any, ...]]]

VIDEO = f"https://www.youtube.com/watch?v={youtube.GARDEN}"
REMOVED = f"https://www.youtube.com/watch?v={youtube.REMOVED}"
LIST = f"https://www.youtube.com/playlist?list={youtube.WITH_REMOVED}"
JOB_FIELDS = set(Job.__struct_fields__)
ERROR_FIELDS = {"code", "message", "hint"}
held = pytest.mark.usefixtures("no_worker")


def test_save_wait_archives_a_video_that_search_and_open_then_find(run: Run, settings: Settings) -> None:
    """From an empty archive: save, find by a word, open by number; saving again fetches nothing."""
    saved = run("save", VIDEO, "--quality", "480", "--wait", "--json")
    assert (saved.status, saved.stderr) == (0, "")
    [job] = saved.lines
    assert set(job) == JOB_FIELDS
    assert (job["status"], job["progress"], job["error"]) == ("completed", 100.0, None)
    found = run("search", *job["title"].split()[:1], "--json")
    assert (found.status, [hit["item_id"] for hit in found.lines]) == (0, [job["item_id"]])
    opened = run("open", str(job["item_id"]), "--json")
    assert opened.status == 0
    assert opened.lines[0]["url"].startswith(f"http://127.0.0.1:{settings.port}/")
    nowhere = run("open", "4711")
    assert (nowhere.status, nowhere.stderr.partition("\n")[0]) == (2, "There is no item 4711.")
    assert run("open", "abc", "--json").lines[0]["hint"] == "Look at the list with: bowerbird jobs"
    again = run("save", VIDEO, "--wait")
    assert again.status == 0
    assert again.stdout.startswith("You have this: ")
    assert again.stdout.endswith(f"  Open it with: bowerbird open {job['item_id']}\n")
    assert run("search", *job["title"].split()[:1]).stdout.endswith("Open one with: bowerbird open NUMBER\n")
    without = run("search", job["title"].split()[0], "-zebrafinch", "-how", "--json")
    assert [hit["item_id"] for hit in without.lines] == [job["item_id"]]
    assert run("search", job["title"].split()[0], f"-{job['title'].split()[1]}", "--json").lines == []
    assert run("search", "bird", "-x", "--json", "--", "-zebrafinch").status == 0
    for wrong in (("search", "bird", "--nothing"), ("-v", "search", "bird"), ("jobs", "-x")):
        assert run(*wrong).status == 2
    assert run("search", "zebrafinch-nowhere").stdout == "Nothing found.\n"
    assert run("search", "from:nobody").stdout == "Nothing found. No creator here is called “nobody”.\n"


def test_a_job_that_fails_is_told_with_its_reason_and_ends_with_one(run: Run) -> None:
    """What can't be had ends with 1 and says why and what to do, to people and to programs."""
    told = run("save", REMOVED, "--wait", "--json")
    assert told.status == 1
    assert (told.lines[0]["status"], set(told.lines[0]["error"])) == ("failed", ERROR_FIELDS)
    spoken = run("save", REMOVED, "--wait")
    assert (spoken.status, spoken.stdout) == (1, "")
    assert told.lines[0]["error"]["message"] in spoken.stderr
    assert told.lines[0]["error"]["hint"] in spoken.stderr


@held
def test_options_of_save_are_stored_as_chosen(run: Run, rows: Rows) -> None:
    """Each option reaches the job, and nothing else does."""
    run(
        "save",
        VIDEO,
        "--quality",
        "720",
        "--audio",
        "--transcripts",
        "de, en",
        "--max-items",
        "5",
        "--comments",
        "--force",
    )
    [(options,)] = rows("SELECT options FROM jobs")
    assert json.loads(options) == {
        "quality": "720", "audio_only": True, "transcripts": ["de", "en"], "max_items": 5, "comments": True,
        "force": True,
    }  # fmt: skip


@held
@pytest.mark.parametrize(("words", "stored"), [("none", []), ("all", ["all"])])
def test_transcripts_takes_words_too(run: Run, rows: Rows, words: str, stored: list[str]) -> None:
    """`--transcripts none` wants none, `all` every one."""
    assert run("save", VIDEO, "--transcripts", words).status == 0
    [(options,)] = rows("SELECT options FROM jobs")
    assert json.loads(options)["transcripts"] == stored


@held
def test_a_refused_url_does_not_cost_the_others(run: Run, rows: Rows) -> None:
    """One line for each URL in its order; 2 because one can't be saved."""
    said = run("save", "file:///etc/passwd", VIDEO, "http://127.0.0.1/", "--json")
    assert said.status == 2
    assert [line.get("code", line.get("status")) for line in said.lines] == [
        "unsupported_url",
        "pending",
        "private_host",
    ]
    assert rows("SELECT count(*) FROM jobs") == [(1,)]


def test_what_is_no_address_is_said_before_the_others_are_waited_for(run: Run) -> None:
    """Whoever ends the waiting has read it."""
    said = run("save", "foo", REMOVED, "--wait")
    assert said.status == 2
    assert said.stderr.startswith("foo: ")
    assert said.stderr.count("foo: ") == 1


@held
@pytest.mark.parametrize("arguments", [("--max-items", "0"), ("--transcripts", "../../etc")])
def test_options_that_no_library_may_see_are_refused(run: Run, arguments: tuple[str, ...]) -> None:
    """Numbers out of range and languages that are none are `bad_request`."""
    said = run("save", VIDEO, *arguments, "--json")
    assert (said.status, said.lines[0]["code"]) == (2, "bad_request")
    assert "Update" not in said.lines[0]["hint"]


def test_identify_answers_one_line_for_each_url_in_order(run: Run) -> None:
    """What a URL is, or why it is nothing, in the order in which they were given; 2 where one is nothing."""
    said = run("identify", VIDEO, "nonsense", "https://example.com/a.mp4", "--json")
    assert said.status == 2
    assert [line.get("kind") for line in said.lines] == ["video", None, "file"]
    assert set(said.lines[0]) == {"url", "platform", "kind", "platform_id", "creator", "canonical_url"}
    assert set(said.lines[1]["error"]) == ERROR_FIELDS
    assert run("identify", VIDEO, "https://example.com/a.mp4", "--json").status == 0


WRONG: list[tuple[str | bytes, ...]] = [
    ("save", "--json"),
    ("fly", "--json"),
    ("save", VIDEO, "--quality", "lots", "--json"),
    ("save", VIDEO, "--max-items", "many", "--json"),
    ("save", "--exec=id", "--json"),
    ("jobs", "--status", "sleeping", "--json"),
    ("cancel", "ffffffff", "--json"),
    ("retry", "", "--json"),
    ("delete", "%", "--json"),
    ("open", "812", "--json"),
    ("open", "../../etc/passwd", "--json"),
    ("save", "x" * 100_000, "--json"),
]


@held
@pytest.mark.parametrize("arguments", WRONG, ids=lambda arguments: str(arguments)[:40])
def test_wrong_use_is_one_error_object_and_two(run: Run, arguments: tuple[str | bytes, ...]) -> None:
    """With --json wrong use is {"code", "message", "hint"} on stdout and nothing else; the exit code is 2."""
    said = run(*arguments)
    assert (said.status, said.stderr) == (2, "")
    [error] = said.lines
    assert error.keys() >= ERROR_FIELDS
    assert error["message"]
    assert error["hint"]


@held
def test_bytes_that_are_no_text_are_told_as_text(run: Run) -> None:
    """An address that the terminal hands over in another encoding does not break the line that tells it."""
    [said] = run("identify", b"https://example.com/caf\xe9", "--json").lines
    assert said["url"] == "https://example.com/caf\ufffd"


@held
def test_jobs_are_acted_on_by_the_beginning_of_their_ids(run: Run, rows: Rows) -> None:
    """Cancel, retry, continue and delete take a job's id or how it begins, and show the job as it then is."""
    run("save", VIDEO)
    [(job_id,)] = rows("SELECT id FROM jobs")
    start = job_id[:8]
    assert run("cancel", start, job_id, "--json").lines[0]["status"] == "cancelled"
    assert run("retry", start.upper(), "--json").lines[0]["status"] == "pending"
    rows("UPDATE jobs SET status = 'waiting', wait_reason = 'confirm', items_done = 3")
    assert run("continue", start, "--json").lines[0]["status"] == "pending"
    assert run("continue", start, "--json").lines[0]["code"] == "wrong_state"
    assert run("delete", start).stdout == "Removed 1 from the history.\n"
    assert run("jobs").stdout == "No jobs.\n"


@held
def test_a_beginning_that_fits_two_jobs_names_none(run: Run, rows: Rows) -> None:
    """An ambiguous beginning is refused and nothing is done."""
    run("save", VIDEO, REMOVED)
    rows("UPDATE jobs SET id = 'aaaa' || seq")
    said = run("cancel", "aaaa", "--json")
    assert (said.status, said.lines[0]["code"]) == (2, "bad_request")
    assert rows("SELECT DISTINCT status FROM jobs") == [("pending",)]


@held
def test_a_bad_job_does_not_cost_the_others(run: Run, rows: Rows) -> None:
    """What can't be cancelled is named with its present state, the rest is cancelled, and the exit code is 2."""
    run("save", VIDEO, REMOVED)
    rows("UPDATE jobs SET id = 'aaaa' || seq")
    rows("UPDATE jobs SET status = 'completed' WHERE seq = 2")
    said = run("cancel", "ffff", "aaaa2", "aaaa1")
    assert said.status == 2
    assert said.stdout.startswith("aaaa1  Cancelled")
    assert "ffff: There is no job ffff." in said.stderr
    assert "aaaa2: This job is saved already; " in said.stderr
    assert "bowerbird jobs" in said.stderr


@held
def test_a_running_job_is_being_cancelled(run: Run, rows: Rows) -> None:
    """The worker ends it, so it is not said to be over."""
    run("save", VIDEO)
    rows("UPDATE jobs SET status = 'running', title = 'Garden'")
    assert run("cancel", rows("SELECT id FROM jobs")[0][0]).stdout.endswith("is being cancelled.\n")


@held
@pytest.mark.parametrize(
    ("not_before", "told"), [("2999-01-01T12:00:00.000Z", True), ("2001-01-01T12:00:00.000Z", False)]
)
def test_jobs_say_when_it_is_tried_again(run: Run, rows: Rows, not_before: str, told: bool) -> None:
    """The local time of the next try follows its reason, as long as it lies ahead."""
    run("save", VIDEO)
    rows("UPDATE jobs SET error_code = 'timeout', error_message = 'It stopped.', not_before = ?", not_before)
    assert ("It stopped; tries again on 2999-01-01 at 14:00" in run("jobs", TZ="UTC-2").stdout) == told


def test_save_of_a_list_counts_its_members(run: Run) -> None:
    """How many were saved, how many could not be had, and how to open the page that says which; states meanwhile."""
    said = run("save", LIST, "--quality", "480", "--transcripts", "none", "--wait")
    [job] = [job for job in run("jobs", "--json").lines if job["url"] == LIST]
    assert said.stdout.startswith("Saved: ")
    assert said.stdout.endswith(
        f"[{job['id'][:8]}]  2 of 3 saved, 1 could not be had  Open it with: bowerbird open {job['id'][:8]}\n"
    )
    opened = httpx.get(run("open", job["id"][:8], "--json").lines[0]["url"])
    assert f'href="/job/{job["id"]}"' in opened.text
    assert f"[{job['id'][:8]}] " in said.stderr


@held
def test_an_address_may_be_typed_without_its_scheme(run: Run, rows: Rows) -> None:
    """The command line completes https://, and prints the address as it was given; a comma behind is none of it."""
    short = VIDEO.removeprefix("https://")
    said = run("identify", short, "example.com/a.mp4", "notes.txt", "10.0.0.1/a", "--json")
    assert [(line["url"], line.get("kind")) for line in said.lines] == [
        (short, "video"), ("example.com/a.mp4", "file"), ("notes.txt", None), ("10.0.0.1/a", None),
    ]  # fmt: skip
    run("save", f"{short},", f"{VIDEO};", VIDEO, f"{VIDEO}, {REMOVED}")
    assert rows("SELECT url FROM jobs") == [(VIDEO,), (REMOVED,)]


@held
@pytest.mark.parametrize("typed", ["", "  ", "https://example.com/My Film.mp4"])
def test_half_an_address_is_none(run: Run, rows: Rows, typed: str) -> None:
    """A variable that is empty, or an address with a space in it, is told and nothing is saved."""
    said = run("save", typed)
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr
    assert rows("SELECT 1 FROM jobs") == []


@held
def test_jobs_are_listed_by_status(run: Run, rows: Rows) -> None:
    """`jobs` lists the newest first, all or those of one status."""
    run("save", VIDEO, REMOVED)
    rows("UPDATE jobs SET status = 'completed' WHERE seq = 1")
    assert [job["status"] for job in run("jobs", "--json").lines] == ["pending", "completed"]
    assert [job["url"] for job in run("jobs", "--status", "completed", "--json").lines] == [VIDEO]
    assert len(run("jobs", "--limit", "1", "--json").lines) == 1


HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x1b[0m\n[bold]x[/bold] \u202eevil\u202c \x9b31m \x00 日本語 \U0001f600"


@held
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_hostile_title_is_inert(run: Run, rows: Rows, encoding: str) -> None:
    """Control characters, direction overrides and markup of a title do nothing to the terminal."""
    run("save", VIDEO)
    rows("UPDATE jobs SET title = ?, status = 'failed', error_code = 'gone', error_message = ?", HOSTILE, HOSTILE)
    said = run("jobs", PYTHONIOENCODING=encoding)
    assert said.status == 0
    assert said.stdout.count("\n") == 1
    assert [char for char in said.stdout if not char.isprintable() and char != "\n"] == []
    assert "[bold]x[/bold]" in said.stdout
    assert run("jobs", "--json", PYTHONIOENCODING=encoding).lines[0]["title"] == HOSTILE


@held
def test_a_reader_that_leaves_early_is_no_trouble(environment: dict[str, str], run: Run) -> None:
    """`bowerbird identify … | head -1` prints no trace."""
    urls = [f"https://example.com/{number}/{'x' * 60}" for number in range(1500)]
    piped = subprocess.run(
        ["sh", "-c", f'"{PROGRAM}" identify "$@" | head -n 1', "sh", *urls],
        env=environment, capture_output=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert piped.stdout.count(b"\n") == 1
    assert piped.stderr == b""


def test_interrupting_save_wait_leaves_the_work_going(
    environment: dict[str, str], platforms: StandIn, rows: Rows, run: Run
) -> None:
    """^C ends the waiting, says so, and the job goes on to its end."""
    run("jobs")
    platforms.delay = 0.2
    with interruptible():
        waiting = subprocess.Popen(
            [PROGRAM, "save", VIDEO, "--quality", "480", "--wait"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
    until = time.monotonic() + PATIENCE
    while rows("SELECT count(*) FROM jobs WHERE status = 'running'") == [(0,)] and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    os.killpg(waiting.pid, signal.SIGINT)
    _, stderr = waiting.communicate(timeout=PATIENCE)
    assert b"goes on in the background" in stderr
    assert b"Traceback" not in stderr
    platforms.delay = 0.0
    while rows("SELECT status FROM jobs") != [("completed",)] and time.monotonic() < until:
        time.sleep(0.05)
    assert rows("SELECT status FROM jobs") == [("completed",)]


def test_serve_says_so_where_the_port_is_taken(run: Run, settings: Settings) -> None:
    """A port in use is one sentence with the way out, and 1."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", settings.port))
        stranger.listen()
        said = run("serve")
    assert said.status == 1
    assert "port" in said.stderr
    assert "--port" in said.stderr
    assert "Traceback" not in said.stderr


def test_doctor_says_what_is_broken_and_the_cure(run: Run) -> None:
    """Each finding is a line with a state, a sentence and, unless all is well, the cure; 1 where something fails."""
    said = run("doctor", "--json")
    assert said.lines
    for check in said.lines:
        assert check.keys() >= {"name", "state", "message"}
        assert check["state"] == "ok" or check["fix"]
    assert said.status == int(any(check["state"] == "fail" for check in said.lines))


@pytest.mark.parametrize("content", [b"", b"no database " * 1000], ids=["empty", "damaged"])
def test_an_archive_that_cannot_be_used_is_an_error_object(run: Run, settings: Settings, content: bytes) -> None:
    """A broken archive.db is never adopted or overwritten: `archive_unavailable`, 1, and no path in the sentence."""
    settings.database.write_bytes(content)
    for command in (("jobs",), ("save", VIDEO), ("search", "x")):
        said = run(*command, "--json")
        assert (said.status, [line["code"] for line in said.lines]) == (1, ["archive_unavailable"])
        assert str(settings.archive) not in said.stdout
    assert settings.database.read_bytes() == content


def test_a_setting_that_cannot_be_read_is_named(run: Run) -> None:
    """A wrong setting is told by its name and ends with 2."""
    said = run("jobs", "--json", BOWERBIRD_PORT="eighty")
    assert (said.status, said.lines[0]["code"]) == (2, "bad_request")
    assert said.lines[0]["message"].endswith("port can't be 'eighty': it takes a whole number from 1 to 65,535.")


def test_a_config_that_cannot_be_read_is_named(run: Run, settings: Settings) -> None:
    """The file is named as its owner reads it, from the own home folder on."""
    (settings.home / "config.toml").write_text("port = ")
    [said] = run("jobs", "--json").lines
    assert said["message"].startswith("~/config.toml can't be read: ")


@pytest.mark.parametrize("command", ["identify https://example.com/", "jobs", "--version"])
def test_quick_commands_import_nothing_slow(run: Run, command: str) -> None:
    """Commands that only look start without scrapers, the site or rich."""
    run("jobs")  # makes the archive
    said = run(*command.split(), PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines() if line.startswith("import time")}
    assert "bowerbird.cli" in imported
    assert imported.isdisjoint({"yt_dlp", "datasette", "sqlite_utils", "rich", "av", "requests", "filelock", "uvicorn"})

"""Scrapers take turns in an attempt: what each is told, what becomes of a job. Children are programs of the test."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bowerbird.clock import now
from bowerbird.model import Job
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.scrapers import SCRAPERS
from bowerbird.sessions.cookies import Cookie
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from bowerbird.worker import children, memory
from bowerbird.worker.attempts import Attempts
from bowerbird.worker.children import ChildPool
from bowerbird.worker.room import Room
from tests.queue.conftest import Queue

PROFILE = "https://www.instagram.com/garden.notes/"
REEL = "https://www.instagram.com/reel/DCSgF2egxPo/"
STORIES = "https://www.instagram.com/stories/garden.notes/"
# Says, of the n-th assignment of this scraper, the n-th script; a question waits for its answer.
_PROGRAM = """
import json, os, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
for line in sys.stdin:
    told = place / "told"
    number = len(told.read_text().splitlines()) if told.exists() else 0
    said = json.loads(line)
    with told.open("a") as file:
        file.write(json.dumps({**said, "pid": os.getpid()}) + "\\n")
    for name, text in json.loads((place / "files").read_text()).items():
        pathlib.Path(said["folder"], name).write_text(text)
    for event in json.loads((place / "scripts").read_text())[number]:
        if event["type"] == "leak":
            kept = b"x" * event["bytes"]
            time.sleep(60)
        print(json.dumps(event), flush=True)
        if event["type"] == "which_archived":
            (place / "answer").write_text(sys.stdin.readline())
"""
FINISHED = {"type": "finished"}
END = {"type": "list", "members": [], "cursor": None}
Events = list[dict[str, Any]]


def member(number: int, cursor: str | None = None) -> Events:
    """A post without files."""
    code = f"Post{number:07d}"
    item = {
        "type": "item", "platform": "instagram", "platform_id": code, "kind": "post",
        "url": f"https://www.instagram.com/p/{code}/",
    }  # fmt: skip
    return [item, {"type": "item_done", "cursor": cursor}]


def failed(code: str, **fields: Any) -> dict[str, Any]:
    """How a turn ends."""
    return {"type": "failed", "code": code, "message": f"It is {code}.", **fields}


class Stage:
    """An archive whose scrapers say what a test wrote for them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.queue = Queue(folder)
        self.log = (folder / "log").open("wb")
        for name in ("instaloader", "gallery_dl", "yt_dlp"):
            monkeypatch.setitem(SCRAPERS, name, "x:X")
        monkeypatch.setattr(children, "child_command", self._command)
        self.use(instagram_delay_min=0.0, instagram_delay_max=0.0)

    def use(self, **changes: Any) -> None:
        """Change settings."""
        chosen = {name: getattr(self.queue.settings, name) for name in Settings.__struct_fields__}
        self.queue.settings = Settings(**{**chosen, **changes})
        self.pool = ChildPool(self.queue.settings, self.log)

    def _command(self, scraper: str, _: Settings) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-I", "-c", _PROGRAM, str(self.folder / scraper)], {}

    def script(self, scraper: str, *turns: Events) -> None:
        """What a scraper says in its turns."""
        place = self.folder / scraper
        place.mkdir(exist_ok=True)
        (place / "scripts").write_text(json.dumps(turns))
        (place / "files").write_text("{}")

    def told(self, scraper: str) -> list[dict[str, Any]]:
        """The assignments that a scraper got."""
        path = self.folder / scraper / "told"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def sign_in(self, account: str = "1001") -> None:
        """A session is in the vault."""
        cookies = (Cookie(name="sessionid", value=f"secret{account}", domain=".instagram.com"),)
        Vault(self.queue.settings).store("instagram", account, cookies, "Agent")

    def attempt(self) -> Job:
        """The next job, after one attempt."""
        job = claim(self.queue.db, Crowd(), Limits(9, 9))
        assert job
        attempts = Attempts(self.queue.settings, self.pool, Room(self.queue.settings), lambda: None)
        attempts.start(job)
        for _, thread in list(attempts._running.values()):
            thread.join(20)
        return self.queue.job(job.id)

    def turns(self) -> list[tuple[str, str, str, str | None]]:
        """The rows of all turns."""
        rows = self.queue.rows("SELECT scraper, account, outcome, error_code FROM attempts ORDER BY id")
        return [(row["scraper"], row["account"], row["outcome"], row["error_code"]) for row in rows]

    def close(self) -> None:
        """End the children."""
        self.pool.retire(idle_seconds=0)
        self.queue.db.close()
        self.log.close()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """An empty archive."""
    with contextlib.closing(Stage(tmp_path, monkeypatch)) as made:
        yield made


def test_next_scraper_goes_on_with_what_is_missing(stage: Stage) -> None:
    """A scraper that no longer understands the site makes way; what it saved stays, each member says whose it is."""
    stage.queue.save(PROFILE)
    stage.script("instaloader", [*member(1, "c1"), *member(2, "c2"), failed("scraper_outdated")])
    keys = [f"instagram:Post{number:07d}" for number in (1, 2, 3)]
    stage.script("gallery_dl", [{"type": "which_archived", "keys": keys}, *member(3, "g3"), END, FINISHED])
    job = stage.attempt()
    assert (job.status, job.items_done, job.items_failed, job.error) == ("completed", 3, 0, None)
    assert stage.turns() == [
        ("instaloader", "", "failed", "scraper_outdated"), ("gallery_dl", "", "listed", None),
    ]  # fmt: skip
    answer = json.loads((stage.folder / "gallery_dl" / "answer").read_text())
    assert sorted(answer["keys"]) == keys[:2]
    assert stage.told("gallery_dl")[0].get("cursor") is None
    scrapers = stage.queue.rows("SELECT scraper FROM jobs WHERE parent_id IS NOT NULL ORDER BY seq")
    assert [row["scraper"] for row in scrapers] == ["instaloader", "instaloader", "gallery_dl"]
    assert stage.queue.one("SELECT scraper FROM jobs WHERE parent_id IS NULL") == "gallery_dl"


def test_reason_that_says_most_is_told(stage: Stage) -> None:
    """Where all scrapers fail the job says why the first one did, unless that one only knew nothing."""
    stage.queue.save(REEL)
    stage.script("instaloader", [failed("scraper_outdated")])
    stage.script("gallery_dl", [failed("not_supported")])
    stage.script("yt_dlp", [failed("not_supported")])
    job = stage.attempt()
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "scraper_outdated")
    assert [turn[0] for turn in stage.turns()] == ["instaloader", "gallery_dl", "yt_dlp"]


def test_scraper_that_is_refused_twice_makes_way(stage: Stage) -> None:
    """After two refusals with nothing saved in between the third attempt begins with the next scraper."""
    job_id = stage.queue.save(PROFILE)
    stage.script("instaloader", [failed("rate_limited")], [failed("rate_limited")])
    stage.script("gallery_dl", [*member(1, "g1"), END, FINISHED])
    for _ in range(2):
        assert stage.attempt().wait_reason == "rate_limit"
        stage.queue.db.execute("UPDATE jobs SET status = 'pending', not_before = NULL WHERE id = ?", (job_id,))
        stage.queue.db.execute("UPDATE budgets SET not_before = NULL")
    assert stage.attempt().status == "completed"
    assert [turn[0] for turn in stage.turns()] == ["instaloader", "instaloader", "gallery_dl"]


def test_session_goes_to_a_child_of_its_own(stage: Stage) -> None:
    """A child that worked for nobody never gets a session; the refused turn is repeated by another process."""
    stage.queue.save("https://www.tiktok.com/@dancer/video/7300000000000000001")
    stage.script("yt_dlp", [failed("login_needed")], [failed("gone")])
    cookies = (Cookie(name="sessionid", value="secret", domain=".tiktok.com"),)
    Vault(stage.queue.settings).store("tiktok", "dancer", cookies, "Agent")
    stage.attempt()
    first, second = stage.told("yt_dlp")
    assert first.get("session") is None
    assert second["session"]["account"] == "dancer"
    assert "secret" in second["session"]["cookies"]
    assert first["pid"] != second["pid"]
    assert [turn[1] for turn in stage.turns()] == ["", "dancer"]


def test_session_is_used_from_the_start_where_there_is_one(stage: Stage) -> None:
    """Instagram shows little to strangers: what the vault has is used at once."""
    stage.sign_in()
    stage.queue.save(PROFILE)
    stage.script("instaloader", [END, FINISHED])
    stage.attempt()
    assert [one["session"]["account"] for one in stage.told("instaloader")] == ["1001"]


def test_attempt_goes_on_where_the_list_was(stage: Stage) -> None:
    """The next attempt gets the cursor, and may fetch what is left of the limit."""
    job_id = stage.queue.save(PROFILE, max_items=5)
    stage.script("instaloader", [*member(1, "c1"), *member(2, "c2"), failed("incomplete")], [*member(3), END, FINISHED])
    assert stage.attempt().status == "pending"
    stage.queue.db.execute("UPDATE jobs SET not_before = NULL WHERE id = ?", (job_id,))
    assert stage.attempt().status == "completed"
    first, second = stage.told("instaloader")
    assert (first.get("cursor"), first["max_items"]) == (None, 5)
    assert (second["cursor"], second["max_items"]) == ("c2", 3)


def test_what_is_left_of_the_budget_is_told(stage: Stage) -> None:
    """A scraper knows how often it may ask; a job whose account may not ask at all waits, and no child starts."""
    stage.use(instagram_delay_min=5.0, instagram_delay_max=10.0)
    stage.sign_in()
    stage.queue.save(PROFILE)
    stage.queue.db.execute(
        "INSERT INTO budgets (platform, account, window_at, spent, updated_at)"
        " VALUES ('instagram', '1001', ?, 147, '')",
        (now(),),
    )
    stage.script("instaloader", [{"type": "requested", "requests": 3}, *member(1, "c1"), failed("rate_limited")])
    job = stage.attempt()
    assert stage.told("instaloader")[0]["pace"] == {"delay_min": 5.0, "delay_max": 10.0, "requests": 3}
    assert (job.status, job.wait_reason, job.items_done) == ("waiting", "rate_limit", 1)
    assert stage.queue.one("SELECT strikes FROM budgets") == 0
    stage.queue.save(STORIES)
    job = stage.attempt()
    assert (job.status, job.wait_reason) == ("waiting", "rate_limit")
    assert job.not_before == stage.queue.one("SELECT rests_until FROM budgets")
    assert len(stage.told("instaloader")) == 1


def test_refusal_counts_for_the_account(stage: Stage) -> None:
    """What the platform refused is a strike of that account, and holds as long as it asked."""
    stage.sign_in()
    stage.queue.save(PROFILE)
    stage.script("instaloader", [failed("rate_limited", retry_after=4000.0)])
    job = stage.attempt()
    row = stage.queue.rows("SELECT account, strikes, not_before FROM budgets")[0]
    assert (row["account"], row["strikes"]) == ("1001", 1)
    assert job.not_before is not None
    assert job.not_before[:16] == row["not_before"][:16]


def test_job_stops_at_its_bytes(stage: Stage) -> None:
    """A job that saved as much as one may asks, and goes on when told."""
    stage.use(max_job_gb=1 / 10**9)
    stage.queue.save(PROFILE)
    stage.script("instaloader", [*member(1, "c1"), *member(2, "c2"), END, FINISHED])
    job = stage.attempt()
    assert (job.status, job.wait_reason, job.items_done) == ("waiting", "confirm", 1)
    assert job.error is not None
    assert (job.error.code, job.error.hint) == ("limit_reached", "Choose continue to go on with the next ones.")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of a session")
def test_scraper_that_leaks_ends_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scraper that holds more memory than an attempt may is killed; its job says why, and the next one runs."""
    monkeypatch.setattr(memory, "allowed", lambda: 150 << 20)
    stage.queue.save(PROFILE)
    stage.script("instaloader", [{"type": "leak", "bytes": 200 << 20}], [*member(1), END, FINISHED])
    job = stage.attempt()
    assert job.error
    assert (job.status, job.error.code) == ("failed", "too_large")
    assert "memory" in job.error.message
    stage.queue.save(PROFILE.replace("garden", "other"))
    assert stage.attempt().status == "completed"
    first, second = (told["pid"] for told in stage.told("instaloader"))
    assert first != second
    assert not psutil.pid_exists(first)

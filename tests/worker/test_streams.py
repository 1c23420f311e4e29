"""Lists whose members are scraped at once: what the worker does with each event, with real files and rows."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bowerbird.database import open_progress, open_writer
from bowerbird.errors import JobError
from bowerbird.model import Capture, CaptureOptions, ErrorReport
from bowerbird.queue import budgets, intake
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import (
    CreatorFound,
    FileReady,
    ItemDone,
    ItemFound,
    ListPage,
    Progress,
    Requested,
    ScrapedCreator,
    Skipped,
)
from bowerbird.settings import Settings
from bowerbird.worker.listener import Listener, Part
from tests.new_archive import make_archive

PROFILE = "https://www.instagram.com/garden.notes/"
GONE = ErrorReport(code="gone", message="This is gone.", hint="Look for a copy.")


class Reading:
    """A profile that a scraper reads."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.settings = Settings(archive=folder / "archive", home=folder / "home")
        make_archive(self.settings.database)
        self.db = open_writer(self.settings.database)
        self.progress = open_progress(self.settings.database)
        capture = Capture(key="key", url=PROFILE, source="cli", captured_at="", options=CaptureOptions(**options))
        intake.take(self.db, self.settings, [capture])
        self.listener = self.begin()

    def begin(self, scraper: str = "instaloader") -> Listener:
        """A new attempt, after whatever became of the last one."""
        self.db.execute("UPDATE jobs SET status = 'pending' WHERE parent_id IS NULL")
        job = claim(self.db, Crowd(), Limits(9, 9))
        assert job
        self.job: ClaimedJob = job
        self.folder = self.settings.partial / job.id
        self.folder.mkdir(parents=True, exist_ok=True)
        self.listener = Listener(self.settings, self.db, self.progress, job, Part(scraper, "1001"))
        return self.listener

    def find(self, code: str, size: int | None = None, name: str = "") -> None:
        """A post with one picture; `size` is what its scraper says."""
        content = code.encode() * 100
        name = name or f"{code}.jpg"
        (self.folder / name).write_bytes(content)
        url = f"https://www.instagram.com/p/{code}/"
        self.listener.take(
            ItemFound(platform="instagram", platform_id=code, kind="post", url=url, title=f"Post {code}")
        )
        self.listener.take(
            FileReady(
                name=name,
                file_type="image",
                size=len(content) if size is None else size,
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )

    def save(self, code: str, cursor: str | None = None) -> None:
        """A post that is whole."""
        self.find(code)
        self.listener.take(ItemDone(cursor=cursor))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What archive.db answers."""
        return [dict(row) for row in self.db.execute(sql)]

    def one(self, sql: str) -> Any:
        """The one value that archive.db answers."""
        return self.db.execute(sql).fetchone()[0]


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    """A profile that was just begun."""
    made = Reading(tmp_path)
    with contextlib.closing(made.db), contextlib.closing(made.progress):
        yield made


def test_member_is_filed_at_once(reading: Reading) -> None:
    """When a member is done its files are in the archive, nothing of it is left of the attempt, and it has its row."""
    reading.save("AAAAAA1", "c1")
    (file,) = reading.rows("SELECT file_path FROM files WHERE file_type = 'image'")
    assert (reading.settings.archive / file["file_path"]).read_bytes() == b"AAAAAA1" * 100
    assert [path for path in reading.folder.rglob("*") if path.is_file()] == []
    (row,) = reading.rows("SELECT status, target_key, scraper, item_id FROM jobs WHERE parent_id IS NOT NULL")
    item_id = reading.one("SELECT id FROM items")
    assert row == {
        "status": "completed", "target_key": "instagram:AAAAAA1", "scraper": "instaloader", "item_id": item_id,
    }  # fmt: skip
    assert reading.one("SELECT cursor FROM jobs WHERE parent_id IS NULL") == "c1"


def test_next_member_begins_with_nothing_of_the_last(reading: Reading) -> None:
    """Files go with the member that they were found for."""
    for code in ("AAAAAA1", "AAAAAA2"):
        reading.save(code)
    assert [
        row["count(*)"] for row in reading.rows("SELECT count(*) FROM files WHERE file_type = 'image' GROUP BY item_id")
    ] == [1, 1]
    assert reading.listener.collected.item is None


def test_damaged_member_is_skipped(reading: Reading) -> None:
    """A member whose file is not whole is a failed row with that reason, its file goes, and the list goes on."""
    reading.find("AAAAAA1", size=1)
    reading.listener.take(ItemDone(cursor="c1"))
    reading.save("AAAAAA2", "c2")
    rows = reading.rows("SELECT status, error_code FROM jobs WHERE parent_id IS NOT NULL ORDER BY seq")
    assert rows == [{"status": "failed", "error_code": "incomplete"}, {"status": "completed", "error_code": None}]
    assert not (reading.folder / "AAAAAA1.jpg").exists()


def test_file_outside_of_the_folder_is_refused(reading: Reading, tmp_path: Path) -> None:
    """A name that leads elsewhere costs the member; what lies there stays."""
    reading.find("AAAAAA1", name="../outside.jpg")
    reading.listener.take(ItemDone(cursor=None))
    assert reading.one("SELECT error_code FROM jobs WHERE parent_id IS NOT NULL") == "unsafe_file"
    assert (reading.settings.partial / "outside.jpg").exists()


def test_full_disk_ends_the_attempt(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no member's fault is not put down to one."""

    def refuse(*_: Any) -> int:
        raise JobError("disk_full")

    monkeypatch.setattr("bowerbird.worker.stream.file_item", refuse)
    with pytest.raises(JobError):
        reading.save("AAAAAA1", "c1")
    assert reading.one("SELECT count(*) FROM jobs") == 1
    assert reading.one("SELECT cursor FROM jobs") is None


def test_skipped_member_takes_what_was_begun_of_it(reading: Reading) -> None:
    """A member that turns out not to be had leaves no file for the next one."""
    reading.find("AAAAAA1")
    reading.listener.take(Skipped(url="https://www.instagram.com/p/AAAAAA1/", error=GONE, cursor="c1"))
    reading.save("AAAAAA2", "c2")
    assert not (reading.folder / "AAAAAA1.jpg").exists()
    rows = reading.rows("SELECT status, error_message FROM jobs WHERE parent_id IS NOT NULL ORDER BY seq")
    assert rows == [
        {"status": "failed", "error_message": "This is gone."},
        {"status": "completed", "error_message": None},
    ]


def test_last_cursor_told_is_where_the_list_goes_on(reading: Reading) -> None:
    """A list that ends without a cursor was seen whole; one that ends with one has more."""
    reading.listener.take(ListPage(members=(), cursor="c0", total=2))
    reading.save("AAAAAA1", "c1")
    reading.save("AAAAAA2", None)
    assert reading.listener.collected.cursor == "c1"
    reading.listener.take(ListPage(members=(), cursor=None))
    assert reading.listener.collected.cursor is None
    assert reading.one("SELECT cursor FROM jobs WHERE parent_id IS NULL") == "c1"


def test_members_lead_the_percentage(reading: Reading) -> None:
    """Bytes of one member move no percentage of the list, and its title is not the list's."""
    reading.listener.take(ListPage(members=(), cursor="c0", total=4, title="Garden Notes"))
    reading.save("AAAAAA1", "c1")
    reading.find("AAAAAA2")
    reading.listener.take(Progress(bytes_downloaded=10, bytes_total=20, fraction=0.5))
    reading.listener.display.write()
    (row,) = reading.rows("SELECT progress, bytes_downloaded, title, kind FROM jobs WHERE parent_id IS NULL")
    assert row == {"progress": 25.0, "bytes_downloaded": 10, "title": "Garden Notes", "kind": "profile"}


def test_what_is_archived_is_answered(reading: Reading) -> None:
    """A scraper that asks learns which members it need not fetch."""
    reading.save("AAAAAA1", "c1")
    keys = ("instagram:AAAAAA1", "instagram:AAAAAA2")
    assert reading.begin().known(keys).keys == ("instagram:AAAAAA1",)


def test_force_fetches_all(tmp_path: Path) -> None:
    """With force nothing is archived."""
    reading = Reading(tmp_path, force=True)
    with contextlib.closing(reading.db), contextlib.closing(reading.progress):
        reading.save("AAAAAA1", "c1")
        assert reading.begin().known(("instagram:AAAAAA1",)).keys == ()


def test_creator_and_counts_are_kept(reading: Reading) -> None:
    """The profile becomes a creator with a dated snapshot of its counts."""
    creator = ScrapedCreator(platform_id="41", handle="garden.notes", name="Garden", follower_count=12, post_count=27)
    reading.listener.take(CreatorFound(creator))
    assert reading.rows("SELECT handle, name FROM creators") == [{"handle": "garden.notes", "name": "Garden"}]
    assert reading.rows("SELECT creator_id, follower_count, post_count FROM snapshots") == [
        {"creator_id": 1, "follower_count": 12, "post_count": 27}
    ]
    assert reading.listener.collected.listed


def test_requests_are_spent(reading: Reading) -> None:
    """Requests that a scraper tells of are missing from the account's budget."""
    for _ in range(3):
        reading.listener.take(Requested(4))
    assert reading.listener.requested == 12
    assert budgets.usage_of(reading.db, "instagram", "1001").spent == 12


def test_requests_that_cannot_be_written_are_counted_later(reading: Reading) -> None:
    """An archive that is busy for a moment loses no count."""
    reading.progress.execute("PRAGMA busy_timeout=1")
    reading.db.execute("BEGIN IMMEDIATE")
    reading.listener.take(Requested(4))
    reading.db.execute("COMMIT")
    reading.listener.take(Requested(1))
    assert budgets.usage_of(reading.db, "instagram", "1001").spent == 5


def test_bytes_of_a_job_have_a_limit(reading: Reading) -> None:
    """A list that saved as much as one job may asks before it goes on."""
    reading.settings = msgspec.structs.replace(reading.settings, max_job_gb=1500 / 10**9)
    reading.begin()
    reading.save("AAAAAA1", "c1")
    assert reading.listener.limit_reached() is None
    for code in ("AAAAAA2", "AAAAAA3"):
        reading.save(code, "c2")
    failure = reading.listener.limit_reached()
    assert failure is not None
    assert failure.code == "limit_reached"
    assert failure.message.startswith("3 saved, more than ")

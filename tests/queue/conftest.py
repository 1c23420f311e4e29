"""An archive without a worker: what the queue does with rows."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import now
from bowerbird.database import open_writer
from bowerbird.model import Capture, CaptureOptions, Job, Receipt
from bowerbird.queue import intake, members, reads
from bowerbird.queue.claim import claim
from bowerbird.queue.lanes import Crowd, Limits
from bowerbird.queue.rows import ClaimedJob
from bowerbird.scraping import Failed, ListPage, Member
from bowerbird.settings import Settings, load_settings
from tests.new_archive import make_archive

_numbers = itertools.count(1)


def video_url(number: int) -> str:
    """A video on YouTube; every number is another one."""
    return f"https://www.youtube.com/watch?v=v{number:010d}"


PLAYLIST = "https://www.youtube.com/playlist?list=PLwalks00000"
NETWORK = Failed(code="network", message="The connection failed.", hint="Check the network.")
GONE = Failed(code="gone", message="This is gone.", hint="Look for a copy.")


class Queue:
    """The queue of one archive."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = load_settings(
            {"BOWERBIRD_HOME": str(folder / "home"), "BOWERBIRD_ARCHIVE": str(folder / "archive")}
        )
        make_archive(self.settings.database)
        self.db: sqlite3.Connection = open_writer(self.settings.database)

    def take(self, *captures: Capture) -> list[Receipt]:
        """Capture."""
        return intake.take(self.db, self.settings, captures)

    def save(self, url: str, **options: Any) -> str:
        """Capture a URL under a new key; the job's id."""
        (receipt,) = self.take(capture(url, **options))
        assert receipt.job_id, receipt
        return receipt.job_id

    def claim(self, running: dict[str, int] | None = None, most: int = 2) -> ClaimedJob | None:
        """What the worker would do next."""
        counts = running or {}
        return claim(self.db, Crowd(running=counts, fresh=counts), Limits(1000, most))

    def claimed(self) -> ClaimedJob:
        """As `claim`, where something must be there."""
        job = self.claim(most=1000)
        assert job
        return job

    def job(self, job_id: str) -> Job:
        """The job as it is now."""
        job = reads.job(self.db, self.settings, job_id)
        assert job
        return job

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """What archive.db answers."""
        return [dict(row) for row in self.db.execute(sql, values)]

    def one(self, sql: str, *values: object) -> Any:
        """The one value that archive.db answers."""
        ((value,),) = self.db.execute(sql, values).fetchall()
        return value

    def archive(self, url: str) -> int:
        """Let the target of a URL be in the archive, without files; the item's id."""
        key = "youtube:" + url.rpartition("=")[2]
        folder = f"folder {next(_numbers)}"
        item_id = self.db.execute(
            "INSERT INTO items (platform, platform_id, kind, title, url, folder, captured_at, updated_at)"
            " VALUES ('youtube', ?, 'video', 'Kept before', ?, ?, ?, ?)",
            (key, url, folder, now(), now()),
        ).lastrowid
        assert item_id
        self.db.execute("INSERT INTO item_targets (target_key, item_id) VALUES (?, ?)", (key, item_id))
        return item_id

    def list_of(self, *urls: str, cursor: str | None = None, total: int | None = None, **options: Any) -> str:
        """A list whose members are queued; its id."""
        list_id = self.save(PLAYLIST, **options)
        parent = self.claimed()
        assert parent.id == list_id
        self.page(parent, *urls, cursor=cursor, total=total)
        members.finish_listing(self.db, list_id)
        return list_id

    def page(self, parent: ClaimedJob, *urls: str, cursor: str | None = None, total: int | None = None) -> None:
        """What the scraper found in a list."""
        page = ListPage(members=tuple(Member(url=url) for url in urls), cursor=cursor, title="Walks", total=total)
        members.add_page(self.db, self.settings, parent, page)

    def members(self, list_id: str) -> list[Job]:
        """The members of a list, in its order."""
        page = reads.jobs(self.db, self.settings, reads.JobFilter(parent_id=list_id, limit=500))
        return list(page.jobs)[::-1]


def capture(url: str, key: str | None = None, **fields: Any) -> Capture:
    """A capture; fields that are options go there."""
    options = {name: fields.pop(name) for name in CaptureOptions.__struct_fields__ if name in fields}
    return Capture(
        key=key or f"key {next(_numbers)}",
        url=url,
        source="cli",
        captured_at=now(),
        options=CaptureOptions(**options),
        **fields,
    )


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """The queue of an empty archive."""
    made = Queue(tmp_path)
    with contextlib.closing(made.db):
        yield made

"""A site over a creator's whole shelf, for the tests of browse and search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from bowerbird.archive import search
from bowerbird.database import open_writer
from bowerbird.scraping import Cue, ItemFound, ScrapedCreator, TranscriptReady
from bowerbird.worker.loop import Worker
from tests.pages import archives
from tests.pages.sites import RunningSite, running, settings_in
from tests.platforms import media

CREATOR = ScrapedCreator(
    platform_id="c", handle="@halme", name="Studio Halme", biography="Stoneware.", url="https://x.example/halme",
    follower_count=100, post_count=500,
)  # fmt: skip
ITEMS = 130


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site over the small archive and 130 posts of one creator; what has a picture has thumbnails."""
    settings = settings_in(tmp_path_factory.mktemp("shelf"))
    archives.small(settings)
    with closing(open_writer(settings.database)) as db:
        for number in range(ITEMS):
            archives.put_item(
                db, settings,
                ItemFound(platform="instagram", platform_id=f"h{number}", kind="reel" if number % 10 == 0 else "post",
                          url="https://x.example", title=f"Pot {number}" if number else None, creator=CREATOR,
                          upload_date=f"{2020 + number % 3}0102", duration=float(number)),
                {f"h{number}.jpg": ("image", media.unique("picture.jpg", f"h{number}"))} if number == 5 else {},
                *([TranscriptReady(language="en", origin="manual", cues=(Cue(83.0, 2.0, "celadon glaze"),))]
                  if number == 7 else []),
            )  # fmt: skip
        creator_id, item_id = db.execute(
            "SELECT creator_id, id FROM items WHERE platform_id = 'h5' ORDER BY id DESC"
        ).fetchone()
        db.execute("INSERT INTO tags VALUES (?, 'kiln')", (item_id,))
        db.execute("UPDATE items SET gone_at = '2026-01-01T00:00:00.000Z' WHERE platform_id = 'h6'")
        db.execute(
            "INSERT INTO snapshots (creator_id, taken_at, follower_count) VALUES (?, '2026-01-01T00:00:00.000Z', 40)",
            (creator_id,),
        )
        db.execute(
            "INSERT INTO collections (id, platform, kind, platform_id, title, url, creator_id, created_at, updated_at)"
            " VALUES (1, 'instagram', 'collection', 'k', 'Ceramics', 'u', ?, '', '')",
            (creator_id,),
        )
        db.execute("INSERT INTO collection_items VALUES (1, ?, 1, '')", (item_id,))
        db.execute("INSERT INTO comments (item_id, author, text) VALUES (?, 'Ruth', '<b>pen caps</b>')", (item_id,))
        search.reindex_comments(db, item_id, None)
        db.execute("UPDATE jobs SET status = 'completed' WHERE status <> 'failed'")
    settings.home.mkdir(exist_ok=True)
    with (settings.home / "log").open("wb") as log:
        Worker(settings, log, linger=0.05).run()
    with running(settings, {"creator": str(creator_id), "pot": str(item_id)}) as started:
        yield started

"""`bowerbird search` through the real program: what it names first, and what it leaves out."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from bowerbird.archive.search import reindex_item
from bowerbird.database import open_writer, transaction
from bowerbird.settings import Settings
from tests.cli.conftest import Run


@pytest.mark.usefixtures("no_worker")
def test_the_best_is_found_first(run: Run, settings: Settings) -> None:
    """A search names titles before what else has the word, the newest or not, and says that there is more."""
    run("jobs")
    with closing(open_writer(settings.database)) as db, transaction(db):
        for number, (title, uploader) in enumerate((("A kea", None), ("Two", "kea"), ("Three", "kea")), 1):
            db.execute(
                "INSERT INTO items (id, platform, platform_id, kind, title, uploader, url, folder, captured_at,"
                " updated_at) VALUES (:id, 'web', :id, 'video', :title, :by, 'u', :id, '2026', '')",
                {"id": number, "title": title, "by": uploader},
            )
            reindex_item(db, number, None)
    said = run("search", "kea", "--limit", "2").stdout
    assert re.findall(r"^ +\d+  (\w+)", said, re.MULTILINE) == ["A", "Three"]
    assert "There are more than these 2: say --limit 200." in said
    assert "There are more" not in run("search", "kea").stdout

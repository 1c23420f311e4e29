"""The pictures of rows: small ones made for lists, the platform's own until then, nothing of what is deleted."""

from __future__ import annotations

import re
from contextlib import closing

import httpx

from bowerbird.archive import trash
from bowerbird.database import open_reader, open_writer
from bowerbird.queue.reads import jobs
from tests.pages.sites import RunningSite
from tests.pages.test_jobs import archive

COLOURS = "123456789abc" * 2 + "def"
MADE = """
    UPDATE items SET thumbnails_at = '2026-11-20T10:00:00Z', thumbnail_widths = '100 200 400', thumbnail_width = 1600,
    thumbnail_height = 900, thumbnail_blur = ? WHERE id = ?
"""
SMALL = "/thumbnails/{}/200.webp?v=20261120100000"


def made(site: RunningSite, name: str) -> int:
    """An item that has its thumbnails; its id."""
    item_id = int(site.found[name])
    with archive(site) as db:
        db.execute(MADE, (COLOURS, item_id))
    return item_id


def pictures(page: httpx.Response) -> list[str]:
    """The addresses of the pictures of rows."""
    return re.findall(r'class="blank mini">.*?<img src="([^"]*)" width="64" height="36"', page.text, re.DOTALL)


def test_rows_show_small_pictures(fresh: RunningSite) -> None:
    """Where thumbnails are made rows show them; else what the platform gave, or a first picture."""
    item_id = made(fresh, "video")
    with fresh.person() as client:
        found = {path: client.get(path) for path in ("/", "/live/history", "/history?status=completed")}
    for page in found.values():
        assert SMALL.format(item_id) in pictures(page)
        assert any(one.startswith("/media/instagram/") and one.endswith("_1.jpg") for one in pictures(page))


def test_the_page_of_a_job_shows_its_small_picture(fresh: RunningSite) -> None:
    """A job and the members of a list are rows as well."""
    item_id = made(fresh, "video")
    with archive(fresh) as db:
        job_id = db.execute("SELECT id FROM jobs WHERE item_id = ?", (item_id,)).fetchone()[0]
        db.execute("UPDATE jobs SET item_id = ? WHERE parent_id = ?", (item_id, fresh.found["list"]))
    with fresh.person() as client:
        assert pictures(client.get(f"/job/{job_id}")) == [SMALL.format(item_id)]
        assert pictures(client.get(f"/job/{fresh.found['list']}")) == [SMALL.format(item_id)] * 3


def test_a_card_without_a_picture_says_what_it_is(fresh: RunningSite) -> None:
    """Nothing shows the item: no picture is asked for, neither by its card nor by the face of its creator."""
    item_id = int(fresh.found["video"])
    with archive(fresh) as db:
        db.execute("DELETE FROM files WHERE item_id = ?", (item_id,))
    with fresh.person() as client:
        page = client.get("/browse/youtube").text
    assert '<div class="blankpic">video<br>without a picture</div>' in page
    assert "<img" not in page


def test_others_get_the_whole_address(fresh: RunningSite) -> None:
    """On the wire it is an address of the site, of the size of a row; of the platform's file until then."""
    item_id = made(fresh, "video")
    with closing(open_reader(fresh.settings.database)) as db:
        shown = {job.item_id: job.thumbnail_url for job in jobs(db, fresh.settings).jobs}
    assert shown[item_id] == f"{fresh.origin}/thumbnails/{item_id}/200.webp?v=20261120100000"
    address = shown[int(fresh.found["hostile"])]
    assert address
    assert address.startswith(f"{fresh.origin}/media/web/")
    with fresh.person() as client:
        assert client.get(address).headers["content-type"] == "image/jpeg"
    assert shown[None] is None


def test_a_page_of_rows_asks_once(fresh: RunningSite) -> None:
    """However many rows there are, their pictures are one question to the archive."""
    asked: list[str] = []
    with closing(open_reader(fresh.settings.database)) as db:
        db.set_trace_callback(lambda sql: asked.append(sql) if "FROM files" in sql else None)
        jobs(db, fresh.settings)
    assert len(asked) == 1


def test_what_was_deleted_shows_only_its_colours(fresh: RunningSite) -> None:
    """Neither its row in the history nor the trash leads to a picture of it; the colours help to tell it."""
    item_id = made(fresh, "video")
    with closing(open_writer(fresh.settings.database)) as db:
        trash.put_away(db, item_id)
    with fresh.person() as client:
        assert f"/thumbnails/{item_id}/" not in client.get("/history").text
        page = client.get("/trash").text
        assert client.get(SMALL.format(item_id)).status_code == 404
    assert f"/thumbnails/{item_id}/" not in page
    assert '<span class="blank mini"><svg class="blur"' in page

"""The strip of pieces loads small pictures, each at an address of its own, and the piece itself until there is one."""

from __future__ import annotations

import re
from contextlib import closing

import httpx

from bowerbird.archive import pieces, trash
from bowerbird.archive.pieces import place_of
from bowerbird.database import open_writer
from bowerbird.model import FileType
from bowerbird.scraping import ItemFound
from tests.pages.archives import put_item
from tests.pages.oddities import pixel
from tests.pages.sites import RunningSite
from tests.pages.test_jobs import archive

MADE_AT = "2026-11-20T10:00:00Z"
SMALL = b"RIFF\x00\x00\x00\x00WEBP small"


def made(site: RunningSite) -> list[int]:
    """The pieces of the post have their small pictures, but for the last of them; the ids of its files."""
    item_id = int(site.found["pictures"])
    with archive(site) as db:
        db.execute("UPDATE items SET pieces_due = 0, pieces_at = ? WHERE id = ?", (MADE_AT, item_id))
        ids = [
            row[0]
            for row in db.execute(
                "SELECT id FROM files WHERE item_id = ? AND file_type = 'image' ORDER BY position", (item_id,)
            )
        ]
    for file_id in ids[:-1]:
        place = site.settings.archive / place_of(item_id, file_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(SMALL)
    return ids


def strip(client: httpx.Client, site: RunningSite) -> list[str]:
    """The addresses of the pictures in the strip."""
    page = client.get(f"/item/{site.found['pictures']}").text
    (found,) = re.findall(r'<nav class="film".*?</nav>', page, re.DOTALL)
    return re.findall(r'<img src="([^"]*)" width="58" height="72" alt="" loading="lazy"', found)


def test_the_strip_loads_small_pictures(fresh: RunningSite) -> None:
    """Before they are made it shows the pieces themselves; then small ones, for good, and what has none by itself."""
    item_id = fresh.found["pictures"]
    with fresh.person() as client:
        assert all(one.startswith("/media/instagram/") for one in strip(client, fresh))
        ids = made(fresh)
        addresses = strip(client, fresh)
        assert addresses == [f"/thumbnails/{item_id}/piece-{n}.webp?v=20261120100000" for n in ids]
        answers = [client.get(address) for address in addresses]
    assert [answer.headers["content-type"] for answer in answers] == ["image/webp", "image/webp", "image/jpeg"]
    assert answers[0].content == SMALL
    assert ["immutable" in answer.headers["cache-control"] for answer in answers] == [True, True, False]


def test_the_strip_of_very_many_has_pictures_too(fresh: RunningSite) -> None:
    """Not before they are made, for then all of the pieces would be loaded; each when it comes near."""
    item = ItemFound(platform="web", platform_id="many", kind="post", url="u")
    files: dict[str, tuple[FileType, bytes]] = {f"many_{n}.png": ("image", pixel(n)) for n in range(1, 31)}
    with closing(open_writer(fresh.settings.database)) as db:
        found = {"pictures": str(put_item(db, fresh.settings, item, files))}
    site = RunningSite(fresh.settings, found)
    with fresh.person() as client:
        assert strip(client, site) == []
        ids = made(site)
        assert strip(client, site) == [pieces.address_of(int(found["pictures"]), n, MADE_AT) for n in ids]


def test_an_address_leads_to_its_own_piece_alone(fresh: RunningSite) -> None:
    """Not to pieces of other items, to files that are no pictures, to anything else, nor to what was deleted."""
    ids, item_id = made(fresh), int(fresh.found["pictures"])
    with archive(fresh) as db:
        film = db.execute("SELECT id, item_id FROM files WHERE file_type = 'video' LIMIT 1").fetchone()
    with fresh.person() as client:
        for path in (
            f"/thumbnails/{fresh.found['video']}/piece-{ids[0]}.webp", f"/thumbnails/{item_id}/piece-{film['id']}.webp",
            f"/thumbnails/{film['item_id']}/piece-{film['id']}.webp", f"/thumbnails/{item_id}/piece-.webp",
            f"/thumbnails/{item_id}/piece-..%2f1.webp", f"/media/{place_of(item_id, ids[0])}",
        ):  # fmt: skip
            assert (path, client.get(path).status_code) == (path, 404)
        with closing(open_writer(fresh.settings.database)) as db:
            trash.put_away(db, item_id)
        assert client.get(f"/thumbnails/{item_id}/piece-{ids[0]}.webp").status_code == 404
    with fresh.stranger() as client:
        assert client.get(f"/thumbnails/{item_id}/piece-{ids[0]}.webp").status_code == 401

"""Small pictures of the pieces of an item, made by the real worker and its children."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from bowerbird.archive import trash
from bowerbird.archive.migrations import SCHEMAS, _statements
from bowerbird.archive.pieces import place_of
from bowerbird.database import open_writer
from bowerbird.model import FileType
from bowerbird.scraping import ItemFound
from bowerbird.settings import Settings
from bowerbird.worker import thumbnails as making
from tests.pages.archives import put_item
from tests.platforms import media
from tests.worker.test_thumbnails import bomb, picture, settings, work

__all__ = ["settings"]

Files = dict[str, tuple[FileType, bytes]]
GOOD: Files = {f"a_{n}.jpg": ("image", picture((1600, 900), "JPEG", comment=bytes([n]))) for n in (1, 2)}


def put(settings: Settings, files: Files) -> int:
    """An item of these files; its job is done."""
    item = ItemFound(platform="web", platform_id="a", kind="post", url="u")
    with closing(open_writer(settings.database)) as db:
        return put_item(db, settings, item, files)


def state(settings: Settings, item_id: int) -> tuple[int, bool]:
    """Whether pictures of its pieces are due, and whether they were made."""
    with closing(open_writer(settings.database)) as db:
        row = db.execute("SELECT pieces_due, pieces_at FROM items WHERE id = ?", (item_id,)).fetchone()
    return row["pieces_due"], row["pieces_at"] is not None


def small(settings: Settings, item_id: int) -> dict[str, Path]:
    """The small pictures that are there, by the names of what they show."""
    with closing(open_writer(settings.database)) as db:
        files = db.execute("SELECT id, file_path FROM files WHERE item_id = ?", (item_id,)).fetchall()
    places = {row["file_path"].rpartition("/")[2]: settings.archive / place_of(item_id, row["id"]) for row in files}
    return {name: place for name, place in places.items() if place.is_file()}


def test_each_piece_gets_a_small_picture(settings: Settings) -> None:
    """Of any size; what is hostile, missing or no picture gets none, and the others get theirs nevertheless."""
    item_id = put(
        settings,
        {
            **GOOD,
            "a_3.png": ("image", picture((1, 1), "PNG")),
            "a_4.png": ("image", picture((400, 300), "PNG")[:60]),
            "a_5.png": ("image", bomb()),
            "a_6.png": ("image", picture((300, 200), "PNG")),
            "a_7.mp4": ("video", media.unique("both-4.mp4", "g")),
        },
    )
    (missing,) = settings.archive.rglob("a_6.png")
    missing.unlink()
    work(settings)
    assert state(settings, item_id) == (0, True)
    made = small(settings, item_id)
    sizes = {}
    for name, place in made.items():
        with Image.open(place) as image:
            sizes[name] = (image.format, image.size)
    assert sizes == {"a_1.jpg": ("WEBP", (320, 180)), "a_2.jpg": ("WEBP", (320, 180)), "a_3.png": ("WEBP", (1, 1))}


def test_what_stands_in_lists_comes_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """No strip gets its pictures before every item has its own, also where that takes several turns."""
    monkeypatch.setattr(making, "AT_ONCE", 1)
    for name in "abc":
        item = ItemFound(platform="web", platform_id=name, kind="post", url="u")
        with closing(open_writer(settings.database)) as db:
            put_item(db, settings, item, {one.replace("a", name): file for one, file in GOOD.items()})
    work(settings)
    with closing(open_writer(settings.database)) as db:
        items, strips = zip(*db.execute("SELECT thumbnails_at, pieces_at FROM items"), strict=True)
    assert max(items) <= min(strips)


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
def test_an_item_of_one_piece_gets_none(settings: Settings, name: str) -> None:
    """What has no strip needs no pictures for it."""
    kind: FileType = "image" if name == "a.jpg" else "video"
    item_id = put(settings, {name: (kind, media.unique("picture.jpg" if kind == "image" else "both-4.mp4", "g"))})
    work(settings)
    assert state(settings, item_id) == (0, False)
    assert small(settings, item_id) == {}


def test_small_pictures_follow_their_item(settings: Settings) -> None:
    """Saved again with other pictures they are others; without their folder they are made again; at last they go."""
    item_id = put(settings, GOOD)
    work(settings)
    put(settings, {"a_1.jpg": ("image", picture((180, 320), "JPEG")), "a_2.jpg": GOOD["a_2.jpg"]})
    assert state(settings, item_id) == (1, False)
    work(settings)
    with Image.open(small(settings, item_id)["a_1.jpg"]) as image:
        assert image.size == (101, 180)
    (settings.archive / ".thumbnails").rename(settings.home / "gone")
    work(settings)
    assert set(small(settings, item_id)) == {"a_1.jpg", "a_2.jpg"}
    with closing(open_writer(settings.database)) as db:
        trash.put_away(db, item_id)
        trash.give_up(db, item_id)
    work(settings)
    assert not (settings.archive / place_of(item_id, 1)).parent.exists()


def test_what_takes_too_long_is_shown_by_itself(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item takes no more than its time from those behind it."""
    monkeypatch.setattr(making, "LONGEST_PIECES", -1.0)
    item_id = put(settings, GOOD)
    work(settings)
    assert (state(settings, item_id), small(settings, item_id)) == ((0, True), {})


def test_an_archive_of_before_gets_them_too(settings: Settings) -> None:
    """What was saved before there were any gets its own: only items with several pieces that show something."""
    item_id = put(settings, GOOD)
    (fill,) = (
        each
        for each in _statements(SCHEMAS / "0019_causes_and_pieces.sql")
        if each.startswith("UPDATE items SET pieces")
    )
    with closing(open_writer(settings.database)) as db:
        db.execute("UPDATE items SET pieces_due = 0")
        db.execute(fill)
        assert state(settings, item_id) == (1, False)
        db.execute("UPDATE items SET pieces_due = 0")
        db.execute("DELETE FROM files WHERE file_path LIKE '%_2.jpg'")
        db.execute(fill)
    assert state(settings, item_id) == (0, False)

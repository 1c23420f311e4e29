"""Thumbnails of what was saved, made by the real worker and its children."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from bowerbird.archive import thumbnails, trash
from bowerbird.archive.thumbnails import place_of
from bowerbird.database import open_writer
from bowerbird.scraping import ItemFound
from bowerbird.settings import Settings
from bowerbird.worker import thumbnails as making
from bowerbird.worker.loop import Worker
from tests.new_archive import make_archive
from tests.pages.archives import put_item
from tests.pages.sites import settings_in
from tests.platforms import media

Put = Callable[..., int]


def picture(size: tuple[int, int], form: str, mode: str = "RGB", **more: object) -> bytes:
    """The left half red, the right half blue."""
    image = Image.new(mode, size, "#2040ff" if mode != "RGBA" else "#2040ff80")
    image.paste("#ff2010", (0, 0, size[0] // 2, size[1]))
    content = io.BytesIO()
    image.save(content, form, **more)
    return content.getvalue()


def turned() -> bytes:
    """A picture that a camera took upright, and stored lying."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture((400, 200), "JPEG", exif=exif)


def bomb() -> bytes:
    """A PNG that says it has 50,000 x 50,000 pixels."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    parts = (struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c)) for n, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An archive without anything."""
    made = settings_in(tmp_path)
    made.home.mkdir()
    make_archive(made.database)
    return made


def put(settings: Settings, name: str, file_type: str, content: bytes) -> int:
    """An item of one file; its job is done."""
    item = ItemFound(platform="web", platform_id=name.partition(".")[0], kind="image", url="u")
    with closing(open_writer(settings.database)) as db:
        item_id = put_item(db, settings, item, {name: (file_type, content)})  # type: ignore[dict-item]
        db.execute("UPDATE jobs SET status = 'completed'")
    return item_id


def work(settings: Settings) -> None:
    """One life of the worker."""
    with (settings.home / "log").open("wb") as log:
        Worker(settings, log, linger=0.05).run()


def shape(settings: Settings, item_id: int) -> tuple[str, int | None, int | None, str]:
    """What the archive says of an item's thumbnails."""
    with closing(open_writer(settings.database)) as db:
        row = db.execute(
            "SELECT thumbnail_widths, thumbnail_width, thumbnail_height, thumbnail_blur FROM items WHERE id = ?"
            " AND thumbnails_at IS NOT NULL",
            (item_id,),
        ).fetchone()
    return tuple(row)


def opened(settings: Settings, item_id: int, width: int) -> Image.Image:
    """A thumbnail as any other program reads it."""
    with Image.open(settings.archive / place_of(item_id, width)) as image:
        assert image.format == "WEBP"
        return image.convert("RGBA")


def test_each_kind_of_file_gets_thumbnails(settings: Settings) -> None:
    """Pictures of all forms, upright as they were taken, films and odd shapes: in sizes that are not blown up."""
    ids = {
        "jpg": put(settings, "a.jpg", "image", picture((1600, 900), "JPEG")),
        "png": put(settings, "b.png", "thumbnail", picture((300, 200), "PNG")),
        "gif": put(settings, "c.gif", "image", picture((40, 30), "GIF")),
        "webp": put(settings, "d.webp", "image", picture((500, 1000), "WEBP")),
        "clear": put(settings, "e.png", "image", picture((200, 200), "PNG", "RGBA")),
        "turned": put(settings, "f.jpg", "image", turned()),
        "film": put(settings, "g.mp4", "video", media.unique("both-4.mp4", "g")),
        "dot": put(settings, "h.png", "image", picture((1, 1), "PNG")),
        "strip": put(settings, "i.png", "image", picture((3000, 2), "PNG")),
    }
    work(settings)
    found = {name: shape(settings, item_id) for name, item_id in ids.items()}
    assert {name: one[0] for name, one in found.items()} == {
        "jpg": "320 640 1280", "png": "270", "gif": "40", "webp": "90 180 360", "clear": "180", "turned": "90 180",
        "film": "320", "dot": "1", "strip": found["strip"][0],
    }  # fmt: skip
    assert found["jpg"][1:3] == (1600, 900)
    assert found["turned"][1:3] == (200, 400)
    assert (found["clear"][3], len(found["jpg"][3])) == ("", 27)
    upright = opened(settings, ids["turned"], 180)
    assert (upright.getpixel((90, 20))[0] > 200, upright.getpixel((90, 340))[2] > 200) == (True, True)
    assert opened(settings, ids["clear"], 180).getpixel((170, 90))[3] < 200
    assert found["jpg"][3].startswith("f20")
    assert found["jpg"][3].endswith("23f")


@pytest.mark.parametrize(
    "content",
    [
        picture((400, 300), "PNG")[:60], b"\xff\xd8\xff\xe0" + b"x" * 3000, b"<html>no picture</html>", bomb(),
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 64, b"\x89PNG\r\n\x1a\n",
    ],
    ids=["cut", "noise", "page", "bomb", "webp", "head"],
)  # fmt: skip
def test_a_hostile_picture_costs_only_its_own_thumbnails(settings: Settings, content: bytes) -> None:
    """What can't be decoded is noted as such, once; the items beside it get theirs, and the worker ends as ever."""
    hostile = put(settings, "bad.png", "image", content)
    good = put(settings, "good.png", "image", picture((320, 180), "PNG"))
    work(settings)
    assert shape(settings, hostile) == ("", None, None, "")
    assert shape(settings, good)[0] == "320"
    assert list((settings.archive / ".thumbnails").rglob("*")) != []


def test_a_picture_that_takes_too_long_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is ended, and the item has none."""
    monkeypatch.setattr(making, "LONGEST", -1.0)
    monkeypatch.setattr(making, "TICK", 0.001)
    item_id = put(settings, "a.jpg", "image", picture((4000, 3000), "JPEG"))
    work(settings)
    assert shape(settings, item_id)[0] == ""


def test_thumbnails_follow_their_item(settings: Settings) -> None:
    """Saved again with another picture it gets others; without their folder all are made again."""
    item_id = put(settings, "a.png", "image", picture((320, 180), "PNG"))
    work(settings)
    put(settings, "a.png", "image", picture((180, 320), "PNG"))
    work(settings)
    assert shape(settings, item_id)[:3] == ("101 180", 180, 320)
    for file in (settings.archive / ".thumbnails").rglob("*.webp"):
        file.unlink()
    (settings.archive / ".thumbnails" / "0").rmdir()
    (settings.archive / ".thumbnails").rmdir()
    work(settings)
    assert (settings.archive / place_of(item_id, 180)).is_file()
    with closing(open_writer(settings.database)) as db:
        trash.put_away(db, item_id)
        trash.give_up(db, item_id)
        assert not thumbnails.is_shown(db, item_id)
    work(settings)
    assert not (settings.archive / place_of(item_id, 180)).exists()

"""Items at the edges: without this or that, very long, very many, very small."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from contextlib import closing

from bowerbird.database import open_writer, transaction
from bowerbird.model import FileType
from bowerbird.scraping import ItemFound
from bowerbird.settings import Settings
from tests.new_archive import make_archive
from tests.pages.archives import put_item
from tests.platforms import media

EMOJI = "🪶🔵🪶"
ARABIC = "\u0645\u0634\u0647\u062f \u0627\u0644\u063a\u0627\u0628\u0629"
DAY = 12 * 3600
WORDS = 200_000
CUES = 25_000


def pixel(shade: int) -> bytes:
    """A PNG of one pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    row = zlib.compress(bytes((0, shade, 80, 255 - shade)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def odd(settings: Settings) -> dict[str, str]:
    """The whole archive; ids of its items by name."""
    make_archive(settings.database)
    with closing(open_writer(settings.database)) as db:
        found = {
            "bare": put_item(db, settings, _item("bare", "page", title=None), {}),
            "words": put_item(db, settings, _item("words", "post", title=None, description="Only words. #quiet"), {}),
            "emoji": put_item(db, settings, _item("emoji", "image", title=EMOJI), {"emoji.png": ("image", pixel(9))}),
            "hundred": put_item(db, settings, _item("hundred", "post", title=ARABIC), _pieces("hundred", 100)),
            "mixed": put_item(db, settings, _item("mixed", "post", title="Two and a film"), _mixed()),
            "sound": put_item(db, settings, _item("sound", "audio", title="Rain"), _sound()),
            "tall": put_item(db, settings, _item("tall", "short", title="Tall"), _film("tall")),
            "long": put_item(
                db,
                settings,
                _item("long", "video", title="A day at the bower", duration=float(DAY)),
                _film("long", "day.mp4"),
            ),
        }
        speak(db, found["long"])
        db.execute("UPDATE files SET duration = ? WHERE item_id = ? AND file_type = 'video'", (DAY, found["long"]))
        db.execute("UPDATE files SET position = 3 WHERE item_id = ? AND file_type = 'video'", (found["mixed"],))
        db.execute("UPDATE files SET width = 180, height = 320 WHERE item_id = ?", (found["tall"],))
    return {name: str(item_id) for name, item_id in found.items()}


def speak(db: sqlite3.Connection, item_id: int, cues: int = CUES) -> None:
    """A transcript of WORDS words over DAY seconds; every thousandth cue says something that can be found."""
    text = "he lays a blue feather beside the others"
    said = [
        f"landmark {n // 1000} is here" if n % 1000 == 999 else f"{text}{'.' if n % 3 else ''}" for n in range(cues)
    ]
    with transaction(db):
        transcript_id = db.execute(
            "INSERT INTO transcripts (item_id, language, origin, text) VALUES (?, 'en', 'automatic', ?)",
            (item_id, "\n".join(said)),
        ).lastrowid
        db.executemany(
            "INSERT INTO cues (transcript_id, start, duration, text) VALUES (?, ?, 1.5, ?)",
            ((transcript_id, n * DAY / cues, line) for n, line in enumerate(said)),
        )


def _item(name: str, kind: str, **more: object) -> ItemFound:
    return ItemFound(platform="web", platform_id=name, kind=kind, url=f"https://x.example/{name}", **more)  # type: ignore[arg-type]


def _pieces(name: str, count: int) -> dict[str, tuple[FileType, bytes]]:
    return {f"{name}_{n}.jpg": ("image", media.unique("picture.jpg", f"{name} {n}")) for n in range(1, count + 1)}


def _mixed() -> dict[str, tuple[FileType, bytes]]:
    return {**_pieces("mixed", 2), "mixed_3.mp4": ("video", media.unique("both-4.mp4", "mixed"))}


def _sound() -> dict[str, tuple[FileType, bytes]]:
    return {"sound.m4a": ("audio", media.unique("audio-4.m4a", "sound"))}


def _film(name: str, recipe: str = "both-24.mp4") -> dict[str, tuple[FileType, bytes]]:
    return {f"{name}.mp4": ("video", media.unique(recipe, name))}

"""The door to yt-dlp: what is changed in it does what yt-dlp did."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from yt_dlp import YoutubeDL

from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.library import Library, _Silent


def test_all_extractors_are_there_in_their_order() -> None:
    """Which one takes an address is decided by the order; only the way to it is shorter."""
    assert list(_Silent({})._ies) == list(YoutubeDL({})._ies)


def test_picture_that_no_browser_shows_becomes_a_jpg(tmp_path: Path) -> None:
    """The picture that is fetched beside the media is converted as yt-dlp converts it, and the other one goes."""
    Image.new("RGB", (32, 18)).save(tmp_path / "thumbnail.bmp")
    known = {"ext": "webm", "thumbnails": [{"id": "0", "url": "https://example.org/one.bmp", "ext": "bmp"}]}
    library = Library(Surroundings())
    library._yt_dlp._write_thumbnails("video", known, str(tmp_path / "media.webm"), str(tmp_path / "thumbnail.webm"))
    library._yt_dlp.await_picture()
    assert [path.name for path in tmp_path.iterdir()] == ["thumbnail.jpg"]

"""The media are real, and every id has bytes of its own."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.platforms import media

PICTURES = sorted(name for name in media.RECIPES if name.startswith("picture"))
LONG = {"day.mp4": 12 * 3600}
MOVING = sorted(set(media.RECIPES) - set(PICTURES))


@pytest.mark.parametrize("name", MOVING)
def test_marked_file_plays_to_its_end(name: str) -> None:
    """Every packet of a marked file can be read, and the last ones reach the declared length."""
    with av.open(BytesIO(media.unique(name, "an id"))) as file:
        ends = [float((one.pts + (one.duration or 0)) * one.time_base) for one in file.demux() if one.pts is not None]
        assert file.duration
    seconds = 2 if name.endswith(".ts") else LONG.get(name) or int(Path(name).stem.rpartition("-")[2])
    first = 2 if name == "segment-1.ts" else 0
    assert seconds - 0.2 <= max(ends) - first <= seconds + 2


@pytest.mark.parametrize("name", PICTURES)
def test_marked_picture_is_a_picture(name: str) -> None:
    """A marked picture is decoded whole."""
    with Image.open(BytesIO(media.unique(name, "an id"))) as picture:
        picture.load()
        assert picture.width >= 64


@pytest.mark.parametrize("name", sorted(media.RECIPES))
def test_ids_differ_in_bytes(name: str) -> None:
    """Two ids never share their bytes; the same id always has the same."""
    assert media.unique(name, "one") != media.unique(name, "two")
    assert media.unique(name, "one") == media.unique(name, "one")
    assert media.size(name, "one") == len(media.unique(name, "one"))

"""What landed is judged by its bytes: kind, wholeness, size."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.errors import JobError
from bowerbird.scrapers import media
from bowerbird.scraping import Operation
from tests.platforms import media as recipes


def landed(tmp_path: Path, name: str, cut: int | None = None) -> Path:
    """A real file as it lands, whole or cut."""
    path = tmp_path / name
    path.write_bytes(recipes.unique(name, "test")[:cut])
    return path


@pytest.mark.parametrize(
    ("name", "file_type", "duration"),
    [
        ("both-4.mp4", "video", 4),
        ("both-4.webm", "video", 4),
        ("video-4.mp4", "video", 4),
        ("video-4.webm", "video", 4),
        ("audio-4.m4a", "audio", 4),
        ("audio-4.webm", "audio", 4),
        ("audio-4.mp3", "audio", 4),
        ("segment-0.ts", "video", 2),
    ],
)
def test_whole_file_is_taken(name: str, file_type: str, duration: int, tmp_path: Path) -> None:
    """Videos and sounds of every container are demuxed to their end."""
    shape = media.examine(landed(tmp_path, name))
    assert shape.file_type == file_type
    assert shape.duration
    assert round(shape.duration) == duration


@pytest.mark.parametrize("name", ["both-24.mp4", "both-4.mp4", "both-4.webm", "video-24.webm"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6])
def test_cut_file_is_found_out(name: str, part: float, tmp_path: Path) -> None:
    """A file whose packets end before its header says is not whole."""
    whole = len(recipes.unique(name, "test"))
    with pytest.raises(JobError) as error:
        media.examine(landed(tmp_path, name, int(whole * part)))
    assert error.value.code == "incomplete"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "incomplete"),
        (b"\n <!DOCTYPE html><title>Sorry</title>", "incomplete"),
        (b"MZ\x90\x00 a program", "unsafe_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unsafe_file"),
        (b"%PDF-1.7", "unsafe_file"),
        (b"#!/bin/sh\n", "unsafe_file"),
        (b"[Desktop Entry]\nExec=x", "unsafe_file"),
        (b"\0\0\0\x18ftypmp42" + bytes(400), "incomplete"),
    ],
)
def test_other_things_are_refused(body: bytes, code: str, tmp_path: Path) -> None:
    """Pages, programs, scripts and drawings with scripts never count as media, whatever their name."""
    path = tmp_path / "media.mp4"
    path.write_bytes(body)
    with pytest.raises(JobError) as error:
        media.examine(path)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("name", "size"), [("picture.jpg", (320, 180)), ("picture.png", (64, 64)), ("picture.webp", (320, 180))]
)
def test_picture_size_is_in_its_header(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """Pictures are measured without decoding them, and a cut one is found out."""
    path = landed(tmp_path, name)
    assert media.picture_shape(path)[1:3] == size
    assert media.picture_is_whole(path, path.suffix[1:])
    cut = landed(tmp_path, name, 600)
    assert not media.picture_is_whole(cut, path.suffix[1:])


def test_bomb_is_not_decoded(tmp_path: Path) -> None:
    """A png that claims 50,000 by 50,000 pixels is measured by its header alone."""
    path = tmp_path / "bomb.png"
    body = recipes.unique("picture.png", "bomb")
    path.write_bytes(body[:16] + (50_000).to_bytes(4, "big") * 2 + body[24:])
    assert media.picture_shape(path)[1:3] == (50_000, 50_000)


@pytest.mark.parametrize(
    ("name", "recipe", "ending"),
    [
        ("media.mp4", "both-4.mp4", ".mp4"),
        ("media.m4a", "audio-4.m4a", ".m4a"),
        ("media.unknown_video", "both-4.mp4", ".mp4"),
        ("media.exe", "both-4.webm", ".webm"),
        ("thumbnail.jpg", "picture.webp", ".webp"),
    ],
)
def test_ending_follows_the_kind(name: str, recipe: str, ending: str, tmp_path: Path) -> None:
    """No file keeps an ending that its bytes don't have."""
    path = tmp_path / name
    path.write_bytes(recipes.unique(recipe, "test"))
    assert media.named_by_kind(path).suffix == ending


@pytest.mark.parametrize("form", [b"WEBP", b"WAVE", b"AVI "])
def test_form_needs_its_riff(form: bytes) -> None:
    """Four letters at the eighth byte of something else, such as a list of files, are no picture or sound."""
    assert media.kind_of_bytes(b"RIFF\0\0\0\0" + form)
    assert media.kind_of_bytes(b"#EXTM3U\n" + form) is None


def test_check_of_a_large_file_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever checks for minutes is heard all the time, from the first packet to the last byte of the hash."""
    monkeypatch.setattr(media, "TELL_EVERY", 0.0)
    monkeypatch.setattr(media, "BLOCK", 1 << 16)
    told: list[Operation] = []
    tell = media.telling(told.append)
    path = landed(tmp_path, "both-24.mp4")
    media.ready(path, "video", media.examine(path, tell), tell=tell)
    parts = [int(one.text.removeprefix("Checking the file: ").removesuffix("%")) for one in told]
    assert parts == sorted(parts)
    assert parts[-1] == 100
    assert any(0 < part < 50 for part in parts)
    assert any(50 < part < 100 for part in parts)


def test_check_of_a_small_file_says_nothing() -> None:
    """A word every few seconds is enough."""
    told: list[Operation] = []
    media.telling(told.append)(0.5)
    assert told == []

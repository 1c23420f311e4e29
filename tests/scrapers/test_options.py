"""Which streams are chosen, and which options reach yt-dlp."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from bowerbird.scrapers import library, options
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.options import choose_streams

AVC = {"ext": "mp4", "vcodec": "avc1.640028", "acodec": "none"}
VP9 = {"ext": "webm", "vcodec": "vp9", "acodec": "none"}
AV1 = {"ext": "mp4", "vcodec": "av01.0.08M.08", "acodec": "none"}
HEVC = {"ext": "mp4", "vcodec": "hev1.1.6.L120", "acodec": "none"}
AAC = {"ext": "m4a", "vcodec": "none", "acodec": "mp4a.40.2"}
OPUS = {"ext": "webm", "vcodec": "none", "acodec": "opus"}
BOTH = {"ext": "mp4", "vcodec": "avc1.42001E", "acodec": "mp4a.40.2"}
UNKNOWN = {"ext": "mp4"}
PICTURES = {"ext": "mhtml", "vcodec": "none", "acodec": "none", "protocol": "mhtml"}
RTMP = {"ext": "flv", "vcodec": "avc1", "acodec": "mp4a", "protocol": "rtmp"}
DRM = {**AVC, "has_drm": True}


def listed(*formats: dict[str, Any]) -> list[dict[str, Any]]:
    """Formats from worst to best; the id of each is its place."""
    return [{"format_id": str(place), "protocol": "https", **one} for place, one in enumerate(formats)]


@pytest.mark.parametrize(
    ("formats", "chosen", "ending"),
    [
        ((AAC, OPUS, BOTH, AVC), "3+0", "mp4"),
        ((AAC, OPUS, AVC, VP9), "3+1", "webm"),
        ((OPUS, AAC, AVC, AV1), "3+1", "mp4"),
        ((OPUS, AVC), "1+0", "mkv"),
        ((AAC, AVC, HEVC), "1+0", "mp4"),
        ((AAC, HEVC), "1+0", "mp4"),
        ((BOTH, RTMP), "0", "mp4"),
        ((BOTH, DRM), "0", "mp4"),
        ((PICTURES, BOTH), "1", "mp4"),
        ((AVC,), "0", "mp4"),
        ((AAC, OPUS), "1", "webm"),
        ((UNKNOWN,), "0", "mp4"),
    ],
)
def test_pair_plays_in_browsers(formats: tuple[dict[str, Any], ...], chosen: str, ending: str) -> None:
    """The best picture that browsers play decides; the sound fits its container; mkv only where nothing else fits."""
    found = choose_streams(listed(*formats), audio_only=False)
    assert found
    assert (found["format_id"], found["ext"]) == (chosen, ending)


@pytest.mark.parametrize(
    ("formats", "chosen"), [((AAC, OPUS, BOTH, AVC), "1"), ((BOTH,), "0"), ((OPUS, {**AAC, "acodec": "ac-3"}), "0")]
)
def test_audio_only_takes_sound(formats: tuple[dict[str, Any], ...], chosen: str) -> None:
    """A stream of its own goes before the sound of a video."""
    found = choose_streams(listed(*formats), audio_only=True)
    assert found
    assert found["format_id"] == chosen


@pytest.mark.parametrize("formats", [(), (RTMP,), (DRM,), (PICTURES,)])
def test_what_can_not_be_fetched_safely_is_not_chosen(formats: tuple[dict[str, Any], ...]) -> None:
    """Other protocols would go past the connect guard, and protected streams can't be played."""
    assert choose_streams(listed(*formats), audio_only=False) is None


def test_height_means_the_shorter_edge() -> None:
    """yt-dlp's own measure takes a standing video of 1080 by 1920 for 1080."""
    assert options.format_order("1080") == ["res:1080"]
    assert options.format_order("best") == ["res"]


ALLOWED = frozenset(
    ("noprogress", "quiet", "color", "cachedir", "usenetrc", "enable_file_urls", "overwrites", "continuedl", "retries",
     "fragment_retries", "extractor_retries", "file_access_retries", "socket_timeout", "skip_unavailable_fragments",
     "external_downloader", "hls_prefer_native", "outtmpl", "writethumbnail", "ffmpeg_location",
     "postprocessor_args",
     "proxy", "compat_opts", "logger", "progress_hooks", "postprocessor_hooks", "format", "paths", "format_sort",
     "getcomments", "extractor_args")
)  # fmt: skip


def test_only_listed_options_reach_the_library() -> None:
    """Every key of every option dict in the sources is on the list, and none of them reads a person's configuration."""
    fixed = options.library_options(Surroundings(proxy="http://p:1", ca_bundle="/ca.pem"), "/ffmpeg")
    tree = ast.parse(Path(library.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = next(node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "_Silent")
    assert isinstance(made.args[0], ast.Dict)
    written = {key.value for key in made.args[0].keys if isinstance(key, ast.Constant)}
    updated = next(node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "update")
    changed = {keyword.arg for keyword in updated.keywords}
    assert set(fixed) | written | changed <= ALLOWED


def test_output_names_never_hold_metadata() -> None:
    """The only part of a name that a site can decide is the ending, which yt-dlp checks."""
    assert set(options.library_options(Surroundings(), None)["outtmpl"].values()) == {
        "media.%(ext)s",
        "thumbnail.%(ext)s",
    }


def test_expected_bytes_are_announced_or_guessed() -> None:
    """Each stream counts by its size, else by bit rate times duration, else it is unknown."""
    pair = {"requested_formats": [{"filesize": 7}, {"tbr": 8}, {}], "duration": 10}
    assert options.expected_bytes(pair) == (7, 10_000, None)

"""metadata.json keeps what the library said, without what must not be kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowerbird.scrapers.clean import cleaned, unsigned, write_metadata

CANARY = "canary5f2c"
FOLDER = "/srv/archive/.partial/job-1"

SAID = {
    "id": "abc",
    "title": "A walk",
    "url": f"https://rr1.googlevideo.com/videoplayback?sig={CANARY}",
    "cookies": f"SID={CANARY}",
    "http_headers": {"Cookie": CANARY, "User-Agent": "x"},
    "filepath": f"{FOLDER}/media.mp4",
    "_filename": f"{FOLDER}/media.mp4",
    "__files_to_move": {"a": CANARY},
    "requested_downloads": [{"filepath": f"{FOLDER}/media.mp4", "cookies": CANARY}],
    "webpage_url": "https://www.youtube.com/watch?v=abc",
    "thumbnail": f"https://i.ytimg.com/vi/abc/hq.jpg?sqp={CANARY}&rs=1",
    "formats": [
        {
            "format_id": "137",
            "height": 1080,
            "url": f"https://rr1.googlevideo.com/videoplayback?sig={CANARY}",
            "manifest_url": f"https://m.example/{CANARY}.m3u8",
            "fragments": [{"url": f"https://m.example/1.ts?{CANARY}"}],
            "http_headers": {"Cookie": CANARY},
            "cookies": CANARY,
        }
    ],
    "subtitles": {
        "en": [{"ext": "vtt", "url": f"https://www.youtube.com/api/timedtext?signature={CANARY}", "name": "English"}]
    },
    "description": f"written to {FOLDER}/x, see https://example.org/?v=1",
    "duration": 24.5,
    "nothing": None,
    "endless": float("inf"),
}


def test_no_secret_and_no_path_is_kept() -> None:
    """Cookies, headers, signed addresses and the attempt's folder are nowhere in the result."""
    text = json.dumps(cleaned(SAID, FOLDER))
    assert CANARY not in text
    assert "/srv/archive" not in text


def test_everything_else_is_kept() -> None:
    """Fields that describe the item stay, deep ones too."""
    kept = cleaned(SAID, FOLDER)
    assert (kept["id"], kept["title"], kept["duration"]) == ("abc", "A walk", 24.5)
    assert kept["webpage_url"] == "https://www.youtube.com/watch?v=abc"
    assert kept["formats"] == [{"format_id": "137", "height": 1080}]
    assert kept["subtitles"] == {"en": [{"ext": "vtt", "name": "English"}]}
    assert kept["thumbnail"] == "https://i.ytimg.com/vi/abc/hq.jpg"


@pytest.mark.parametrize(
    "name", ["sig", "token", "Signature", "X-Amz-Signature", "Expires", "Policy", "oh", "api_key", "access_token"]
)
def test_query_with_a_signature_goes(name: str) -> None:
    """An address whose query looks signed is kept without its query."""
    assert unsigned(f"https://cdn.example/a.jpg?w=1&{name}=secret") == "https://cdn.example/a.jpg"


@pytest.mark.parametrize("url", ["https://www.youtube.com/watch?v=abc&t=3", "https://example.org/p?id=7&page=2"])
def test_query_that_names_a_page_stays(url: str) -> None:
    """Parameters that say which page it is are part of the address."""
    assert unsigned(url) == url


def test_file_is_json_whatever_is_in_it(tmp_path: Path) -> None:
    """Half characters, infinities, bytes, sets and endless nesting make no broken file."""
    deep: dict[str, object] = {}
    level = deep
    for _ in range(500):
        level["more"] = level = {}
    path = write_metadata(
        {"a": "\ud800x", "b": float("nan"), "c": b"x", "d": {1, 2}, "deep": deep, 7: "seven"}, tmp_path
    )
    told = json.loads(path.read_text("utf-8"))
    assert told["a"] == "?x"
    assert told["b"] is None
    assert told["7"] == "seven"


def test_what_json_can_not_say_is_left_out(tmp_path: Path) -> None:
    """Halves of characters in names, and numbers beyond 64 bits, fail no item."""
    said = json.loads(write_metadata({"a\ud800": 1, "count": 10**400, "title": "x"}, tmp_path).read_text())
    assert said == {"a?": 1, "count": None, "title": "x"}

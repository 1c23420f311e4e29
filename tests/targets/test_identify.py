"""What a URL is."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bowerbird.targets as targets_package
from bowerbird.errors import RequestError
from bowerbird.model import Kind, Target
from bowerbird.targets import PLATFORM_NAMES, PLATFORMS, identify, label
from bowerbird.targets.matcher import Row

from .tables import rows

CASES = rows("cases.tsv")
REFUSALS = rows("refusals.tsv")
# These two share the page of another kind, as the site itself does.
SAME_PAGE = {("youtube", "live"): "video", ("instagram", "video"): "post"}
FORBIDDEN_MODULES = ("yarl", "requests", "yt_dlp", "gallery_dl", "instaloader", "datasette", "sqlite_utils")


def url_of(case: dict[str, str]) -> str:
    """The name of a case in the test list."""
    return case["url"]


def as_case(target: Target) -> dict[str, str]:
    """A target as a row of cases.tsv."""
    return {
        "url": target.url,
        "platform": target.platform,
        "kind": target.kind,
        "platform_id": target.platform_id or "",
        "creator": target.creator or "",
        "canonical_url": target.canonical_url,
    }


def refusal(url: str) -> RequestError:
    """The error that a URL gives."""
    with pytest.raises(RequestError) as caught:
        identify(url)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=url_of)
def test_table(case: dict[str, str]) -> None:
    """Each URL of the table is the target that its row says."""
    assert as_case(identify(case["url"])) == case


@pytest.mark.parametrize("case", CASES, ids=url_of)
def test_canonical_is_fixed(case: dict[str, str]) -> None:
    """A canonical URL names the same thing as the URL it was made of, and is its own canonical URL."""
    first = identify(case["url"])
    second = identify(first.canonical_url)
    assert (second.platform, second.platform_id) == (first.platform, first.platform_id)
    assert second.canonical_url == first.canonical_url
    assert second.kind in (first.kind, SAME_PAGE.get((first.platform, first.kind)))


@pytest.mark.parametrize("case", REFUSALS, ids=url_of)
def test_refusals(case: dict[str, str]) -> None:
    """What can't be saved is refused with its code, a sentence that says why, and a next step."""
    error = refusal(case["url"])
    assert (error.code, case["says"] in error.message) == (case["code"], True), error
    assert error.hint


@pytest.mark.parametrize("url", ["", " ", "\n\t ", "\u3000"])
def test_nothing(url: str) -> None:
    """An empty text is told as that."""
    error = refusal(url)
    assert (error.code, error.message) == ("bad_url", "No address was given.")


@pytest.mark.parametrize(
    "character", ["\0", "\n", "\r", "\t", "\x1b", "\x7f", "\x85", "\ud800", "\u2028", "\u202e", "\ufeff"]
)
@pytest.mark.parametrize(
    "place",
    ["https://exam{}ple.org/", "https://example.org/a{}b", "https://example.org/?a={}b", "ht{}tps://example.org/"],
)
def test_unfit_characters(place: str, character: str) -> None:
    """Controls, line ends, halves of characters and marks of direction inside of a URL are refused."""
    assert refusal(place.format(character)).code == "bad_url"


def test_white_space_around() -> None:
    """White space around a pasted URL is no fault and is not kept."""
    assert identify(" https://youtu.be/jNQXAC9IVRw\n").url == "https://youtu.be/jNQXAC9IVRw"


def test_length() -> None:
    """A URL of 8,192 characters is taken, a longer one is too large."""
    url = "https://example.org/" + "a" * (8192 - 20)
    assert identify(url).canonical_url == url
    assert refusal(url + "a").code == "too_large"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@example.org/",
        "https://user:hunter2@[::1/",
        "https://user:hunter2@example.org:99999/",
        "https:\\\\user:hunter2@example.org/",
        "https://example.org:x/?token=hunter2",
        "https://example.org:x/#hunter2",
        "https://example.org:x/" + "a" * 100 + "hunter2",
    ],
)
def test_no_secret_in_errors(url: str) -> None:
    """An error shows a short piece of the URL at most: no password, no query, no long tail."""
    assert "hunter2" not in str(refusal(url))


@pytest.mark.parametrize("url", ["http://localhost/a", "http://nas/", "http://[::1]:8080/", "http://2852039166/"])
def test_private_hosts_allowed(url: str) -> None:
    """A person who allows private hosts may save from them."""
    assert refusal(url).code == "private_host"
    assert identify(url, allow_private_hosts=True).platform == "web"


def test_wrappers_end() -> None:
    """Pages that lead to each other without an end are refused instead of followed for ever."""
    url = "https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.org%2F"
    for _ in range(5):
        url = "https://www.youtube.com/redirect?q=" + url.replace("%", "%25").replace("&", "%26")
    assert refusal(url).code == "unsupported_url"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=a&utm_medium=b", ""),
        ("a=1&utm_source=a&b=2", "?a=1&b=2"),
        ("utm_source=a&b=2", "?b=2"),
        ("b=2&fbclid=x", "?b=2"),
        ("FBCLID=x&b=2", "?b=2"),
        ("b=%7E+%20&a=ä&&c", "?b=%7E+%20&a=ä&&c"),
        ("&a=1", "?&a=1"),
        ("my_utm_source=a&gclid2=b", "?my_utm_source=a&gclid2=b"),
        ("si=1&feature=2&pp=3&ref=4", "?si=1&feature=2&pp=3&ref=4"),
        ("gclid&x", "?x"),
    ],
)
def test_query_of_the_web(query: str, kept: str) -> None:
    """Outside of known platforms only well-known tracking parameters go; the rest stays as it was, in its order."""
    assert identify(f"https://example.org/a?{query}").canonical_url == f"https://example.org/a{kept}"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://youtu.be/jNQXAC9IVRw", "YouTube video"),
        ("https://www.youtube.com/playlist?list=WL", "YouTube playlist"),
        ("https://www.youtube.com/@nasa", "YouTube channel @nasa"),
        ("https://www.youtube.com/hashtag/cats", "YouTube hashtag #cats"),
        ("https://www.youtube.com/results?search_query=two+cats", "YouTube search “two cats”"),
        ("https://www.tiktok.com/@dancer", "TikTok profile @dancer"),
        ("https://www.instagram.com/garden.notes/saved/", "Instagram saved posts @garden.notes"),
        ("https://boards.4chan.org/po/thread/570368", "4chan thread /po/570368"),
        ("https://vimeo.com/76979871", "Page on vimeo.com"),
        ("https://example.org/one.mp4", "File on example.org"),
        ("https://www.youtube.com/results?search_query=" + "a" * 90, "YouTube search “" + "a" * 44 + "…"),
    ],
)
def test_labels(url: str, text: str) -> None:
    """A label says in a few words what a target is."""
    assert label(identify(url)) == text


def test_label_of_unknown_platform() -> None:
    """A target of a platform that this version does not know has a label too."""
    target = Target(url="https://a.example/", platform="later", kind="video", canonical_url="https://a.example/")
    assert label(target) == "later video"


PIECES = """
https:// http:// // www. youtube.com youtu.be instagram.com www.tiktok.com vm.tiktok.com boards.4chan.org
l.instagram.com example.org 127.1 [::1] / /@ @ : ? & = # % %2F %00 %ff .. \\ &amp; utm_source=x
watch?v= jNQXAC9IVRw list=PLaaaaaaaaaa redirect?q= https%3A%2F%2F
p/ reel/ stories/ saved/ explore/tags/ video/ 7400000000000000000 music/ thread/ po
"""
FRAGMENTS = st.sampled_from((*PIECES.split(), "ä", "😀", "\0", "\u202e"))


def outcome(url: str) -> Target | str:
    """The target of a URL or the code of its error."""
    try:
        return identify(url)
    except RequestError as error:
        return error.code


@given(st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=3)), max_size=12).map("".join)))
def test_any_text(text: str) -> None:
    """Any text at all is either a target, whose canonical URL is its own, or a request error."""
    target = outcome(text)
    if isinstance(target, str):
        assert target in ("bad_url", "unsupported_url", "private_host", "too_large")
        return
    again = identify(target.canonical_url)
    assert (again.canonical_url, again.platform, again.platform_id) == (
        target.canonical_url,
        target.platform,
        target.platform_id,
    )
    assert target.kind in get_args(Kind)
    assert label(target)


def test_tables_are_whole() -> None:
    """Each table knows what to do with any first segment, and each of its rows has a kind that exists."""
    for platform in PLATFORMS:
        for table in (*platform.hosts.values(), *platform.front_ends.values()):
            assert "*" in table
            kinds = {row.kind for found in table.values() for row in found if isinstance(row, Row)}
            assert kinds <= set(get_args(Kind))
    assert set(PLATFORM_NAMES) == {"youtube", "instagram", "tiktok", "4chan", "web"}


def test_imports_nothing_heavy() -> None:
    """The host may import this package: it brings no library and no network."""
    code = "import sys, bowerbird.targets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert not {"socket", "ssl", "http", *FORBIDDEN_MODULES} & {name.partition(".")[0] for name in loaded.split()}


def test_imports_only_the_standard_library() -> None:
    """No module of this package names a library from outside."""
    for path in Path(targets_package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "bowerbird"}, path.name

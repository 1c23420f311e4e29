"""Agreement with the URLs that the libraries test themselves with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bowerbird.errors import RequestError
from bowerbird.targets import identify

AGREEMENT = 0.99

# Run as a process of its own: only what it prints reaches the tests.
GALLERY_DL_EXAMPLES = """
import json
from gallery_dl import extractor
wanted = ("instagram", "tiktok", "4chan")
print(json.dumps([(c.category, c.subcategory, c.example) for c in extractor.extractors() if c.category in wanted]))
"""


class Expected(NamedTuple):
    """What a library's own test says about its URL; `platform_id` is None where it says nothing."""

    platform: str
    kinds: tuple[str, ...]
    platform_id: str | None


REFUSED = Expected("", (), None)
WORDS = {"shorts": "short", "live": "live"}
TAB_KINDS = {"live": "live", "search": "search"}


def path_of(url: str) -> list[str]:
    """The segments of a URL's path, decoded."""
    return [unquote(segment) for segment in urlsplit(url).path.split("/") if segment]


def youtube_video(url: str, video_id: str) -> Expected:
    """A video; the word before the id may say more."""
    return Expected("youtube", (WORDS.get(path_of(url)[0], "video"),), video_id)


def youtube_tab(url: str, name: str) -> Expected:
    """A list; `name` is the channel's name or the list's id. Beside a video, the video is meant."""
    path = path_of(url)
    query = parse_qs(urlsplit(url).query)
    if path[0] == "watch":
        return Expected("youtube", ("video",), query["v"][0])
    if path[0] in ("playlist", "hashtag"):
        return Expected("youtube", (path[0],), name)
    if path[0] == "feed":
        return Expected("youtube", ("playlist", "sound"), None)
    if path[0] == "browse" and not name.startswith("UC"):
        return Expected("youtube", ("playlist",), name.removeprefix("VL"))
    kind = TAB_KINDS.get(path[-1], "channel")
    return Expected("youtube", (kind,), query["query"][0] if kind == "search" else name)


def youtube_search(url: str, _: str) -> Expected:
    """A search; its id is the text that is searched for."""
    query = parse_qs(urlsplit(url).query)
    return Expected("youtube", ("search",), (query.get("search_query") or query["q"])[0])


def instagram_post(url: str, code: str) -> Expected:
    """A post, as the word before the shortcode says."""
    kinds = {"p": "post", "reel": "reel", "reels": "reel", "tv": "video"}
    return Expected("instagram", (next(kinds[word] for word in path_of(url) if word in kinds),), code)


def instagram_story(url: str, _: str) -> Expected:
    """A highlight, one story, or all of somebody's stories."""
    path = path_of(url)
    if path[1] == "highlights":
        return Expected("instagram", ("highlight",), path[2])
    return Expected("instagram", ("story",), path[2]) if len(path) > 2 else Expected("instagram", ("stories",), path[1])


def always(platform: str, kind: str) -> Callable[[str, str], Expected]:
    """A class whose URLs are all of one kind, with the id that the library finds in them."""
    return lambda _, name: Expected(platform, (kind,), name)


def without_id(platform: str, kind: str) -> Callable[[str, str], Expected]:
    """A class whose URLs carry no id of what they lead to."""
    return lambda _url, _name: Expected(platform, (kind,), None)


def refused(_url: str, _name: str) -> Expected:
    """A class that only tells the person what is wrong with the URL."""
    return REFUSED


CLASSES: dict[str, Callable[[str, str], Expected]] = {
    "Youtube": youtube_video,
    "YoutubeClip": always("youtube", "clip"),
    "YoutubeConsentRedirect": lambda _url, _name: Expected("youtube", ("live",), "qVv6vCqciTM"),
    "YoutubeLivestreamEmbed": without_id("youtube", "live"),
    "YoutubeMusicSearchURL": youtube_search,
    "YoutubePlaylist": always("youtube", "playlist"),
    "YoutubeRecommended": without_id("youtube", "playlist"),
    "YoutubeSearchURL": youtube_search,
    "YoutubeShortsAudioPivot": always("youtube", "sound"),
    "YoutubeTab": youtube_tab,
    "YoutubeTruncatedID": refused,
    "YoutubeTruncatedURL": refused,
    "YoutubeWebArchive": without_id("web", "page"),
    "YoutubeYtBe": always("youtube", "video"),
    "Instagram": instagram_post,
    "InstagramStory": instagram_story,
    "InstagramTag": always("instagram", "hashtag"),
    "InstagramUser": always("instagram", "profile"),
    "TikTok": always("tiktok", "video"),
    "TikTokCollection": always("tiktok", "collection"),
    "TikTokEffect": always("tiktok", "collection"),
    "TikTokLive": lambda url, _: Expected("tiktok", ("live",), path_of(url)[-1 if "share" in url else 0].lstrip("@")),
    "TikTokSound": always("tiktok", "sound"),
    "TikTokTag": always("tiktok", "hashtag"),
    "TikTokUser": always("tiktok", "profile"),
    "TikTokVM": without_id("tiktok", "video"),
}
# Classes whose only addresses are prefixes such as `:ytfav`.
PREFIXES = {
    "InstagramIOS", "YoutubeFavourites", "YoutubeHistory", "YoutubeNotifications", "YoutubeSearch", "YoutubeSearchDate",
    "YoutubeSubscriptions", "YoutubeWatchLater", "YoutubeYtUser",
}  # fmt: skip


def classes_with_tests() -> Iterator[Any]:
    """The library's classes for our platforms that have tests of their own."""
    from yt_dlp.extractor import gen_extractor_classes

    for extractor in gen_extractor_classes():
        name = extractor.ie_key()
        if name.startswith(("Youtube", "Instagram", "TikTok")) and list(
            extractor.get_testcases(include_onlymatching=True)
        ):
            yield extractor


@pytest.fixture(scope="module")
def library_urls() -> list[tuple[str, str, str]]:
    """Class name, URL and the id that the class finds in it, for each test of the library."""
    found = []
    for extractor in classes_with_tests():
        for case in extractor.get_testcases(include_onlymatching=True):
            groups = extractor._match_valid_url(case["url"]).groupdict()
            found.append((extractor.ie_key(), case["url"], unquote(groups.get("id") or "")))
    return found


def agrees(url: str, expected: Expected) -> bool:
    """Whether our answer is the expected one; a channel's tab is part of our id."""
    try:
        target = identify(url)
    except RequestError as error:
        return expected is REFUSED and error.code == "unsupported_url"
    ours = [*(target.platform_id or "").split("/"), target.platform_id]
    found = expected.platform_id is None or expected.platform_id in ours
    return target.platform == expected.platform and target.kind in expected.kinds and found


def is_address(url: str) -> bool:
    """Whether it is a web address at all; the rest are bare ids and prefixes."""
    return url.startswith(("http://", "https://", "//"))


def test_every_class_is_known(library_urls: list[tuple[str, str, str]]) -> None:
    """No class of the library is unknown: a new one must be looked at."""
    assert {name for name, _, _ in library_urls} <= CLASSES.keys() | PREFIXES


def test_agreement(library_urls: list[tuple[str, str, str]]) -> None:
    """At least 99 % of the library's own test URLs are to us what they are to the library."""
    cases = [(url, CLASSES[name](url, found)) for name, url, found in library_urls if is_address(url)]
    differing = [(url, expected) for url, expected in cases if not agrees(url, expected)]
    share = 1 - len(differing) / len(cases)
    print(f"\n{len(cases)} URLs, agreement {share:.2%}", *differing, sep="\n")
    assert len(cases) > 200
    assert share >= AGREEMENT, differing


def test_bare_ids_and_prefixes(library_urls: list[tuple[str, str, str]]) -> None:
    """What the library takes without being a web address is refused."""
    others = [url for _, url, _ in library_urls if not is_address(url)]
    assert len(others) > 20
    for url in others:
        with pytest.raises(RequestError) as caught:
            identify(url)
        assert caught.value.code in ("bad_url", "unsupported_url"), url


NOT_FOR_SAVING = {
    ("instagram", "avatar"), ("instagram", "followers"), ("instagram", "following"), ("instagram", "info"),
    ("tiktok", "avatar"), ("tiktok", "following"),
}  # fmt: skip
GALLERY_DL_KINDS = {
    ("instagram", "collection"): "collection",
    ("instagram", "highlights"): "highlights",
    ("instagram", "photos"): "profile",
    ("instagram", "post"): "post",
    ("instagram", "posts"): "profile",
    ("instagram", "reels"): "reels",
    ("instagram", "saved"): "saved",
    ("instagram", "stories"): "stories",
    ("instagram", "stories-tray"): "stories",
    ("instagram", "tag"): "hashtag",
    ("instagram", "tagged"): "tagged",
    ("instagram", "user"): "profile",
    ("tiktok", "likes"): "playlist",
    ("tiktok", "post"): "post",
    ("tiktok", "posts"): "profile",
    ("tiktok", "reposts"): "playlist",
    ("tiktok", "saved"): "saved",
    ("tiktok", "stories"): "stories",
    ("tiktok", "user"): "profile",
    ("tiktok", "vmpost"): "video",
    ("4chan", "board"): "board",
    ("4chan", "thread"): "thread",
}


def test_examples_of_gallery_dl() -> None:
    """The example URL of each of gallery-dl's classes is of the kind that the class saves, but for lists of people."""
    program = [sys.executable, "-c", GALLERY_DL_EXAMPLES]
    printed = subprocess.run(program, capture_output=True, text=True, check=True, timeout=120).stdout
    examples = {(category, subcategory): url for category, subcategory, url in json.loads(printed)}
    ours = {name: identify(url) for name, url in examples.items() if name not in NOT_FOR_SAVING}
    assert {name: (target.platform, target.kind) for name, target in ours.items()} == {
        name: (name[0], kind) for name, kind in GALLERY_DL_KINDS.items()
    }

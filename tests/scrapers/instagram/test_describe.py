"""What is made of the platform's nodes, in each of their shapes, whatever is missing or wrong in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.errors import JobError
from bowerbird.scrapers.instagram import describe
from bowerbird.scrapers.instagram.item import pieces_of_post
from bowerbird.scraping import ItemFound, ScrapedCreator
from tests.scrapers.instagram.conftest import target

POST = target("p/DCSgF2egxAA/")

NEWER = {
    "code": "DCSgF2egxAA",
    "pk": "3500001000000000000",
    "taken_at": 1790000000,
    "caption": {"text": "Frost\n\n#moss"},
    "user": {"pk": "1001", "username": "Garden", "full_name": "The Garden"},
    "like_count": 0,
    "comment_count": 3,
    "view_count": None,
    "play_count": 9,
    "location": {"name": "Pond"},
}
OLDER = {
    "shortcode": "DCSgF2egxAA",
    "id": "3500001000000000000",
    "taken_at_timestamp": 1790000000,
    "edge_media_to_caption": {"edges": [{"node": {"text": "Frost\n\n#moss"}}]},
    "owner": {"id": "1001", "username": "garden", "full_name": "The Garden"},
    "edge_media_preview_like": {"count": 0},
    "edge_media_to_comment": {"count": 3},
    "video_view_count": 9,
    "location": {"name": "Pond"},
}
LISTED = {"shortcode": "DCSgF2egxAA", "id": "3500001000000000000", "date": 1790000000, "iphone_struct": NEWER}


@pytest.mark.parametrize("node", [NEWER, OLDER, LISTED])
def test_each_shape_tells_the_same(node: dict[str, Any]) -> None:
    """The newer calls, the older queries and the lists describe one post alike."""
    item = describe.describe_post(node, POST)
    assert (item.platform_id, item.title, item.description) == ("DCSgF2egxAA", "Frost", "Frost\n\n#moss")
    assert (item.like_count, item.comment_count, item.view_count) == (0, 3, 9)
    assert (item.taken_at, item.upload_date) == ("2026-09-21T14:13:20.000Z", "2026-09-21")
    assert (item.hashtags, item.location) == (("moss",), "Pond")
    assert item.creator == ScrapedCreator(
        platform_id="1001", handle="garden", name="The Garden", url="https://www.instagram.com/garden/"
    )


@pytest.mark.parametrize(
    ("path", "product_type", "kind"),
    [
        ("p/DCSgF2egxAA/", None, "post"),
        ("p/DCSgF2egxAA/", "clips", "reel"),
        ("reel/DCSgF2egxAA/", None, "reel"),
        ("reel/DCSgF2egxAA/", "feed", "reel"),
        ("tv/DCSgF2egxAA/", "igtv", "video"),
        ("garden/", "carousel_container", "post"),
        ("garden/reels/", "clips", "reel"),
    ],
)
def test_kind_is_what_the_platform_says(path: str, product_type: str | None, kind: str) -> None:
    """A reel is one wherever it was found; without a word of the platform's the address decides."""
    assert describe.describe_post({**NEWER, "product_type": product_type}, target(path)).kind == kind


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        (None, None),
        (" \n ", None),
        ("One\nTwo", "One"),
        ("\n\n  One   two \n", "One two"),
        ("word " * 40, "word " * 18 + "word word…"),
        ("x" * 300, "x" * 99 + "…"),
    ],
)
def test_title_is_the_captions_first_line(caption: str | None, title: str | None) -> None:
    """The first line that says something, cut at a word, at most a hundred characters."""
    assert describe.title_of(caption) == title
    assert len(title or "") <= describe.TITLE


@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("with @Moss.Walks, @moss.walks and @a_b.", ["moss.walks", "a_b"]),
        ("mail me@example.org", []),
        ("(@one)@two", ["one", "two"]),
        (None, []),
    ],
)
def test_mentions(caption: str | None, names: list[str]) -> None:
    """Names after an @, each once, and no mail address."""
    assert describe.mentions(caption) == names


@pytest.mark.parametrize("code", ["../../x", "a/b", "", None, 7.5, "a" * 65, "\0", {"a": 1}])
def test_id_that_is_none_is_refused(code: Any) -> None:
    """What is no id never becomes part of a name."""
    with pytest.raises(JobError, match="scraper_outdated"):
        describe.describe_post({**NEWER, "code": code}, POST)


def test_name_that_is_none_is_no_creator() -> None:
    """What is no name of a profile never becomes part of an address."""
    assert describe.creator_of({"pk": "1", "username": "a/../b"}) is None


_NAMES = st.sampled_from(sorted({*NEWER, *OLDER, "in", "count", "edges", "node"}))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted({*NEWER, *OLDER, "iphone_struct", "usertags", "media"})), _JSON))
@settings(max_examples=300)
def test_anything_may_be_missing_or_wrong(told: dict[str, Any]) -> None:
    """Whatever the fields hold, an item comes of it."""
    node = {**told, "shortcode": "DCSgF2egxAA"}
    assert isinstance(describe.describe_post(node, POST), ItemFound)
    assert isinstance(describe.describe_story({**node, "id": "5"}, None), ItemFound)
    assert isinstance(describe.tagged_people(node), list)


class _Carousel:
    """A carousel whose second file has no address."""

    shortcode = "DCSgF2egxAA"
    typename = "GraphSidecar"

    def get_sidecar_nodes(self) -> list[Any]:
        """Three files, as instaloader gives them."""
        from instaloader import PostSidecarNode

        return [
            PostSidecarNode(True, "https://c/1.jpg", "https://c/1.mp4"),
            PostSidecarNode(False, "", None),
            PostSidecarNode(False, "https://c/3.jpg", None),
        ]


@pytest.mark.parametrize("wrong", [5, "x", {"a": 1}, [5], [None], [{"user": 5}], [{"node": "x"}]])
def test_lists_of_another_shape_tell_nothing(wrong: Any) -> None:
    """Tagged people and captions in no known shape are none."""
    node = {**NEWER, "caption": None, "usertags": {"in": wrong}, "edge_media_to_tagged_user": {"edges": wrong}}
    assert describe.tagged_people(node) == []
    assert (
        describe.describe_post({**node, "edge_media_to_caption": {"edges": wrong}, "media": wrong}, POST).title is None
    )


def test_files_keep_their_places() -> None:
    """A file without an address leaves its number free; the thumbnail is the first video's."""
    found = pieces_of_post(_Carousel())
    assert [(one.url[-5:], one.stem, one.position) for one in found] == [
        ("1.mp4", "DCSgF2egxAA_1", 1),
        ("3.jpg", "DCSgF2egxAA_3", 3),
        ("1.jpg", "thumbnail", None),
    ]

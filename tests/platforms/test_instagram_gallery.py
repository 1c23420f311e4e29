"""gallery-dl, as a program, does its work on Instagram through the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.platforms import StandIn, faults, instagram
from tests.platforms.gallery import Run, gallery_dl
from tests.platforms.instagram import documents, files, refusals

Gallery = Callable[..., Run]

SITE = "https://www.instagram.com"
COOKIES = {".instagram.com": instagram.ME.cookies()}


@pytest.fixture
def gallery(platforms: StandIn, tmp_path: Path) -> Gallery:
    """`gallery(path, cookies=ME's, **options)`: run it on a page of Instagram."""

    def run(path: str, cookies: Any = COOKIES, **options: Any) -> Run:
        return gallery_dl(f"{SITE}/{path}", platforms, tmp_path, cookies, videos="merged", **options)

    return run


def asked(platforms: StandIn) -> int:
    """How many requests went to the platform and for its scripts, files not counted."""
    return len(platforms.log) - len(platforms.seen(files.CDN))


def test_profile_is_fetched_whole(platforms: StandIn, gallery: Gallery) -> None:
    """A profile costs its page, the scripts, a query and one request for each 12 posts."""
    run = gallery(f"{instagram.profile_of(30)}/posts/")
    assert (run.code, run.errors, len(run.done)) == (0, [], 45)
    assert asked(platforms) == 1 + 2 + 1 + 3


def test_ids_of_queries_come_from_the_scripts(platforms: StandIn, gallery: Gallery) -> None:
    """The ids that it sends are those of the page's scripts."""
    gallery(f"{instagram.GARDEN}/info")
    assert documents.OPERATIONS["PolarisProfilePageContentQuery"] in platforms.log[-1].body


def test_carousel_is_fetched_in_order(platforms: StandIn, gallery: Gallery) -> None:
    """One post costs one call, and its files come in order with bytes of their own."""
    run = gallery(f"p/{instagram.CAROUSEL}/")
    pk = instagram.number(instagram.CAROUSEL)
    assert run.done == (f"{pk}_{pk + 1}.jpg", f"{pk}_{pk + 2}.mp4", f"{pk}_{pk + 3}.jpg")
    assert run.files[run.done[1]].read_bytes() == files.content(pk + 2, ".mp4")
    assert asked(platforms) == 1


@pytest.mark.parametrize(
    ("path", "endings", "cost"),
    [
        (f"reel/{instagram.REEL}/", [".mp4"], 1),
        ("share/reel/BAQx_1", [".mp4"], 2),
        (f"stories/{instagram.GARDEN}/", [".jpg", ".mp4"], 5),
        (f"stories/{instagram.GARDEN}/{instagram.STORY_VIDEO}/", [".mp4"], 5),
        (f"stories/highlights/{instagram.HIGHLIGHT}/", [".jpg", ".mp4", ".jpg"], 4),
        (f"{instagram.GARDEN}/highlights/", [".jpg", ".mp4", ".jpg", ".mp4", ".jpg"], 6),
        (f"{instagram.GARDEN}/avatar", [".jpg"], 4),
        (f"{instagram.FOLLOWED}/posts/", [".jpg", ".jpg", ".mp4", ".jpg", ".mp4", ".jpg", ".jpg"], 5),
        (f"{instagram.GARDEN}/reels/", [".mp4"] * 5, 1 + 2 + 1 + 1 + 1 + 5),
    ],
)
def test_kind_is_fetched(platforms: StandIn, gallery: Gallery, path: str, endings: list[str], cost: int) -> None:
    """Each kind of page gives its files, at the price that is known."""
    run = gallery(path)
    assert (run.code, run.errors) == (0, [])
    assert [Path(one).suffix for one in run.done] == endings
    assert asked(platforms) == cost


def test_tagged_posts_are_asked_one_by_one(platforms: StandIn, gallery: Gallery) -> None:
    """Where a profile is tagged: two pages of shortcodes, then a call for each post."""
    run = gallery(f"{instagram.GARDEN}/tagged/")
    assert run.code == 0
    assert len(platforms.seen(path="/api/v1/media/*")) == 15
    assert len(platforms.seen(path="/graphql/query")) == 2


def test_all_saved_posts_come_by_fifty(platforms: StandIn, gallery: Gallery) -> None:
    """All that is saved costs one request for each 50 posts."""
    run = gallery("me.archivist/saved/")
    assert run.code == 0
    assert asked(platforms) == 2


def test_collection_goes_on_past_what_is_gone(platforms: StandIn, gallery: Gallery) -> None:
    """A deleted and a private post are warned of by shortcode; the rest of the collection comes."""
    run = gallery(f"me.archivist/saved/vision-board/{instagram.COLLECTION}/")
    assert run.code == 0
    assert run.log.count("Missing media in post") == 2
    assert f"Missing media in post {instagram.GONE}" in run.log
    assert len(run.done) == 8
    assert asked(platforms) == 1


def test_collection_may_hold_thousands(platforms: StandIn, gallery: Gallery) -> None:
    """A collection of 5,000 is listed at one request for each 50."""
    run = gallery(instagram.collection_url(instagram.collection_of(5000)).removeprefix(f"{SITE}/"), download=False)
    assert run.code == 0
    assert asked(platforms) == 100


def test_collection_goes_on_at_its_cursor(platforms: StandIn, gallery: Gallery) -> None:
    """The cursor that was sent for a page gives the rest of the list, whatever was saved meanwhile."""
    path = instagram.collection_url(instagram.collection_of(120)).removeprefix(f"{SITE}/")
    gallery(path, download=False)
    cursor = platforms.log[1].target.rpartition("max_id=")[2]
    platforms.reset_log()
    platforms.publish(instagram.collection_of(120), 3)
    gallery(path, download=False, cursor=cursor)
    assert asked(platforms) == 2


def test_what_was_saved_since_comes_first(platforms: StandIn, gallery: Gallery) -> None:
    """New posts of a collection stand at its head."""
    platforms.publish(instagram.EMPTY_COLLECTION, 2)
    run = gallery(f"me.archivist/saved/someday/{instagram.EMPTY_COLLECTION}/")
    assert len({one[:19] for one in run.done}) == 2


def test_collection_is_its_owners_alone(platforms: StandIn, gallery: Gallery) -> None:
    """Another account is refused the collection."""
    run = gallery(
        f"me.archivist/saved/vision-board/{instagram.COLLECTION}/",
        cookies={".instagram.com": instagram.SECOND.cookies()},
    )
    assert (run.code, run.done) == (4, ())


def test_pinned_post_says_that_it_is(platforms: StandIn, gallery: Gallery) -> None:
    """Pinned posts are marked, so that they can be left out."""
    assert {"3500701000000003000", "3500701000000007000"}.isdisjoint(
        one[:19] for one in gallery(f"{instagram.PINNED}/posts/", pinned=False).done
    )


def test_empty_lists_are_no_error(gallery: Gallery) -> None:
    """An empty collection and an empty profile give nothing, with exit code 0."""
    assert (
        gallery(f"me.archivist/saved/x/{instagram.EMPTY_COLLECTION}/").code,
        gallery(f"{instagram.EMPTY}/").code,
    ) == (0, 0)


def test_hashtag_is_fetched(gallery: Gallery) -> None:
    """Posts under a hashtag come page by page."""
    run = gallery("explore/tags/heron/")
    assert run.done == (f"{instagram.number(instagram.REEL)}.mp4",)


def test_guides_are_not_supported(platforms: StandIn, gallery: Gallery) -> None:
    """gallery-dl 1.32 knows no guides: the URL is refused without a request."""
    assert gallery(f"{instagram.GARDEN}/guide/trip/178/").code == 64
    assert not platforms.log


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (f"p/{instagram.GONE}/", 4, "HttpError: '400"),
        (f"{instagram.MISSING}/posts/", 5, "UnboundLocalError"),
        (f"{instagram.PRIVATE}/posts/", 0, "posts are private"),
        (f"stories/{instagram.GARDEN}/{instagram.STORY_EXPIRED}/", 4, "Requested story could not be found"),
        (f"stories/{instagram.EMPTY}/", 0, "No results"),
    ],
)
def test_what_is_not_there_is_worded_as_ever(gallery: Gallery, path: str, code: int, words: str) -> None:
    """Gone, missing, private and expired things end as they do on the platform."""
    run = gallery(path)
    assert run.code == code
    assert words in run.log
    assert not run.files


def test_private_profile_lists_no_posts(gallery: Gallery) -> None:
    """What a private profile keeps does not show in its list either."""
    run = gallery(f"{instagram.PRIVATE}/posts/")
    assert "Missing media" not in run.log
    assert "No results" in run.log


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"p/{instagram.PHOTO}/", "HttpError: '401"),
        ("me.archivist/saved/", "HttpError: '401"),
        (f"{instagram.GARDEN}/posts/", "Requested user could not be found"),
    ],
)
def test_visitor_is_refused(gallery: Gallery, path: str, words: str) -> None:
    """Without a login the calls that gallery-dl makes are refused."""
    run = gallery(path, cookies=None)
    assert run.code == 4
    assert words in run.log


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        (refusals.please_wait(path="/api/*"), 4, "HttpError: '401"),
        (refusals.rate_limited(path="/api/*"), 4, "HttpError: '429"),
        (refusals.checkpoint(path="/api/*"), 4, "HttpError: '400"),
        (refusals.login_redirect(path="/api/*"), 4, "HTTP redirect to login page"),
        (refusals.challenge_redirect(path="/api/*"), 4, "HTTP redirect to challenge page"),
        (faults.wrong_shape(path="/api/*"), 1, "KeyError"),
        (faults.page(path="/api/*"), 1, "JSONDecodeError"),
    ],
)
def test_rule_shows_in_the_log(platforms: StandIn, gallery: Gallery, rule: faults.Fault, code: int, words: str) -> None:
    """Each refusal, and an answer of another shape, ends as gallery-dl words it."""
    platforms.fault(rule)
    run = gallery("me.archivist/saved/")
    assert run.code == code
    assert words in run.log


def test_refused_file_leaves_the_others(platforms: StandIn, gallery: Gallery) -> None:
    """A file that its host refuses is warned of, and the rest of the carousel comes."""
    pk = instagram.number(instagram.CAROUSEL)
    platforms.fault(faults.status(404, host=files.CDN, path=f"*{pk + 2}*"))
    run = gallery(f"p/{instagram.CAROUSEL}/")
    assert (run.code, len(run.done)) == (4, 2)
    assert "Failed to download" in run.log

"""instaloader does its work through the stand-in: what arrives, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from instaloader import Hashtag, Post, Profile

from tests.platforms import StandIn, instagram
from tests.platforms.conftest import LEAVES_SOCKETS
from tests.platforms.instagram import files
from tests.platforms.loader import loader, posts

pytestmark = LEAVES_SOCKETS

CDN = files.CDN


@pytest.fixture
def visitor(platforms: StandIn, tmp_path: Path) -> Any:
    """An instaloader that is not logged in."""
    return loader(tmp_path)


@pytest.fixture
def me(platforms: StandIn, tmp_path: Path) -> Any:
    """An instaloader that is logged in as ME."""
    return loader(tmp_path, instagram.ME)


def profile(made: Any, name: str) -> Any:
    """A profile by its name."""
    return Profile.from_username(made.context, name)


def names(folder: Path) -> list[str]:
    """What landed."""
    return sorted(one.name for one in folder.iterdir())


def asked(platforms: StandIn) -> int:
    """How many requests went to the platform, files not counted."""
    return len(platforms.seen("*.instagram.com"))


def test_visitor_reads_every_post_of_a_public_profile(platforms: StandIn, visitor: Any) -> None:
    """Without a login a profile costs a page, then a page, the start page, one per post and one per further page."""
    found = posts(visitor, instagram.GARDEN)
    assert len(found) == 27
    assert found[-1].shortcode == instagram.CAROUSEL
    assert asked(platforms) == 1 + 1 + 1 + 27 + 2


def test_account_reads_every_post_at_a_request_a_page(platforms: StandIn, me: Any) -> None:
    """Logged in, a profile costs a page, a query, the start page and one request for each 12 posts."""
    found = posts(me, instagram.profile_of(300))
    assert len({one.shortcode for one in found}) == 300
    assert asked(platforms) == 1 + 1 + 1 + 25


def test_profile_says_who_it_is(me: Any) -> None:
    """Number, counts and words of a profile arrive."""
    found = profile(me, instagram.GARDEN)
    assert (found.userid, found.mediacount, found.followers, found.is_private) == (4100000001, 27, 250, False)
    assert found.biography_mentions == ["moss.walks"]


def test_post_tells_all_about_itself(me: Any) -> None:
    """Caption, hashtags, mentions, place, tagged profile and counts of a post arrive."""
    found = Post.from_shortcode(me.context, instagram.PHOTO)
    assert found.caption == instagram.CAPTION
    assert found.caption_hashtags == ["moss", "garden", "wintermorgen"]
    assert (found.caption_mentions, found.tagged_users) == (["moss.walks"], ["moss.walks"])
    assert (found.location.name, found.location.lat) == ("Lily Pond", 47.0707)
    assert (found.likes, found.comments, found.owner_username) == (1234, 0, instagram.GARDEN)


def test_caption_may_be_missing_or_hostile(me: Any) -> None:
    """A post without a caption has none; markup in one stays text."""
    assert Post.from_shortcode(me.context, instagram.NO_CAPTION).caption is None
    assert Post.from_shortcode(me.context, instagram.HOSTILE).caption == instagram.MARKUP


def test_carousel_arrives_in_order(platforms: StandIn, me: Any, tmp_path: Path) -> None:
    """The files of a carousel are numbered from 1 in its order, each with bytes of its own."""
    me.download_post(Post.from_shortcode(me.context, instagram.CAROUSEL), "any")
    assert names(tmp_path) == [f"{instagram.CAROUSEL}_{one}" for one in ("1.jpg", "2.mp4", "3.jpg")]
    pk = instagram.number(instagram.CAROUSEL)
    for place, ending in enumerate((".jpg", ".mp4", ".jpg"), 1):
        assert (tmp_path / f"{instagram.CAROUSEL}_{place}{ending}").read_bytes() == files.content(pk + place, ending)


def test_reel_arrives_with_its_counts(platforms: StandIn, me: Any, tmp_path: Path) -> None:
    """A reel costs a query and a call of the app, and a HEAD for each of the two addresses of its video."""
    found = Post.from_shortcode(me.context, instagram.REEL)
    me.download_post(found, "any")
    assert names(tmp_path) == [f"{instagram.REEL}.mp4"]
    assert (found.video_view_count, found.video_play_count, found.video_duration) == (4200, 8400, 4.0)
    assert [one.method for one in platforms.seen(CDN)] == ["HEAD", "HEAD", "GET"]
    assert asked(platforms) == 2


def test_visitor_gets_one_post(platforms: StandIn, visitor: Any, tmp_path: Path) -> None:
    """Without a login one public post costs the start page and a query."""
    visitor.download_post(Post.from_shortcode(visitor.context, instagram.REEL), "any")
    assert names(tmp_path) == [f"{instagram.REEL}.mp4"]
    assert asked(platforms) == 2


def test_stories_arrive(platforms: StandIn, me: Any, tmp_path: Path) -> None:
    """Stories of one profile cost a query and a call of the app."""
    (story,) = me.get_stories([4100000001])
    items = list(story.get_items())
    for item in items:
        me.download_storyitem(item, "any")
    assert {one.mediaid for one in items} == {instagram.STORY_IMAGE, instagram.STORY_VIDEO}
    assert [Path(one).suffix for one in names(tmp_path)] == [".jpg", ".mp4"]
    assert asked(platforms) == 2


def test_expired_story_is_not_there(platforms: StandIn, me: Any) -> None:
    """A story that ran out is no longer listed, and a profile without any has none."""
    platforms.remove(str(instagram.STORY_IMAGE))
    (story,) = me.get_stories([4100000001])
    assert [one.mediaid for one in story.get_items()] == [instagram.STORY_VIDEO]
    assert not list(me.get_stories([4100000005]))


def test_followed_stories_are_found_without_names(me: Any) -> None:
    """The tray lists who has stories, those private profiles too that the account follows."""
    assert {one.owner_username for one in me.get_stories()} == {instagram.GARDEN, instagram.FOLLOWED}


def test_highlights_arrive_with_title_and_items(platforms: StandIn, me: Any) -> None:
    """Highlights cost one query, and a query and a call of the app each."""
    found = {one.title: [item.is_video for item in one.get_items()] for one in me.get_highlights(4100000001)}
    assert found == {"Lilies": [False, True, False], "Herons": [True, False]}
    assert asked(platforms) == 1 + 2 * 2


def test_reels_tab_lists_reels_only(platforms: StandIn, me: Any) -> None:
    """The reels of a profile cost a request a page and one each."""
    owner = profile(me, instagram.GARDEN)
    assert owner.mediacount
    platforms.reset_log()
    found = list(owner.get_reels())
    assert found[-1].shortcode == instagram.REEL
    assert asked(platforms) == 1 + len(found)


def test_tagged_posts_are_of_others(me: Any) -> None:
    """Where a profile is tagged are another profile's posts, over two pages."""
    found = list(profile(me, instagram.GARDEN).get_tagged_posts())
    assert len(found) == 15
    assert {one.owner_username for one in found} == {instagram.MOSS}


def test_saved_posts_arrive_for_their_account_alone(platforms: StandIn, tmp_path: Path) -> None:
    """All that an account saved comes 12 at a time, and another account has its own."""
    mine, second = (loader(tmp_path, one) for one in (instagram.ME, instagram.SECOND))
    saved = Profile.own_profile(mine.context).get_saved_posts()
    assert (saved.count, len(list(saved))) == (60, 60)
    assert asked(platforms) == 1 + 5
    assert [one.shortcode for one in Profile.own_profile(second.context).get_saved_posts()] == [instagram.PHOTO]


def test_saved_carousel_is_complete(me: Any, tmp_path: Path) -> None:
    """A carousel in the list of saved posts has all its files there."""
    me.download_post(next(Profile.own_profile(me.context).get_saved_posts()), "any")
    assert len(names(tmp_path)) == 3


@pytest.mark.parametrize(
    ("code", "count", "host"), [(instagram.FEW_COMMENTS, 8, "www"), (instagram.MANY_COMMENTS, 40, "i")]
)
def test_comments_arrive_with_their_answers(platforms: StandIn, me: Any, code: str, count: int, host: str) -> None:
    """Few comments come by a query, many by the app, both with all answers."""
    post = Post.from_shortcode(me.context, code)
    found = list(post.get_comments())
    answers = [answer for one in found for answer in one.answers]
    assert (post.comments, len(found) + len(answers), len(answers)) == (count, count, 3)
    assert found[0].owner.username == instagram.MOSS
    assert platforms.log[-1].host == f"{host}.instagram.com"


def test_hashtag_and_place_list_posts(me: Any) -> None:
    """Posts under a hashtag and of a place arrive."""
    tag = Hashtag.from_name(me.context, "moss")
    by_page, by_query = ({one.shortcode for one in found} for found in (tag.get_posts(), tag.get_posts_resumable()))
    assert by_page == by_query
    assert instagram.PHOTO in by_page
    assert [one.shortcode for one in me.get_location_posts(str(instagram.POND.pk))] == [instagram.PHOTO]


def test_list_resumes_where_it_was_frozen(platforms: StandIn, me: Any) -> None:
    """A frozen list goes on with the post that it gave last, and asks no page again."""
    owner = profile(me, instagram.profile_of(30))
    running = owner.get_posts()
    before = [next(running).shortcode for _ in range(20)]
    frozen = running.freeze()
    again = owner.get_posts()
    again.thaw(frozen)
    platforms.reset_log()
    after = [one.shortcode for one in again]
    assert after[0] == before[-1]
    assert len({*before, *after}) == 30
    assert asked(platforms) == 1


def test_new_posts_come_first(platforms: StandIn, me: Any) -> None:
    """What is posted between two runs stands at the head, and moves nothing of what follows."""
    before = [one.shortcode for one in posts(me, instagram.GARDEN)]
    platforms.publish(instagram.GARDEN, 3)
    assert [one.shortcode for one in posts(me, instagram.GARDEN)][3:] == before


@pytest.mark.parametrize("account", [None, instagram.ME])
def test_pinned_posts_come_before_newer_ones(platforms: StandIn, tmp_path: Path, account: Any) -> None:
    """A profile's list begins with its pinned posts, however old, and each post is in it once."""
    platforms.publish(instagram.PINNED, 1)
    dates = [one.date_utc for one in posts(loader(tmp_path, account), instagram.PINNED)]
    assert len(set(dates)) == 21
    assert dates[2:] == sorted(dates[2:], reverse=True)
    assert dates[0] < dates[2]


def test_deleted_post_is_gone_everywhere(platforms: StandIn, me: Any) -> None:
    """A post that is taken off leaves the list, and can't be asked for."""
    platforms.remove(instagram.REEL)
    assert instagram.REEL not in {one.shortcode for one in posts(me, instagram.GARDEN)}
    with pytest.raises(Exception, match="Fetching Post metadata failed"):
        Post.from_shortcode(me.context, instagram.REEL)


@pytest.mark.parametrize("account", [None, instagram.ME])
def test_empty_profile_is_no_error(platforms: StandIn, tmp_path: Path, account: Any) -> None:
    """A profile without posts lists none."""
    assert posts(loader(tmp_path, account), instagram.EMPTY) == []

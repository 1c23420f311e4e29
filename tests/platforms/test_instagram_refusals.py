"""Each way in which Instagram says no to instaloader, in the words that it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import instaloader
import pytest
from instaloader.exceptions import AbortDownloadException

from tests.platforms import StandIn, faults, instagram
from tests.platforms.conftest import LEAVES_SOCKETS
from tests.platforms.instagram import files, refusals
from tests.platforms.loader import loader, posts

pytestmark = LEAVES_SOCKETS


@pytest.fixture
def me(platforms: StandIn, tmp_path: Path) -> Any:
    """An instaloader that is logged in as ME."""
    return loader(tmp_path, instagram.ME)


@pytest.mark.parametrize(
    ("account", "name", "error"),
    [
        (None, instagram.MISSING, instaloader.ProfileNotExistsException),
        (instagram.ME, instagram.MISSING, instaloader.ProfileNotExistsException),
        (instagram.ME, instagram.OLD_NAME, instaloader.ProfileNotExistsException),
        (None, instagram.PRIVATE, instaloader.LoginRequiredException),
        (instagram.ME, instagram.PRIVATE, instaloader.PrivateProfileNotFollowedException),
        (instagram.SECOND, instagram.FOLLOWED, instaloader.PrivateProfileNotFollowedException),
    ],
)
def test_profile_that_does_not_open(
    platforms: StandIn, tmp_path: Path, account: Any, name: str, error: type[Exception]
) -> None:
    """A missing profile, and a private one that the account does not follow, have errors of their own."""
    with pytest.raises(error):
        posts(loader(tmp_path, account), name)


def test_private_profile_opens_to_who_follows_it(me: Any) -> None:
    """A private profile shows its posts to the account that follows it."""
    assert len(posts(me, instagram.FOLLOWED)) == 5


def test_renamed_profile_is_found_by_number_alone(platforms: StandIn, me: Any) -> None:
    """After a rename the old name is nobody's, while number and new name still lead to the profile."""
    platforms.rename(instagram.GARDEN, "garden.diary")
    with pytest.raises(instaloader.ProfileNotExistsException):
        posts(me, instagram.GARDEN)
    assert instaloader.Profile.from_id(me.context, 4100000001).username == "garden.diary"
    assert posts(me, "garden.diary")[-1].owner_username == "garden.diary"


@pytest.mark.parametrize("code", [instagram.GONE, instagram.shortcode(3500301000000000000), "Bnevermade1"])
def test_post_that_does_not_open(me: Any, code: str) -> None:
    """A deleted post, one of a private profile and one that never was all look alike."""
    with pytest.raises(instaloader.BadResponseException, match="Fetching Post metadata failed"):
        instaloader.Post.from_shortcode(me.context, code)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (refusals.EXPIRED, AbortDownloadException, "302 Found.*/accounts/login/"),
        (refusals.CHECKPOINT, AbortDownloadException, "400.*checkpoint_required"),
        (refusals.CHALLENGE, AbortDownloadException, "302 Found.*/challenge/"),
        (refusals.FEEDBACK, AbortDownloadException, "400.*feedback_required"),
        (refusals.WAIT, instaloader.ConnectionException, "401.*Please wait a few minutes"),
        (refusals.LIMITED, instaloader.ConnectionException, "429.*Please wait a few minutes"),
    ],
)
def test_refused_account_meets_it_on_every_way(
    platforms: StandIn, tmp_path: Path, state: str, error: type[Exception], words: str
) -> None:
    """What the platform has against an account shows in its queries, and not in another account's."""
    platforms.refuse(instagram.ME.username, state)
    with pytest.raises(error, match=words):
        posts(loader(tmp_path, instagram.ME), instagram.GARDEN)
    assert len(posts(loader(tmp_path, instagram.SECOND), instagram.GARDEN)) == 27


@pytest.mark.parametrize(
    ("state", "status", "word"),
    [
        (refusals.EXPIRED, 403, "login_required"),
        (refusals.CHECKPOINT, 400, "checkpoint_required"),
        (refusals.CHALLENGE, 400, "challenge_required"),
        (refusals.LIMITED, 429, "Please wait"),
    ],
)
def test_refused_account_meets_it_in_the_app_too(
    platforms: StandIn, me: Any, state: str, status: int, word: str
) -> None:
    """The app's host says the same in its own way."""
    platforms.refuse(instagram.ME.username, state)
    with pytest.raises((AbortDownloadException, instaloader.ConnectionException), match=f"{status}.*{word}"):
        me.context.get_iphone_json("api/v1/users/4100000001/info/", {})


def test_rule_may_meet_the_app_alone(platforms: StandIn, me: Any) -> None:
    """The app's host can refuse a session that the site still takes."""
    platforms.fault(refusals.login_required())
    assert me.test_login() == instagram.ME.username
    with pytest.raises(instaloader.ConnectionException, match=r"403.*login_required"):
        me.context.get_iphone_json("api/v1/users/4100000001/info/", {})


@pytest.mark.parametrize(
    ("rule", "error", "words"),
    [
        (refusals.please_wait(path="/api/graphql", skip=1), instaloader.ConnectionException, "401 Unauthorized"),
        (refusals.rate_limited(path="/api/graphql", skip=1), instaloader.ConnectionException, "429 Too Many"),
        (refusals.checkpoint(path="/api/graphql", skip=1), AbortDownloadException, "checkpoint_required"),
        (refusals.challenge(path="/api/graphql", skip=1), AbortDownloadException, "challenge_required"),
        (refusals.challenge_redirect(path="/api/graphql", skip=1), AbortDownloadException, "/challenge/"),
        (refusals.feedback(path="/api/graphql", skip=1), AbortDownloadException, "feedback_required"),
        (refusals.login_redirect(path="/api/graphql", skip=1), AbortDownloadException, "/accounts/login/"),
        (refusals.gone(path="/api/graphql"), instaloader.QueryReturnedBadRequestException, "Media not found"),
        (faults.wrong_shape(path="/api/graphql"), KeyError, "timeline_graphql_connection"),
        (faults.page(path="/api/graphql"), instaloader.ConnectionException, "Expecting value"),
    ],
)
def test_rule_may_meet_a_list_in_its_middle(
    platforms: StandIn, me: Any, rule: faults.Fault, error: type[Exception], words: str
) -> None:
    """A refusal, or an answer of another shape, ends a list on any page of it."""
    platforms.fault(rule)
    with pytest.raises(error, match=words):
        posts(me, instagram.GARDEN)


def test_rate_limit_may_name_its_end(platforms: StandIn, me: Any) -> None:
    """A 429 can carry the seconds to wait."""
    import requests

    platforms.fault(refusals.rate_limited(retry_after=30, times=1))
    answer = requests.get("https://www.instagram.com/", timeout=30)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert len(posts(me, instagram.GARDEN)) == 27


def test_login_may_die_in_the_middle_of_a_list(platforms: StandIn, me: Any) -> None:
    """What was read stays, the next page leads to the login, and a new session goes on."""
    listed = instaloader.Profile.from_username(me.context, instagram.GARDEN).get_posts()
    first = [next(listed) for _ in range(12)]
    platforms.expire(instagram.ME.username)
    with pytest.raises(AbortDownloadException, match="accounts/login"):
        next(listed)
    me.load_session(instagram.ME.username, instagram.ME.cookies(platforms.renew(instagram.ME.username)))
    assert len({*first, *listed}) == 27


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, instaloader.QueryReturnedForbiddenException), (404, instaloader.ConnectionException)],
)
def test_refused_file_shows(platforms: StandIn, me: Any, status: int, error: type[Exception]) -> None:
    """A file that its host refuses is an error of the download alone."""
    platforms.fault(faults.status(status, host=files.CDN))
    post = instaloader.Post.from_shortcode(me.context, instagram.PHOTO)
    with pytest.raises(error, match=str(status)):
        me.download_post(post, "any")


def test_address_with_another_signature_is_refused(platforms: StandIn) -> None:
    """The CDN answers 403 to an address that it did not sign."""
    import requests

    signed = files.url(instagram.STORY_IMAGE, ".jpg")
    assert requests.get(signed, timeout=30).status_code == 200
    assert requests.get(signed[:-1] + "x", timeout=30).status_code == 403

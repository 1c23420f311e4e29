"""How Instagram says no, and what a person reads then: the code, whose session it was, and what to do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bowerbird.errors import JOB_ADVICE
from bowerbird.scraping import Failed, ItemFound, Pace, Requested, SessionChecked
from tests.platforms import StandIn, faults, instagram
from tests.platforms.instagram import documents, refusals
from tests.scrapers.instagram.conftest import Scrapes, asked, codes, lent

ME = str(instagram.ME.pk)
POST = f"p/{instagram.PHOTO}/"
PROFILE = f"{instagram.GARDEN}/"


@pytest.mark.parametrize("path", [POST, PROFILE, f"stories/{instagram.GARDEN}/", f"{instagram.ME.username}/saved/"])
@pytest.mark.parametrize(
    ("how", "code"),
    [
        (refusals.EXPIRED, "session_expired"),
        (refusals.CHECKPOINT, "challenge"),
        (refusals.CHALLENGE, "challenge"),
        (refusals.FEEDBACK, "rate_limited"),
        (refusals.WAIT, "rate_limited"),
        (refusals.LIMITED, "rate_limited"),
    ],
)
def test_refused_account_is_named(scrape: Scrapes, platforms: StandIn, path: str, how: str, code: str) -> None:
    """However an account is met, its job says which account, why, and what to do; and nothing more is asked."""
    platforms.refuse(instagram.ME.username, how)
    events = scrape(path)
    failed = events.one(Failed)
    assert failed.code == code
    assert ME in failed.message
    assert failed.hint
    with_session = [one for one in platforms.log if instagram.carried(one)]
    assert len(with_session) == 1


def test_account_that_is_held_back_rests_for_a_day(scrape: Scrapes, platforms: StandIn) -> None:
    """An account that did too much is not asked with for a day, by nobody."""
    platforms.refuse(instagram.ME.username, refusals.FEEDBACK)
    failed = scrape(POST).one(Failed)
    assert failed.retry_after == 24 * 3600
    assert "after a day" in failed.hint


def test_expired_session_says_what_to_do(scrape: Scrapes, platforms: StandIn) -> None:
    """The sentence and the next step of a dead session are plain."""
    platforms.expire(instagram.ME.username)
    failed = scrape(POST).one(Failed)
    assert failed.message == f"Instagram no longer accepts the sign-in of the account {ME}."
    assert failed.hint == "Open instagram.com in your browser and sign in again: this job goes on by itself."


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refusals.login_required(), "session_expired"),
        (refusals.rate_limited(host="i.instagram.com"), "rate_limited"),
        (refusals.checkpoint(host="i.instagram.com"), "challenge"),
    ],
)
def test_refusal_of_the_app_is_no_worse_picture(scrape: Scrapes, platforms: StandIn, fault: Any, code: str) -> None:
    """What the app's host says of the account is not swallowed: instaloader alone would take another file and go on."""
    platforms.fault(fault)
    assert scrape(POST).error == code
    assert len(platforms.seen("i.instagram.com")) == 1


def test_best_file_may_be_missing(scrape: Scrapes, platforms: StandIn) -> None:
    """Where the app has no better file of a post, the one of the web is taken."""
    platforms.fault(faults.status(404, "{}", host="i.instagram.com"))
    assert scrape(POST).finished


@pytest.mark.parametrize("seconds", [30, 0])
def test_retry_after_is_handed_on(scrape: Scrapes, platforms: StandIn, seconds: int) -> None:
    """A time that the platform names is told to the worker."""
    platforms.fault(refusals.rate_limited(retry_after=seconds))
    assert scrape(POST).one(Failed).retry_after == seconds


@pytest.mark.parametrize(
    "path",
    [
        f"stories/{instagram.GARDEN}/",
        f"stories/{instagram.GARDEN}/{instagram.STORY_IMAGE}/",
        f"stories/highlights/{instagram.HIGHLIGHT}/",
        f"{instagram.GARDEN}/highlights/",
        f"{instagram.ME.username}/saved/",
        f"{instagram.GARDEN}/reels/",
        f"{instagram.GARDEN}/tagged/",
    ],
)
def test_visitor_is_told_to_sign_in_before_anything_is_asked(scrape: Scrapes, platforms: StandIn, path: str) -> None:
    """What only an account gets is not asked for without a session."""
    failed = scrape(path, session=None).one(Failed)
    assert failed.code == "login_needed"
    assert "sign in" in failed.hint
    assert not platforms.log


@pytest.mark.parametrize("path", [f"{instagram.PRIVATE}/", f"{instagram.FOLLOWED}/"])
def test_private_profile_needs_a_session(scrape: Scrapes, path: str) -> None:
    """A private profile asks a visitor to sign in."""
    assert scrape(path, session=None).error == "login_needed"


def test_private_profile_says_who_does_not_follow_it(scrape: Scrapes) -> None:
    """A private profile that the account does not follow is private, and nothing is wrong with the session."""
    failed = scrape(f"{instagram.PRIVATE}/").one(Failed)
    assert (failed.code, ME in failed.message) == ("private", True)


def test_visitor_meets_a_limit(scrape: Scrapes, platforms: StandIn) -> None:
    """What Instagram says to a visitor who asked too often means: sign in; in a list too."""
    platforms.fault(refusals.please_wait(path="/api/graphql*"))
    assert scrape(POST, session=None).error == "login_needed"
    assert scrape(PROFILE, session=None).error == "login_needed"


def test_profile_page_that_is_shut_to_visitors_is_no_dead_session(scrape: Scrapes, platforms: StandIn) -> None:
    """The page of a profile is read as a visitor: that it leads to the login says nothing of the session."""
    platforms.fault(refusals.login_redirect(path=f"/{instagram.GARDEN}/"))
    assert scrape(PROFILE).error == "blocked"


@pytest.mark.parametrize("session", [None, lent()])
def test_missing_profile_is_gone(scrape: Scrapes, session: Any) -> None:
    """A profile that is not there says its name, and that it may have another one."""
    failed = scrape(f"{instagram.MISSING}/", session=session).one(Failed)
    assert failed.code == "gone"
    assert instagram.MISSING in failed.message


def test_renamed_profile_is_found_under_its_new_name(scrape: Scrapes, platforms: StandIn) -> None:
    """After a change of name the old one is gone, and the new one is the same creator."""
    platforms.rename(instagram.MOSS, "moss.new")
    assert scrape(f"{instagram.MOSS}/").error == "gone"
    found = scrape("moss.new/", max_items=1).one(ItemFound).creator
    assert found
    assert (found.platform_id, found.handle) == ("4100000002", "moss.new")


@pytest.mark.parametrize("session", [None, lent()])
def test_deleted_post_is_gone(scrape: Scrapes, session: Any) -> None:
    """A post that was taken off is gone."""
    assert scrape(f"p/{instagram.GONE}/", session=session).error == "gone"


def test_expired_story_is_gone(scrape: Scrapes) -> None:
    """A story after its day says that stories end."""
    failed = scrape(f"stories/{instagram.GARDEN}/{instagram.STORY_EXPIRED}/").one(Failed)
    assert (failed.code, "24 hours" in failed.message) == ("gone", True)


def test_missing_highlight_is_gone(scrape: Scrapes) -> None:
    """A highlight that is not there is gone."""
    assert scrape("stories/highlights/18042509488170000/").error == "gone"


@pytest.mark.parametrize("session", [None, lent()])
@pytest.mark.parametrize("path", [POST, PROFILE])
@pytest.mark.parametrize("fault", [faults.wrong_shape(), faults.page(), faults.wrong_shape('{"status":"ok"}')])
def test_another_shape_is_never_gone(scrape: Scrapes, platforms: StandIn, session: Any, path: str, fault: Any) -> None:
    """JSON of another shape, or a page for JSON, is the library's fault, and the advice is to update it."""
    platforms.fault(faults.replace(fault, host="*.instagram.com"))
    failed = scrape(path, session=session).one(Failed)
    assert failed.code == "scraper_outdated"
    assert "instaloader" in failed.hint


def test_profile_that_has_a_page_is_never_gone(scrape: Scrapes, platforms: StandIn) -> None:
    """A query that says nothing of a profile whose page is there has changed; it was not renamed."""
    platforms.fault(faults.wrong_shape(text=documents.PROFILE))
    assert scrape(PROFILE).error == "scraper_outdated"


@pytest.mark.parametrize(
    ("fault", "code"), [(faults.status(502), "network"), (faults.drop(), "network"), (faults.status(500), "network")]
)
@pytest.mark.parametrize("path", [POST, PROFILE])
def test_fault_of_the_platform_is_tried_again(
    scrape: Scrapes, platforms: StandIn, path: str, fault: Any, code: str
) -> None:
    """Faults of the platform's own are worth another try, and instaloader makes none by itself."""
    platforms.fault(faults.replace(fault, host="*.instagram.com"))
    assert scrape(path).error == code
    assert JOB_ADVICE[code].retry
    assert asked(platforms) == 1


def test_saved_posts_of_somebody_else(scrape: Scrapes) -> None:
    """Saved posts of another account say whose they are and who is signed in."""
    failed = scrape(f"{instagram.SECOND.username}/saved/").one(Failed)
    assert failed.code == "login_needed"
    assert instagram.SECOND.username in failed.message
    assert instagram.ME.username in failed.message


def test_unknown_kind_is_left_to_the_next_scraper(scrape: Scrapes, platforms: StandIn) -> None:
    """Collections are not this library's."""
    assert scrape(f"{instagram.ME.username}/saved/vision-board/{instagram.COLLECTION}/").error == "not_supported"
    assert not platforms.log


def test_check_says_whose_session_it_is(scrape: Scrapes, platforms: StandIn) -> None:
    """A session that holds is answered with the account's name, for one request."""
    events = scrape.check(lent())
    assert events.one(SessionChecked).account == instagram.ME.username
    assert asked(platforms) == events.one(Requested).requests == 1


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (refusals.EXPIRED, "session_expired"),
        (refusals.CHECKPOINT, "challenge"),
        (refusals.CHALLENGE, "challenge"),
        (refusals.LIMITED, "rate_limited"),
    ],
)
def test_check_says_why_a_session_does_not_hold(scrape: Scrapes, platforms: StandIn, how: str, code: str) -> None:
    """A dead, watched or hurried session is told apart."""
    platforms.refuse(instagram.ME.username, how)
    assert scrape.check(lent()).error == code


def test_check_does_not_take_a_fault_for_a_dead_session(scrape: Scrapes, platforms: StandIn) -> None:
    """A platform that is down says nothing of the session."""
    platforms.fault(faults.status(503, host="*.instagram.com"))
    assert scrape.check(lent()).error == "network"


def test_budget_ends_at_a_clean_place(scrape: Scrapes, platforms: StandIn) -> None:
    """With the requests used up the attempt ends, what came is filed, and not one request more is made."""
    events = scrape(f"{instagram.profile_of(36)}/", session=lent(mid="budget"), pace=Pace(requests=5))
    failed = events.one(Failed)
    assert (failed.code, "budget" in failed.message) == ("rate_limited", True)
    assert len(codes(events)) == 24
    assert asked(platforms) == 5 == sum(one.requests for one in events.of(Requested))


def test_requests_keep_their_distance(scrape: Scrapes, platforms: StandIn) -> None:
    """Between two requests to the platform lies the shortest delay; files are not (test_pace.py is exact)."""
    scrape(PROFILE, session=lent(mid="slow"), max_items=14, pace=Pace(delay_min=0.8, delay_max=0.85))
    times = [one.at for one in platforms.seen("*.instagram.com")]
    assert len(times) == 5
    # this is when they arrive, which connecting, or a busy computer, may put off by some tenths
    assert all(later - sooner >= 0.4 for sooner, later in pairwise(times))
    assert times[-1] - times[0] >= 4 * 0.8 - 0.4


def test_user_agent_is_the_browsers(scrape: Scrapes, platforms: StandIn) -> None:
    """The website sees the user agent that the session came with."""
    session = lent()
    scrape(PROFILE, session=session, max_items=1)
    assert {one.user_agent for one in platforms.seen("www.instagram.com")} == {session.user_agent}

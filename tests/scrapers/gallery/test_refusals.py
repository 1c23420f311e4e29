"""What a person reads when a platform says no, though gallery-dl itself often says nothing or something else."""

from __future__ import annotations

import pytest

from bowerbird.model import Target
from bowerbird.scraping import Failed, ItemDone
from bowerbird.targets import identify
from tests.platforms import StandIn, faults, instagram, tiktok
from tests.platforms.boards import forum, threads
from tests.platforms.instagram import files as cdn
from tests.platforms.instagram import refusals
from tests.scrapers.conftest import web
from tests.scrapers.gallery.conftest import GalleryScrapes, collection, lent_by_tiktok
from tests.scrapers.instagram.conftest import asked, last_cursor

PROFILE, POST = f"{instagram.GARDEN}/", f"p/{instagram.CAROUSEL}/"
SAVED = f"{instagram.ME.username}/saved/"


@pytest.mark.parametrize("path", [PROFILE, POST, SAVED])
@pytest.mark.parametrize(
    ("state", "code"),
    [
        (refusals.EXPIRED, "session_expired"),
        (refusals.CHECKPOINT, "challenge"),
        (refusals.CHALLENGE, "challenge"),
        (refusals.WAIT, "rate_limited"),
        (refusals.LIMITED, "rate_limited"),
    ],
)
def test_account_that_is_refused(scrape: GalleryScrapes, platforms: StandIn, path: str, state: str, code: str) -> None:
    """Whatever is asked for: what happened to which account, and what to do; nothing is asked twice."""
    platforms.refuse(instagram.ME.username, state)
    events = scrape.instagram(path)
    assert events.error == code, events
    assert str(instagram.ME.pk) in events.one(Failed).message
    assert len(platforms.seen("www.instagram.com")) <= 3


def test_account_that_did_too_much(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """The account is held back: it rests for a day, and no other library is let at it."""
    platforms.refuse(instagram.ME.username, refusals.FEEDBACK)
    failed = scrape.instagram(SAVED).one(Failed)
    assert (failed.code, failed.retry_after) == ("rate_limited", 86400)


def test_pause_has_the_time_that_the_platform_names(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """429 is met with one request and no wait of the program's own; Retry-After is handed on."""
    platforms.fault(refusals.rate_limited(retry_after=77))
    failed = scrape.instagram(SAVED).one(Failed)
    assert (failed.code, failed.retry_after) == ("rate_limited", 77)
    assert asked(platforms) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"p/{instagram.GONE}/", "gone"),
        (f"{instagram.MISSING}/", "gone"),
        (f"{instagram.PRIVATE}/", "private"),
        (f"stories/{instagram.GARDEN}/{instagram.STORY_EXPIRED}/", "gone"),
        (f"{instagram.GARDEN}/guide/trip/178/", "not_supported"),
    ],
)
def test_what_is_not_there(scrape: GalleryScrapes, path: str, code: str) -> None:
    """Gone, renamed, private and expired things, and guides, which nothing can read."""
    assert scrape.instagram(path).error == code


def test_guide_says_what_to_do_instead(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """No request is made, and a plain sentence says so."""
    failed = scrape.instagram(f"{instagram.GARDEN}/guide/trip/178/").one(Failed)
    assert (failed.message, failed.hint) == (
        "No library can save guides of Instagram any more.",
        "Save the posts of the guide instead.",
    )
    assert not platforms.log


def test_visitor_is_told_to_sign_in(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Without a session nothing is asked of Instagram: gallery-dl would be refused."""
    assert scrape(f"https://www.instagram.com/{POST}").error == "login_needed"
    assert not platforms.log


@pytest.mark.parametrize("fault", [faults.wrong_shape(path="/api/*"), faults.page(path="/api/*")])
def test_changed_platform_is_outdated(scrape: GalleryScrapes, platforms: StandIn, fault: faults.Fault) -> None:
    """An answer of another shape says that gallery-dl needs an update."""
    platforms.fault(fault)
    assert scrape.instagram(SAVED).error == "scraper_outdated"


def test_profile_that_has_a_page_is_never_gone(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A query that says nothing of a profile whose page is there has changed; nobody left."""
    platforms.fault(faults.wrong_shape(path="/graphql/*"))
    platforms.fault(faults.wrong_shape(path="/api/graphql*"))
    assert scrape.instagram(f"{instagram.GARDEN}/").error == "scraper_outdated"


@pytest.mark.parametrize(
    ("fault", "code"), [(faults.status(503), "network"), (faults.drop(), "network"), (faults.status(403), "blocked")]
)
def test_fault_of_the_connection(scrape: GalleryScrapes, platforms: StandIn, fault: faults.Fault, code: str) -> None:
    """A fault of the platform's or of the way to it is no fault of the library's."""
    platforms.fault(fault)
    assert scrape.instagram(SAVED).error == code


def test_refusal_in_the_middle_keeps_what_was_filed(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """The second page is refused: fifty posts stay, and the cursor leads to the page that failed."""
    platforms.fault(refusals.login_redirect(path="/api/*", skip=1))
    path = collection(instagram.collection_of(60))
    events = scrape.instagram(path)
    assert (events.error, len(events.of(ItemDone))) == ("session_expired", 50)
    platforms.clear()
    rest = scrape.instagram(path, cursor=last_cursor(events))
    assert (rest.finished, len(rest.of(ItemDone))) == (True, 10)


def test_lost_file_of_one_post_skips_no_other(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """A post whose only file is gone is skipped; the others are filed."""
    platforms.fault(faults.status(404, host=cdn.CDN, path=f"*{instagram.number(instagram.PHOTO)}*"))
    events = scrape.instagram(collection(instagram.COLLECTION))
    assert events.finished, events
    assert len(events.of(ItemDone)) == 4


@pytest.mark.parametrize(
    ("post", "code"),
    [
        (tiktok.REMOVED, "gone"),
        (tiktok.PRIVATE, "private"),
        (tiktok.LOCKED_VIDEO, "login_needed"),
        (tiktok.REGION, "geo_blocked"),
        (tiktok.CLASSIFIED, "age_restricted"),
        (tiktok.LOGIN_WALL, "login_needed"),
        (tiktok.WITHOUT_DATA, "scraper_outdated"),
        (tiktok.UNKNOWN_STATUS, "scraper_outdated"),
    ],
)
def test_tiktok_post_that_is_refused(scrape: GalleryScrapes, post: str, code: str) -> None:
    """gallery-dl ends with exit code 0 all the same; its log is believed."""
    assert scrape(f"https://www.tiktok.com/@{tiktok.DANCER}/video/{post}").error == code


@pytest.mark.parametrize(
    ("handle", "code"),
    [
        (tiktok.LOCKED, "login_needed"),
        (tiktok.NOBODY, "gone"),
        (tiktok.LOGIN_USER, "login_needed"),
        (tiktok.EMPTY_USER, ""),
    ],
)
def test_tiktok_user_that_is_refused(scrape: GalleryScrapes, handle: str, code: str) -> None:
    """A private, an unknown and an empty user."""
    assert scrape(f"https://www.tiktok.com/@{handle}").error == code


def test_refused_list_of_tiktok_is_no_empty_list(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """429 on a user's second page: no half list passes for a whole one."""
    platforms.fault(faults.status(429, path="/api/creator/item_list/*", skip=1))
    assert scrape(f"https://www.tiktok.com/@{tiktok.user_of(20)}").error == "rate_limited"


def test_session_of_tiktok_opens_what_is_locked(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """With the session a locked post comes, and only TikTok's own hosts see it."""
    url = f"https://www.tiktok.com/@{tiktok.LOCKED}/photo/{tiktok.LOCKED_PHOTOS}"
    assert scrape(url, session=lent_by_tiktok()).finished
    assert not tiktok.sent_astray(platforms.log)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (identify(threads.url_4chan(threads.PRUNED)), "gone"),
        (web(threads.url_vichan(threads.PRUNED_SKETCHES)), "gone"),
        (web(forum.url(forum.MISSING)), "gone"),
        (web(forum.url(forum.MEMBERS_ONLY)), "login_needed"),
        (web(forum.url(forum.FILES_FOR_MEMBERS)), "login_needed"),
    ],
)
def test_thread_that_is_refused(scrape: GalleryScrapes, target: Target, code: str) -> None:
    """A pruned thread is gone; a members' thread needs a sign-in."""
    assert scrape(target).error == code


def test_check_by_a_network_guard_of_the_site(scrape: GalleryScrapes, platforms: StandIn) -> None:
    """Cloudflare's challenge page ends the attempt as blocked."""
    headers = (("Server", "cloudflare"), ("cf-mitigated", "challenge"))
    platforms.fault(faults.status(403, headers=headers, host="a.4cdn.org"))
    assert scrape(threads.url_4chan(threads.FOLDING)).error == "blocked"

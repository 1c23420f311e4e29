"""A session goes to its own site: no redirect, segment, picture or file takes it to another host, in any library."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from bowerbird.model import Target
from bowerbird.scraping import LentSession
from bowerbird.targets import identify
from tests.platforms import Entry, StandIn, faults, instagram, tiktok, youtube
from tests.platforms import web as sites
from tests.platforms.gallery import netscape
from tests.scrapers.conftest import (
    Child,
    Events,
    Scrape,
    platforms,
    scrape,
    settings,
    stand_in,
    start_child,
    warm_child,
    web,
)
from tests.scrapers.gallery.conftest import lent_by_tiktok
from tests.scrapers.instagram.conftest import AGENT, lent, target

__all__ = ["platforms", "scrape", "settings", "stand_in", "start_child", "warm_child"]

CANARY = "c4n4ry-cookie"
OTHER = "https://other.example/clips/one.mp4"


def session_of(domain: str) -> LentSession:
    """A session of any site, with a cookie of the host alone and one for all below it."""
    cookies = {domain: {"sid": CANARY}, f".{domain}": {"wide": CANARY}}
    return LentSession(platform="web", account="me", cookies=netscape(cookies), user_agent=AGENT)


YOUTUBE = LentSession(
    platform="youtube", account="me", cookies=netscape({".youtube.com": {"LOGIN_INFO": CANARY, "SAPISID": CANARY}}),
    user_agent=AGENT,
)  # fmt: skip
VIDEO = identify(f"https://www.youtube.com/watch?v={youtube.GARDEN}")
PHOTOS = identify(f"https://www.tiktok.com/@{tiktok.DANCER}/photo/{tiktok.PHOTOS}")


def secrets(session: LentSession) -> tuple[str, ...]:
    """The values of its cookies that are long enough to be one."""
    values = (line.split("\t")[-1] for line in session.cookies.splitlines() if line.count("\t") == 6)
    return tuple(value for value in values if len(value) > 7)


def carriers(log: Sequence[Entry], session: LentSession) -> set[str]:
    """The hosts that were sent anything of a session."""
    return {
        one.host
        for one in log
        if any(value in f"{dict(one.cookies)}{one.authorization}{one.target}{one.body}" for value in secrets(session))
    }


SignedIn = Callable[[str, Target, LentSession], Events]


@pytest.fixture
def signed_in(scrape: Scrape, start_child: Callable[..., Child]) -> SignedIn:
    """`signed_in(scraper, target, session)`: an attempt in a child of its own, as one keeps its first session."""

    def attempt(scraper: str, wanted: Target, session: LentSession) -> Events:
        return start_child(scraper).run(scrape.assignment(wanted, session=session))

    return attempt


CASES = {
    "yt-dlp, YouTube": ("yt_dlp", VIDEO, YOUTUBE, "www.youtube.com", "/watch*"),
    "yt-dlp, a page": ("yt_dlp", web(sites.VIDEO_PAGE), session_of("pages.example"), "pages.example", "/video"),
    "gallery-dl, Instagram": ("gallery_dl", target(f"p/{instagram.PHOTO}/"), lent(), "www.instagram.com", "*"),
    "gallery-dl, TikTok": ("gallery_dl", PHOTOS, lent_by_tiktok(), "www.tiktok.com", "*"),
    "instaloader": ("instaloader", target(f"p/{instagram.PHOTO}/"), lent(), "*.instagram.com", "*"),
}


ALL = (301, 302, 303, 307, 308)
REDIRECTS = [(name, status) for name in CASES for status in (ALL if name == "yt-dlp, a page" else (302, 308))]


@pytest.mark.parametrize(("name", "status"), REDIRECTS)
def test_a_redirect_takes_no_session_along(name: str, status: int, signed_in: SignedIn, platforms: StandIn) -> None:
    """Sent elsewhere with any status, a library asks there without cookies, or not at all."""
    scraper, wanted, session, host, path = CASES[name]
    platforms.fault(faults.status(status, "", (("Location", OTHER),), host=host, path=path, times=2))
    signed_in(scraper, wanted, session)
    assert [one for one in platforms.log if one.status == status]
    carried = carriers(platforms.log, session)
    assert carried
    assert all(f".{one}".endswith(f".{host.lstrip('*.')}") for one in carried)
    assert not [one for one in platforms.seen("other.example") if one.cookies or one.authorization]


@pytest.mark.parametrize(
    ("scraper", "wanted", "session", "own"),
    [
        ("yt_dlp", VIDEO, YOUTUBE, "youtube.com"),
        ("gallery_dl", target(f"p/{instagram.CAROUSEL}/"), lent(), "instagram.com"),
        ("gallery_dl", PHOTOS, lent_by_tiktok(), "tiktok.com"),
        ("instaloader", target(f"p/{instagram.CAROUSEL}/"), lent(), "instagram.com"),
    ],
)
def test_media_and_pictures_come_without_the_session(
    scraper: str, wanted: Target, session: LentSession, own: str, signed_in: SignedIn, platforms: StandIn
) -> None:
    """Files and thumbnails that lie on other hosts are fetched as by a stranger; the site itself knows who asks."""
    assert signed_in(scraper, wanted, session).finished
    others = [one for one in platforms.log if not f".{one.host}".endswith(f".{own}")]
    assert others
    assert carriers(others, session) == set()
    assert carriers(platforms.log, session)


def test_segments_keys_and_lists_elsewhere_get_no_session(signed_in: SignedIn, platforms: StandIn) -> None:
    """An HLS list of a site that one is signed in to leads to other hosts: they see no cookie, the site does."""
    session = session_of("media.example")
    lines = (
        '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="https://pages.example/key"\n#EXTINF:4,\n'
        "https://other.example/clips/one.mp3\n#EXTINF:4,\nhttps://pages.example/two.ts\n#EXT-X-ENDLIST\n"
    )
    kind = (("Content-Type", "application/vnd.apple.mpegurl"),)
    platforms.fault(faults.status(200, lines, kind, host="media.example", path="/clips/one.mp4"))
    signed_in("yt_dlp", web(sites.ONE_MP4), session)
    assert {one.host for one in platforms.log} > {"media.example"}
    assert carriers(platforms.log, session) == {"media.example"}

"""Where a session goes: to Instagram's own two hosts, and to no file, log or other host."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.errors import JobError
from bowerbird.scrapers.instagram.session import cookies_of
from bowerbird.scraping import LentSession
from tests.platforms import StandIn, instagram
from tests.scrapers.instagram.conftest import AGENT, Scrapes, lent

PATHS = (
    f"p/{instagram.CAROUSEL}/",
    f"reel/{instagram.REEL}/",
    f"{instagram.FOLLOWED}/",
    f"{instagram.ME.username}/saved/",
    f"stories/{instagram.GARDEN}/",
    f"stories/highlights/{instagram.HIGHLIGHT}/",
    f"p/{instagram.MANY_COMMENTS}/",
)


def everything_below(folder: Path) -> bytes:
    """All bytes of all files, and their names."""
    found = [one for one in folder.rglob("*") if one.is_file()]
    return b"".join(one.read_bytes() + str(one).encode() for one in found)


def test_session_is_in_no_file_and_no_log(scrape: Scrapes, platforms: StandIn) -> None:
    """After work and refusals of every kind no file and no line of stderr holds a part of the session."""
    for path in PATHS:
        assert scrape(path, comments=path.startswith("p/"), max_items=4).finished
    for how in ("expired", "checkpoint", "challenge", "feedback", "please wait", "rate limited"):
        platforms.refuse(instagram.ME.username, how)
        assert scrape(PATHS[0]).error
        platforms.accept(instagram.ME.username)
    told = everything_below(scrape.folder) + scrape.child.log.read_bytes()
    for name, value in instagram.ME.cookies().items():
        if name != "ds_user_id":
            assert value.encode() not in told


def test_session_goes_to_its_own_hosts_alone(scrape: Scrapes, platforms: StandIn) -> None:
    """No cookie and no bearer reaches the CDN or anybody else."""
    for path in PATHS:
        scrape(path, comments=True, max_items=4)
    assert any(instagram.carried(one) for one in platforms.log)
    assert not instagram.sent_astray(platforms.log)


def test_redirect_takes_no_session_elsewhere(scrape: Scrapes, platforms: StandIn) -> None:
    """Where the platform sends to another host, nothing is asked there."""
    from tests.platforms import faults

    platforms.fault(faults.redirect("https://example.com/stolen", host="*.instagram.com"))
    assert scrape(PATHS[0]).error
    assert not platforms.seen("example.com")


def test_sessions_of_two_accounts_do_not_mix(scrape: Scrapes, platforms: StandIn) -> None:
    """A child that gets another account's session sends that one alone."""
    scrape(PATHS[0])
    platforms.reset_log()
    second = lent(instagram.SECOND)
    assert scrape(PATHS[0], session=second).finished
    assert {instagram.carried(one) for one in platforms.log} - {""} == {instagram.SECOND.sessionid()}
    platforms.reset_log()
    scrape(PATHS[0], session=None)
    assert not any(instagram.carried(one) for one in platforms.log)


def text(*lines: str) -> LentSession:
    """A session whose cookies are these lines."""
    return LentSession(platform="instagram", account="1", cookies="\n".join(lines), user_agent=AGENT)


SIGNED_IN = ".instagram.com\tTRUE\t/\tTRUE\t2000000000\tsessionid\t41%3Aabc%3A28"


@pytest.mark.parametrize(
    "line",
    [
        ".evil.example\tTRUE\t/\tTRUE\t2000000000\tmid\tX",
        ".notinstagram.com\tTRUE\t/\tTRUE\t2000000000\tmid\tX",
        ".instagram.com\tTRUE\t/\tTRUE\t1000000000\tmid\tX",
        "# .instagram.com\tTRUE\t/\tTRUE\t2000000000\tmid\tX",
        ".instagram.com TRUE / TRUE 2000000000 mid X",
    ],
)
def test_cookie_that_is_not_instagrams_is_left_out(line: str) -> None:
    """Cookies of other sites, cookies that ran out and lines that are none are not taken."""
    assert "mid" not in cookies_of(text(SIGNED_IN, line))


@pytest.mark.parametrize(
    "line",
    [
        "#HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t0\tmid\tX",
        "www.instagram.com\tFALSE\t/\tTRUE\t2000000000\tmid\tX\r",
        "i.instagram.com\tFALSE\t/\tTRUE\t2000000000\tmid\tX",
    ],
)
def test_every_cookie_of_instagram_is_taken(line: str) -> None:
    """Cookies for scripts' eyes or not, of a browser's run or a year, of one host or all."""
    assert cookies_of(text(SIGNED_IN, line))["mid"] == "X"


def test_what_instaloader_needs_is_made_up_for() -> None:
    """Without the account's number it is read from the session; without a csrftoken one is made."""
    found = cookies_of(text(SIGNED_IN))
    assert found["ds_user_id"] == "41"
    assert len(found["csrftoken"]) >= 20
    assert cookies_of(text(SIGNED_IN))["csrftoken"] != found["csrftoken"]


def test_session_without_its_cookie_is_no_session() -> None:
    """Cookies that hold no sign-in are told as one that ended, before anything is asked."""
    with pytest.raises(JobError, match="session_expired"):
        cookies_of(text(SIGNED_IN.replace("sessionid", "mid")))


def test_session_without_csrftoken_works(scrape: Scrapes) -> None:
    """A jar that lacks the csrftoken opens what it should."""
    assert scrape(f"{instagram.FOLLOWED}/", session=lent(csrftoken=""), max_items=1).finished

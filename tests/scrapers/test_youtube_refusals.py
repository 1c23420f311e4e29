"""What YouTube refuses is told with its code, through the real library."""

from __future__ import annotations

import pytest

from bowerbird.scraping import Failed
from tests.platforms import StandIn, faults, youtube
from tests.scrapers.conftest import Scrape, listed, video

PLAYER = "/youtubei/v1/player*"


@pytest.mark.parametrize(
    ("video_id", "code"),
    [
        (youtube.REMOVED, "gone"),
        (youtube.TERMINATED, "gone"),
        (youtube.COPYRIGHT, "gone"),
        (youtube.PRIVATE, "private"),
        (youtube.AGE, "age_restricted"),
        (youtube.BOT, "blocked"),
        (youtube.CAPTCHA, "challenge"),
        (youtube.LIMITED, "rate_limited"),
        (youtube.GEO, "geo_blocked"),
        (youtube.MEMBERS, "members_only"),
        (youtube.PREMIUM, "members_only"),
        (youtube.UPCOMING, "upcoming"),
        (youtube.LIVE, "upcoming"),
        (youtube.SABR, "scraper_outdated"),
    ],
)
def test_refusal_has_its_code(video_id: str, code: str, scrape: Scrape) -> None:
    """A person reads why, and what to do next."""
    events = scrape(video(video_id), transcripts=("en",))
    failure = events.one(Failed)
    assert (failure.code, bool(failure.message), bool(failure.hint)) == (code, True, True)


def test_upcoming_says_when(scrape: Scrape) -> None:
    """A premiere is tried again at its time."""
    failure = scrape(video(youtube.UPCOMING)).one(Failed)
    assert failure.retry_after == 3 * 3600
    assert "3 hours" in failure.message


def test_live_says_what_it_is(scrape: Scrape, platforms: StandIn) -> None:
    """A running stream waits for its end; nothing of it is fetched."""
    failure = scrape(video(youtube.LIVE)).one(Failed)
    assert failure.message == "This is live now: it is saved when it has ended."
    assert failure.retry_after == 900
    assert not platforms.seen(path="*.ts")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (faults.status(429, path=PLAYER), "rate_limited"),
        (faults.status(403, path=PLAYER), "blocked"),
        (faults.status(503, path=PLAYER), "network"),
        (faults.wrong_shape(path=PLAYER), "scraper_outdated"),
        (faults.drop(host="www.youtube.com"), "network"),
    ],
    ids=["429", "403", "503", "shape", "drop"],
)
def test_bad_day_of_the_platform_has_its_code(
    rule: faults.Fault, code: str, scrape: Scrape, platforms: StandIn
) -> None:
    """Causes that yt-dlp only warns of are found as well."""
    platforms.fault(rule)
    assert scrape(video(youtube.SILENT)).error == code


def test_dead_proxy_is_a_network_error(start_child: object, scrape: Scrape) -> None:
    """Without the configured proxy nothing is tried directly."""
    child = start_child(proxy="http://127.0.0.1:9")  # type: ignore[operator]
    assert child.run(scrape.assignment(video(youtube.SILENT))).error == "network"


def test_unknown_certificate_is_refused(start_child: object, scrape: Scrape) -> None:
    """A CA that nobody named is not trusted."""
    child = start_child(ca_bundle="")  # type: ignore[operator]
    assert child.run(scrape.assignment(video(youtube.SILENT))).error == "network"


@pytest.mark.parametrize(
    ("path", "code"), [(f"playlist?list={youtube.MISSING}", "gone"), (f"{youtube.MISSING_CHANNEL}/videos", "gone")]
)
def test_missing_list_is_gone(path: str, code: str, scrape: Scrape) -> None:
    """A playlist or channel that does not exist is told as such."""
    assert scrape(listed(path)).error == code


@pytest.mark.parametrize("path", ["/playlist*", "*"])
def test_slow_down_on_a_list_is_a_pause(path: str, scrape: Scrape, platforms: StandIn) -> None:
    """A 429 while a list is read never looks as if the list were gone."""
    platforms.fault(faults.status(429, host="www.youtube.com", path=path))
    assert scrape(listed(f"playlist?list={youtube.WALKS}")).error == "rate_limited"


def test_named_time_of_a_pause_is_kept(scrape: Scrape, platforms: StandIn) -> None:
    """The platform's own time is passed on."""
    platforms.fault(faults.status(429, headers=(("Retry-After", "77"),), host="www.youtube.com"))
    assert scrape(listed(f"playlist?list={youtube.WALKS}")).one(Failed).retry_after == 77.0

"""`bowerbird sessions check` of the platforms that yt-dlp asks: one page tells whether somebody is signed in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.platforms import StandIn, faults, tiktok, youtube
from tests.sessions.conftest import AGENT, SOON

SECRET = "c4n4ryChecked"


@dataclass(frozen=True)
class Site:
    """A platform, who is signed in there, what its name is in a check, and the one page that a check asks for."""

    name: str
    host: str
    account: str
    cookies: dict[str, str]
    username: str | None


SITES = (
    Site("tiktok", "www.tiktok.com", tiktok.WATCHER.username, tiktok.WATCHER.cookies(), tiktok.WATCHER.username),
    Site("youtube", "www.youtube.com", youtube.LOGIN, {"LOGIN_INFO": SECRET, "SAPISID": f"{SECRET}2"}, None),
)
each = pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)


@pytest.fixture(autouse=True)
def _nobody_is_refused(platforms: StandIn) -> Iterator[None]:
    """Whatever a test makes a platform say of an account ends with it."""
    platforms.reset_log()
    yield
    for site in SITES:
        platforms.accept(site.account)


@pytest.fixture
def imported(run: Run, site: Site, tmp_path: Path) -> None:
    """Somebody's session is in the vault."""
    until, domain = int(time.time()) + SOON, site.host.removeprefix("www")
    lines = [f"{domain}\tTRUE\t/\tTRUE\t{until}\t{name}\t{value}" for name, value in site.cookies.items()]
    path = tmp_path / "cookies.txt"
    path.write_text("\n".join(lines))
    assert run("sessions", "import", str(path), "--user-agent", AGENT).status == 0


@each
def test_a_check_asks_for_one_page(run: Run, imported: None, site: Site, platforms: StandIn) -> None:
    """It holds; the account gets its name where the platform tells it; the session goes to its own site alone."""
    done = run("sessions", "check", site.name, "--json")
    assert (done.status, done.stderr) == (0, "")
    assert [(one["state"], one["username"]) for one in done.lines] == [("ok", site.username)]
    assert [(one.host, one.target) for one in platforms.log] == [(site.host, "/")]
    assert all(value in str(platforms.log[0].cookies) for value in site.cookies.values())
    assert not platforms.flagged


@each
def test_a_session_that_ended_is_found_out(run: Run, imported: None, site: Site, platforms: StandIn) -> None:
    """The page is one for visitors: it ends with 1, and nothing more is asked with that session."""
    platforms.expire(site.account)
    done = run("sessions", "check", site.name, "--json")
    assert (done.status, [one["state"] for one in done.lines]) == (1, ["expired"])


@each
def test_a_page_that_does_not_tell_says_nothing_of_the_session(
    run: Run, imported: None, site: Site, platforms: StandIn
) -> None:
    """The session stays as it is, and the person hears why nothing was found out."""
    platforms.fault(faults.page(host=site.host, path="/"))
    done = run("sessions", "check", site.name, "--json")
    assert (done.status, [one["code"] for one in done.lines]) == (1, ["scraper_outdated"])
    assert [one["state"] for one in run("sessions", "list", "--json").lines] == ["ok"]


@pytest.mark.parametrize("site", SITES[:1], ids=["tiktok"])
def test_a_session_that_is_led_to_the_login_ended(run: Run, imported: None, site: Site, platforms: StandIn) -> None:
    """TikTok leads some to the login wherever they go."""
    platforms.refuse(site.account, "login")
    done = run("sessions", "check", site.name, "--json")
    assert [one["state"] for one in done.lines] == ["expired"]

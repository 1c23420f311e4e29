"""Browsers that are signed in are listed, and signed out at once and for good."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator

import httpx
import pytest

from bowerbird import signin
from bowerbird.database import open_reader
from bowerbird.pages.devices import browser_name
from bowerbird.pages.signing import signed_out
from tests.pages.sites import RunningSite

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"


@contextlib.contextmanager
def come_in(site: RunningSite, user_agent: str) -> Iterator[httpx.Client]:
    """A browser that came by a link."""
    headers = {"Origin": site.origin, "Sec-Fetch-Site": "same-origin", "User-Agent": user_agent}
    with httpx.Client(base_url=site.origin, trust_env=False, timeout=60, headers=headers) as client:
        assert client.get(signin.sign_in_link(site.settings).removeprefix(site.origin)).status_code == 200
        yield client


def shown(page: str) -> list[str]:
    """The names of the list."""
    devices = page.partition('id="devices"')[2]
    return re.findall(r'<p class="title">([^<]+)</p>', devices)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Chrome or Chromium on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari on macOS"),
        ("<script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_has_the_name_that_people_know(user_agent: str, name: str) -> None:
    """Never what it says of itself as it is."""
    assert browser_name(user_agent) == name


def test_each_browser_is_listed_and_can_be_signed_out(fresh: RunningSite) -> None:
    """Who is signed out is out with the next request, also after the site was started again."""
    with come_in(fresh, FIREFOX) as mine, come_in(fresh, PHONE) as other:
        page = mine.get("/settings").text
        assert sorted(shown(page)) == ["Chrome or Chromium on Android", "Firefox on Linux (this one)"]
        (number,) = re.findall(r'name="device" value="(\d+)"', page)
        assert other.get("/").status_code == 200
        assert mine.post("/devices/sign-out", data={"device": number}).status_code == 303
        assert other.get("/").status_code == 401
        assert shown(mine.get("/settings").text) == ["Firefox on Linux (this one)"]
        assert mine.post("/devices/sign-out", data={"device": number}).status_code == 404
        with contextlib.closing(open_reader(fresh.settings.database)) as db:
            ended = signed_out(db)
        assert signin.session_of(fresh.settings, next(iter(other.cookies.values()))) in ended


def test_all_others_are_signed_out_together(fresh: RunningSite) -> None:
    """The browser that asks for it stays."""
    with come_in(fresh, FIREFOX) as mine, come_in(fresh, PHONE) as one, come_in(fresh, PHONE) as two:
        assert mine.post("/devices/sign-out", data={"others": "1"}).status_code == 303
        assert [client.get("/").status_code for client in (mine, one, two)] == [200, 401, 401]


def test_a_session_of_before_is_noted_when_it_is_used(fresh: RunningSite) -> None:
    """Also who signed in before there was a list stands in it."""
    with fresh.person() as person:
        person.headers["User-Agent"] = FIREFOX
        until = time.monotonic() + 20
        while not shown(person.get("/settings").text) and time.monotonic() < until:
            time.sleep(0.02)
        assert shown(person.get("/settings").text) == ["Firefox on Linux (this one)"]
        person.post("/sign-out")
    with fresh.person() as another:
        assert "Firefox on Linux" not in another.get("/settings").text

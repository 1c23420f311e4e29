"""Logins on Instagram: how they come, end and come back, and the proof of where they went."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from instaloader.exceptions import AbortDownloadException

from tests.platforms import StandIn, instagram
from tests.platforms.conftest import LEAVES_SOCKETS, Extract
from tests.platforms.gallery import gallery_dl
from tests.platforms.instagram import APP_HOST, COOKIE_HOST, ME, SECOND, files, refusals
from tests.platforms.loader import loader, posts

pytestmark = LEAVES_SOCKETS

SITE = "https://www.instagram.com"
REEL_URL = f"{SITE}/reel/{instagram.REEL}/"


def fetch_everything(platforms: StandIn, folder: Path) -> None:
    """Let both libraries fetch pages, calls of the app, stories and files with ME's session."""
    mine = loader(folder, ME)
    mine.download_post(posts(mine, instagram.GARDEN)[-1], "any")
    for story in mine.get_stories([4100000001]):
        for item in story.get_items():
            mine.download_storyitem(item, "any")
    gallery_dl(
        f"{SITE}/{instagram.GARDEN}/highlights/", platforms, folder, {".instagram.com": ME.cookies()}, videos="merged"
    )


@pytest.mark.parametrize("account", [ME, SECOND])
def test_session_says_whose_it_is(platforms: StandIn, tmp_path: Path, account: instagram.Account) -> None:
    """Each account's cookies are a login of that account."""
    assert loader(tmp_path, account).test_login() == account.username


def test_visitor_is_nobody(platforms: StandIn, tmp_path: Path) -> None:
    """Without cookies the platform names no account."""
    assert loader(tmp_path).test_login() is None


def test_session_went_only_where_it_belongs(platforms: StandIn, tmp_path: Path) -> None:
    """Cookies go to www, the bearer to the app's host, and neither to the hosts of files and scripts."""
    fetch_everything(platforms, tmp_path)
    assert {one.host for one in platforms.log if instagram.carried(one)} == {COOKIE_HOST, APP_HOST}
    assert {one.host for one in platforms.log if one.authorization} == {APP_HOST}
    assert not any("sessionid" in one.cookies for one in platforms.seen(APP_HOST))
    assert {instagram.carried(one) for one in platforms.log} == {"", ME.sessionid()}
    assert {files.CDN, "static.cdninstagram.com"} <= {one.host for one in platforms.log}
    assert instagram.sent_astray(platforms.log) == []


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": f"sessionid={ME.sessionid()}"}, {"Authorization": "Bearer IGT:2:e30="}, {"Cookie": f"x={ME.secret}"}],
)
def test_stray_session_is_found(platforms: StandIn, headers: dict[str, str]) -> None:
    """A login that reaches the host of files is found in the log, whatever it looks like."""
    requests.get(files.url(instagram.STORY_IMAGE, ".jpg"), headers=headers, timeout=30)
    (stray,) = instagram.sent_astray(platforms.log)
    assert stray.host == files.CDN


def test_expired_session_comes_back_as_another(platforms: StandIn, tmp_path: Path) -> None:
    """An expired session is dead for good; the next one holds, and the account stays the same."""
    platforms.expire(ME.username)
    with pytest.raises(AbortDownloadException, match="/accounts/login/"):
        posts(loader(tmp_path, ME), instagram.GARDEN)
    renewals = platforms.renew(ME.username)
    with pytest.raises(AbortDownloadException, match="/accounts/login/"):
        posts(loader(tmp_path, ME), instagram.GARDEN)
    assert loader(tmp_path, ME, renewals).test_login() == ME.username


def test_accepted_account_keeps_its_session(platforms: StandIn, tmp_path: Path) -> None:
    """After a checkpoint was passed, the session is the one from before."""
    platforms.refuse(ME.username, refusals.CHECKPOINT)
    platforms.accept(ME.username)
    assert loader(tmp_path, ME).test_login() == ME.username


def test_other_processes_turn_the_same_switches(platforms: StandIn, tmp_path: Path) -> None:
    """Expire, refuse, accept, renew and rename go over the control path as well."""

    def turn(what: str, **sent: Any) -> Any:
        return requests.post(f"{platforms.url}/{what}", json=sent, timeout=30, proxies={"http": ""}).json()

    assert turn("expire", account=ME.username) == {ME.username: refusals.EXPIRED}
    assert turn("refuse", account=SECOND.username, how=refusals.LIMITED)[SECOND.username] == refusals.LIMITED
    assert turn("renew", account=ME.username) == {"renewals": 1}
    assert turn("accept", account=SECOND.username) == {}
    assert turn("rename", name=instagram.MOSS, new_name="moss.2") == {instagram.MOSS: "moss.2"}
    assert loader(tmp_path, ME, renewals=1).test_login() == ME.username


def test_login_page_gives_a_browser_its_cookies(platforms: StandIn) -> None:
    """The login page sets the cookies of the session that holds, secure and for the whole domain."""
    platforms.renew(ME.username)
    browser = requests.Session()
    assert browser.get(instagram.login_url(ME), timeout=30).url == f"{SITE}/"
    assert {one.name: one.value for one in browser.cookies} == ME.cookies(1)
    assert {(one.domain, one.secure) for one in browser.cookies} == {(".instagram.com", True)}
    assert browser.get(instagram.collection_url(instagram.COLLECTION), timeout=30).status_code == 200
    browser.close()


@pytest.mark.parametrize(
    ("path", "visitor", "me"),
    [
        (f"/{instagram.GARDEN}/", 200, 200),
        (f"/{instagram.GARDEN}/reels/", 200, 200),
        (f"/{instagram.PRIVATE}/", 200, 200),
        (f"/{instagram.MISSING}/", 404, 404),
        (f"/p/{instagram.CAROUSEL}/", 200, 200),
        (f"/{instagram.GARDEN}/reel/{instagram.REEL}/", 200, 200),
        (f"/p/{instagram.GONE}/", 404, 404),
        (f"/stories/{instagram.GARDEN}/", 302, 200),
        (f"/stories/{instagram.GARDEN}/{instagram.STORY_IMAGE}/", 302, 200),
        (f"/stories/{instagram.GARDEN}/{instagram.STORY_EXPIRED}/", 302, 404),
        (f"/stories/highlights/{instagram.HIGHLIGHT}/", 302, 200),
        ("/me.archivist/saved/", 302, 200),
        ("/me.archivist/saved/all-posts/", 302, 200),
        (f"/me.archivist/saved/vision-board/{instagram.COLLECTION}/", 302, 200),
        ("/me.archivist/saved/vision-board/1/", 302, 404),
        ("/second.account/saved/", 302, 404),
        (f"/{instagram.GARDEN}/guide/trip/178/", 302, 200),
        ("/explore/tags/moss/", 302, 200),
    ],
)
def test_page_opens_to_whom_it_is_for(platforms: StandIn, path: str, visitor: int, me: int) -> None:
    """Public pages open to everybody, stories and saved posts to their account, and the rest is not there."""
    statuses = [
        requests.get(SITE + path, cookies=cookies, timeout=30, allow_redirects=False).status_code
        for cookies in ({}, ME.cookies())
    ]
    assert statuses == [visitor, me]


def test_short_hosts_lead_to_the_site(platforms: StandIn) -> None:
    """The short domain, and the one without www, redirect."""
    for host in ("instagr.am", "instagram.com"):
        assert requests.get(f"https://{host}/p/{instagram.PHOTO}", timeout=30).url == f"{SITE}/p/{instagram.PHOTO}"


def test_reel_without_a_login_is_for_yt_dlp_too(extract: Extract) -> None:
    """yt-dlp reads a public reel from its page."""
    found = extract(REEL_URL, download=True)
    assert found["title"] == "Video by garden.notes"
    assert [one["format_id"] for one in found["requested_formats"]] == ["dash-video", "dash-audio"]


def test_reel_with_a_login_is_for_yt_dlp_too(platforms: StandIn, extract: Extract) -> None:
    """With a login yt-dlp asks one call for the reel, and its file arrives."""
    import io

    from tests.platforms.gallery import netscape

    found = extract(REEL_URL, download=True, cookiefile=io.StringIO(netscape({".instagram.com": ME.cookies()})))
    assert (found["id"], found["description"]) == (instagram.REEL, "The heron lands #heron")
    assert [one.target for one in platforms.seen("*.instagram.com")] == ["/api/v1/media/3500001000000001000/info/"]
    assert instagram.sent_astray(platforms.log) == []

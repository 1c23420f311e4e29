"""Who gets into the site: whoever has a link of this computer, once, and nobody else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from bowerbird import signin
from tests.new_archive import make_archive
from tests.pages.sites import RunningSite, running, settings_in


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/item/1",
        "/history",
        "/live/dashboard",
        "/search?q=blue",
        "/archive",
        "/archive/items.json",
        "/archive.json?sql=select+1",
        "/media/a.mp4",
        "/nowhere",
        "/-/static/app.css",
        "/%61live",
        "/%73ign-in",
    ],
)
def test_a_stranger_reads_nothing(stranger: httpx.Client, path: str) -> None:
    """Without a session every page says only how to get in."""
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert "bowerbird open" in answer.text
    assert "blue" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/item/1", "/history", "/live/dashboard", "/search?q=blue", "/settings", "/archive"]
)
def test_nothing_stays_in_the_browser(site: RunningSite, path: str) -> None:
    """No copy of a page is kept: after signing out, the button that leads back shows nothing."""
    with site.person() as person:
        assert "no-store" in person.get(path).headers["cache-control"]


@pytest.mark.parametrize("value", ["", "x", "WyJhIl0.aaaa.bbbb", "\u00e9".encode().decode("latin-1"), "a" * 4000])
def test_a_made_up_cookie_is_no_session(site: RunningSite, stranger: httpx.Client, value: str) -> None:
    """Only what the site has signed is a session."""
    name = signin.cookie_name(site.settings)
    assert stranger.get("/", headers={b"Cookie": f"{name}={value}".encode("latin-1")}).status_code == 401


def test_a_session_of_another_port_or_home_is_none(site: RunningSite, stranger: httpx.Client, tmp_path: Path) -> None:
    """Sessions are bound to the port and to the secret."""
    for other in (
        msgspec.structs.replace(site.settings, port=site.settings.port + 1),
        msgspec.structs.replace(site.settings, home=tmp_path),
    ):
        cookie = f"{signin.cookie_name(site.settings)}={signin.new_session(other)}"
        assert stranger.get("/", headers={"Cookie": cookie}).status_code == 401


def test_a_session_ends_after_its_time(
    site: RunningSite, stranger: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that was good a moment before, and one from the future is none: somebody has set the clock back."""
    real = time.time
    cookies = {}
    for since, status in ((signin.SESSION_SECONDS - 3600, 200), (signin.SESSION_SECONDS + 2, 401), (-60, 401)):
        monkeypatch.setattr(time, "time", lambda ago=since: real() - ago)
        cookies[f"{signin.cookie_name(site.settings)}={signin.new_session(site.settings)}"] = status
        monkeypatch.undo()
    for cookie, status in cookies.items():
        assert stranger.get("/", headers={"Cookie": cookie}).status_code == status
    [good] = [cookie for cookie, status in cookies.items() if status == 200]
    monkeypatch.setattr(time, "time", lambda: real() + 3601)
    assert stranger.get("/", headers={"Cookie": good}).status_code == 401


def test_a_link_signs_in_once(tmp_path: Path) -> None:
    """A link opens a session that scripts can't read, and is worth nothing afterwards, also after a restart."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with running(settings, {}) as first, first.stranger() as client:
        link = signin.sign_in_link(first.settings, "/history")
        answer = client.get(link)
        assert (answer.status_code, "0;url=/history" in answer.text) == (200, True)
        cookie = answer.headers["set-cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", f"bowerbird_{first.settings.port}="))
        assert client.get("/").status_code == 200
        assert client.get(link).status_code == 403
    with running(first.settings, {}) as second, second.stranger() as client:
        assert client.get(link).status_code == 403
        assert client.get("/", headers={"Cookie": cookie.partition(";")[0]}).status_code == 200


def test_a_look_uses_up_no_link(fresh: RunningSite) -> None:
    """A program that only asks whether a link is there (HEAD) gets no session, and the person still comes in."""
    link = signin.sign_in_link(fresh.settings)
    with fresh.stranger() as client:
        looked = client.head(link)
        assert (looked.status_code, "set-cookie" in looked.headers) == (200, False)
        assert client.get(link).status_code == 200
        assert client.head(link.replace("token=", "token=x")).status_code == 403


def test_an_old_link_is_refused(site: RunningSite, stranger: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that is older than a minute says how to get a new one."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - signin.LINK_SECONDS - 2)
    link = signin.sign_in_link(site.settings)
    monkeypatch.undo()
    answer = stranger.get(link)
    assert (answer.status_code, "bowerbird open" in answer.text) == (403, True)


@pytest.mark.parametrize("token", ["", "x", "WyJhIiwiLyJd.aaaaaa.bbbbbbbbbbbbbbbb"])
def test_a_forged_link_is_refused(stranger: httpx.Client, token: str) -> None:
    """Only who knows the secret can make a link."""
    answer = stranger.get("/sign-in", params={"token": token})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("what", ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"])
def test_a_link_leads_only_into_the_site(site: RunningSite, stranger: httpx.Client, what: str) -> None:
    """Wherever a link was told to lead, it never leads away."""
    answer = stranger.get(signin.sign_in_link(site.settings, what))
    assert '0;url=/"' in answer.text
    assert "evil" not in answer.text


def test_the_secret_is_private(site: RunningSite) -> None:
    """The secret is a file that only its owner can read."""
    assert (site.settings.home / "signin.key").stat().st_mode & 0o077 == 0


def test_a_disk_without_hard_links_holds_a_secret_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory cards and network folders know no hard links; the secret is there all the same, once and private."""

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    settings = settings_in(tmp_path)
    session = signin.new_session(settings)
    assert signin.session_of(settings, session)
    assert [(path.name, path.stat().st_mode & 0o777) for path in settings.home.iterdir()] == [("signin.key", 0o600)]


def test_signing_out_holds_for_copies_and_restarts(tmp_path: Path) -> None:
    """A session that was ended is ended for whoever copied its cookie, also after the site was started anew."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with running(settings, {}) as first, first.person() as client, first.stranger() as thief:
        thief.cookies.update(dict(client.cookies))
        assert thief.get("/").status_code == 200
        assert client.post("/sign-out").status_code == 303
        assert thief.get("/").status_code == 401
    with running(first.settings, {}) as second, second.stranger() as again:
        again.cookies.update(dict(thief.cookies))
        assert again.get("/").status_code == 401

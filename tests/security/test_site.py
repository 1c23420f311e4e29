"""The gate of the site: who gets in, what may be sent, and what a hostile archive can do (nothing)."""

from __future__ import annotations

import http.client
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest
from playwright.sync_api import Page, sync_playwright

from bowerbird import signin
from bowerbird.archive.migrations import ensure_archive
from bowerbird.pages import gate
from bowerbird.pages.gate import BODY_LIMIT
from tests.pages.sites import RunningSite, running, settings_in

CHROMIUM = "/usr/bin/chromium"


def answer_to(origin: str, *lines: str, cookie: str = "") -> tuple[int, bytes]:
    """The answer to a request whose headers are just these lines."""
    address, _, port = origin.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=5)
    connection.putrequest("GET", "/", skip_host=True, skip_accept_encoding=True)
    for line in (*lines, *([f"Cookie: {cookie}"] if cookie else [])):
        name, _, value = line.partition(": ")
        connection.putheader(name, value)
    connection.endheaders()
    with closing(connection):
        answer = connection.getresponse()
        return answer.status, answer.read()


def exactly(site: RunningSite, target: str) -> http.client.HTTPResponse:
    """The answer to a signed-in request for just this target, which clients would tidy up."""
    connection = http.client.HTTPConnection("127.0.0.1", site.settings.port, timeout=5)
    with closing(connection):
        connection.putrequest("GET", target, skip_accept_encoding=True)
        connection.putheader("Cookie", cookie_of(site))
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        return answer


def cookie_of(site: RunningSite) -> str:
    """The Cookie header of somebody who is signed in."""
    return "; ".join(f"{name}={value}" for name, value in site.cookies().items())


# --- Host


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "",
        "0.0.0.0:{port}",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1:{port}@evil.example",
        "evil.example@127.0.0.1:{port}",
        "127.0.0.1",
        "127.0.0.1:{port}.",
        "[::1]:{port}",
        "127.0.0.1:1",
    ],
)
def test_a_foreign_host_is_refused(site: RunningSite, host: str) -> None:
    """A page that got its name pointed at this computer reads nothing, signed in or not."""
    status, body = answer_to(site.origin, f"Host: {host.format(port=site.settings.port)}", cookie=cookie_of(site))
    assert status == 400
    assert b"bowerbirds collect blue" not in body


def test_two_hosts_are_refused(site: RunningSite) -> None:
    """Which of two Host headers counts is never a question."""
    host = f"Host: 127.0.0.1:{site.settings.port}"
    assert answer_to(site.origin, host, "Host: evil.example", cookie=cookie_of(site))[0] == 400


def test_localhost_is_led_to_the_one_origin(site: RunningSite) -> None:
    """Who types localhost comes to the origin that the session belongs to."""
    assert answer_to(site.origin, f"Host: localhost:{site.settings.port}")[0] == 307


# --- session


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


def test_a_link_signs_in_once(tmp_path: Path) -> None:
    """A link opens a session that scripts can't read, and is worth nothing afterwards, also after a restart."""
    settings = settings_in(tmp_path)
    ensure_archive(settings.database)
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
    ensure_archive(settings.database)
    with running(settings, {}) as first, first.person() as client, first.stranger() as thief:
        thief.cookies.update(dict(client.cookies))
        assert thief.get("/").status_code == 200
        assert client.post("/sign-out").status_code == 303
        assert thief.get("/").status_code == 401
    with running(first.settings, {}) as second, second.stranger() as again:
        again.cookies.update(dict(thief.cookies))
        assert again.get("/").status_code == 401


# --- what may be sent, and from where

ACTIONS = ("/download", "/sign-out", "/job/{failed}/retry")


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{origin}", "Sec-Fetch-Site": "none"},
        {"Origin": "{origin}.evil.example"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_actions_come_from_our_own_pages(site: RunningSite, path: str, headers: dict[str, str]) -> None:
    """A signed-in browser that another page makes send something changes nothing."""
    path = path.format(**site.found)
    sent = {name: value.format(origin=site.origin) for name, value in headers.items()}
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        answer = client.post(path, data={"url": "https://www.youtube.com/watch?v=aaaaaaaaaaa"}, headers=sent)
    assert answer.status_code == 403
    with closing(sqlite3.connect(site.settings.database)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (1,)


@pytest.mark.parametrize("path", ACTIONS)
def test_an_action_is_never_a_get(site: RunningSite, person: httpx.Client, path: str) -> None:
    """A link or picture can't do what a button does."""
    assert person.get(path.format(**site.found)).status_code == 405


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(person: httpx.Client, method: str) -> None:
    """There is nothing to put or delete, and no preflight is ever answered."""
    answer = person.request(method, "/")
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/archive/items.json", "/item/1", "/static/look.css"])
def test_no_page_is_shared_with_other_origins(person: httpx.Client, path: str) -> None:
    """Nothing carries a CORS header, and everything carries the headers that keep it to itself."""
    headers = person.get(path, headers={"Origin": "http://evil.example"}).headers
    assert not [name for name in headers if name.startswith("access-control")]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("site_said", ["cross-site", "same-site"])
def test_other_pages_embed_nothing(site: RunningSite, site_said: str) -> None:
    """A page of another port that shows our pictures or loads our scripts gets nothing."""
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        assert client.get("/", headers={"Sec-Fetch-Site": site_said, "Sec-Fetch-Mode": "no-cors"}).status_code == 403


@pytest.mark.parametrize("site_said", ["cross-site", "same-site"])
def test_other_pages_run_no_queries(site: RunningSite, site_said: str) -> None:
    """A page of another port may lead to our pages, but not to a query of its own: one alone can fill the memory."""
    foreign = {"Sec-Fetch-Site": site_said, "Sec-Fetch-Mode": "navigate"}
    with site.stranger() as client:
        client.cookies.update(site.cookies())
        assert client.get("/search?q=blue", headers=foreign).status_code == 200
        for path in ("/archive?sql=select+1", "/archive.json?sql=select+1", "/archive/items?_where=1"):
            assert client.get(path, headers=foreign).status_code == 403


def test_our_pages_allow_no_inline_script(person: httpx.Client) -> None:
    """Script and style come from our own files alone."""
    assert "unsafe" not in person.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_huge_body_is_refused(person: httpx.Client, chunked: bool) -> None:
    """A body above the limit is not read to its end, told its length or not."""
    huge = b"url=" + b"a" * (BODY_LIMIT + 1)
    parts = (huge[at : at + 65536] for at in range(0, len(huge), 65536))
    try:
        answer = person.post("/download", content=parts if chunked else huge)
    except httpx.WriteError:
        return
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces a form and never sends it keeps nothing open: it is told so, and the connection ends."""
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.1)
    connection = http.client.HTTPConnection("127.0.0.1", site.settings.port, timeout=5)
    with closing(connection):
        connection.putrequest("POST", "/download")
        for name, value in (("Cookie", cookie_of(site)), ("Origin", site.origin), ("Content-Length", "10")):
            connection.putheader(name, value)
        connection.endheaders(b"url=")
        answer = connection.getresponse()
        assert (answer.status, b"did not arrive" in answer.read()) == (408, True)
        assert answer.getheader("connection") == "close"


@pytest.mark.parametrize(
    "path",
    [
        "/-/metadata.json",
        "/-/metadata",
        "/-/config.json",
        "/-/settings.json",
        "/-/databases.json",
        "/-/plugins.json",
        "/-/versions.json",
        "/-/threads.json",
        "/-/actor.json",
        "/-/permissions",
        "/-/messages",
        "/-/logout",
        "/-/allow-debug",
        "/-/patterns",
        "/_memory",
        "/_memory.json?sql=select+1",
        "/_internal",
        "/-/auth-token",
    ],
)
def test_datasettes_own_inside_is_hidden(person: httpx.Client, path: str) -> None:
    """What tells about this computer, or debugs, is not there."""
    assert person.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/archive.json",
        "/archive/items.json",
        "/archive",
        "/archive.json?sql=select+*+from+pragma_database_list",
        "/archive.db",
    ],
)
def test_tables_tell_no_place_on_the_disk(site: RunningSite, person: httpx.Client, path: str) -> None:
    """No table page or query names the folder of the archive, and the file itself is not handed out."""
    answer = person.get(path)
    assert str(site.settings.archive).encode() not in answer.content
    assert b"SQLite format 3" not in answer.content


@pytest.mark.parametrize(
    "sql",
    [
        "delete from items",
        "attach database '/etc/passwd' as x",
        "pragma journal_mode=delete",
        "with a as (select 1) insert into tags values (1, 'x')",
        "select writefile('/x', 'y')",
        "select load_extension('x')",
    ],
)
def test_sql_only_reads(site: RunningSite, person: httpx.Client, sql: str) -> None:
    """Queries of the table pages can't write, attach or load."""
    assert person.get("/archive.json", params={"sql": sql}).status_code in (400, 403)
    with closing(sqlite3.connect(site.settings.database)) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (3,)


@pytest.mark.parametrize(
    "path",
    [
        "/\\evil.example/",
        "//evil.example/",
        "/%5Cevil.example/",
        "/archive/\\evil.example/",
        "/archive//evil.example/",
        "/item/1/",
        "/evil%0d%0aX-Own: 1/",
    ],
)
def test_no_address_leads_away(site: RunningSite, path: str) -> None:
    """No trick with slashes makes the site send a browser elsewhere."""
    answer = exactly(site, path.replace(" ", "%20"))
    location = answer.getheader("Location") or "/"
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")
    assert answer.getheader("X-Own") is None


def test_errors_tell_no_paths(person: httpx.Client, site: RunningSite) -> None:
    """A page that says what is wrong says it in words, without places on the disk or traces."""
    for path in (
        "/item/999",
        "/job/00000000-0000-0000-0000-000000000000",
        "/archive/nosuch",
        "/item/99999999999999999",
    ):
        text = person.get(path).text
        assert "Traceback" not in text
        assert str(site.settings.archive) not in text


# --- files


def add_file(site: RunningSite, name: str, content: bytes) -> str:
    """A file of the first item, with its row, whatever its name."""
    path = f"planted/{name}"
    target = site.settings.archive / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(content)
    add_row(site, path)
    return path


def add_row(site: RunningSite, path: str) -> None:
    """A row of the first item that names this path."""
    with closing(sqlite3.connect(site.settings.database)) as db, db:
        db.execute(
            "INSERT OR IGNORE INTO files (item_id, file_path, file_type, file_size, sha256, created_at)"
            " VALUES (1, ?, 'other', 1, 'x', '2026')",
            (path,),
        )


SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>fetch('/sign-out')</script></svg>"


@pytest.mark.parametrize(
    ("name", "is_shown"),
    [
        ("a.mp4", True),
        ("a.webm", True),
        ("a.m4a", True),
        ("a.jpg", True),
        ("a.PNG", True),
        ("a.webp", True),
        ("a.vtt", True),
        ("a.svg", False),
        ("a.html", False),
        ("a.xml", False),
        ("a.xhtml", False),
        ("a.pdf", False),
        ("a.js", False),
        ("a.json", False),
        ("a.mp4.html", False),
        ("a", False),
        ("a.swf", False),
        ("a.mht", False),
    ],
)
def test_only_media_is_shown_in_place(fresh: RunningSite, name: str, is_shown: bool) -> None:
    """What could carry script is a download of no type, and even then could do nothing."""
    path = add_file(fresh, name, SCRIPT)
    with fresh.person() as client:
        answer = client.get(f"/media/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("inline" if is_shown else "attachment")
    assert (answer.headers["content-type"] == "application/octet-stream") is not is_shown
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize(
    "path",
    [
        "../home/signin.key",
        "..%2Fhome%2Fsigning.key",
        "archive.db",
        "archive.db-wal",
        "%2e%2e/home/signin.key",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "planted/../../home/signin.key",
        ".partial/x",
        "a%00.mp4",
        "planted",
        "",
        ".",
        "..",
        "planted/nofile.mp4",
        "\u202e.mp4",
        "~/.bashrc",
        "%HOME%",
    ],
)
def test_only_files_of_items_are_served(fresh: RunningSite, path: str) -> None:
    """Whatever a path looks like: what is no file of an item is not served."""
    add_file(fresh, "real.mp4", b"x")
    assert exactly(fresh, "/media/planted/real.mp4").status == 200
    assert exactly(fresh, f"/media/{quote(path, safe='/%.~')}").status in (400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "../home/signin.key",
        "/etc/passwd",
        "planted/../../home/signin.key",
        "archive.db/.",
        "planted/link.mp4",
        "linked/signin.key",
        "pipe.mp4",
        "planted",
    ],
)
def test_a_row_opens_no_door(fresh: RunningSite, path: str) -> None:
    """Even a row that names something outside, or a link planted in the archive, leads nowhere."""
    archive = fresh.settings.archive
    (archive / "planted").mkdir()
    (archive / "planted" / "link.mp4").symlink_to("/etc/passwd")
    (archive / "linked").symlink_to(fresh.settings.home)
    os.mkfifo(archive / "pipe.mp4")
    add_row(fresh, path)
    assert exactly(fresh, f"/media/{path}").status in (400, 404)


# --- a hostile archive in a real browser


@pytest.fixture(scope="module")
def page(site: RunningSite) -> Iterator[Page]:
    """A page of a real Chromium that is signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        context = browser.new_context()
        context.add_cookies(
            [{"name": name, "value": value, "url": site.origin} for name, value in site.cookies().items()]
        )
        yield context.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["dashboard", "item", "history", "search", "browse", "creator", "job", "tables", "row"]
)
def test_hostile_texts_are_inert(site: RunningSite, page: Page, name: str) -> None:
    """No title, caption, cue, tag, name or link runs or loads anything, and our pages stay within their own policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    address = {
        "dashboard": "/",
        "item": f"/item/{site.found['hostile']}",
        "history": "/history",
        "search": "/search?q=script",
        "browse": "/browse",
        "creator": f"/browse/web/{site.found['hostile']}",
        "job": f"/job/{site.found['failed']}",
        "tables": "/archive/items",
        "row": f"/archive/items/{site.found['hostile']}",
    }[name]
    page.goto(site.origin + address, wait_until="networkidle" if name in ("tables", "row") else "load")
    page.wait_for_timeout(200)
    assert page.evaluate("window.owned") is None
    assert page.locator("img[src='x'], [onerror], [onmouseover], a[href^='javascript'], a[href^='data']").count() == 0
    assert [text for text in said if "Content Security Policy" in text or "Content-Security-Policy" in text] == []


@pytest.mark.browser
def test_an_archived_svg_can_do_nothing(fresh: RunningSite, page: Page) -> None:
    """Opening an archived document in the browser keeps it as a download; nothing of it runs."""
    path = add_file(fresh, "a.svg", SCRIPT)
    page.context.add_cookies(
        [{"name": name, "value": value, "url": fresh.origin} for name, value in fresh.cookies().items()]
    )
    page.goto(fresh.origin + "/")
    with page.expect_download() as download:
        page.evaluate(f"location.href = '/media/{path}'")
    assert download.value.suggested_filename == "a.svg"
    page.reload()
    assert page.locator("h1").inner_text() == "Dashboard"

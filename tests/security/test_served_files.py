"""Files of the archive that a browser is given: only those of items, and what could carry script is a download."""

from __future__ import annotations

import json
import os
from urllib.parse import quote

import pytest

from tests.pages.sites import RunningSite
from tests.security.asking import add_file, add_row, exactly
from tests.security.browsers import Tab, sign_in

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


# --- the same in real browsers

ACTIVE = {
    "a.svg": SCRIPT,
    "a.html": b"<script>document.title = 'owned'; top.owned = 1; fetch('/sign-out', {method: 'POST'})</script>",
    "a.xml": b"<?xml-stylesheet href='data:text/xsl,x'?><x xmlns:h='http://www.w3.org/1999/xhtml'><h:script>1</h:script></x>",
    "a.pdf": b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
    "a.mp4": b"<html><script>document.title = 'owned'</script>",
    "a.jpg": SCRIPT,
}
# framed, embedded, as a picture and as a script: what that did, as far as a page of the same origin can see
USES = """(async () => {{
  const ways = {{iframe: 'src', object: 'data', embed: 'src', script: 'src', img: 'src'}};
  for (const path of {paths})
    for (const [tag, source] of Object.entries(ways)) {{
      const one = Object.assign(document.createElement(tag), {{[source]: path}});
      document.body.append(one);
    }}
  // asked for after them, and so answered when they were
  await Promise.all([...document.images].map(one => one.decode().catch(() => 0)));
  for (const path of {paths}) await fetch(path);
  const words = [...document.querySelectorAll('iframe')].map(one => one.contentDocument?.body?.innerText ?? '');
  return [window.owned ?? null, document.title.includes('owned'), words.join('')];
}})()"""


@pytest.mark.browser
def test_an_archived_document_can_do_nothing(fresh: RunningSite, tab: Tab) -> None:
    """Opened, framed, embedded or named as a script, an archived file of any type runs nothing on our origin."""
    paths = ["/media/" + add_file(fresh, name, content) for name, content in ACTIVE.items()]
    sign_in(tab, fresh)
    assert tab.evaluate(USES.format(paths=json.dumps(paths))) == [None, False, ""]
    for path in paths:
        tab.go(fresh.origin + path)
        assert tab.evaluate("[document.title.includes('owned'), window.owned ?? null]") == [False, None], path
    tab.go(fresh.origin)
    # nobody was signed out
    assert tab.evaluate("document.querySelector('h1').innerText") == "Dashboard"

"""Files of the archive that a browser is given: only those of items, and what could carry script is a download."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest

from tests.pages.sites import RunningSite
from tests.security.asking import add_file, add_row, exactly

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

"""How a site is asked and its archive is changed where the usual clients would be too polite."""

from __future__ import annotations

import http.client
import sqlite3
from contextlib import closing

from tests.pages.sites import RunningSite


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

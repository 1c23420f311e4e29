"""What Datasette brings along: tables are read, and nothing tells about this computer or leads away from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.pages.sites import RunningSite
from tests.security.asking import exactly


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

"""What is done with chosen items: their tags, the trash and the way back, saving again; many in small commits."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import httpx
import pytest

from bowerbird.archive import marks
from bowerbird.database import open_writer
from bowerbird.errors import RequestError
from bowerbird.pages.chosen import BATCH, MOST, by_batches, told
from tests.pages.sites import RunningSite
from tests.pages.test_forms import rows

MANY = BATCH * 2 + 7
FIRST = 1000


@pytest.fixture
def client(fresh: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in and comes from Browse; forms lead on by themselves."""
    with fresh.person() as person:
        person.follow_redirects = True
        person.headers["Referer"] = f"{fresh.origin}/browse?order=newest"
        yield person


@pytest.fixture
def many(fresh: RunningSite) -> list[int]:
    """More items than go into two commits."""
    ids = list(range(FIRST, FIRST + MANY))
    with closing(open_writer(fresh.settings.database)) as db:
        db.executemany(
            "INSERT INTO items (id, platform, platform_id, kind, url, folder, captured_at, updated_at)"
            " VALUES (?, 'youtube', ?, 'video', ?, ?, '2026-11-01T00:00:00.000Z', '')",
            [(n, f"p{n}", f"https://www.youtube.com/watch?v=v{n:010d}", f"f{n}") for n in ids],
        )
    return ids


def do(client: httpx.Client, action: str, ids: list[int], **fields: str) -> httpx.Response:
    """Press a button of the bar."""
    return client.post("/chosen", data={"do": action, **{f"item:{one}": "on" for one in ids}, **fields})


def shown(site: RunningSite) -> int:
    """How many of the many items are shown."""
    (row,) = rows(site, "SELECT count(*) FROM items WHERE deleted_at IS NULL AND id >= ?", FIRST)
    return int(row[0])


def test_a_tag_is_given_and_taken(client: httpx.Client, fresh: RunningSite, many: list[int]) -> None:
    """All that are chosen get the tag once, in whatever case they had it; what can't is counted."""
    with closing(open_writer(fresh.settings.database)) as db:
        marks.add_tags(db, many[0], "blue")
        db.execute("UPDATE items SET deleted_at = '2026' WHERE id = ?", (many[1],))
    answer = do(client, "tag", [*many, 999_999], tag="#Blue")
    assert answer.url.path == "/browse"
    assert f"{MANY - 1} items tagged. 2 others could not be." in answer.text
    assert rows(fresh, "SELECT tag, count(*) FROM tags WHERE item_id >= ? GROUP BY 1 ORDER BY 1", FIRST) == [
        ("Blue", MANY - 2), ("blue", 1),
    ]  # fmt: skip
    assert f"taken away from {MANY - 1} items. 2 others" in do(client, "untag", [*many, 999_999], tag="BLUE").text
    assert rows(fresh, "SELECT 1 FROM tags WHERE item_id >= ?", FIRST) == []


def test_deleted_items_come_back_by_one_button(client: httpx.Client, fresh: RunningSite, many: list[int]) -> None:
    """Undo brings back what this deletion took, and nothing that lay in the trash before."""
    do(client, "delete", many[:3])
    page = do(client, "delete", many).text
    assert f"{MANY - 3} items put into the trash. 3 others could not be." in page
    assert shown(fresh) == 0
    moment = re.search(r'name="moment" value="([^"]+)"', page)
    assert moment
    assert f"{MANY - 3} items put back." in client.post("/chosen", data={"do": "restore", "moment": moment[1]}).text
    assert shown(fresh) == MANY - 3
    assert "0 items put back." in client.post("/chosen", data={"do": "restore"}).text


def test_chosen_items_are_saved_again(client: httpx.Client, fresh: RunningSite, many: list[int]) -> None:
    """Each is a capture of its own; of what lies in the trash there is none."""
    with closing(open_writer(fresh.settings.database)) as db:
        db.execute("UPDATE items SET deleted_at = '2026' WHERE id = ?", (many[1],))
    assert f"{MANY - 1} items looked up again" in do(client, "refresh", many).text
    assert rows(fresh, "SELECT count(*) FROM jobs WHERE url LIKE '%watch?v=v000000%'") == [(MANY - 1,)]


def test_many_items_are_no_long_transaction(fresh: RunningSite, many: list[int]) -> None:
    """Each step gets a batch, outside of any transaction, so that others write in between."""
    seen: list[tuple[int, bool]] = []

    def step(db: sqlite3.Connection, item_ids: Sequence[int]) -> int:
        seen.append((len(item_ids), db.in_transaction))
        return marks.add_tags_to(db, item_ids, "x")

    with closing(open_writer(fresh.settings.database)) as db:
        assert by_batches(db, many, step) == MANY
    assert seen == [(BATCH, False), (BATCH, False), (7, False)]


def test_what_fails_half_way_tells_what_was_done(fresh: RunningSite, many: list[int]) -> None:
    """The batches before it stay and are counted; where already the first one fails, the error is told."""
    asked: list[Sequence[int]] = []

    def step(db: sqlite3.Connection, item_ids: Sequence[int]) -> int:
        asked.append(item_ids)
        if many[BATCH] in item_ids:
            raise RequestError("disk_full")
        return marks.add_tags_to(db, item_ids, "x")

    with closing(open_writer(fresh.settings.database)) as db:
        assert by_batches(db, many, step) == BATCH
        assert asked == [many[:BATCH], many[BATCH : 2 * BATCH]]
        with pytest.raises(RequestError):
            by_batches(db, many[BATCH:], step)
    assert rows(fresh, "SELECT count(*) FROM tags WHERE tag = 'x'") == [(BATCH,)]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [({"do": "nothing", "item:1": "on"}, 400, "no such action"), ({"do": "tag", "tag": "x"}, 400, "No item is chosen"),
     ({"do": "tag", "item:1": "on", "tag": " # "}, 400, "1 to 60 characters"),
     ({"do": "delete", "item:x": "on"}, 400, "No item is chosen"),
     ({"do": "delete", **{f"item:{n}": "on" for n in range(1, MOST + 2)}}, 413, "Choose at most 500"),
     ({"do": "delete", **{f"item:{n}": "on" for n in range(MOST * 2)}}, 413, "more fields")],
)  # fmt: skip
def test_what_can_not_be_done_is_said(
    client: httpx.Client, fresh: RunningSite, fields: dict[str, str], status: int, said: str
) -> None:
    """A wrong form changes nothing, and says what to do."""
    answer = client.post("/chosen", data=fields)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert rows(fresh, "SELECT 1 FROM items WHERE deleted_at IS NOT NULL") == []


@pytest.mark.parametrize("done", ["", "x", "tag", "tag.1", "tag.x.1", "tag.1.-1", "tag.99999999999999.1", "<b>.1.0"])
def test_a_mark_that_says_nothing(done: str) -> None:
    """What an address makes up is no sentence."""
    assert told(done) is None


@pytest.mark.parametrize("moment", ["", "x", '"><b>', "2026-11-28"])
def test_a_way_back_needs_a_moment(moment: str) -> None:
    """Without the moment of a deletion there is no button to undo it."""
    said = told(f"delete.1.0.{moment}")
    assert said
    assert said == ("1 item put into the trash.", "")

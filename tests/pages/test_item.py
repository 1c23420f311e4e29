"""An item's page as it is read, and what one does with an item."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from bowerbird.archive import reads, trash
from bowerbird.clock import parse
from bowerbird.database import open_writer
from bowerbird.pages.charts import HEIGHT, WIDTH, Point, line_chart
from bowerbird.pages.item import CUES as CUES_A_PAGE
from bowerbird.pages.item_acts import ACTS, DONE
from bowerbird.queue.reads import job_of_item
from tests.pages.oddities import ARABIC, CUES, EMOJI
from tests.pages.sites import RunningSite
from tests.pages.test_forms import rows

FORM = {"tag": "x", "note": "x", "second": "9", "duration": "99"}


@pytest.fixture
def client(fresh: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in to a site of their own; forms lead on by themselves."""
    with fresh.person() as person:
        person.follow_redirects = True
        yield person


def item_page(client: httpx.Client, site: RunningSite, name: str, query: str = "") -> str:
    """The page of an item."""
    answer = client.get(f"/item/{site.found[name]}{query}")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def odd_client(odd: RunningSite) -> Iterator[httpx.Client]:
    """Somebody who is signed in to the site of odd items."""
    with odd.person() as person:
        yield person


# --- reading


@pytest.mark.parametrize("name", ["bare", "words", "emoji", "hundred", "mixed", "sound", "tall", "long"])
def test_every_kind_of_item_has_a_page(odd_client: httpx.Client, odd: RunningSite, name: str) -> None:
    """Whatever an item lacks or has too much of, its page is whole, with one main heading and a title."""
    page = item_page(odd_client, odd, name)
    assert page.count("<h1") == 1
    assert not re.search(r"<h1[^>]*>\s*</h1>", page)
    assert "None" not in re.sub(r"<[^>]*>", "", page)
    assert " style=" not in page


def test_what_has_no_title_is_called_by_kind_and_day(odd_client: httpx.Client, odd: RunningSite) -> None:
    """An item without a title is named so that one can tell it from another; one of emoji alone keeps them."""
    assert re.search(r"<h1 dir=\"auto\">Untitled web page, \d+ \w+ \d{4}</h1>", item_page(odd_client, odd, "bare"))
    assert f'<h1 dir="auto">{EMOJI}</h1>' in item_page(odd_client, odd, "emoji")
    assert f'<h1 dir="auto">{ARABIC}</h1>' in item_page(odd_client, odd, "hundred")


def test_what_is_not_there_is_said(odd_client: httpx.Client, odd: RunningSite) -> None:
    """No media, no description and no comments are said in words."""
    page = item_page(odd_client, odd, "bare")
    for words in ("No media of this is kept", "No description.", "No comments are kept"):
        assert words in page


def test_a_hundred_pictures(odd_client: httpx.Client, odd: RunningSite) -> None:
    """All stand in their order and can be gone to, only the first is fetched at once, and none for the strip alone."""
    page = item_page(odd_client, odd, "hundred")
    assert re.findall(r'alt="(\d+) of 100"', page) == [str(n) for n in range(1, 101)]
    assert page.count('loading="lazy"') == 99
    (strip,) = re.findall(r'<nav class="film".*?</nav>', page)
    assert (strip.count('href="#piece-'), strip.count('<span class="blank">'), strip.count("<img")) == (100, 100, 0)


def test_a_long_talk_comes_in_part(odd_client: httpx.Client, odd: RunningSite) -> None:
    """The page holds the begin, or what is said about the second that is asked for; all of it is one link away."""
    page = item_page(odd_client, odd, "long")
    assert (page.count('class="cue"'), len(page) < 100_000) == (CUES_A_PAGE, True)
    assert 'data-rest="/item/' in page
    assert "The whole transcript" in page
    later = item_page(odd_client, odd, "long", "?t=39999")
    assert "What is said before" in later
    assert 'id="t=39999"' in later
    assert later.count('class="cue"') == CUES_A_PAGE
    whole = item_page(odd_client, odd, "long", "?whole=1")
    assert whole.count('class="cue"') == CUES
    said = odd_client.get(re.findall(r'data-rest="([^"]+)"', page)[0])
    assert (said.status_code, said.text.count('class="cue"'), "<html" in said.text) == (200, CUES, False)


def test_hashtags_and_times_of_prose_are_links(odd_client: httpx.Client, odd: RunningSite) -> None:
    """A hashtag leads to the search."""
    assert '<a href="/search?q=quiet">#quiet</a>' in item_page(odd_client, odd, "words")


def test_the_history_of_counts(fresh: RunningSite, client: httpx.Client) -> None:
    """Counts of several days are a line, with a table behind it; of one day they are no chart."""
    assert "since you saved it" not in item_page(client, fresh, "video")
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        for month in range(1, 7):
            db.execute(
                "INSERT INTO snapshots (item_id, taken_at, view_count) VALUES (1, ?, ?)",
                (f"2025-{month:02}-01T10:00:00.000Z", month * 1_000_000),
            )
    page = item_page(client, fresh, "video")
    assert "Views since you saved it" in page
    assert "3.7 M more than on 1 Jan 2025" in page
    assert page.count("<polyline") == 1


def test_a_line_stays_in_its_field() -> None:
    """The chart begins at zero, and its last point is that of the last value."""
    moments = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z")
    values = [Point(parse(at), value) for at, value in zip(moments, (0.0, 10.0, 5.0), strict=True)]
    chart = line_chart(values)
    assert chart
    assert chart.points == f"0.0,{HEIGHT} {WIDTH / 4},6.0 {WIDTH},39.0"
    assert chart.end == (WIDTH, 39.0)
    assert line_chart(values[:1]) is None
    assert line_chart([values[0], values[0]]) is None


def test_comments_are_paged_by_key(fresh: RunningSite, client: httpx.Client) -> None:
    """Fifty at a time, each once, replies told apart; a hostile one is harmless."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.executemany(
            "INSERT INTO comments (item_id, platform_id, parent_id, author, text) VALUES (1, ?, ?, ?, ?)",
            ((f"c{n}", "c0" if n % 2 else None, f"author {n}", f"<b>say {n}</b> at 0:12") for n in range(120)),
        )
    seen, address = [], "/item/1"
    while address:
        page = client.get(address).text
        seen += re.findall(r"&lt;b&gt;say (\d+)&lt;/b&gt;", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/item/1{found[1]}" if found else ""
    assert seen == [str(n) for n in range(120)]
    assert "120 kept of 1,204" in page
    assert '<li class="reply">' in page
    with closing(open_writer(fresh.settings.database)) as db:
        plan = db.execute("EXPLAIN QUERY PLAN SELECT id FROM comments WHERE item_id = 1 AND id > 5 ORDER BY id LIMIT 5")
        assert "TEMP B-TREE" not in " ".join(row[3] for row in plan)


def test_all_metadata(fresh: RunningSite, client: httpx.Client) -> None:
    """What the platform said is a table and JSON, escaped; a file that is none, or gone, is said."""
    path = next(fresh.settings.archive.glob("youtube/*/*/metadata.json"))
    path.write_text(
        '{"id": "x", "html": "<script>1</script>", "formats": [{"url": "https://a.example/"}], "half": "\\ud83d"}'
    )
    page = client.get("/item/1/metadata").text
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert "formats" in page
    assert "https://a.example/" in page
    path.write_text("{")
    assert "is no JSON" in client.get("/item/1/metadata").text
    path.unlink()
    assert client.get("/item/1/metadata").status_code == 404


# --- files on the disk


def test_what_changed_on_the_disk_is_said_and_repaired(fresh: RunningSite, client: httpx.Client) -> None:
    """A file that vanished or changed is named, with one button that fetches all as it was fetched before."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute("""UPDATE jobs SET options = '{"quality":"720"}' WHERE item_id = 1""")
    next(fresh.settings.archive.glob("youtube/*/*/*.mp4")).unlink()
    next(fresh.settings.archive.glob("youtube/*/*/thumbnail.jpg")).write_bytes(b"")
    page = item_page(client, fresh, "video")
    assert "2 files differ from what was saved" in page
    assert "is not where it was" in page
    assert "is not what was saved" in page
    assert "Its file is not where it was" in page
    assert "It is a quarter to five" in page
    answer = client.post("/item/1/repair")
    assert "It is saved again" in answer.text
    assert rows(fresh, "SELECT options, refresh_only, status FROM jobs ORDER BY seq DESC LIMIT 1") == [
        ('{"quality":"720","force":true}', 0, "pending")
    ]
    assert "In the queue" in answer.text
    assert "It is in the queue already." in client.post("/item/1/repair").text


def test_files_are_checked_byte_by_byte(fresh: RunningSite, client: httpx.Client) -> None:
    """A change that keeps the size is found by reading; where all is whole that is said."""
    assert DONE["whole"] in client.post("/item/1/check").text
    path = next(fresh.settings.archive.glob("youtube/*/*/thumbnail.jpg"))
    path.write_bytes(bytes(len(path.read_bytes())))
    assert "differ" not in item_page(client, fresh, "video")
    assert "1 file differs from what was saved" in client.post("/item/1/check").text


# --- what a person adds


def test_tags_come_and_go(fresh: RunningSite, client: httpx.Client) -> None:
    """A tag that is given shows, is proposed for other items, and can be taken away."""
    page = client.post("/item/1/tag", data={"tag": " to show <b> "}).text
    assert 'dir="auto" href="/browse?tag=to%20show%20%3Cb%3E">to show &lt;b&gt;</a>' in page
    assert '<option value="to show &lt;b&gt;">' in item_page(client, fresh, "pictures")
    assert "/browse?tag=" not in client.post("/item/1/untag", data={"tag": "to show <b>"}).text


def test_a_note_is_kept(fresh: RunningSite, client: httpx.Client) -> None:
    """A note shows with its times as links, and can be changed."""
    page = client.post("/item/1/note", data={"note": "look at 0:12\n<i>there</i>"}).text
    assert 'look at <a class="at" href="?t=12#t=12">0:12</a><br>&lt;i&gt;there&lt;/i&gt;' in page
    assert "Change your note" in page


def test_where_one_stopped(fresh: RunningSite, client: httpx.Client) -> None:
    """The player begins where the person stopped, says so, and offers the begin; a second that is asked for wins."""
    assert client.post("/item/1/resume", data={"second": "13.2", "duration": "24"}).status_code == 204
    page = item_page(client, fresh, "video")
    assert '.mp4#t=13"' in page
    assert "you stopped at 0:13" in page
    assert ".mp4#t=" not in item_page(client, fresh, "video", "?t=0")
    assert '.mp4#t=6"' in item_page(client, fresh, "video", "?t=6")
    client.post("/item/1/resume", data={"second": "23.9", "duration": "24"})
    assert ".mp4#t=" not in item_page(client, fresh, "video")
    for bad in ({}, {"second": "x", "duration": "1"}, {"second": "nan", "duration": "24"}, {"second": "inf"}):
        assert client.post("/item/1/resume", data=bad).status_code in (204, 400)
    assert rows(fresh, "SELECT resume_seconds FROM items WHERE id = 1") == [(None,)]


# --- looking again, saving again


def test_looking_again_fetches_no_media(fresh: RunningSite, client: httpx.Client) -> None:
    """Refreshing is a job of its own kind, and the page says that it is under way."""
    page = client.post("/item/1/refresh", data={"mark": "m"}).text
    assert DONE["refresh"] in page
    assert rows(fresh, "SELECT refresh_only FROM jobs ORDER BY seq DESC LIMIT 1") == [(1,)]
    assert "Being done with this" in page
    assert "Being done with this" in client.get("/live/item/1").text


def test_saving_again_in_another_quality(fresh: RunningSite, client: httpx.Client) -> None:
    """The choices of the form are those of the job."""
    client.post("/item/1/again", data={"quality": "480", "comments": "1", "mark": "m"})
    assert rows(fresh, "SELECT options FROM jobs ORDER BY seq DESC LIMIT 1") == [
        ('{"quality":"480","comments":true,"force":true}',)
    ]
    assert client.post("/item/1/again", data={"quality": "9000"}).status_code == 400


def test_the_page_learns_that_it_is_old(fresh: RunningSite, client: httpx.Client) -> None:
    """When the item was written anew, the live part says so."""
    page = item_page(client, fresh, "video")
    live = re.findall(r'src="(/live/item/1\?since=[^"]+)"', page)[0]
    assert "looked up anew" not in client.get(live).text
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        db.execute("UPDATE items SET updated_at = '2999-01-01T00:00:00.000Z'")
    assert "looked up anew" in client.get(live).text


def test_what_has_no_address_of_the_web_is_not_fetched(fresh: RunningSite, client: httpx.Client) -> None:
    """An address that no browser would follow is refused in words."""
    answer = client.post(f"/item/{fresh.found['hostile']}/refresh")
    assert (answer.status_code, "<h1>" in answer.text) == (400, True)


# --- the trash


def test_deleting_asks_and_can_be_undone(fresh: RunningSite, client: httpx.Client) -> None:
    """Without script a page asks; what is deleted is nowhere, its own address says so, and gives it back."""
    before = client.get("/").text
    assert "can be put back for 30 days" in client.get("/item/1/confirm").text
    gone = client.post("/item/1/delete").text
    assert "This lies in the trash" in gone
    media = rows(fresh, "SELECT file_path FROM files WHERE item_id = 1 AND file_type = 'video'")[0][0]
    assert client.get(f"/media/{media}").status_code == 404
    assert "q8bLw3nT0rY" not in client.get("/browse").text
    trash_page = client.get("/trash").text
    assert "Why satin" in trash_page
    assert "This can't be undone." in trash_page
    assert "2 items" in client.get("/").text
    back = client.post("/item/1/restore").text
    assert DONE["restore"] in back
    assert _foot(client.get("/").text) == _foot(before)


def _foot(page: str) -> str:
    return re.findall(r"Everything here is on this computer: [^<]*", page)[0]


def test_removing_for_good_is_for_the_worker(fresh: RunningSite, client: httpx.Client) -> None:
    """The site marks; when the worker has emptied the trash there is no page any more, and saving again works."""
    client.post("/item/1/delete")
    assert "is being removed" in client.post("/item/1/purge").text
    assert "This is being removed" in item_page(client, fresh, "video")
    assert list(fresh.settings.archive.glob("youtube/*/*/*.mp4"))
    with closing(open_writer(fresh.settings.database)) as db:
        assert trash.empty(db, fresh.settings) == 1
    assert client.get("/item/1").status_code == 404
    assert not list(fresh.settings.archive.glob("youtube/*/*/*.mp4"))
    assert "The trash is empty" in client.get("/trash").text


def test_two_tabs_may_do_opposite_things(fresh: RunningSite, client: httpx.Client) -> None:
    """What another tab has deleted is not changed; that is said, and nothing else happens."""
    client.post("/item/1/delete")
    before = rows(fresh, "SELECT * FROM items"), rows(fresh, "SELECT count(*) FROM jobs")
    refusals = {"tag": 409, "note": 409, "resume": 409, "refresh": 404, "again": 404, "repair": 404, "check": 404}
    for act, status in {**refusals, "folder": 404}.items():
        answer = client.post(f"/item/1/{act}", data=FORM)
        assert (act, answer.status_code, "trash" in answer.text) == (act, status, True)
    assert (rows(fresh, "SELECT * FROM items"), rows(fresh, "SELECT count(*) FROM jobs")) == before
    assert client.post("/item/1/restore").status_code == 200


def test_opposite_acts_on_the_trash(fresh: RunningSite, client: httpx.Client) -> None:
    """Deleting twice and putting back twice are one; what was put back is not removed by an older page."""
    for act, status in (("delete", 200), ("delete", 200), ("restore", 200), ("restore", 200), ("purge", 409)):
        assert (act, client.post(f"/item/1/{act}").status_code) == (act, status)
    client.post("/item/1/delete")
    client.post("/item/1/purge")
    assert client.post("/item/1/restore").status_code == 409


# --- who may


def test_acts_are_for_the_person_alone(site: RunningSite) -> None:
    """Strangers and other origins change nothing, and no act is a link."""
    before = rows(site, "SELECT * FROM items"), rows(site, "SELECT count(*) FROM jobs")
    ours = {"Origin": site.origin, "Sec-Fetch-Site": "same-origin"}
    evil = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    with site.stranger() as stranger, site.person() as person:
        for act in ACTS:
            answers = (
                stranger.post(f"/item/1/{act}", headers=ours, data=FORM),
                person.post(f"/item/1/{act}", headers=evil, data=FORM),
                person.get(f"/item/1/{act}"),
            )
            assert (act, [answer.status_code for answer in answers]) == (act, [401, 403, 405])
    assert before == (rows(site, "SELECT * FROM items"), rows(site, "SELECT count(*) FROM jobs"))


def test_acts_on_nothing(person: httpx.Client) -> None:
    """An item that there is not is not found, and an act that there is not is refused."""
    for act in ACTS:
        assert (act, person.post(f"/item/4711/{act}", data=FORM).status_code) == (act, 404)
    assert person.post("/item/1/explode").status_code == 400


# --- how it is read


def test_tags_are_listed_by_leaps(fresh: RunningSite) -> None:
    """The list of all tags is read from the index, once for each tag."""
    with closing(open_writer(fresh.settings.database)) as db:
        db.executemany("INSERT INTO tags VALUES (?, ?)", ((item, f"tag {n}") for item in (1, 2) for n in range(3)))
        assert reads.tags(db) == ("tag 0", "tag 1", "tag 2")


def test_the_page_reads_by_index(site: RunningSite) -> None:
    """Nothing that the page asks for goes through a whole table, or through all jobs of a state."""
    asked: list[str] = []
    with closing(open_writer(site.settings.database)) as db:
        db.set_trace_callback(asked.append)
        assert reads.item(db, 1)
        job_of_item(db, site.settings, 1)
        reads.comments(db, 1, after=1)
        reads.comments_kept(db, 1)
        trash.content(db, before=("2026", 1))
        db.set_trace_callback(None)
        plans = [row[3] for sql in asked for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(asked) > 8
    assert [plan for plan in plans if plan.startswith("SCAN") or "jobs_order" in plan or "jobs_status" in plan] == []

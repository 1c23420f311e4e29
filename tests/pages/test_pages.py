"""What the pages show, read as a person without script reads them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bowerbird.clock import later
from bowerbird.database import open_writer
from bowerbird.pages.history import PAGE
from bowerbird.pages.lines import WORDS
from bowerbird.queue.rollup import count
from tests.new_archive import make_archive
from tests.pages import archives
from tests.pages.sites import RunningSite, running, settings_in


def test_every_page_answers(person: httpx.Client, site: RunningSite) -> None:
    """Every page of ours is whole HTML with one main heading."""
    for path in archives.pages_of(site.found):
        answer = person.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert answer.text.rstrip().endswith("</html>")
        assert answer.text.count("<h1") == 1


def test_no_link_of_ours_is_dead(person: httpx.Client, site: RunningSite) -> None:
    """Every link within the site leads somewhere."""
    addresses = {
        address.replace("&amp;", "&").partition("#")[0]
        for path in archives.pages_of(site.found)
        for address in re.findall(r'(?:href|src)="(/[^"]*)"', person.get(path).text)
    }
    assert len(addresses) > 30
    assert [address for address in addresses if person.get(address).status_code != 200] == []


@pytest.mark.parametrize("status", [state for state in WORDS if state != "paused"])
def test_history_by_state(person: httpx.Client, status: str) -> None:
    """Each state has its own list, in which no other one appears."""
    page = person.get("/history", params={"status": status}).text
    assert set(re.findall(r'<tr data-state="(\w+)"', page)) == {status}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("platform=instagram", 2),
        ("platform=nosuch", 0),
        ("since=2000-01-01", 13),
        ("until=2000-01-01", 0),
        ("since=9999-12-31", 0),
        ("since=nonsense", 13),
        ("status=nonsense", 13),
        ("since=2000-01-01&until=2999-01-01&platform=instagram", 2),
        ("before=x", 13),
        ("before=99999999999999999999999", 13),
    ],
)
def test_history_by_platform_and_day(person: httpx.Client, query: str, rows: int) -> None:
    """Filters stand in the address; what can't be understood filters nothing."""
    answer = person.get(f"/history?{query}")
    assert (answer.status_code, answer.text.count("<tr data-state")) == (200, rows)


def test_history_pages_by_key(tmp_path: Path) -> None:
    """Older and Newer walk through every job once, also while new ones arrive."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with closing(open_writer(settings.database)) as db:
        ids = [archives.put_job(db, f"https://x.example/{n}", f"job {n}", "completed") for n in range(2 * PAGE + 20)]
        with running(settings, {}) as site, site.person() as client:
            seen, address, newer = [], "/history", []
            while address:
                page = client.get(address).text
                seen += re.findall(r'data-key="row-([0-9a-f-]{36})"', page)
                newer.append(_link(page, "prev"))
                address = _link(page, "next")
                archives.put_job(db, "https://x.example/new", "new", "completed")
            assert seen == ids[::-1]
            back = client.get(newer[-1]).text
    assert re.findall(r'data-key="row-([0-9a-f-]{36})"', back) == ids[20 : 20 + PAGE][::-1]
    assert newer[0] == ""


def _link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return found.group(1).replace("&amp;", "&") if found else ""


def test_browse_pages_by_key(tmp_path: Path) -> None:
    """Every item is on one page of the shelf, also where many were saved in the same moment."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with closing(open_writer(settings.database)) as db:
        db.executemany(
            "INSERT INTO items (platform, platform_id, kind, url, folder, captured_at, updated_at)"
            " VALUES ('youtube', ?, 'video', 'https://x.example/', ?, '2026-01-01T00:00:00.000Z', '')",
            ((f"v{n}", f"f{n}") for n in range(130)),
        )
    with running(settings, {}) as site, site.person() as client:
        seen, address = [], "/browse/youtube"
        while address:
            page = client.get(address).text
            seen += re.findall(r'href="/item/(\d+)"', page)
            address = _link(page, "next")
    assert seen == [str(n) for n in range(130, 0, -1)]


def test_a_card_is_shown_as_it_is_now(fresh: RunningSite) -> None:
    """What was shown once is shown anew when it changes, also to bytes that are no text."""
    with fresh.person() as client, closing(open_writer(fresh.settings.database)) as db:
        for title, shown in (("'before'", "before"), ("'after'", "after"), ("CAST(x'61ff62' AS TEXT)", "a\ufffdb")):
            db.execute(f"UPDATE items SET title = {title}")
            assert set(re.findall(r"<h3><a[^>]*>(.*?)</a>", client.get("/browse").text)) == {shown}


def test_a_failed_job_says_why_and_holds_the_cure(person: httpx.Client, site: RunningSite) -> None:
    """Its page has the sentence, the next step, a button, and what the program said."""
    page = person.get(f"/job/{site.found['failed']}").text
    assert "Only paying members of this channel can see it." in page
    assert "Sign in with a membership, then try again." in page
    assert f'action="/job/{site.found["failed"]}/retry"' in page
    assert "What the program said" in page


def test_a_list_shows_its_members(person: httpx.Client, site: RunningSite) -> None:
    """The page of a list has a row for each member, with its state."""
    page = person.get(f"/job/{site.found['list']}").text
    assert all(f"Member {status}" in page for status in ("completed", "failed", "pending"))
    assert "1 of 3 done" in page


def test_a_list_counts_as_one_and_tells_its_members_once(fresh: RunningSite) -> None:
    """Above the rows stands how many there are; how far a list is stands in its row, and only once."""
    with closing(open_writer(fresh.settings.database)) as db:
        count(db, fresh.found["list"])
    with fresh.person() as client:
        page = client.get("/").text
    rows = page.partition('data-key="section-now"')[2].partition("</section>")[0]
    assert f">{len(re.findall('data-state=.running', rows))} running, 2 waiting<" in rows
    assert "1 of 3 saved" in rows
    assert "1 of 3 done" not in rows


def test_running_jobs_have_a_progress_bar_with_a_name(person: httpx.Client) -> None:
    """Progress can be read by a screen reader: a value, a maximum and a name."""
    page = person.get("/").text
    assert '<progress max="100" value="64.0" aria-label="Night sky over the plateau">64 %</progress>' in page
    assert "312 of 486 MB" in page


def test_an_item_page_tells_everything(person: httpx.Client, site: RunningSite) -> None:
    """Player, words, chapters, counts, files with checksums, and how it came here."""
    page = person.get(f"/item/{site.found['video']}").text
    for words in (
        '<video controls preload="metadata"', "4.7 M views", "2 December 2025", "Before sunrise", "The theft",
        "from the toolbar", "https://northwood.example/notes/31-mornings", "thirty one, the same as the mornings",
        "yt-dlp 2026.10.26", "SHA-256: ", "metadata.json", 'href="/media/youtube/', 'id="t=12"', 'href="?t=12#t=12"',
    ):  # fmt: skip
        assert words in page, words


def test_an_item_is_shown_whatever_the_clock_of_the_browser_said(fresh: RunningSite) -> None:
    """A capture's own time is kept as it came, and costs no page."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        assert db.execute("UPDATE captures SET captured_at = 'this morning'").rowcount
        db.execute("UPDATE jobs SET capture_id = 1 WHERE item_id IS NOT NULL")
    with fresh.person() as client:
        answer = client.get(f"/item/{fresh.found['video']}")
    assert answer.status_code == 200
    assert "this morning" in answer.text


def test_a_second_can_be_asked_for_without_script(person: httpx.Client, site: RunningSite) -> None:
    """`?t=12` starts the player there: the media address carries the fragment."""
    assert '.mp4#t=12"' in person.get(f"/item/{site.found['video']}?t=12").text
    assert ".mp4#t=" not in person.get(f"/item/{site.found['video']}?t=x").text


def test_another_transcript_can_be_chosen(person: httpx.Client, site: RunningSite) -> None:
    """One made by hand comes first; the others are a choice away."""
    page = person.get(f"/item/{site.found['video']}").text
    other = re.findall(r'<option value="(\d+)">de, automatic', page)[0]
    assert "It is a quarter to five" in page
    assert "Es ist Viertel vor f\u00fcnf." in person.get(f"/item/{site.found['video']}?transcript={other}").text


def test_a_post_shows_all_its_pictures(person: httpx.Client, site: RunningSite) -> None:
    """Several pictures are slides that can be turned without script, whole and in their order."""
    page = person.get(f"/item/{site.found['pictures']}").text
    assert re.findall(r"C0ffee_(\d)\.jpg\" alt", page) == ["1", "2", "3"]
    assert 'href="#piece-2"' in page


def test_a_hit_leads_to_its_second(person: httpx.Client, site: RunningSite) -> None:
    """What is said is found, marked, and one click from being heard."""
    page = person.get("/search", params={"q": "blue"}).text
    assert f'href="/item/{site.found["video"]}?t=12#t=12"' in page
    assert "All of them <mark>blue</mark>" in page
    assert "<mark>blue</mark>: 31 mornings" in page


@pytest.mark.parametrize(
    "words", ['"', "AND OR NOT", "*", "a" * 500, "NEAR(", "\u0000", "' OR 1=1 --", "-", "title:x", "💩"]
)
def test_any_search_is_answered(person: httpx.Client, words: str) -> None:
    """Whatever is typed, the page says what was found or that nothing was."""
    assert person.get("/search", params={"q": words}).status_code == 200


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    """The first page of a new archive says what to do, and every page stands."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with running(settings, {}) as site, site.person() as client:
        assert "The archive is empty" in client.get("/").text
        assert [client.get(path).status_code for path in ("/history", "/browse", "/search?q=a", "/live/dashboard")] == [
            200
        ] * 4


@pytest.mark.parametrize(
    "path",
    [
        "/item/4711",
        "/item/0",
        "/item/x",
        "/item/999999999999999999",
        "/item/9999999999999999999999",
        "/job/00000000-0000-0000-0000-000000000000",
        "/job/x",
        "/browse/youtube/99",
        "/browse/tiktok/1",
        "/nosuch",
        "/archive/nosuch",
        "/archive/items/99",
    ],
)
def test_unknown_things_are_not_found(person: httpx.Client, path: str) -> None:
    """What is not there is said so."""
    assert person.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["before=%C2%B2", "before=" + "9" * 30, "before=" + "9" * 5000, "before=0", "since=0001-01-01", "until=9999-12-31"],
)
def test_any_number_and_day_is_answered(person: httpx.Client, site: RunningSite, query: str) -> None:
    """A page or day that can't be is as one that was not asked for."""
    for path in ("/history", "/live/history", f"/job/{site.found['list']}", f"/live/job/{site.found['list']}"):
        assert person.get(f"{path}?{query}").status_code == 200


def _asked_again(client: httpx.Client, before: httpx.Response) -> httpx.Response:
    """What is told to somebody who has the answer from before."""
    return client.get(before.url, headers={"If-None-Match": before.headers["etag"]})


def test_live_parts_are_sent_only_when_they_changed(fresh: RunningSite) -> None:
    """Asking again costs nothing until something happens, and then brings what happened."""
    with fresh.person() as client:
        first = client.get("/live/dashboard")
        again = _asked_again(client, first)
        while again.status_code == 200 and again.content != first.content:  # the disk is others' too, and time goes by
            first, again = again, _asked_again(client, again)
        assert (again.status_code, again.content) == (304, b"")
        with closing(sqlite3.connect(fresh.settings.database)) as db, db:
            db.execute("UPDATE jobs SET progress = 99, title = 'Almost there' WHERE id = ?", (fresh.found["running"],))
        changed = _asked_again(client, first)
    assert (changed.status_code, "Almost there" in changed.text) == (200, True)


@pytest.mark.parametrize("path", ["/live/dashboard", "/live/history?status=failed", "/live/job/{list}", "/live/pulse"])
def test_live_parts_carry_keys(person: httpx.Client, site: RunningSite, path: str) -> None:
    """Each part names the place that it takes, so that a page can take it in element by element."""
    body = person.get(path.format(**site.found)).text
    assert 'data-key="pulse"' in body
    assert "<html" not in body
    keys = re.findall(r'data-key="([^"]*)"', body)
    assert len(keys) == len(set(keys))


def test_a_warning_is_told_once(fresh: RunningSite) -> None:
    """The same warning, many times, is one notice; an old one is none."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        for at in (later(-5), later(-4), later(-90000)):
            db.execute(
                "INSERT INTO events (at, level, code, message, hint) VALUES (?, 'warning', 'old', ?, 'Update it.')",
                (at, "yt-dlp is old." if at > later(-100) else "Ancient."),
            )
    with fresh.person() as client:
        page = client.get("/").text
    assert page.count("<b>yt-dlp is old.") == 1
    assert "Ancient." not in page


def test_three_warnings_are_shown_and_the_others_are_at_hand(fresh: RunningSite) -> None:
    """The dashboard shows the three most pressing ones, and folds the others away below these, each with its cure."""
    with closing(sqlite3.connect(fresh.settings.database)) as db, db:
        for number in range(40):
            db.execute(
                "INSERT INTO events (at, level, code, message, hint) VALUES (?, 'warning', 'old', ?, 'Update it.')",
                (later(-5), f"Warning {number}."),
            )
    with fresh.person() as client:
        shown, _, others = client.get("/").text.partition('<details class="more"')
    assert shown.count('class="notice ') == 3
    folded = others.partition("</details>")[0].count('class="notice ')
    assert folded >= 37
    assert f"<summary>and {folded} more</summary>" in others


@pytest.mark.parametrize("path", ["/archive/nosuch", "/archive/items/999", "/archive/items/1/2/3", "/-/static/no.css"])
def test_table_pages_that_are_not_there(person: httpx.Client, capfd: pytest.CaptureFixture[str], path: str) -> None:
    """They are not found, and the terminal of `bowerbird serve` is not filled with what the program looks like."""
    assert person.get(path).status_code == 404
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err


def test_the_table_pages_are_there(person: httpx.Client) -> None:
    """Datasette's own pages stand under /archive, as HTML, JSON and CSV."""
    assert person.get("/archive/items").status_code == 200
    assert person.get("/archive/items.json?_shape=array").json()[0]["platform_id"] == "q8bLw3nT0rY"
    assert person.get("/archive/items.csv").text.startswith("id,platform")
    assert person.get("/archive.json", params={"sql": "select count(*) as n from items", "_shape": "array"}).json() == [
        {"n": 3}
    ]

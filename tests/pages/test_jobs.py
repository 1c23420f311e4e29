"""The dashboard's queue, the history and the page of a job, as they are asked for and posted to."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from bowerbird.clock import now
from bowerbird.queue import events
from tests.pages.archives import put_job
from tests.pages.sites import RunningSite

SAVED = "https://www.youtube.com/watch?v=q8bLw3nT0rY"


@contextmanager
def archive(site: RunningSite) -> Iterator[sqlite3.Connection]:
    """The archive of a site, to write to."""
    with closing(sqlite3.connect(site.settings.database, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        yield db


def many(site: RunningSite, count: int, status: str = "pending", **columns: object) -> list[str]:
    """So many jobs, in the order in which they were asked for."""
    with archive(site) as db:
        first = put_job(db, "https://www.youtube.com/watch?v=manymanyman", f"{status} 0", status, **columns)
        row = dict(db.execute("SELECT * FROM jobs WHERE id = ?", (first,)).fetchone())
        for name in ("seq", "name", "size"):
            row.pop(name)
        ids = [first, *(str(uuid.uuid4()) for _ in range(count - 1))]
        copies = [{**row, "id": ids[n], "target_key": ids[n], "title": f"{status} {n}"} for n in range(1, count)]
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO jobs ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", copies)
        db.execute("UPDATE jobs SET place = seq << 20 WHERE status = 'pending'")
        db.execute("COMMIT")
    return ids


def shown(page: httpx.Response | str, name: str = "Queue") -> list[str]:
    """The ids of the jobs of a list, in its order."""
    text = page if isinstance(page, str) else page.text
    found = re.search(rf'data-key="list-{name}">(.*?)</ul>', text, re.DOTALL)
    return re.findall(r'data-key="job-([0-9a-f-]{36})"', found.group(1)) if found else []


def rows(page: httpx.Response) -> list[str]:
    """The titles of the history's rows."""
    return re.findall(r'class="item-cell">.*?<a class="title"[^>]*>([^<]*)<', page.text, re.DOTALL)


# --- what is typed


TYPED = (
    ("https://www.youtube.com/watch?v=newnewnewn1", ['data-label="Save"', "YouTube video"]),
    (SAVED, ["YouTube video", "You have this", "/item/1", 'data-label="Look it up again"']),
    ("https://www.youtube.com/watch?v=pend0000001", ["On its way"]),
    (f"{SAVED}\nhttps://www.tiktok.com/@a/video/7433190022000000000\nhttps://x.example/a\nnonsense words",
     ["<b>4 links</b>", "1 from YouTube", "1 from TikTok", "1 of them here already", "1 can't be saved",
      'data-label="Save 2 links"']),
    ("javascript:alert(1)", ["This can&#39;t be saved", "trouble"]),
    ("<img src=x onerror=1> https://x.example/<script>", ["Page on x.example"]),
    ("\n".join(f"https://x.example/{n}" for n in range(5001)), ["5,001 links"]),
    ("", []),
)  # fmt: skip


def test_links_are_recognised_as_they_are_typed(fresh: RunningSite) -> None:
    """What a link is, whether it is here or on its way, and why it can't be saved, from our own archive alone."""
    with archive(fresh) as db:
        db.execute("UPDATE jobs SET target_key = 'youtube:pend0000001' WHERE id = ?", (fresh.found["pending"],))
    with fresh.person() as client:
        for text, said in TYPED:
            answer = client.post("/seen", data={"url": text})
            assert (answer.status_code, [one for one in said if one not in answer.text]) == (200, []), text[:80]
            assert "<script>" not in answer.text
            assert "<img" not in answer.text


# --- the queue


def test_a_long_queue_shows_its_beginning(fresh: RunningSite) -> None:
    """Of ten thousand that wait for their turn the first fifty are shown, in order, and how many more there are."""
    ids = many(fresh, 10_000)
    with archive(fresh) as db:
        db.execute("UPDATE jobs SET priority = 10 WHERE id = ?", (ids[-1],))
    with fresh.person() as client:
        page = client.get("/")
    assert len(shown(page)) == 50
    assert shown(page)[0] == ids[-1]
    assert "and 9,952 more" in page.text
    assert len(page.content) < 250_000


def test_the_order_is_changed_by_buttons(fresh: RunningSite) -> None:
    """Top, up, down, more and less urgent are buttons of a form each, for browsers without script."""
    first, second, third = many(fresh, 3)
    others = [fresh.found["pending"]]
    with fresh.person() as client:
        for job, action, expected in (
            (third, "up", [first, third, second]),
            (third, "down", [first, second, third]),
            (second, "top", [second, first, third]),
            (third, "raise", [third, second, first]),
            (third, "lower", [second, first, third]),
        ):
            assert client.post(f"/job/{job}/{action}").status_code == 303
            order = [one for one in shown(client.get("/")) if one in (first, second, third)]
            assert (action, order) == (action, expected)
        assert client.post("/queue/move", data={"job": third, "before": second}).status_code == 303
        assert [one for one in shown(client.get("/")) if one not in others][:2] == [third, second]
        assert client.post("/queue/move", data={"job": third, "before": third}).status_code == 400
        assert client.post("/queue/move", data={"job": fresh.found["failed"]}).status_code == 409
        assert client.post("/queue/explode").status_code == 400


def test_the_whole_queue_is_paused_and_goes_on(fresh: RunningSite) -> None:
    """One button for all; the page says that it is so until somebody lets it go on."""
    with fresh.person() as client:
        assert 'action="/queue/pause"' in client.get("/").text
        answer = client.post("/queue/pause")
        assert answer.headers["location"] == "/?done=pause"
        page = client.get(answer.headers["location"]).text
        assert all(words in page for words in ("The queue is paused. What was fetched stays.", "Go on with all"))
        client.post("/queue/resume")
        assert "The queue is paused" not in client.get("/").text


def test_while_the_queue_is_paused_a_time_is_not_all(fresh: RunningSite) -> None:
    """What is tried again at a time needs the queue to go on as well, and says so."""
    [again] = many(fresh, 1, not_before="2099-01-01T00:00:00.000Z", error_code="network", error_message="It was cut.")
    with fresh.person() as client:
        row = client.get(f"/job/{again}").text
        assert "tries again" in row
        assert "once the queue goes on" not in row
        client.post("/queue/pause")
        for page in (f"/job/{again}", "/history"):
            row = client.get(page).text
            assert "It was cut" in row
            assert "tries again" in row
            assert "once the queue goes on" in row


def test_a_try_that_is_due_is_told_without_its_time(fresh: RunningSite) -> None:
    """What waits for a free place or a worker is tried soon, not at a time that is over."""
    [due] = many(fresh, 1, not_before="2020-01-01T00:00:00.000Z", error_code="network", error_message="It was cut.")
    with fresh.person() as client:
        row = client.get(f"/job/{due}").text
    assert "tries again soon" in row
    assert 'Z">soon</time>' in row


def test_one_job_is_paused_and_goes_on(fresh: RunningSite) -> None:
    """A paused job stays in sight, with the button by which it goes on."""
    job = fresh.found["waiting"]
    with fresh.person() as client:
        client.post(f"/job/{job}/pause")
        assert job in shown(client.get("/"), "Now")
        assert f'action="/job/{job}/resume"' in client.get("/").text
        client.post(f"/job/{job}/resume")
        assert "Waiting" in client.get(f"/job/{job}").text


def test_a_session_that_is_needed_has_a_link_to_its_site(person: httpx.Client) -> None:
    """What waits for a sign-in leads to where one signs in, in a tab of its own, and tells that site nothing of us."""
    page = person.get("/").text
    link = '<a class="btn small" href="https://www.instagram.com/" target="_blank" rel="noreferrer noopener nofollow">'
    assert f"{link}Open instagram.com to log in" in page


def test_what_is_said_after_an_action_is_ours(person: httpx.Client) -> None:
    """No address can put words of its own on the page."""
    for done in ("<b>x", "nosuch", "pause<b>", "cancel.x", "retry.1.9999999999999", "retry.1.2.3"):
        assert "toast" not in person.get("/", params={"done": done}).text
    assert "3 jobs tried again." in person.get("/history", params={"done": "retry.3"}).text


# --- history


def test_each_column_puts_the_history_in_order(person: httpx.Client) -> None:
    """The head of a column leads to its order, then to the other way; which it is can be heard."""
    for name in ("title", "state", "platform", "size", "asked"):
        for sort, way in ((name, "ascending"), (f"-{name}", "descending")):
            page = person.get("/history", params={"sort": sort})
            assert page.text.count("aria-sort=") == 1
            assert f'aria-sort="{way}"' in page.text
            titles = rows(page)
            if name == "title":
                lowered = [title.lower() for title in titles]
                assert lowered == sorted(lowered, reverse=way == "descending")
    assert "Night sky over the plateau" not in rows(person.get("/history?sort=-size"))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=tide+tab", ["Tide tables, read aloud"]),
        ("q=PLshort", ["Short list"]),
        ("error=session_expired", ["@tidewatch: reels"]),
        ("platform=instagram&status=waiting", ["@tidewatch: reels"]),
        ("q=nowhere", []),
        ("since=2999-01-01", []),
        ("error=nosuch&status=nosuch&sort=nosuch&q=plateau", ["Night sky over the plateau"]),
    ],
)
def test_the_history_is_narrowed_down(person: httpx.Client, query: str, titles: list[str]) -> None:
    """By words, error, state, platform and day; what there is not is as if it had not been asked for."""
    assert rows(person.get(f"/history?{query}")) == titles


@pytest.mark.parametrize(
    "query",
    ["sort=title&behind=5", "sort=size&behind=5:x", "sort=title&behind=5:" + "%F0%9F%92%A9" * 90, "behind=x:y",
     "sort=-state&ahead=9999999999999999999:failed", "q=%00", "q=" + "%22" * 300, "q=a*%20OR%20(", "ahead=1&behind=2"],
)  # fmt: skip
def test_any_place_in_the_history_is_answered(person: httpx.Client, query: str) -> None:
    """Whatever an address says, there is a page."""
    assert person.get(f"/history?{query}").status_code == 200
    assert person.get(f"/live/history?{query}").status_code == 200


def test_an_error_says_its_cure(person: httpx.Client, site: RunningSite) -> None:
    """An error is a sentence with the button that cures it; what the list needs is a word of the person."""
    page = person.get("/history").text
    assert "Only paying members of this channel can see it. Sign in with a membership, then try again." in page
    assert "Open youtube.com to log in" in page
    assert f'action="/job/{site.found["confirm"]}/continue"' in page


def test_the_same_is_done_with_all_that_are_chosen(fresh: RunningSite) -> None:
    """Each that allows it; how many did not is said. Nothing chosen, or no such action, changes nothing."""
    ids = [fresh.found[name] for name in ("failed", "cancelled", "running")]
    chosen = {f"job:{job}": "on" for job in ids}
    back = {"Referer": f"{fresh.origin}/history?status=failed"}
    with fresh.person() as client:
        answer = client.post("/queue/chosen", data={"do": "retry", **chosen}, headers=back)
        assert answer.headers["location"] == "/history?status=failed&done=retry.2.1"
        assert "2 jobs tried again. 1 other could not be" in client.get(answer.headers["location"]).text
        for form in ({"do": "retry"}, {"do": "explode", **chosen}, {"do": "retry", "job:x": "on"}):
            answer = client.post("/queue/chosen", data=form)
            assert answer.status_code in (303, 400)
        client.post("/queue/chosen", data={"do": "delete", f"job:{ids[0]}": "on"})
    with archive(fresh) as db:
        found = {row["id"]: row["status"] for row in db.execute("SELECT id, status FROM jobs")}
    assert [found.get(job) for job in ids] == [None, "pending", "running"]


def test_the_whole_list_is_tried_again_or_cleared(fresh: RunningSite) -> None:
    """All that failed by one error, then all that failed; what is saved leaves the list, and its items stay."""
    many(fresh, 3, "failed", error_code="network", error_message="No line.", hint="Wait.")
    many(fresh, 2, "completed")

    def left(status: str) -> int:
        with archive(fresh) as db:
            return int(db.execute("SELECT count(*) FROM jobs WHERE status = ?", (status,)).fetchone()[0])

    before = left("failed")
    with fresh.person() as client:
        client.post("/queue/retry_failed", data={"platform": "", "error": "network"})
        assert left("failed") == before - 3
        client.post("/queue/retry_failed")
        assert left("failed") == 0
        client.post("/queue/clear_completed")
        assert left("completed") <= 1  # a member stays with its list
        assert client.get(f"/item/{fresh.found['video']}").status_code == 200


@pytest.mark.parametrize("path", ["/queue/pause", "/queue/chosen", "/queue/move", "/seen", "/download"])
def test_no_other_page_can_post(fresh: RunningSite, path: str) -> None:
    """What comes from elsewhere is refused, and so is whoever has no session."""
    with fresh.person() as client, fresh.stranger() as stranger:
        assert client.post(path, headers={"Origin": "http://evil.example"}).status_code == 403
        assert stranger.post(path, headers={"Origin": fresh.origin}).status_code in (401, 403)
        assert client.get(path).status_code == 405
    with archive(fresh) as db:
        assert db.execute("SELECT count(*) FROM queue_pause").fetchone()[0] == 0


# --- one job


def test_a_job_tells_its_whole_story(fresh: RunningSite) -> None:
    """Its log, newest at the end, its attempts with what the program said, and where it was clicked."""
    job = fresh.found["failed"]
    with archive(fresh) as db:
        for n in range(120):
            level = "error" if n == 119 else "info"
            events.note(db, level, "worker", "test", f"line {n}", job_id=job)  # type: ignore[arg-type]
        db.execute(
            "INSERT INTO captures (key, url, source, captured_at, page_url, page_title, selection, receipt, job_id,"
            " created_at) VALUES"
            " ('k9', 'https://x.example/', 'link', ?, 'https://blog.example/<b>', 'A <b>log', 'these', '{}', ?, ?)",
            (now(), job, now()),
        )
    with fresh.person() as client:
        page = client.get(f"/job/{job}").text
        older = re.search(r'href="([^"]+lines=\d+)#h-log"', page)
        assert older
        first = client.get(older.group(1)).text
    assert page.index("line 50<") < page.index("line 119<")
    assert 'data-level="error"' in page
    assert ("line 0<" in page, "line 0<" in first, "line 119<" in first) == (False, True, False)
    for words in (
        "yt-dlp 2026.10.26",
        "What the program said",
        "Only paying members of this channel can see it.</span></p>",
        "from a link&#39;s menu",
        "A &lt;b&gt;log",
        "these",
    ):
        assert words in page, words


def test_members_can_be_narrowed_to_what_failed(person: httpx.Client, site: RunningSite) -> None:
    """Of a long list one wants to see why some could not be had."""
    page = person.get(f"/job/{site.found['list']}?members=failed").text
    assert ("Member failed" in page, "Member completed" in page, "Show all" in page) == (True, False, True)

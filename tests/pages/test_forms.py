"""What people send: links to save, and actions on jobs."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bowerbird.errors import RequestError
from bowerbird.pages.download import captures_of, links_in, links_of
from bowerbird.queue import wake
from tests.pages.sites import RunningSite

VIDEO = "https://www.youtube.com/watch?v=aaaaaaaaaa1"


def rows(site: RunningSite, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the archive holds."""
    with closing(sqlite3.connect(site.settings.database)) as db:
        return db.execute(sql, values).fetchall()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (VIDEO, [VIDEO]),
        (f"{VIDEO}\r\n{VIDEO}2", [VIDEO, f"{VIDEO}2"]),
        (f"look: {VIDEO}, and <{VIDEO}2> too", [VIDEO, f"{VIDEO}2"]),
        (f" {VIDEO.removeprefix('https://')} \n", [VIDEO]),
        (
            "youtube.com\nnotes/a.txt\n10.0.0.1/a\nuser@b.com/c",
            ["youtube.com", "notes/a.txt", "10.0.0.1/a", "user@b.com/c"],
        ),
        (f"{VIDEO.removeprefix('https://')},\n{VIDEO.removeprefix('https://')}2;", [VIDEO, f"{VIDEO}2"]),
        ("www.example.com,\nexample.com:8080/x", ["https://www.example.com", "https://example.com:8080/x"]),
        (f"{VIDEO} www.example.com/a, b.org/c", [VIDEO, "https://www.example.com/a", "https://b.org/c"]),
        (f"([a page](https://example.org/x)), ({VIDEO})", ["https://example.org/x", VIDEO]),
        (f"{VIDEO},https://b.org/c,d;http://e.org/", [VIDEO, "https://b.org/c,d", "http://e.org/"]),
        ("(example.org/x) https://a.org/b_(c)", ["https://example.org/x", "https://a.org/b_(c)"]),
        (f"see {VIDEO}. And ({VIDEO}2)! (https://a.org/b_(c).)", [VIDEO, f"{VIDEO}2", "https://a.org/b_(c)"]),
        ("Read https://a.org/b_(c).", ["https://a.org/b_(c)"]),
        ("two words\n\n  ", ["two words"]),
        ("javascript:alert(1)", ["javascript:alert(1)"]),
        ("", []),
        ("  \n\t\n", []),
    ],
)
def test_links_of_a_text(text: str, links: list[str]) -> None:
    """Links are found in prose; a line without any is kept, so that its answer can say what is wrong."""
    assert list(links_in(text)) == links


def test_a_link_is_taken(fresh: RunningSite) -> None:
    """A posted link is committed as capture and job before the answer, which leads to the dashboard."""
    with fresh.person() as client:
        answer = client.post(
            "/download", data={"url": VIDEO, "quality": "720", "transcripts": "en, de", "max_items": "5", "mark": "m"}
        )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    [(source, options)] = rows(fresh, "SELECT source, options FROM captures WHERE url = ?", VIDEO)
    assert source == "site"
    assert options == '{"quality":"720","transcripts":["en","de"],"max_items":5}'
    assert rows(fresh, "SELECT status FROM jobs WHERE url = ?", VIDEO) == [("pending",)]


def test_a_form_that_is_sent_twice_has_one_effect(fresh: RunningSite) -> None:
    """The same form again changes nothing; another link in the same form is another capture."""
    with fresh.person() as client:
        for url in (VIDEO, VIDEO, VIDEO[:-1] + "2"):
            assert client.post("/download", data={"url": url, "mark": "m"}).status_code == 303
    assert rows(fresh, "SELECT count(*) FROM captures WHERE source = 'site'") == [(2,)]


def test_each_link_gets_its_answer(fresh: RunningSite) -> None:
    """Where some links can't be taken the others are; each one's answer is shown, and a field to correct those."""
    text = f"{VIDEO}\nhttps://www.youtube.com/watch?v=q8bLw3nT0rY\nfile:///etc/passwd\nhttp://127.0.0.1/x\nhello"
    with fresh.person() as client:
        page = client.post("/download", data={"url": text, "quality": "720", "mark": "m"})
    assert page.status_code == 200
    assert page.text.count("Not taken") == 3
    assert "You have this" in page.text
    assert re.findall(r"sprite[^#]*#(p-\w+)", page.text) == ["p-youtube", "p-youtube", "p-web", "p-web", "p-web"]
    assert '<input type="hidden" name="quality" value="720">' in page.text
    assert "is not a full web address." in page.text
    assert re.findall(r"<textarea[^>]*>([^<]*)<", page.text) == ["file:///etc/passwd\nhttp://127.0.0.1/x\nhello"]
    assert rows(fresh, "SELECT count(*) FROM captures WHERE source = 'site'") == [(2,)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"transcripts": "English"}, "“English” is no language of transcripts."),
        ({"max_items": "0"}, "Of a list at most: it takes a whole number from 1 to 1,000,000."),
        ({"max_items": "many"}, "Of a list at most: it takes a whole number from 1 to 1,000,000."),
        ({"quality": "9000"}, "There is no such quality."),
    ],
)
def test_a_wrong_choice_loses_no_link(fresh: RunningSite, wrong: dict[str, str], said: str) -> None:
    """None is taken, all stay in the field, and what was wrong can be changed beside them."""
    links = f"{VIDEO}\n{VIDEO}2"
    with fresh.person() as client:
        page = client.post("/download", data={"url": links, "comments": "1", "mark": "m", **wrong})
        assert page.status_code == 422
        assert said in page.text
        assert "Update the extension" not in page.text
        assert re.findall(r"<textarea[^>]*>([^<]*)<", page.text) == [links]
        assert '<input type="hidden" name="comments" value="1">' in page.text
        for name, value in wrong.items():
            assert re.search(rf'<input type="text" name="{name}" [^>]*value="{value}"', page.text) or name == "quality"
        if "quality" not in wrong:
            assert re.findall(r'name="(?:transcripts|max_items)" [^>]*placeholder="([^"]*)"', page.text) == [
                "en",
                "500",
            ]
    assert rows(fresh, "SELECT count(*) FROM captures WHERE source = 'site'") == [(0,)]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"url": ""}, "bad_request"),
        ({}, "bad_request"),
        ({"url": VIDEO, "quality": "9000"}, "bad_request"),
        ({"url": VIDEO, "max_items": "many"}, "bad_request"),
        ({"url": VIDEO, "max_items": "-1"}, "bad_request"),
        ({"url": "\n".join(f"https://x.example/{n}" for n in range(5001))}, "too_large"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_whole(form: dict[str, str], code: str) -> None:
    """Wrong choices are said, and nothing is saved."""
    with pytest.raises(RequestError) as refused:
        captures_of(links_of(form), form)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"url=%ff%fe", b"a=b&" * 2000, b'{"url": "x"}', b"url=" + b"%00" * 50]
)
def test_broken_bodies_are_answered(fresh: RunningSite, body: bytes) -> None:
    """Whatever is posted, the answer is a page that says what is wrong."""
    with fresh.person() as client:
        answer = client.post("/download", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code in (400, 413, 422)
        assert client.get("/").status_code == 200


def test_actions_do_what_their_button_says(fresh: RunningSite) -> None:
    """An action changes the job and leads back to the page that it came from."""
    with fresh.person() as client:
        job = fresh.found["failed"]
        answer = client.post(f"/job/{job}/retry", headers={"Referer": f"{fresh.origin}/history?status=failed"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/history?status=failed")
        assert rows(fresh, "SELECT status FROM jobs WHERE id = ?", job) == [("pending",)]
        assert client.post(f"/job/{fresh.found['pending']}/cancel").headers["location"] == "/"
        assert rows(fresh, "SELECT status FROM jobs WHERE id = ?", fresh.found["pending"]) == [("cancelled",)]
        gone = fresh.found["cancelled"]
        answer = client.post(f"/job/{gone}/delete", headers={"Referer": f"{fresh.origin}/job/{gone}"})
        assert answer.headers["location"] == "/history"


@pytest.mark.parametrize(
    "referer", ["http://evil.example/", "{origin}//evil.example", "{origin}.evil.example/", "x", "{origin}/\\e"]
)
def test_an_action_never_leads_away(fresh: RunningSite, referer: str) -> None:
    """Where a form was sent from elsewhere, the way back is the dashboard."""
    with fresh.person() as client:
        answer = client.post(
            f"/job/{fresh.found['failed']}/retry", headers={"Referer": referer.format(origin=fresh.origin)}
        )
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("name", "action", "status"),
    [("failed", "continue", 409), ("running", "delete", 409), ("failed", "explode", 400), ("nosuch", "retry", 404)],
)
def test_what_can_not_be_done_is_said(fresh: RunningSite, name: str, action: str, status: int) -> None:
    """An action in the wrong state, of no such name, or on no such job says so and changes nothing."""
    job = fresh.found.get(name, "00000000-0000-0000-0000-000000000000")
    before = rows(fresh, "SELECT id, status FROM jobs ORDER BY seq")
    with fresh.person() as client:
        answer = client.post(f"/job/{job}/{action}")
    assert (answer.status_code, "<h1>" in answer.text) == (status, True)
    assert rows(fresh, "SELECT id, status FROM jobs ORDER BY seq") == before


def test_a_worker_that_cannot_be_started_takes_nothing_back(
    fresh: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was pasted is committed, so the answer is that of every other day, though no process can be started."""

    def refuse(argv: list[str], handed: int | None = None) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(wake, "start_detached", refuse)
    monkeypatch.setattr(wake, "worker_is_running", lambda settings: False)
    with fresh.person() as client:
        assert client.post("/download", data={"url": "https://youtu.be/aaaaaaaaaaa"}).status_code == 303
        with closing(sqlite3.connect(fresh.settings.database)) as db:
            (job_id,) = db.execute("SELECT id FROM jobs ORDER BY seq DESC LIMIT 1").fetchone()
        assert client.post(f"/job/{job_id}/cancel").status_code == 303

"""The log on the site: filters, paging by key, live lines, and the file."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from bowerbird.database import open_writer
from bowerbird.queue import events
from tests.pages.sites import RunningSite

JOB = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def logged(fresh: RunningSite) -> RunningSite:
    """A site whose log has 150 lines of many kinds."""
    with closing(open_writer(fresh.settings.database)) as db:
        db.execute("DELETE FROM events")
        for number in range(147):
            events.note(db, "info", "queue", "running", f"line {number}")
        events.note(db, "debug", "worker", "detail", "a small thing")
        events.note(db, "warning", "worker", "disk_full", "The disk is nearly <b>full</b>.", hint="Make room.")
        events.note(db, "error", "scraper", "gone", "It was removed.", job_id=JOB)
    return fresh


def said(page: str) -> list[str]:
    """The messages, from the top."""
    return [re.sub(r"<.*", "", text).strip() for text in re.findall(r'<p dir="auto">(.*?)</p>', page, re.S)]


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("", "It was removed.", 100),
        ("level=debug", "It was removed.", 100),
        ("level=warning", "It was removed.", 2),
        ("level=error", "It was removed.", 1),
        ("component=worker", "The disk is nearly &lt;b&gt;full&lt;/b&gt;.", 1),
        ("component=worker&level=debug", "The disk is nearly &lt;b&gt;full&lt;/b&gt;.", 2),
        ("words=LINE+14", "line 146", 8),
        ("words=disk_full", "The disk is nearly &lt;b&gt;full&lt;/b&gt;.", 1),
        (f"job={JOB}", "It was removed.", 1),
        ("level=bogus&component=bogus&job=x&before=x", "It was removed.", 100),
    ],
)
def test_lines_are_filtered_as_the_address_says(logged: RunningSite, query: str, first: str, count: int) -> None:
    """Newest first, at least of the level, escaped, and what can't be understood is as if it were not said."""
    with logged.person() as person:
        lines = said(person.get(f"/logs?{query}").text)
    assert (lines[0], len(lines)) == (first, count)


def test_older_lines_follow_by_key(logged: RunningSite) -> None:
    """Each line comes once, whatever is written meanwhile."""
    with logged.person() as person:
        page = person.get("/logs").text
        seen = said(page)
        with closing(open_writer(logged.settings.database)) as db:
            events.note(db, "info", "site", "x", "a new one")
        (older,) = re.findall(r'href="([^"]+)" rel="next"', page)
        seen += said(person.get(older).text)
    assert len(seen) == len(set(seen)) == 149
    assert seen[-1] == "line 0"


def test_a_line_leads_to_its_job_and_none_fits_is_said(logged: RunningSite) -> None:
    """A job's line has a link; a filter that nothing fits says so and how to see more."""
    with logged.person() as person:
        assert f'href="/job/{JOB}"' in person.get("/logs?level=error").text
        assert "No line fits" in person.get("/logs?words=nowhere").text


def test_the_file_is_text_with_the_same_lines(logged: RunningSite) -> None:
    """Oldest first, one line each, never shown as a page."""
    with logged.person() as person:
        answer = person.get("/logs/download?level=warning")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="bowerbird-log-')
    assert [line.split()[1:4] for line in answer.text.splitlines()] == [
        ["warning", "worker", "disk_full"], ["error", "scraper", "gone"],
    ]  # fmt: skip
    assert "Make room." in answer.text


def test_new_lines_come_by_themselves(logged: RunningSite) -> None:
    """The live part is sent again only when there is one more."""
    with logged.person() as person:
        first = person.get("/live/logs")
        mark = {"If-None-Match": first.headers["etag"]}
        assert person.get("/live/logs", headers=mark).status_code == 304
        with closing(open_writer(logged.settings.database)) as db:
            events.note(db, "info", "site", "x", "a new one")
        assert said(person.get("/live/logs", headers=mark).text)[0] == "a new one"


def test_words_are_looked_for_in_so_many_lines_at_a_time(logged: RunningSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rare word costs the same in any log; the next page goes on where this one ended."""
    with closing(open_writer(logged.settings.database)) as db:
        db.execute(
            "INSERT INTO events (id, at, level, component, code, message) WITH RECURSIVE n(x) AS (SELECT 1000 UNION ALL"
            " SELECT x + 1 FROM n WHERE x < 20999) SELECT x, '2026-11-20', 'info', 'queue', 'x', 'y' FROM n"
        )
    with logged.person() as person:
        address, pages = "/logs?words=line+146", 0
        while True:
            page = person.get(address).text
            pages += 1
            found = re.findall(r'href="([^"]+)" rel="next"', page)
            if said(page) or not found:
                break
            address = found[0].replace("&amp;", "&")
    assert (said(page), pages) == (["line 146"], 3)

"""The page of figures, its charts, and that both cost the same in any archive."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from bowerbird.pages.columns import HEIGHT, WIDTH, columns, share
from bowerbird.pages.stats import in_percent
from tests.new_archive import make_archive
from tests.pages.sites import RunningSite, running, settings_in


@pytest.mark.parametrize(("by", "shown"), [("items", "3"), ("bytes", "kB"), ("seconds", "28 s")])
def test_each_measure_has_its_charts_and_tables(person: httpx.Client, by: str, shown: str) -> None:
    """Platform, kind, creator and month, how saving went and why it failed: each chart has its table."""
    page = person.get(f"/stats?by={by}").text
    headings = re.findall(r'<h2 id="h-([a-z]+)">', page)
    assert headings == ["platforms", "kinds", "creators", "months", "saving", "rate", "errors"]
    assert page.count("<summary>Show as table</summary>") == len(headings)
    assert shown in page
    assert "Only paying members of this channel can see it." in page
    assert "/browse/youtube/1" in page


def test_why_saving_failed_leads_to_what_failed_so(person: httpx.Client) -> None:
    """A reason is a link to the jobs that failed by it, and by no other."""
    page = person.get("/stats").text
    assert '<a href="/history?status=failed&amp;error=members_only">Only paying members of this channel' in page


def test_a_hostile_creator_stays_text(person: httpx.Client) -> None:
    """A name is never a tag."""
    assert "<script>window" not in person.get("/stats").text


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    """There is nothing to count, and one button."""
    settings = settings_in(tmp_path)
    make_archive(settings.database)
    with running(settings, {}) as site, site.person() as person:
        page = person.get("/stats").text
    assert "Nothing to count yet" in page
    assert '<svg class="chart' not in page


def test_no_figure_is_read_from_items_jobs_or_files(site: RunningSite) -> None:
    """What grows with the archive is not touched: the tables of counts are enough."""
    from datetime import date

    from bowerbird.archive.tallies import figures

    asked: list[str] = []
    with contextlib.closing(sqlite3.connect(site.settings.database)) as db:
        db.row_factory = sqlite3.Row
        db.set_trace_callback(asked.append)
        figures(db, "bytes", date(2026, 11, 20))
        db.set_trace_callback(None)
        plans = [str(row["detail"]) for sql in asked for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert plans
    assert not [plan for plan in plans if re.search(r"\b(items|jobs|files)\b(?! USING)", plan)]
    assert any("creators USING INDEX creators_largest" in plan for plan in plans)


def test_columns_fill_the_field_from_zero() -> None:
    """The highest column fills it, parts are stacked, and what is little is still seen."""
    made = columns([[1, 1], [0, 0], [4, 0], [0.001, 0]])
    assert [len(one.parts) for one in made] == [2, 0, 1, 1]
    assert made[2].parts[0].y == 0
    assert made[2].parts[0].height == HEIGHT
    assert made[0].parts[1].y + made[0].parts[1].height == made[0].parts[0].y
    assert made[3].parts[0].height == 1
    assert all(one.x + one.width <= WIDTH for one in columns([[1]] * 91))
    assert columns([[0], [0]]) == ()


@pytest.mark.parametrize(
    ("completed", "failed", "said"),
    [
        (0, 0, "none ended"),
        (1, 0, "100 %"),
        (999, 1, "over 99 %"),
        (1, 999, "under 1 %"),
        (3, 1, "75 %"),
        (0, 4, "0 %"),
    ],
)
def test_a_rate_is_never_rounded_to_all_or_nothing(completed: int, failed: int, said: str) -> None:
    """One failure in a thousand is not none."""
    assert in_percent(completed, failed) == said


def test_a_share_is_of_the_longest() -> None:
    """Bars are in percent, also where there is nothing."""
    assert [share(1, 4), share(4, 4), share(0, 0), share(-1, 4)] == [25, 100, 0, 0]

"""Why jobs failed: each cause is told once, above the rows and on the dashboard, with what is done with all of it."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from bowerbird.clock import later
from bowerbird.errors import JOB_ADVICE
from bowerbird.pages.causes import failed_by
from bowerbird.queue.causes import Cause
from tests.pages.sites import RunningSite
from tests.pages.test_jobs import archive, many, rows


def told(page: httpx.Response) -> list[str]:
    """The causes on a page, as they are read."""
    found = re.findall(r'data-key="cause-[^"]*">(.*?)</li>', page.text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", each)).split()) for each in found]


def failures(site: RunningSite) -> None:
    """Some causes of several jobs each, beside the two of the small archive."""
    many(site, 14, "failed", platform="instagram", error_code="login_needed", error_message="m", hint="h")
    many(site, 31, "failed", platform="tiktok", error_code="gone", error_message="m", hint="h")
    many(site, 3, "failed", platform="web", error_code="private", error_message="m", hint="h")


def test_each_cause_is_told_once(fresh: RunningSite) -> None:
    """Biggest first: what happened, how many jobs it is, its cure, the way to them, and what is done with all."""
    failures(fresh)
    with fresh.person() as client:
        page = client.get("/history?status=failed")
    assert told(page) == [
        "TikTok says that it is gone: 31 jobs Look for a copy in the Web Archive. Show them Take them out of the list",
        "Instagram wants you to sign in: 14 jobs Open instagram.com to log in Show them Try all 14 again",
        "A site says that it is private: 3 jobs Ask its owner for access, then try again. Show them Try all 3 again",
        "YouTube shows it only to paying members: 1 job Open youtube.com to log in Show it Try it again",
    ]
    assert 'href="https://www.instagram.com/" target="_blank" rel="noreferrer noopener nofollow"' in page.text


def test_a_cause_leads_to_its_jobs(fresh: RunningSite) -> None:
    """The list is narrowed to just those that were counted, and need not be narrowed again."""
    failures(fresh)
    address = "/history?status=failed&platform=instagram&error=login_needed"
    with fresh.person() as client:
        assert f'href="{address.replace("&", "&amp;")}"' in client.get("/history?status=failed").text
        page = client.get(address)
    assert len(rows(page)) == 14
    assert told(page) == ["Instagram wants you to sign in: 14 jobs Open instagram.com to log in Try all 14 again"]


def test_all_of_a_cause_are_tried_again(fresh: RunningSite) -> None:
    """One button for all of them; the page says how many it was, and the cause is no more."""
    failures(fresh)
    with fresh.person() as client:
        answer = client.post("/queue/retry_failed", data={"platform": "instagram", "error": "login_needed"})
        assert "14 jobs tried again" in client.get(answer.headers["location"]).text
        page = client.get("/history?status=failed")
    assert not any("Instagram" in one for one in told(page))
    assert len(told(page)) == 3


def test_all_of_a_cause_are_taken_out(fresh: RunningSite) -> None:
    """What is gone leaves the list with one button; nothing is taken out where no cause is named."""
    failures(fresh)
    with fresh.person() as client:
        assert client.post("/queue/clear_failed", data={"platform": "tiktok"}).status_code == 400
        answer = client.post("/queue/clear_failed", data={"platform": "tiktok", "error": "gone"})
        assert "31 jobs taken out of the list" in client.get(answer.headers["location"]).text
        assert not any("TikTok" in one for one in told(client.get("/history?status=failed")))
        assert rows(client.get("/history?status=failed&platform=tiktok")) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("?platform=tiktok", 1),
        ("?status=completed", 0),
        ("?status=failed&q=failed", 0),
        ("?platform=4chan", 0),
    ],
)
def test_causes_are_told_where_failures_are_shown(fresh: RunningSite, query: str, count: int) -> None:
    """Among other jobs they are folded up; where none failed, or words choose among them, there are none."""
    failures(fresh)
    with fresh.person() as client:
        page, live = client.get(f"/history{query}"), client.get(f"/live/history{query}")
    assert (len(told(page)), len(told(live))) == (count, count)
    assert ('<details data-key="causes-all">' in page.text) == (count > 0)


def test_the_summary_names_the_first_cause(fresh: RunningSite) -> None:
    """One line says the most frequent cause and how many others there are."""
    failures(fresh)
    with fresh.person() as client:
        page = client.get("/history").text
    assert "<b>Why jobs failed.</b> TikTok says that it is gone: 31 jobs, and 3 more causes</summary>" in page


def test_nine_causes_are_eight_and_a_number(fresh: RunningSite) -> None:
    """However many causes there are, eight are told."""
    for code in list(JOB_ADVICE)[:9]:
        many(fresh, 1, "failed", platform="vimeo", error_code=code, error_message="m", hint="h")
    with fresh.person() as client:
        page = client.get("/history?status=failed&platform=vimeo")
    assert len(told(page)) == 8
    assert "and 1 more cause" in page.text


def test_the_dashboard_tells_what_several_failed_by(fresh: RunningSite) -> None:
    """A cause of the last day that several jobs share is a notice; one job alone, or an old one, is none."""
    failures(fresh)
    with archive(fresh) as db:
        db.execute("UPDATE causes SET last_at = ? WHERE platform = 'web'", (later(-2 * 24 * 3600),))
        db.execute("UPDATE jobs SET status = 'completed' WHERE status = 'waiting'")
    with fresh.person() as client:
        page = " ".join(re.sub(r"<[^>]*>", " ", client.get("/").text).split())
    assert (
        "Instagram wants you to sign in. Sign in to the site in your browser, then try again. 14 jobs failed by" in page
    )
    assert "TikTok says that it is gone. Look for a copy in the Web Archive. 31 jobs failed by it. Show them" in page
    assert "A site says that it is private" not in page
    assert "only to paying members. " not in page


def test_every_code_has_a_sentence_of_its_own() -> None:
    """No cause is told in words that would fit another one."""
    told = {code: failed_by(Cause(platform="web", code=code, jobs=2, last_at="")).says for code in JOB_ADVICE}
    assert len(set(told.values())) == len(JOB_ADVICE)
    assert all(says[0].isupper() for says in told.values())

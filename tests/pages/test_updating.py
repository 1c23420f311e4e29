"""Updating the libraries from the site: what is asked of the worker, and what the pages say of it."""

from __future__ import annotations

import os
import sysconfig
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bowerbird.database import open_writer
from bowerbird.install.checks import programs
from bowerbird.pages.libraries import libraries
from bowerbird.queue import updates
from bowerbird.queue.updates import Update
from tests.pages import archives
from tests.pages.sites import RunningSite
from tests.pages.test_forms import rows

BUTTON = "<span>Update the libraries</span>"
CURE = "<span>Update and try again</span>"
OPEN = f"SELECT count(*) FROM requests WHERE kind = '{updates.KIND}' AND done_at IS NULL"


def end(site: RunningSite, update: Update) -> None:
    """What the worker writes when an update is over."""
    with closing(open_writer(site.settings.database)) as db:
        asked = updates.asked(db)
        assert asked
        updates.finish(db, asked, update)


def outdated(site: RunningSite) -> str:
    """A job that failed because its library is too old."""
    with closing(open_writer(site.settings.database)) as db:
        return archives.put_job(
            db, "https://www.youtube.com/watch?v=outdated001", "Too new", "failed", error_code="scraper_outdated",
            error_message="The site changed.", hint="Update.",
        )  # fmt: skip


def test_the_button_asks_the_worker_once(fresh: RunningSite) -> None:
    """However often it is pressed one update is asked for; the page says so and has no button then."""
    with fresh.person() as person:
        assert BUTTON in person.get("/settings").text
        for _ in range(2):
            said = person.post("/queue/update", headers={"Referer": f"{fresh.origin}/settings"})
            assert (said.status_code, said.headers["location"]) == (303, "/settings?done=update")
        assert rows(fresh, OPEN) == [(1,)]
        for address in ("/settings?done=update", "/live/libraries"):
            page = person.get(address).text
            assert "The libraries are being updated." in page
            assert BUTTON not in page
        assert "The libraries are being updated." in person.get("/live/dashboard").text


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (Update(code="updated", before={"yt-dlp": "1"}, after={"yt-dlp": "2"}), "were updated: yt-dlp 1 → 2."),
        (Update(code="up_to_date"), "All libraries are up to date."),
        (Update(code="offline"), "can&#39;t be reached.</b> Check the network"),
        (Update(code="of another version"), "The libraries could not be updated."),
    ],
)
def test_the_result_stands_above_the_versions(fresh: RunningSite, update: Update, said: str) -> None:
    """Old and new versions, or why not and what to do; the button is there again."""
    with fresh.person() as person:
        person.post("/queue/update")
        end(fresh, update)
        page = person.get("/live/libraries").text
        assert said in page
        assert BUTTON in page
        assert "are being updated" not in person.get("/").text


@pytest.mark.parametrize("address", ["/", "/history?status=failed", "/job/{job}"])
def test_the_cure_of_an_old_library_updates_and_tries_again(fresh: RunningSite, address: str) -> None:
    """Its row has a button that asks for both, and says afterwards what is to come."""
    job_id = outdated(fresh)
    place = address.format(job=job_id)
    with fresh.person() as person:
        before = person.get(place).text
        assert f'name="job" value="{job_id}"' in before
        assert CURE in before
        person.post("/queue/update", data={"job": job_id})
        after = person.get(place).text
        assert "Is tried again after the update" in after
        assert CURE not in after
    assert rows(fresh, f"SELECT job_id FROM requests WHERE kind = '{updates.RETRY}'") == [(job_id,)]
    assert rows(fresh, OPEN) == [(1,)]


def test_a_job_that_is_not_there_is_refused(fresh: RunningSite) -> None:
    """Nothing is asked of the worker for a row that somebody removed meanwhile."""
    with fresh.person() as person:
        assert person.post("/queue/update", data={"job": "gone"}).status_code == httpx.codes.NOT_FOUND
    assert rows(fresh, OPEN) == [(0,)]


def test_versions_are_read_anew_once_something_was_installed(
    site: RunningSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes longer than the page, so that it is done when the folder of packages has changed."""
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    shown = []
    for version, is_installed in (("2030.1.1", False), ("2030.2.2", False), ("2030.3.3", True)):
        monkeypatch.setattr(programs, "version", lambda name, said=version: said)
        if is_installed:
            os.utime(tmp_path, ns=(1, 1))
        shown.append({one.name: one.version for one in libraries(site.settings)}["yt-dlp"])
    assert shown == ["2030.1.1", "2030.1.1", "2030.3.3"]

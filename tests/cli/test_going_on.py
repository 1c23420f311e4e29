"""What waits and what runs nothing: who says so, and how it goes on."""

from __future__ import annotations

import pytest

from bowerbird.clock import later
from bowerbird.install.processes import note_process
from bowerbird.settings import Settings
from tests.cli.conftest import Run
from tests.cli.test_commands import VIDEO, Rows
from tests.end_to_end.eventually import eventually
from tests.messages.conftest import worker_kept_away


def test_jobs_that_nobody_works_on_say_how_it_goes_on(run: Run, rows: Rows, settings: Settings) -> None:
    """After `bowerbird stop` the queue stands still; with a site, what waits for its time goes on by itself."""
    with worker_kept_away(settings):
        run("save", VIDEO)
    said = run("jobs")
    assert "goes on with the next save" in said.stderr
    rows("UPDATE jobs SET not_before = ?", later(3600))
    assert "goes on with the next save" in run("jobs").stderr
    note_process(settings, "site")
    assert run("jobs").stderr == ""


def test_open_goes_on_with_what_waits_and_says_where_no_browser_is(run: Run, rows: Rows, settings: Settings) -> None:
    """The site that it starts looks at the clock once a minute; nobody waits for that."""
    with worker_kept_away(settings):
        run("save", VIDEO)
    said = run("open", DISPLAY="", WAYLAND_DISPLAY="")
    assert said.stdout.startswith(f"http://127.0.0.1:{settings.port}/sign-in?token=")
    assert "Open this address in yours" in said.stderr
    eventually(lambda: rows("SELECT 1 FROM jobs WHERE status = 'completed'"), said="the job is done")


@pytest.mark.parametrize("broken", ["gone", "damaged"])
def test_open_leads_to_the_site_whatever_the_archive_is(run: Run, settings: Settings, broken: str) -> None:
    """Where the archive is gone or damaged, the site is where people are told."""
    run("open")
    if broken == "gone":
        settings.archive.rename(settings.archive.with_name("elsewhere"))
    else:
        settings.database.write_bytes(b"no database" * 1000)
    said = run("open")
    assert said.status == 0
    assert "/sign-in?token=" in said.stdout
    assert "Traceback" not in said.stderr

"""What is written down when an attempt ends, beside the job's state."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from bowerbird.errors import JOB_ADVICE
from bowerbird.scrapers import DISTRIBUTIONS, SCRAPERS
from bowerbird.scraping import Failed
from bowerbird.worker.listener import Part
from bowerbird.worker.outcome import Done
from bowerbird.worker.record import AttemptRecord
from bowerbird.worker.settle import Ended, settle
from tests.queue.conftest import Queue, queue, video_url

__all__ = ["queue"]


@pytest.mark.parametrize("code", ["disk_full", "rate_limited", "scraper_outdated"])
def test_trouble_that_is_not_the_jobs_own_is_a_warning(queue: Queue, code: str) -> None:
    """Whoever watches hears in a sentence what stands in the way of more than this job, and what to do."""
    queue.save(video_url(1))
    job = queue.claimed()
    settle(queue.db, queue.settings, Ended(job, Part("yt_dlp")), Failed(code=code, message=""))
    (said,) = queue.rows("SELECT * FROM events WHERE component = 'worker'")
    assert (said["level"], said["code"], said["job_id"]) == ("warning", code, job.id)
    assert said["message"]
    assert said["hint"]


def test_a_jobs_own_trouble_is_no_warning(queue: Queue) -> None:
    """A page that is gone says nothing about the next one."""
    queue.save(video_url(1))
    settle(queue.db, queue.settings, Ended(queue.claimed(), Part("yt_dlp")), Failed(code="gone", message=""))
    assert queue.rows("SELECT * FROM events WHERE component = 'worker'") == []


@pytest.mark.parametrize(
    ("scraper", "library"), [("yt_dlp", f"yt-dlp {version('yt-dlp')}"), ("files", None), ("", None)]
)
def test_an_attempt_knows_its_library(queue: Queue, scraper: str, library: str | None) -> None:
    """Which version of which library brought something can be told afterwards."""
    queue.save(video_url(1))
    record = AttemptRecord(queue.db, queue.claimed())
    record.begin(Part(scraper))
    record.end(Done(1))
    assert queue.rows("SELECT library FROM attempts") == [{"library": library}]


def test_the_log_says_in_a_sentence_what_a_library_said_at_length(queue: Queue) -> None:
    """Plain words come first, the library's own behind them and not for ever; the attempt keeps all of these."""
    queue.save(video_url(1))
    record = AttemptRecord(queue.db, queue.claimed())
    record.begin(Part("yt_dlp"))
    detail = "ERROR: [web]\n" + "of-a-long-word" * 90
    record.end(Failed(code="gone", message="", detail=detail))
    (line,) = queue.rows("SELECT message FROM events WHERE component = 'scraper'")
    assert line["message"].startswith(f"yt-dlp {version('yt-dlp')}: {JOB_ADVICE['gone'].message} It said: ERROR: [web]")
    assert len(line["message"]) < 400
    assert queue.one("SELECT detail FROM attempts") == detail


def test_every_library_has_a_version() -> None:
    """All scrapers but our own name the distribution that they work with."""
    assert set(DISTRIBUTIONS) == set(SCRAPERS) - {"files", "thumbnails"}

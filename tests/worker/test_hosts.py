"""Sites of the web beside each other: what one of them asks for concerns no other."""

from __future__ import annotations

import pytest

from tests.platforms import faults, web, youtube
from tests.worker.machine import BACKGROUND, Machine
from tests.worker.signed_in import turns


def test_pause_of_one_site_is_no_pause_of_another(machine: Machine) -> None:
    """One host says "too fast": its second page waits without a request, and another host's page is saved."""
    machine.platforms.fault(faults.status(429, host="media.example"))
    first = machine.save(web.ONE_MP4)
    machine.start(*BACKGROUND)
    job = machine.until(first, lambda job: job.status == "waiting")
    assert job.wait_reason == "rate_limit"
    asked = len(machine.platforms.seen("media.example"))
    machine.platforms.clear()
    second, other = machine.save(web.ONE_MP3), machine.save("https://other.example/clips/one.mp4")
    assert machine.until(other, lambda job: job.status not in ("pending", "running")).status == "completed"
    assert machine.job(second).status == "pending"
    assert len(machine.platforms.seen("media.example")) == asked


@pytest.mark.parametrize(("url", "pictures"), [(web.PICTURE_PAGE, 1), (web.ALBUM_PAGE, 2)])
def test_page_without_a_video_may_hold_pictures(machine: Machine, url: str, pictures: int) -> None:
    """A site that yt-dlp knows, and a page or an album on which it finds no video: gallery-dl brings the pictures."""
    job_id = machine.save(url)
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status not in ("pending", "running"))
    assert (job.status, job.error) == ("completed", None)
    assert turns(machine) == [("yt_dlp", "", "not_supported"), ("gallery_dl", "", None)]
    assert machine.one("SELECT count(*) FROM items") == 1
    assert machine.one("SELECT count(*) FROM files WHERE file_type = 'image'") == pictures
    machine.check_whole()


def test_host_that_hangs_keeps_nobody_waiting(machine: Machine) -> None:
    """A thousand files of a host that answers nothing hold up neither another host of the web nor a platform."""
    machine.platforms.fault(faults.hang(host="media.example"))
    hanging = [machine.save(f"{web.ONE_MP4}?{number}") for number in range(1000)]
    machine.start(*BACKGROUND)
    machine.until(hanging[1], lambda job: job.status == "running")
    others = [
        machine.save("https://other.example/clips/one.mp4"),
        machine.save(f"https://www.youtube.com/watch?v={youtube.GARDEN}"),
    ]
    for job_id in others:
        assert machine.until(job_id, lambda job: job.status not in ("pending", "running")).status == "completed"
    assert machine.one("SELECT count(*) FROM jobs WHERE status = 'completed'") == len(others)

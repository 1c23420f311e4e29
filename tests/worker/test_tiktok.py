"""TikTok through real workers: each library does what it does best, and a login is waited for."""

from __future__ import annotations

import pytest

from bowerbird.model import Job
from bowerbird.queue import transitions
from tests.platforms import faults, tiktok
from tests.worker.machine import BACKGROUND, Machine
from tests.worker.signed_in import store_tiktok, turns

SITE = "https://www.tiktok.com"


def _ended(machine: Machine, job_id: str) -> Job:
    machine.start(*BACKGROUND)
    return machine.until(job_id, lambda job: job.status not in ("pending", "running"))


def _types(machine: Machine) -> list[str]:
    sql = "SELECT file_type FROM files WHERE file_type NOT IN ('metadata', 'thumbnail') ORDER BY position, id"
    return [row["file_type"] for row in machine.rows(sql)]


def test_video_comes_by_the_video_library(machine: Machine) -> None:
    """yt-dlp brings a video in one turn."""
    job = _ended(machine, machine.save(f"{SITE}/@{tiktok.DANCER}/video/{tiktok.VIDEO}"))
    assert (job.status, job.error) == ("completed", None)
    assert turns(machine) == [("yt_dlp", "", None)]
    assert _types(machine) == ["video"]
    machine.check_whole()


def test_photo_post_comes_with_all_its_pictures(machine: Machine) -> None:
    """gallery-dl brings the pictures in order and the music; yt-dlp, which knows the music alone, is not asked."""
    job = _ended(machine, machine.save(f"{SITE}/@{tiktok.DANCER}/photo/{tiktok.PHOTOS}"))
    assert (job.status, job.error) == ("completed", None)
    assert turns(machine) == [("gallery_dl", "", None)]
    assert _types(machine) == ["image", "image", "image", "audio"]
    machine.check_whole()


def test_photo_post_behind_an_address_of_a_video(machine: Machine) -> None:
    """An address says video and leads to pictures: the next library brings them."""
    job = _ended(machine, machine.save(f"{SITE}/@{tiktok.DANCER}/video/{tiktok.PHOTOS}"))
    assert (job.status, job.error) == ("completed", None)
    assert "image" in _types(machine)
    assert turns(machine)[-1] == ("gallery_dl", "", None)


def test_profile_of_both(machine: Machine) -> None:
    """Of a profile each post is a job of its own, videos by yt-dlp and photo posts by gallery-dl."""
    job_id = machine.save(f"{SITE}/@{tiktok.user_of(6)}")
    machine.start(*BACKGROUND)
    job = machine.until(job_id, lambda job: job.status in ("completed", "failed"))
    assert (job.status, job.items_done, job.items_failed) == ("completed", 6, 0)
    sql = "SELECT kind, scraper, count(*) AS n FROM jobs WHERE parent_id = ? GROUP BY kind, scraper ORDER BY kind"
    found = [(row["kind"], row["scraper"], row["n"]) for row in machine.rows(sql, job_id)]
    assert found == [("post", "gallery_dl", 2), ("video", "yt_dlp", 4)]
    machine.check_whole()


def test_wall_before_a_video_is_no_wall_for_the_next_library(machine: Machine) -> None:
    """Where yt-dlp no longer understands the page gallery-dl brings the video."""
    machine.platforms.fault(faults.page(host="www.tiktok.com", path="/@*/video/*", times=1))
    job = _ended(machine, machine.save(f"{SITE}/@{tiktok.DANCER}/video/{tiktok.VIDEO}"))
    assert job.status == "completed"
    assert turns(machine)[0][0] == "yt_dlp"
    assert turns(machine)[-1] == ("gallery_dl", "", None)


def test_profile_that_the_first_library_does_not_understand(machine: Machine) -> None:
    """Where gallery-dl no longer reads a profile yt-dlp lists it; what is archived of it is not fetched again."""
    saved = tiktok.members(6)[0]
    assert _ended(machine, machine.save(f"{SITE}/@{tiktok.user_of(6)}/video/{saved}")).status == "completed"
    fetched = len(machine.platforms.seen("*", f"*{saved}*mime_type=*"))
    machine.platforms.fault(faults.page(host="www.tiktok.com", path=f"/@{tiktok.user_of(6)}*", times=1))
    job_id = machine.save(f"{SITE}/@{tiktok.user_of(6)}")
    job = machine.until(job_id, lambda job: job.status in ("completed", "failed"))
    assert (job.status, job.items_done, job.items_failed) == ("completed", 6, 0)
    sql = "SELECT scraper, error_code FROM attempts WHERE job_id = ? ORDER BY id"
    assert [tuple(row.values()) for row in machine.rows(sql, job_id)] == [
        ("gallery_dl", "scraper_outdated"),
        ("yt_dlp", None),
    ]
    assert fetched == len(machine.platforms.seen("*", f"*{saved}*mime_type=*")) > 0
    assert machine.one("SELECT count(*) FROM items") == 6
    machine.check_whole()


@pytest.mark.parametrize(
    "path",
    [
        f"@{tiktok.LOGIN_USER}/video/{tiktok.LOGIN_WALL}",
        f"@{tiktok.LOCKED}/video/{tiktok.LOCKED_VIDEO}",
        f"@{tiktok.LOCKED}/photo/{tiktok.LOCKED_PHOTOS}",
        f"@{tiktok.LOGIN_USER}",
        f"@{tiktok.LOCKED}",
    ],
)
def test_what_needs_a_login_waits_for_it(machine: Machine, path: str) -> None:
    """Without a session the job waits and says so; it goes on by itself when one comes."""
    job_id = machine.save(f"{SITE}/{path}")
    job = _ended(machine, job_id)
    assert (job.status, job.wait_reason) == ("waiting", "session"), job
    assert job.error is not None
    assert job.error.hint == "Open tiktok.com in your browser and sign in: this goes on by itself."
    store_tiktok(machine)
    transitions.resume_sessions(machine.db, "tiktok", "watcher")
    job = machine.until(job_id, lambda job: job.status not in ("pending", "running", "waiting"))
    assert job.status == "completed"
    assert not tiktok.sent_astray(machine.platforms.log)


def test_post_for_its_author_alone_is_private(machine: Machine) -> None:
    """What nobody else may see is told as private."""
    store_tiktok(machine)
    job = _ended(machine, machine.save(f"{SITE}/@{tiktok.DANCER}/video/{tiktok.PRIVATE}"))
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "private")

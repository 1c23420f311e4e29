"""Instagram through real workers: who takes over from whom, and what becomes of a saved collection."""

from __future__ import annotations

import re

import pytest

from bowerbird.clock import later
from bowerbird.model import Job
from tests.pages.sites import running
from tests.platforms import faults, instagram
from tests.platforms.instagram import files as cdn
from tests.worker.machine import BACKGROUND, Machine, eventually
from tests.worker.signed_in import ME, state_of, store_instagram, turns

POSTS_QUERY = {"host": "www.instagram.com", "text": "29104886249145907"}  # what instaloader alone asks of a profile
POST_QUERY = {"host": "www.instagram.com", "text": "27128499623469141"}  # what instaloader alone asks of a post
MEDIA_CALL = {"host": "www.instagram.com", "path": "/api/v1/media/*/info/"}  # what the other two ask of it
GALLERY_POSTS_QUERY = {"host": "www.instagram.com", "text": "700000000000002"}  # what gallery-dl asks of a profile
THIRTY = f"https://www.instagram.com/{instagram.profile_of(30)}/"
REEL = f"https://www.instagram.com/reel/{instagram.REEL}/"
POST = f"https://www.instagram.com/p/{instagram.PHOTO}/"


@pytest.fixture
def signed_in(machine: Machine) -> Machine:
    """Somebody who is signed in, and no pauses between requests."""
    machine.set(instagram_delay_min=0, instagram_delay_max=0)
    store_instagram(machine)
    return machine


def _ended(machine: Machine, job_id: str) -> Job:
    machine.start(*BACKGROUND)
    return machine.until(job_id, lambda job: job.status not in ("pending", "running"))


def _waited(machine: Machine, job_id: str) -> Job:
    """The job when the pause that it waits for is over, and its next attempt too."""
    ended = "SELECT count(*) FROM attempts WHERE ended_at IS NOT NULL"
    before = machine.one(ended)
    machine.db.execute("UPDATE budgets SET not_before = NULL")
    machine.db.execute("UPDATE jobs SET not_before = ? WHERE id = ?", (later(0), job_id))
    eventually(lambda: machine.one(ended) > before, "another attempt")
    return machine.until(job_id, lambda job: job.status not in ("pending", "running"))


def _gave(machine: Machine, job_id: str) -> dict[str, int]:
    """How many members of a list each scraper gave."""
    sql = "SELECT scraper, count(*) AS gave FROM jobs WHERE parent_id = ? AND status = 'completed' GROUP BY scraper"
    return {row["scraper"]: row["gave"] for row in machine.rows(sql, job_id)}


@pytest.mark.parametrize(
    "path",
    [
        f"{instagram.GARDEN}/reels/",
        f"{instagram.GARDEN}/tagged/",
        f"{instagram.GARDEN}/highlights/",
        f"stories/highlights/{instagram.HIGHLIGHT}/",
        f"stories/{instagram.GARDEN}/",
        f"{instagram.ME.username}/saved/",
        f"p/{instagram.CAROUSEL}/",
    ],
)
def test_every_kind_is_filed(signed_in: Machine, path: str) -> None:
    """Whatever of Instagram is clicked ends in items of which all files are there, and no member is missed."""
    job = _ended(signed_in, signed_in.save(f"https://www.instagram.com/{path}"))
    assert (job.status, job.items_failed, job.error) == ("completed", 0, None)
    members = signed_in.one("SELECT count(*) FROM jobs WHERE status <> 'completed'")
    items, pictures = (
        signed_in.one(f"SELECT count(*) FROM {what}")
        for what in ("items", "files WHERE file_type IN ('image', 'video')")
    )
    assert members == 0
    assert 0 < items <= pictures
    signed_in.check_whole()


def test_second_library_takes_over_from_one_that_is_refused(signed_in: Machine) -> None:
    """instaloader meets 401 again and again: the pauses are kept, then gallery-dl goes on with what is missing."""
    signed_in.platforms.fault(instagram.refusals.please_wait(skip=1, **POSTS_QUERY))
    job_id = signed_in.save(THIRTY)
    job = _ended(signed_in, job_id)
    assert (job.status, job.wait_reason, job.items_done) == ("waiting", "rate_limit", 12)
    assert job.not_before
    fetched = len(signed_in.platforms.seen(cdn.CDN))
    job = _waited(signed_in, job_id)
    assert (job.status, job.items_done) == ("waiting", 12)
    job = _waited(signed_in, job_id)
    assert (job.status, job.items_done, job.items_failed, job.items_total) == ("completed", 30, 0, 30)
    assert turns(signed_in) == [
        ("instaloader", ME, "rate_limited"),
        ("instaloader", ME, "rate_limited"),
        ("gallery_dl", ME, None),
    ]
    assert _gave(signed_in, job_id) == {"instaloader": 12, "gallery_dl": 18}
    assert signed_in.one("SELECT count(*) FROM items") == 30
    assert fetched < len(signed_in.platforms.seen(cdn.CDN))
    files = [entry.target.split("?")[0] for entry in signed_in.platforms.seen(cdn.CDN)]
    assert len(files) == len(set(files))
    signed_in.check_whole()


def test_second_library_takes_over_what_the_first_no_longer_understands(signed_in: Machine) -> None:
    """An answer of a shape that instaloader does not know: gallery-dl goes on in the same attempt."""
    signed_in.platforms.fault(faults.wrong_shape(skip=1, **POSTS_QUERY))
    job_id = signed_in.save(THIRTY)
    job = _ended(signed_in, job_id)
    assert (job.status, job.error, job.items_done, job.items_failed) == ("completed", None, 30, 0)
    assert turns(signed_in) == [("instaloader", ME, "scraper_outdated"), ("gallery_dl", ME, None)]
    assert _gave(signed_in, job_id) == {"instaloader": 12, "gallery_dl": 18}
    signed_in.check_whole()
    page = _page_of(signed_in, job_id)
    assert "gallery-dl (18), instaloader (12)" in page
    assert re.search(r", instaloader [\d.]+, as <bdi>4100000101</bdi>: failed. <span title=\"scraper_outdated\">", page)


def _page_of(machine: Machine, job_id: str) -> str:
    """The job's page, read when no worker is left."""
    machine.stop()
    with running(machine.settings, {}) as site, site.person() as person:
        return str(person.get(f"/job/{job_id}").text)


def test_last_library_brings_what_the_others_no_longer_understand(signed_in: Machine) -> None:
    """A reel that neither instaloader nor gallery-dl can read any more comes by yt-dlp; the job says who gave it."""
    signed_in.platforms.fault(faults.wrong_shape(**POST_QUERY))
    signed_in.platforms.fault(faults.wrong_shape(**MEDIA_CALL, times=1))
    job_id = signed_in.save(REEL)
    job = _ended(signed_in, job_id)
    assert (job.status, job.error, job.kind) == ("completed", None, "reel")
    assert turns(signed_in) == [
        ("instaloader", ME, "scraper_outdated"),
        ("gallery_dl", ME, "scraper_outdated"),
        ("yt_dlp", ME, None),
    ]
    assert signed_in.rows("SELECT platform, platform_id FROM items") == [
        {"platform": "instagram", "platform_id": instagram.REEL}
    ]
    assert signed_in.one("SELECT count(*) FROM files WHERE file_type = 'video'") == 1
    fetched = len(signed_in.platforms.seen(cdn.CDN))
    again = signed_in.save(REEL)
    assert signed_in.until(again, lambda job: job.status in ("completed", "failed")).status == "completed"
    assert len(signed_in.platforms.seen(cdn.CDN)) == fetched
    assert not instagram.sent_astray(signed_in.platforms.log)
    signed_in.check_whole()
    page = _page_of(signed_in, job_id)
    assert re.search(r", instaloader [\d.]+, as <bdi>4100000101</bdi>: failed. <span title=\"scraper_outdated\">", page)
    assert re.search(r", gallery-dl [\d.]+, as <bdi>4100000101</bdi>: failed. <span title=\"scraper_outdated\">", page)
    assert re.search(r", yt-dlp [\d.]+, as <bdi>4100000101</bdi>: done", page)


def test_each_library_is_refused_twice_before_the_next(signed_in: Machine) -> None:
    """401 again and again: two tries of each, every pause kept, until the last library is answered."""
    signed_in.platforms.fault(instagram.refusals.please_wait(**POST_QUERY))
    signed_in.platforms.fault(instagram.refusals.please_wait(**MEDIA_CALL, times=2))
    job_id = signed_in.save(REEL)
    job = _ended(signed_in, job_id)
    for _ in range(4):
        assert (job.status, job.wait_reason) == ("waiting", "rate_limit")
        assert job.not_before
        job = _waited(signed_in, job_id)
    assert (job.status, job.error) == ("completed", None)
    refused = [("instaloader", ME, "rate_limited")] * 2 + [("gallery_dl", ME, "rate_limited")] * 2
    assert turns(signed_in) == [*refused, ("yt_dlp", ME, None)]
    signed_in.check_whole()


def test_list_that_nobody_understands_keeps_what_it_has(signed_in: Machine) -> None:
    """Where gallery-dl fails as instaloader did the posts so far stay, and a later try fetches only the others."""
    signed_in.platforms.fault(faults.wrong_shape(skip=1, **POSTS_QUERY))
    signed_in.platforms.fault(faults.wrong_shape(**GALLERY_POSTS_QUERY))
    job_id = signed_in.save(THIRTY)
    job = _ended(signed_in, job_id)
    assert job.error is not None
    assert (job.status, job.error.code, job.items_done) == ("failed", "scraper_outdated", 12)
    assert turns(signed_in) == [("instaloader", ME, "scraper_outdated"), ("gallery_dl", ME, "scraper_outdated")]
    signed_in.platforms.clear()
    signed_in.act(job_id, "retry")
    job = signed_in.until(job_id, lambda job: job.status == "completed")
    assert (job.items_done, job.items_failed) == (30, 0)
    files = [entry.target.split("?")[0] for entry in signed_in.platforms.seen(cdn.CDN)]
    assert len(files) == len(set(files))
    signed_in.check_whole()


def test_account_that_is_held_back_is_used_by_nobody(signed_in: Machine) -> None:
    """After "feedback required" no other library asks with that account, and all its jobs wait for a day."""
    signed_in.platforms.refuse(instagram.ME.username, instagram.refusals.FEEDBACK)
    job = _ended(signed_in, signed_in.save(POST))
    assert (job.status, job.wait_reason) == ("waiting", "rate_limit")
    assert job.error is not None
    assert job.error.message == f"Instagram holds the account {ME} back for having done too much."
    assert later(23.9 * 3600) < str(job.not_before) <= later(24 * 3600)
    assert turns(signed_in) == [("instaloader", ME, "rate_limited")]
    carried = [one for one in signed_in.platforms.log if instagram.carried(one)]
    assert len(carried) == 1
    assert state_of(signed_in) == ["ok"]


def test_collection_keeps_what_there_is_and_says_what_is_not(signed_in: Machine) -> None:
    """Seven saved posts, one deleted, one private: five items, and two rows with a reason; the job is completed."""
    job_id = signed_in.save(instagram.collection_url(instagram.COLLECTION))
    job = _ended(signed_in, job_id)
    assert (job.status, job.error, job.items_done, job.items_failed) == ("completed", None, 5, 2)
    skipped = [one for one in signed_in.members(job_id) if one.status == "failed"]
    assert len(skipped) == 2
    assert all(one.error and one.error.code == "gone" and one.error.message and one.error.hint for one in skipped)
    assert signed_in.one("SELECT count(*) FROM items") == 5
    assert turns(signed_in) == [("gallery_dl", ME, None)]
    signed_in.check_whole()


def test_long_collection_asks_before_it_goes_on(signed_in: Machine) -> None:
    """Beyond the limit of items the job waits for a person, who continues it where it stopped: nothing twice."""
    signed_in.set(max_items=55)
    job_id = signed_in.save(instagram.collection_url(instagram.collection_of(70)))
    job = _ended(signed_in, job_id)
    assert (job.status, job.wait_reason, job.items_done) == ("waiting", "confirm", 55)
    pages = len(signed_in.platforms.seen("*.instagram.com", "/api/v1/feed/collection/*"))
    signed_in.act(job_id, "continue")
    job = signed_in.until(job_id, lambda job: job.status == "completed")
    assert (job.items_done, job.items_failed) == (70, 0)
    assert signed_in.one("SELECT count(*) FROM items") == 70
    # the page on which it stopped, and none before it
    assert len(signed_in.platforms.seen("*.instagram.com", "/api/v1/feed/collection/*")) - pages == 1
    signed_in.check_whole()


def test_empty_collection_is_completed(signed_in: Machine) -> None:
    """A collection without posts is no failure."""
    job = _ended(signed_in, signed_in.save(instagram.collection_url(instagram.EMPTY_COLLECTION)))
    assert (job.status, job.error, job.items_done, job.items_total) == ("completed", None, 0, 0)


def test_renamed_profile_is_told_and_goes_on_under_its_new_name(signed_in: Machine) -> None:
    """The old name is gone with a next step, what was saved stays, and under the new one nothing is fetched twice."""
    old, new = f"https://www.instagram.com/{instagram.MOSS}/", "https://www.instagram.com/moss.new/"
    job = _ended(signed_in, signed_in.save(old))
    assert job.status == "completed"
    saved, fetched = job.items_done, len(signed_in.platforms.seen(cdn.CDN))
    signed_in.platforms.rename(instagram.MOSS, "moss.new")
    gone = signed_in.save(old)
    job = signed_in.until(gone, lambda job: job.status in ("completed", "failed"))
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "gone")
    assert job.error.hint == "Open the profile in your browser; if it has another name now, save it under that one."
    renamed = signed_in.save(new)
    job = signed_in.until(renamed, lambda job: job.status in ("completed", "failed"))
    assert (job.status, job.items_done) == ("completed", saved)
    assert len(signed_in.platforms.seen(cdn.CDN)) == fetched
    assert signed_in.one("SELECT count(*) FROM items") == saved
    assert signed_in.one("SELECT count(*) FROM items WHERE gone_at IS NOT NULL") == 0
    assert signed_in.rows("SELECT handle FROM creators") == [{"handle": "moss.new"}]


@pytest.mark.parametrize("has_session", [True, False])
def test_guide_is_told_as_what_no_library_reads(machine: Machine, has_session: bool) -> None:
    """Nobody is asked to sign in for it, no request is made, and the job says what can be done instead."""
    if has_session:
        store_instagram(machine)
    job = _ended(machine, machine.save(f"https://www.instagram.com/{instagram.GARDEN}/guide/trip/{instagram.GUIDE}/"))
    assert job.error is not None
    assert (job.status, job.kind, job.error.code) == ("failed", "guide", "not_supported")
    assert job.error.message == "No library can save guides of Instagram any more."
    assert job.error.hint == "Save the posts of the guide instead."
    assert not machine.platforms.log

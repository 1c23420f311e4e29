"""Playlists, from their capture to their last member."""

from __future__ import annotations

import os
import signal

from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, Machine, eventually

MEDIA = {"host": "*.googlevideo.com", "path": "/videoplayback*"}


def _playlist(playlist_id: str) -> str:
    return f"https://www.youtube.com/playlist?list={playlist_id}"


def test_removed_member_does_not_stop_the_list(machine: Machine) -> None:
    """A removed video is a failed child with its reason; the list is completed with the others, in their order."""
    list_id = machine.save(_playlist(youtube.playlist_of(4, dead=2)))
    machine.work()
    job = machine.job(list_id)
    assert (job.status, job.items_done, job.items_failed, job.items_total) == ("completed", 3, 1, 4)
    assert job.title == "4 walks"
    members = machine.members(list_id)
    assert [member.status for member in members] == ["completed", "failed", "completed", "completed"]
    assert members[1].error is not None
    assert members[1].error.code == "gone"
    assert machine.status == 0
    machine.check_whole()


def test_long_list_waits_for_a_word_and_goes_on(machine: Machine) -> None:
    """Above the limit a list saves the newest, asks with the numbers, and each yes brings as many more, to the end."""
    machine.set(max_items=3)
    list_id = machine.save(_playlist(youtube.playlist_of(8)))
    for saved in (3, 6):
        said = machine.work()
        job = machine.job(list_id)
        assert (job.status, job.wait_reason, job.items_done) == ("waiting", "confirm", saved)
        assert job.error is not None
        assert job.error.message == f"{saved} of 8 saved: continue?"
        assert job.error.message in said
        assert machine.status == 1
        machine.act(list_id, "continue")
    machine.work()
    job = machine.job(list_id)
    assert (job.status, job.items_done, job.items_total, job.error) == ("completed", 8, 8, None)
    assert [member.title for member in machine.members(list_id)] == [f"Walk {n} of 8" for n in range(1, 9)]


def test_chosen_number_ends_without_a_question(machine: Machine) -> None:
    """Who said how many members are wanted gets so many."""
    list_id = machine.save(_playlist(youtube.playlist_of(8)), max_items=2)
    machine.work()
    job = machine.job(list_id)
    assert (job.status, job.items_done, job.items_total) == ("completed", 2, 2)
    assert machine.status == 0


def test_members_that_are_archived_are_not_asked_for(machine: Machine) -> None:
    """A list that is saved again fetches what is new, and only that."""
    playlist = youtube.playlist_of(3)
    machine.save(_playlist(playlist))
    machine.work()
    fetched = machine.media_requests()
    machine.platforms.publish(playlist)
    again = machine.save(_playlist(playlist))
    machine.work()
    job = machine.job(again)
    assert (job.status, job.items_done, job.items_total) == ("completed", 4, 4)
    assert len(machine.members(again)) == 1
    assert machine.media_requests() - fetched <= 4
    assert machine.one("SELECT count(*) FROM items") == 4


def test_empty_playlist_is_done(machine: Machine) -> None:
    """A list without members is no failure."""
    list_id = machine.save(_playlist(youtube.EMPTY))
    machine.work()
    job = machine.job(list_id)
    assert (job.status, job.items_total, job.current_operation) == ("completed", 0, "Nothing is in this list")


def test_cancelled_list_stops_its_members(machine: Machine) -> None:
    """Cancelling a list ends what runs of it, leaves nothing behind, and keeps what is done."""
    list_id = machine.save(_playlist(youtube.playlist_of(6)))
    machine.platforms.fault(faults.slow(20_000, skip=4, **MEDIA))
    machine.start(*BACKGROUND)
    machine.until(list_id, lambda job: job.items_done)
    eventually(lambda: machine.rows("SELECT 1 FROM jobs WHERE status = 'running' AND bytes_downloaded > 0"))
    machine.act(list_id, "cancel")
    eventually(lambda: not machine.rows("SELECT 1 FROM jobs WHERE status IN ('pending', 'running')"))
    eventually(lambda: machine.partial() == [])
    assert machine.job(list_id).status == "cancelled"
    assert {member.status for member in machine.members(list_id)} == {"completed", "cancelled"}
    eventually(lambda: machine.rows("SELECT count(*) AS open FROM requests WHERE done_at IS NULL")[0]["open"] == 0)


def test_failed_members_are_tried_again_by_hand(machine: Machine) -> None:
    """Retry of a completed list tries the members that failed, and those only."""
    machine.set(max_retries=0)
    machine.platforms.fault(faults.status(500, text="m0003-00002", path="/youtubei/v1/player*"))
    machine.platforms.fault(faults.drop(path="/watch?v=m0003-00002*"))
    list_id = machine.save(_playlist(youtube.playlist_of(3)))
    machine.work()
    assert [member.status for member in machine.members(list_id)] == ["completed", "failed", "completed"]
    machine.platforms.clear()
    machine.act(list_id, "retry")
    machine.work()
    job = machine.job(list_id)
    assert (job.status, job.items_done, job.items_failed, job.error) == ("completed", 3, 0, None)
    assert machine.one("SELECT count(*) FROM attempts WHERE outcome = 'done'") == 3


def test_list_goes_on_after_a_kill_while_it_is_read(machine: Machine) -> None:
    """A worker that dies while it reads a long list leaves no member out and none twice."""
    machine.set(max_concurrent=1, max_retries=0)
    machine.platforms.fault(faults.drop(**MEDIA))
    list_id = machine.save(_playlist(youtube.playlist_of(140)))
    # yt-dlp asks for the beginning twice, then page by page: the last one never comes
    machine.platforms.fault(faults.hang(path="/youtubei/v1/browse*", skip=4))
    machine.start(*BACKGROUND)
    machine.until(list_id, lambda job: job.items_total)
    os.kill(machine.workers[0].pid, signal.SIGKILL)
    assert 0 < len(machine.members(list_id)) < 140
    machine.platforms.clear()
    machine.platforms.fault(faults.drop(**MEDIA))
    machine.start(*BACKGROUND)
    machine.until(list_id, lambda job: len(machine.members(list_id)) == 140)
    urls = [member.url for member in machine.members(list_id)]
    assert len(set(urls)) == 140
    assert urls == sorted(urls)

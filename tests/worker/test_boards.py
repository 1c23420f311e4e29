"""Threads of boards through real workers: they grow, and one day they are gone."""

from __future__ import annotations

from bowerbird.model import Job
from tests.platforms import media
from tests.platforms.boards import forum, threads
from tests.worker.machine import BACKGROUND, Machine
from tests.worker.signed_in import turns

FOLDING = f"{threads.PO}/{threads.FOLDING}"
FILES = "FROM files WHERE file_type IN ('image', 'video') ORDER BY position"


def _ended(machine: Machine, job_id: str) -> Job:
    machine.start(*BACKGROUND)
    return machine.until(job_id, lambda job: job.status not in ("pending", "running"))


def _media(machine: Machine) -> list[str]:
    return [row["file_path"] for row in machine.rows(f"SELECT file_path {FILES}")]


def _positions(machine: Machine) -> list[int]:
    return [row["position"] for row in machine.rows(f"SELECT position {FILES}")]


def test_thread_is_one_item_with_all_its_files(machine: Machine) -> None:
    """A thread of 4chan: four pictures and a clip in their order, by gallery-dl."""
    job = _ended(machine, machine.save(threads.url_4chan(threads.FOLDING)))
    assert (job.status, job.error, job.kind) == ("completed", None, "thread")
    assert turns(machine) == [("gallery_dl", "", None)]
    assert len(_media(machine)) == 5
    machine.check_whole()


def test_thread_that_grew_costs_only_its_new_files(machine: Machine) -> None:
    """Saved again, a thread brings what was added since; what is there is not fetched again and stays where it is."""
    url = threads.url_4chan(threads.FOLDING)
    assert _ended(machine, machine.save(url)).status == "completed"
    before = _media(machine)
    machine.platforms.publish(FOLDING, 2)
    machine.platforms.reset_log()
    again = machine.save(url)
    assert machine.until(again, lambda job: job.status in ("completed", "failed")).status == "completed"
    assert len(machine.platforms.seen("i.4cdn.org")) == 2
    assert _media(machine)[:5] == before
    assert _positions(machine) == [1, 2, 3, 4, 5, 6, 7]
    assert machine.one("SELECT count(*) FROM items") == 1
    machine.check_whole()


def test_forum_thread_that_grew_over_a_page_costs_only_its_new_files(machine: Machine) -> None:
    """A XenForo thread with a page more, saved three times: each file is fetched once, in the order of the posts."""
    machine.set(allow_private_hosts="true")
    url = forum.url(forum.pages_of(1))
    assert _ended(machine, machine.save(url)).status == "completed"
    before = _media(machine)
    assert len(before) == forum.PER_PAGE
    machine.platforms.publish(f"forum/{forum.pages_of(1)}", 3)
    for _ in range(2):
        again = machine.save(url)
        job = machine.until(again, lambda job: job.status in ("completed", "failed"))
        assert (job.status, job.error) == ("completed", None)
    fetched = [entry.target for entry in machine.platforms.seen("forum.test", "/attachments/*")]
    assert len(fetched) == len(set(fetched)) == forum.PER_PAGE + 3
    assert _media(machine)[: forum.PER_PAGE] == before
    assert _positions(machine) == list(range(1, forum.PER_PAGE + 4))
    posts = [media.unique("picture.jpg", path) for path in fetched]
    assert [(machine.archive / path).read_bytes() for path in _media(machine)] == posts
    assert machine.one("SELECT count(*) FROM items") == 1
    machine.check_whole()


def test_thread_that_is_gone_keeps_what_was_saved(machine: Machine) -> None:
    """A pruned thread is told as gone; its files stay."""
    url = threads.url_4chan(threads.FOLDING)
    assert _ended(machine, machine.save(url)).status == "completed"
    before = _media(machine)
    machine.platforms.remove(FOLDING)
    again = machine.save(url)
    job = machine.until(again, lambda job: job.status in ("completed", "failed"))
    assert job.error is not None
    assert (job.status, job.error.code) == ("failed", "gone")
    assert _media(machine) == before
    assert machine.one("SELECT gone_at FROM items")
    machine.check_whole()


def test_thread_of_another_board_grows_too(machine: Machine) -> None:
    """What is new in a thread of a vichan board is numbered behind what was saved before."""
    url = threads.url_vichan(threads.SKETCHES)
    machine.set(allow_private_hosts="true")
    assert _ended(machine, machine.save(url)).status == "completed"
    before = _media(machine)
    assert len(before) == 4
    machine.platforms.publish(f"{threads.B}/{threads.SKETCHES}", 1)
    machine.platforms.reset_log()
    again = machine.save(url)
    assert machine.until(again, lambda job: job.status in ("completed", "failed")).status == "completed"
    assert len(machine.platforms.seen("board.test", "*/src/*")) == 1
    assert _media(machine)[:4] == before
    assert len(_media(machine)) == 5
    machine.check_whole()

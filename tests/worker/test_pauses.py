"""Pausing, cancelling and saving the same thing from several places, with a real worker."""

from __future__ import annotations

import subprocess
import sys

from bowerbird.queue import pausing
from tests.platforms import faults, youtube
from tests.worker.machine import BACKGROUND, Machine, eventually

WATCH = "https://www.youtube.com/watch?v="
MEDIA = {"host": "*.googlevideo.com"}


def _slow(machine: Machine) -> None:
    machine.platforms.fault(faults.slow(30_000, **MEDIA))


def test_paused_job_goes_on_where_it_was(machine: Machine) -> None:
    """Pausing ends the attempt and its processes, keeps what was fetched, and counts no try; then it goes on there."""
    _slow(machine)
    job_id = machine.save(WATCH + youtube.SILENT)
    machine.start(*BACKGROUND)
    machine.until_running(job_id)
    machine.act(job_id, "pause")
    machine.until(job_id, lambda job: job.status == "paused")
    assert machine.partial() == [job_id]
    eventually(lambda: machine.children() == [], "its processes end")
    assert machine.one("SELECT outcome FROM attempts") == "paused"
    machine.platforms.clear()
    machine.act(job_id, "resume")
    machine.until(job_id, lambda job: job.status == "completed")
    assert machine.one("SELECT retry_count FROM jobs") == 0
    assert any(one.range.startswith("bytes=") and not one.range.startswith("bytes=0-") for one in machine.platforms.log)
    machine.check_whole()


def test_paused_queue_stops_what_runs_until_it_is_resumed(machine: Machine) -> None:
    """A pause of all gives back what runs, ends an idle worker, and holds for the next one; then everything is done."""
    _slow(machine)
    first, second = machine.save(WATCH + youtube.SHORT), machine.save(WATCH + youtube.SILENT)
    worker = machine.start()
    machine.until_running(first)
    pausing.pause_queue(machine.db)
    said, _ = worker.communicate(timeout=40)
    assert worker.returncode == 1
    assert "paused" in said
    assert [machine.job(one).status for one in (first, second)] == ["pending", "pending"]
    machine.platforms.clear()
    machine.work()
    assert machine.job(first).status == "pending"
    pausing.resume_queue(machine.db)
    machine.work()
    assert [machine.job(one).status for one in (first, second)] == ["completed", "completed"]
    machine.check_whole()


def test_cancelled_list_leaves_nothing_behind(machine: Machine) -> None:
    """Of a list that is cancelled no member goes on, no process lives and no file stays; nor does the pause of one."""
    _slow(machine)
    list_id = machine.save(f"https://www.youtube.com/playlist?list={youtube.playlist_of(8)}")
    machine.start(*BACKGROUND)
    running = eventually(lambda: [job for job in machine.members(list_id) if job.bytes_downloaded], "a member runs")
    machine.act(running[0].id, "pause")
    machine.act(list_id, "cancel")
    machine.until(list_id, lambda job: job.status == "cancelled" and job.items_total)
    eventually(lambda: not machine.partial(), "the folders go")
    eventually(lambda: machine.one("SELECT count(*) FROM requests WHERE done_at IS NULL") == 0, "all is carried out")
    assert {job.status for job in machine.members(list_id)} <= {"cancelled", "failed", "completed"}
    eventually(lambda: machine.children() == [], "no process lives")


_CAPTURE = """
import sys
from bowerbird.database import open_writer
from bowerbird.model import Capture
from bowerbird.queue import intake
from bowerbird.settings import load_settings

settings = load_settings()
db = open_writer(settings.database)
sys.stdin.read(1)
for number in range(20):
    capture = Capture(key=f"{sys.argv[1]} {number}", url=sys.argv[2].format(number), source="toolbar", captured_at="")
    print(intake.take(db, settings, [capture])[0].job_id)
"""


def test_same_targets_from_three_places_at_once_are_one_job_each(machine: Machine) -> None:
    """Three processes capture the same videos, written differently, at one time: one job each, every click kept."""
    urls = (WATCH + "v{:010d}", "https://youtu.be/v{:010d}?t=3", "https://m.youtube.com/watch?v=v{:010d}&list=PLx")
    places = [
        subprocess.Popen(
            [sys.executable, "-c", _CAPTURE, str(number), url],
            env=machine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number, url in enumerate(urls)
    ]  # fmt: skip
    for place in places:
        assert place.stdin
        place.stdin.write("x")
        place.stdin.flush()
    answers = {place.communicate(timeout=40)[0] for place in places}
    assert len(answers) == 1
    assert machine.one("SELECT count(*) FROM jobs") == 20
    kept = machine.rows("SELECT count(*) AS n FROM captures JOIN jobs ON jobs.id = captures.job_id GROUP BY jobs.id")
    assert [row["n"] for row in kept] == [3] * 20

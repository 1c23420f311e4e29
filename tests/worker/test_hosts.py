"""Sites of the web beside each other: what one of them asks for concerns no other."""

from __future__ import annotations

from tests.platforms import faults, web, youtube
from tests.worker.machine import BACKGROUND, Machine


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

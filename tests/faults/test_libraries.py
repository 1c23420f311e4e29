"""Libraries that print, fork, exit, hang or listen to nobody: each takes only its own attempt with it."""

from __future__ import annotations

import contextlib

import psutil

from tests.faults import rogue
from tests.worker.machine import Machine, eventually

# what the library does → how its job ends
ENDS = {
    "prints": ("completed", None),
    "exits": ("failed", "internal"),
    "leaves": ("failed", "internal"),
    "dies": ("failed", "internal"),
    "forks": ("failed", "timeout"),
    "ignores": ("failed", "timeout"),
    "spins": ("failed", "timeout"),
    "behaves": ("completed", None),
}


def test_a_library_takes_only_its_own_attempt_with_it(machine: Machine) -> None:
    """Promises 2 and 5: whatever it does, others are saved, its job says why not, and no process of it is left."""
    assert set(ENDS) == {*rogue.MISDEEDS, "behaves"}
    machine.set(stall_seconds=6, max_retries=0, max_concurrent=4, max_per_platform=4)
    machine.environment["PYTHONPATH"] = str(rogue.ROOT)
    jobs = {name: machine.save(f"https://media.example/clips/{name}/one.jpg") for name in ENDS}
    worker = machine.start("-m", "tests.faults.rogue")
    seen: dict[psutil.Process, str] = {}
    eventually(lambda: seen.update(_commands(machine)) or worker.poll() is not None, "the worker ends")
    ends = {name: machine.job(job_id) for name, job_id in jobs.items()}
    assert {name: (job.status, job.error and job.error.code) for name, job in ends.items()} == ENDS
    assert all(job.error.message.endswith(".") and job.error.hint for job in ends.values() if job.error)
    assert " ".join(rogue.SLEEPER) in seen.values()
    eventually(lambda: not any(one.is_running() for one in seen), "all that was started ends")
    machine.check_whole()


def _commands(machine: Machine) -> dict[psutil.Process, str]:
    found = {}
    for process in machine.children():
        with contextlib.suppress(psutil.Error):
            # what is ending has no command any more
            if command := process.cmdline():
                found[process] = " ".join(command)
    return found

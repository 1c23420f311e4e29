"""What wakes the worker's loop."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from bowerbird.worker.stir import Stir

# The timer's signal comes wherever the loop just is, also in the midst of its waiting.
INTERRUPTED = """
import signal
from bowerbird.worker.stir import Stir
stir = Stir()
signal.signal(signal.SIGALRM, lambda *_: stir.set())
for turn in range(20_000):
    signal.setitimer(signal.ITIMER_REAL, (1 + turn % 40) * 1e-6)
    stir.wait(1e-5)
print("ended")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its signals come only between two instructions of a program")
def test_a_signal_may_ring_while_the_loop_waits_or_rings() -> None:
    """A handler that stops the worker never waits for what the interrupted loop holds."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


def test_rings_of_other_threads_end_the_wait() -> None:
    """Whatever was rung since the last wait ends the next one, once."""
    stir = Stir()
    assert not stir.wait(0.01)
    ringing = threading.Timer(0.05, stir.set)
    ringing.start()
    assert stir.wait(60)
    stir.set()
    stir.set()
    assert stir.wait(60)
    assert not stir.wait(0.01)
    stir.close()
    stir.set()

"""What wakes the worker's loop: an attempt that ended, or the signal to stop."""

from __future__ import annotations

import contextlib
import select
import socket


class Stir:
    """A bell that other threads and signal handlers may ring.

    Neither `threading.Event` nor `queue.SimpleQueue`: a handler that uses them while the main thread is inside of them
    waits for itself for ever. Writing to a socket is one call of the system, which nothing of ours holds up
    (as in docs.python.org/3/library/signal.html#signal.set_wakeup_fd).
    """

    def __init__(self) -> None:
        self._hears, self._rings = socket.socketpair()
        for end in (self._hears, self._rings):
            end.setblocking(False)

    def set(self) -> None:
        """Ring. Whoever rings where nobody listens any more does no harm."""
        with contextlib.suppress(OSError):
            self._rings.send(b"!")

    def wait(self, seconds: float) -> bool:
        """Whether it was rung since the last wait, or is within `seconds`."""
        is_rung = bool(select.select([self._hears], [], [], seconds)[0])
        if is_rung:
            self._hears.recv(1 << 16)
        return is_rung

    def close(self) -> None:
        """Listen no more."""
        self._hears.close()
        self._rings.close()

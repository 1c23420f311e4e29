"""Something on loopback that nobody may find: it notes each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Canary:
    """`port` listens on 127.0.0.1 and ::1; `found` counts those who came."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.found = 0


@contextlib.contextmanager
def waiting() -> Iterator[Canary]:
    """Listen until the block ends; whoever comes is counted and gets a picture's worth of nothing."""
    with socket.create_server(("127.0.0.1", 0)) as four, contextlib.ExitStack() as more:
        canary = Canary(four.getsockname()[1])
        servers = [four]
        with contextlib.suppress(OSError):  # a computer without IPv6
            six = socket.create_server(("::1", canary.port), family=socket.AF_INET6)
            servers.append(more.enter_context(six))
        for server in servers:
            threading.Thread(target=_count, args=(server, canary), daemon=True).start()
        yield canary
        for server in servers:
            server.shutdown(socket.SHUT_RDWR)


def _count(server: socket.socket, canary: Canary) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = server.accept()
            canary.found += 1
            with caller:
                caller.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\nsecret")

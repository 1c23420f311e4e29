"""A page of somebody else on this computer's loopback, reached by any name that leads here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Attacker:
    """Serves pages by path. `seen` are the requests that came, method and path."""

    def __init__(self, port: int, pages: dict[str, str], seen: list[tuple[str, str]]) -> None:
        self.port = port
        self.seen = seen
        self._pages = pages

    def serve(self, markup: str) -> str:
        """The path of a new page."""
        path = f"/{len(self._pages)}"
        self._pages[path] = f"<!doctype html><meta charset=utf-8><title>Attack</title>{markup}"
        return path


@contextmanager
def attacking() -> Iterator[Attacker]:
    """Serve until the block ends."""
    pages: dict[str, str] = {}
    seen: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.command, self.path))
            page = pages.get(self.path)
            body = (page or "").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Attacker(server.server_address[1], pages, seen)
        server.shutdown()

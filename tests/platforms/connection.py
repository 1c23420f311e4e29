"""One client's connection: CONNECT and TLS, requests read, answers sent with their faults."""

from __future__ import annotations

import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from tests.platforms import control, worlds
from tests.platforms.exchange import Answer, Request, json_answer, text
from tests.platforms.faults import NONE, Fault

if TYPE_CHECKING:
    from tests.platforms.proxy import StandIn

_PIECE = 1 << 18  # bytes handed to the system at once when nothing slows the answer down
_BODILESS = {204, 304}

# urllib3 leaves Nagle on towards a proxy: a body waits for the head's acknowledgement, which Linux delays by 40 ms
_ACK_NOW: int = getattr(socket, "TCP_QUICKACK", 0)


def _forget(_: int) -> None:
    """Nobody wants to know how much went out."""


class Connection(BaseHTTPRequestHandler):
    """Lives on a thread of its own until the client or a fault closes it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Begin outside of any tunnel."""
        super().setup()
        self._stand_in: StandIn = self.server.stand_in  # type: ignore[attr-defined]
        self._tunnel = ""
        self._client = cast(socket.socket, self.connection)

    def handle(self) -> None:
        """Serve request after request; be known as long as that lasts."""
        open_connections = self._stand_in.connections
        open_connections.add(self)
        try:
            if not self._stand_in.stopping.is_set():  # else nobody would wake it
                super().handle()
        finally:
            open_connections.discard(self)

    def finish(self) -> None:
        """Close for good: a socket that TLS took over is no longer the one that the server knows."""
        self.wfile.close()
        self.rfile.close()
        self._client.close()

    def wake(self) -> None:
        """End whatever the thread waits for on this connection."""
        try:
            self._client.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing: the log is the record."""

    def do_CONNECT(self) -> None:
        """Open a tunnel and be its other end."""
        host = self.path.rpartition(":")[0].lower()
        if worlds.platform_of(host) is None:
            self._stand_in.requests.flag(host, "unknown host")
            self._send(text("unknown host", status=502))
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.rfile.close()
        context = self._stand_in.certificates.context(host)
        try:
            # of a peer that has gone by now `ssl` would leave a socket open that nobody can close
            self._client.getpeername()
            self._client = context.wrap_socket(self._client, server_side=True, do_handshake_on_connect=False)
            self._client.do_handshake()
        except ssl.SSLEOFError:  # browsers open connections that they don't use
            self.close_connection = True
            return
        except ssl.SSLError as error:
            self._stand_in.requests.flag(host, f"TLS handshake: {error.reason}")
            self.close_connection = True
            return
        except OSError:  # and leave them again
            self.close_connection = True
            return
        self.connection = self._client
        self.rfile = self._client.makefile("rb")
        self.wfile = self._client.makefile("wb", buffering=0)  # type: ignore[assignment]
        self._tunnel = host
        self.close_connection = False

    def do_GET(self) -> None:
        """Answer any request that is not CONNECT."""
        if not self._tunnel and self.path.startswith("/"):
            self._send(control.answer(self._stand_in, self._request("", self.path)))
            return
        url = urlsplit(self.path)
        host = self._tunnel or (url.hostname or "")
        target = self.path if self._tunnel else url._replace(scheme="", netloc="").geturl() or "/"
        self._serve(self._request(host, target))

    do_POST = do_HEAD = do_OPTIONS = do_PUT = do_DELETE = do_GET  # noqa: N815  the base class's naming

    def _request(self, host: str, target: str) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        if length and _ACK_NOW:
            self._client.setsockopt(socket.IPPROTO_TCP, _ACK_NOW, 1)
        return Request(
            scheme="https" if self._tunnel else "http",
            method=self.command,
            host=host,
            target=target,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            changes=self._stand_in.changes,
        )

    def _serve(self, request: Request) -> None:
        number = self._stand_in.requests.open(request)
        rule = self._stand_in.rules.meet(request)
        answer, flag = _answer_of(request)
        answer = rule.over(answer)
        faulted = rule != NONE
        self._stand_in.requests.close(number, faulted=faulted, flag=flag)
        if self._withheld(rule):
            self.close_connection = True
            return
        due = self._due(answer)

        def note(sent: int) -> None:
            self._stand_in.requests.close(number, status=answer.status, sent=sent, complete=sent == due)

        self._send(answer, rule, note)

    def _withheld(self, rule: Fault) -> bool:
        """Wait as long as the rule and the stand-in say; true when there is to be no answer at all."""
        wait = self._stand_in.delay + rule.delay
        if wait:
            self._stand_in.stopping.wait(wait)
        if rule.hang:
            self._wait_for_caller_to_leave()
        return rule.hang or rule.drop or self._stand_in.stopping.is_set()

    def _wait_for_caller_to_leave(self) -> None:
        try:
            while self._client.recv(1024):
                continue
        except OSError:
            return

    def _due(self, answer: Answer) -> int:
        return 0 if self.command == "HEAD" else len(answer.body)

    def _send(self, answer: Answer, rule: Fault = NONE, note: Callable[[int], None] = _forget) -> None:
        """Send head and body; `note` is told how many bytes of the body are out, before a caller can have them."""
        if rule.cut_after is not None:
            self.close_connection = True
        head = self._head(answer, with_length=rule.cut_after is None or rule.length)
        body = memoryview(answer.body)[: self._due(answer)][: rule.cut_after]
        sent = 0
        try:
            for piece in self._paced(body, rule.bytes_per_second):
                note(sent + len(piece))
                self._client.sendall(head + bytes(piece) if head else piece)
                head, sent = b"", sent + len(piece)
        except OSError:
            note(sent)
            self.close_connection = True

    def _paced(self, body: memoryview, bytes_per_second: float | None) -> Iterator[memoryview]:
        """Yield the body in pieces, at the pace if there is one; the first goes out with the head."""
        step = max(1, int(bytes_per_second / 10)) if bytes_per_second else _PIECE
        pause = step / bytes_per_second if bytes_per_second else 0.0
        first = 0 if pause else step
        yield body[:first]
        for start in range(first, len(body), step):
            if pause and self._stand_in.stopping.wait(pause):
                raise ConnectionAbortedError("the stand-in stops")
            yield body[start : start + step]

    def _head(self, answer: Answer, with_length: bool) -> bytes:
        reason = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else ""
        lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in answer.headers)]
        if with_length and answer.status not in _BODILESS:
            lines.append(f"Content-Length: {len(answer.body)}")
        lines.append("Connection: close" if self.close_connection else "Connection: keep-alive")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def _answer_of(request: Request) -> tuple[Answer, str]:
    """Ask the platform; also say what is to be flagged."""
    try:
        answer = worlds.answer(request)
    except Exception:  # noqa: BLE001  a mistake in a world must show in the test that met it, not end the thread
        return text(traceback.format_exc(), status=500), "crash: " + traceback.format_exc(limit=-1)
    if answer is not None:
        return answer, ""
    if worlds.platform_of(request.host) is None:
        return text("unknown host", status=502), "unknown host"
    return json_answer({"error": "not found"}, status=404), "unknown path"

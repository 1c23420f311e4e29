"""Is the site there, and start it if not. Needs neither Datasette nor uvicorn: the host asks this too."""

from __future__ import annotations

import secrets
import socket
import sys
import time

from bowerbird.errors import RequestError
from bowerbird.queue.wake import start_detached as start_program
from bowerbird.settings import Settings
from bowerbird.signin import proof

ALIVE_PATH = "/alive"
START_SECONDS = 15.0
ANSWER_SECONDS = 2.0


def is_running(settings: Settings) -> bool:
    """Whether the site of this BOWERBIRD_HOME answers on its port. Raises RequestError `port_in_use` for a stranger."""
    challenge = secrets.token_hex(8)
    try:
        answer = _ask(settings.port, f"{ALIVE_PATH}?challenge={challenge}")
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    except OSError as error:
        raise port_taken(settings) from error
    if proof(settings, challenge).encode() not in answer:
        raise port_taken(settings)
    return True


def port_taken(settings: Settings, message: str = "", command: str = "open") -> RequestError:
    """What is said of a port that another program has: another one, set where this one was, or for this once."""
    another = settings.port + 1 if settings.port < 65535 else settings.port - 1
    is_named = "port" in settings.from_environment
    set_it = f"Set BOWERBIRD_PORT={another}" if is_named else f"Write port = {another} into config.toml"
    return RequestError(
        "port_in_use",
        message or f"Another program uses port {settings.port}.",
        f"{set_it}, or for this once: bowerbird {command} --port {another}",
    )


def ensure_running(settings: Settings) -> None:
    """Start the site unless it runs. Raises RequestError as `start_detached`."""
    if not is_running(settings):
        start_detached(settings)


def start_detached(settings: Settings) -> None:
    """Start the site in a session of its own and return when it answers.

    Raises RequestError `port_in_use` where a stranger has the port, `internal` where the site does not come up.
    """
    # -I: the folder in which somebody happens to be is no place to import from.
    start_program([sys.executable, "-I", "-m", "bowerbird.pages", str(settings.port)])
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if is_running(settings):
            return
        time.sleep(0.03)
    raise RequestError("internal", "The site did not start.", "Run: bowerbird serve. It says why.")


def _ask(port: int, target: str) -> bytes:
    """One plain request, whole answer. By hand because http.client costs the host 15 ms of imports."""
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection:
        connection.sendall(request.encode("ascii"))
        answer = b""
        while len(answer) < 65536 and (part := connection.recv(4096)):
            answer += part
    return answer

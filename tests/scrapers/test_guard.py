"""No connection of a child goes into the own computer or network."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest

from bowerbird.scrapers.guard import PrivateAddressError, host_of_request, judges_for


class Socket:
    """A socket, as far as an audit event shows it."""

    def __init__(self, family: int) -> None:
        self.family = family


def connect(address: Any, proxy: str = "", family: int = socket.AF_INET) -> None:
    """What the guard is asked when a library connects."""
    judges_for(proxy)["socket.connect"]((Socket(family), address))


@pytest.mark.parametrize(
    ("address", "family"),
    [
        (("127.0.0.1", 80), socket.AF_INET),
        (("10.1.2.3", 80), socket.AF_INET),
        (("192.168.1.1", 443), socket.AF_INET),
        (("169.254.169.254", 80), socket.AF_INET),
        (("0.0.0.0", 80), socket.AF_INET),
        (("100.64.0.1", 80), socket.AF_INET),
        (("::1", 80, 0, 0), socket.AF_INET6),
        (("::ffff:127.0.0.1", 80, 0, 0), socket.AF_INET6),
        (("64:ff9b::a9fe:a9fe", 80, 0, 0), socket.AF_INET6),
        (("fe80::1", 80, 0, 2), socket.AF_INET6),
        (("fd00::1", 80, 0, 0), socket.AF_INET6),
        ("/run/docker.sock", socket.AF_UNIX),
    ],
)
def test_private_address_is_refused(address: Any, family: int) -> None:
    """Loopback, private, link-local, mapped and translated addresses and local sockets are refused at the connect."""
    with pytest.raises(PrivateAddressError):
        connect(address, family=family)


@pytest.mark.parametrize("address", [("93.184.216.34", 443), ("8.8.8.8", 53)])
def test_public_address_is_allowed(address: Any) -> None:
    """The rest of the world can be reached."""
    connect(address)


def test_configured_proxy_is_allowed_and_its_neighbour_is_not() -> None:
    """A proxy on loopback is reached at its own port only."""
    connect(("127.0.0.1", 3128), proxy="http://127.0.0.1:3128")
    with pytest.raises(PrivateAddressError):
        connect(("127.0.0.1", 3129), proxy="http://127.0.0.1:3128")


@pytest.mark.parametrize(
    "line",
    [
        b"CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n",
        b"CONNECT localhost:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 2852039166:80 HTTP/1.1\r\n\r\n",
        b"GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n",
        b"GET http://printer.local/ HTTP/1.1\r\n\r\n",
        b"POST http://0x7f.1/ HTTP/1.1\r\n\r\nx",
    ],
)
def test_private_host_behind_a_proxy_is_refused(line: bytes) -> None:
    """What a request line asks a proxy for is judged by its name."""
    with pytest.raises(PrivateAddressError):
        judges_for("http://127.0.0.1:3128")["http.client.send"]((None, line))


@pytest.mark.parametrize(
    "line",
    [
        b"CONNECT www.youtube.com:443 HTTP/1.1\r\n\r\n",
        b"GET http://example.org/ HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/1.1",
        b"body",
        "text",
    ],
)
def test_other_lines_pass(line: Any) -> None:
    """Public hosts, requests inside of a tunnel and bodies are no concern of the guard."""
    judges_for("http://127.0.0.1:3128")["http.client.send"]((None, line))


def test_host_of_a_request_line() -> None:
    """Both forms of asking a proxy are understood."""
    assert host_of_request(b"CONNECT a.example:443 HTTP/1.1\r\n") == "a.example"
    assert host_of_request(b"GET http://b.example:8080/x HTTP/1.1\r\n") == "b.example"


def test_guarded_child_can_not_use_sockets_that_the_guard_does_not_see() -> None:
    """A library that brings its own network stack is not to be had in a guarded process."""
    script = (
        "from bowerbird.scrapers import guard; from bowerbird.scrapers.environment import read_surroundings as read;"
        "guard.install(read({})); import yt_dlp.dependencies as found; assert found.curl_cffi is None;"
        "import importlib.util, sys; assert sys.modules['curl_cffi'] is None"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr

"""No request of a scraper child reaches the own computer or network, wherever a page, a redirect or a name leads.

The interpreter's audit hooks see every connect and every request line of every library, and can't be removed again.
Behind a proxy only what the request line names can be judged: the proxy looks names up itself. That is why
settings take no SOCKS proxy, which is asked in bytes that no hook shows. Programs that a library
starts (ffmpeg, deno) get local files or no network at all; see options.py.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bowerbird.scrapers.environment import Surroundings
from bowerbird.targets.hosts import is_private_address, is_private_host

MARK = "is in your own computer or network"  # what classify.py knows the refusal by, whatever a library wraps it in

Judge = Callable[[tuple[Any, ...]], None]


class PrivateAddressError(OSError):
    """A connection that was refused before the first byte left."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} {MARK}")


def install(surroundings: Surroundings) -> None:
    """Guard this process from now on, for good; with `allow_private_hosts` nothing is guarded."""
    if surroundings.allow_private_hosts:
        return
    # libcurl opens its sockets past the interpreter's hooks: a library that could use it must not find it
    sys.modules["curl_cffi"] = None  # type: ignore[assignment]
    judges = judges_for(surroundings.proxy)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        judge = judges.get(event)
        if judge:
            judge(arguments)

    sys.addaudithook(hook)


def judges_for(proxy: str) -> dict[str, Judge]:
    """What is asked at which audit event; each judge raises PrivateAddressError for what must not happen."""
    allowed = addresses_of(proxy) if proxy else frozenset()

    def connect(arguments: tuple[Any, ...]) -> None:
        own, address = arguments
        if own.family not in (socket.AF_INET, socket.AF_INET6):
            raise PrivateAddressError("a local socket")
        host, port = address[:2]
        if (str(host), port) not in allowed and is_private_address(str(host)):
            raise PrivateAddressError(str(host))

    def send(arguments: tuple[Any, ...]) -> None:
        host = host_of_request(arguments[1])
        if host and is_private_host(host):
            raise PrivateAddressError(host)

    return {"socket.connect": connect, "socket.sendto": connect} | ({"http.client.send": send} if proxy else {})


def addresses_of(proxy: str) -> frozenset[tuple[str, int]]:
    """The addresses and the port of a proxy; empty where its name is unknown."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset((str(address[0]), port) for *_, address in found) | {(str(parts.hostname), port)}


def host_of_request(sent: Any) -> str:
    """The host that a request line to a proxy names, `CONNECT host:443 …` or `GET http://host/… …`; else ''."""
    if not isinstance(sent, bytes):
        return ""
    method, _, rest = sent[:4096].partition(b"\r\n")[0].partition(b" ")
    target = rest.partition(b" ")[0].decode("latin-1")
    if method == b"CONNECT":
        return target.rpartition(":")[0]
    if method.isalpha() and target.lower().startswith(("http://", "https://")):
        return urlsplit(target).hostname or "localhost"
    return ""

"""Whether this computer is connected at all: what tells a cut line from a site that does not answer."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

# Asked only where a site's own name can't be looked up; reserved by RFC 2606, so it is nobody's.
WELL_KNOWN = "example.com"
# Addresses for documentation, RFC 5737 and RFC 3849: nobody has them, but a way out leads to them as to any other.
_ANYWHERE = ((socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9)))


def is_cut_off(url: str, proxy: str | None) -> bool:
    """Whether no site can be reached from here, asked for the host of `url`, or the proxy where there is one.

    Only the name server is asked, as for the page itself; nothing is sent to the host. May take a minute.
    """
    try:
        parts = urlsplit(proxy or url)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_DGRAM)
    except socket.gaierror:
        return not has_way() or not _knows_names()
    except (OSError, ValueError):
        return False
    # what has an address that no way leads to, such as one of IPv6, may be alone in that
    return not any(_leads(family, address) for family, _, _, _, address in found) and not has_way()


def has_way() -> bool:
    """Whether a way leads out of this computer. Nothing is sent."""
    return any(_leads(family, address) for family, address in _ANYWHERE)


def _knows_names() -> bool:
    """Whether any name of the web is known here: a router whose line is cut may answer that there is no such name."""
    try:
        socket.getaddrinfo(WELL_KNOWN, 443)
    except OSError:
        return False
    return True


def _leads(family: int, address: Any) -> bool:
    # to connect a datagram socket is to look for the way, and no more
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
    except OSError:
        return False
    return True

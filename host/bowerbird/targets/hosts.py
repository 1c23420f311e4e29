"""Host names: one spelling for each, and whether they lead into the person's own computer or network.

The connect guard of the scrapers asks the same two questions, about the host of a redirect and about the address that a
name resolves to.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import TypeAlias

# Names that never leave the own network: RFC 6761 and 6762, RFC 8375, ICANN's .internal, .home and .corp, and what
# common routers hand out.
PRIVATE_SUFFIXES = (
    ".localhost", ".local", ".internal", ".home.arpa", ".lan", ".home", ".corp", ".intranet", ".localdomain",
)  # fmt: skip
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # IANA; what lies outside of it leads to no public host
IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1

LONGEST = 254  # RFC 1035, with the dot at the end
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
# Characters that browsers drop from a host without a trace (UTS 46, "ignored"), and the one for a lost character.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufffd]"
)


def is_private_address(text: str) -> bool:
    """Whether an IP address is anything but a public one; IPv4 inside of IPv6 counts as what is inside.

    What can't be read as an address counts as private, so that a guard that asks stays shut.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True
    return _is_private(_innermost(address))


def is_private_host(host: str) -> bool:
    """Whether a host, a name or an address in any spelling that browsers take, is on the own computer or network.

    A name is judged by itself, without asking anybody: what it resolves to is for `is_private_address`.
    """
    try:
        name = normal_host(host)
    except ValueError:
        return True
    if name[0] == "[":
        return is_private_address(name[1:-1])
    if name[-1].isdigit():
        return is_private_address(name)
    return "." not in name or name.endswith(PRIVATE_SUFFIXES)


def normal_host(host: str) -> str:
    """The one spelling of a host: lower case, punycode, no dot at the end; IPv4 dotted, IPv6 short and in brackets.

    Raises ValueError for what no browser would open.
    """
    if len(host) > LONGEST:
        raise ValueError("no host name")
    if host[:1] == "[" or ":" in host:
        return f"[{ipaddress.IPv6Address(host.strip('[]')).compressed}]"
    name = (host if host.isascii() else _punycode(host)).lower().removesuffix(".")
    if _NAME.fullmatch(name) is None:
        raise ValueError("no host name")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name.split("."))
    return name


def _is_private(address: IPAddress) -> bool:
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return True
    return address.is_multicast or not address.is_global


def _innermost(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one carries, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64 or address in IPV4_COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _ipv4(parts: list[str]) -> str:
    """Dotted address of the number forms of the WHATWG URL standard: decimal, 0 octal, 0x hex, one to four of them."""
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        raise ValueError("no IPv4 address")
    *heads, tail = map(_number, parts)
    if any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        raise ValueError("no IPv4 address")
    value = tail + sum(head << (24 - 8 * place) for place, head in enumerate(heads))
    return str(ipaddress.IPv4Address(value))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def _punycode(host: str) -> str:
    """By hand: the interpreter's codec is IDNA 2003, which leads straße to another host than browsers do."""
    if _INVISIBLE.search(host):
        raise ValueError("invisible character")
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", host).lower()).replace("\u3002", ".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in name.split(".")
    )

"""Which hosts and addresses are private."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.targets.hosts import is_private_address, is_private_host, normal_host

from .tables import rows

HOSTS = rows("hosts.tsv")


@pytest.mark.parametrize("case", HOSTS, ids=lambda case: case["host"] or "empty")
def test_table(case: dict[str, str]) -> None:
    """Each host of the table is private or not, as its row says."""
    assert is_private_host(case["host"]) is (case["private"] == "yes")


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("::ffff:10.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("2002:a00:1::", True),
        ("127.1", True),
        ("example.org", True),
        ("", True),
    ],
)
def test_addresses(text: str, private: bool) -> None:
    """An address that a name resolved to is judged with what is inside of it; what is no address counts as private."""
    assert is_private_address(text) is private


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        ("Example.ORG.", "example.org"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("straße.de", "xn--strae-oqa.de"),
        ("日本。jp", "xn--wgv71a.jp"),
        ("0x8.010.2056", "8.8.8.8"),
        ("[2001:0DB8::0001]", "[2001:db8::1]"),
        ("foo_bar.example", "foo_bar.example"),
    ],
)
def test_normal_host(host: str, normal: str) -> None:
    """A host has one spelling, the one that browsers show."""
    assert normal_host(host) == normal


def test_a_host_with_a_lost_character_is_none() -> None:
    """U+FFFD stands where a character could not be read: whatever was meant, it is another host."""
    with pytest.raises(ValueError, match="invisible"):
        normal_host("ex\ufffdmple.org")
    assert is_private_host("ex\ufffdmple.org")


@given(st.text())
def test_any_host(host: str) -> None:
    """Any text at all has an answer, and a normal host is its own normal host."""
    assert is_private_host(host) in (True, False)
    assert is_private_address(host) in (True, False)
    try:
        normal = normal_host(host)
    except ValueError:
        return
    assert normal_host(normal) == normal

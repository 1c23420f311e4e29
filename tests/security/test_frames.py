"""Hostile frames: a real host is sent what no extension would send, at random but repeatable.

The known ones, one by one, are in tests/messages/test_frames.py; `python -m tests.security.fuzz 1000000` is the long
form.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages.client import Host
from tests.security.frames import Frames
from tests.security.fuzz import fuzz, own_host

FRAMES = 5000
DEEP = 100_000


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """One host for everything that must not end it."""
    with own_host(tmp_path_factory.mktemp("fuzzed")) as started:
        yield started


@pytest.mark.parametrize("seed", [1, 20261120])
def test_every_frame_gets_one_sound_reply_and_the_host_lives(host: Host, seed: int) -> None:
    """Thousands of changed, cut and made-up frames: a reply each, none of them `internal`, and the host goes on."""
    figures = fuzz(host, FRAMES, seed)
    assert figures.findings == ()
    assert figures.replies.total() == FRAMES
    # or the frames would show nothing about what lies behind the first check
    assert {"ok", "bad_frame", "bad_request", "unknown_type", "not_found", "bad_session"} <= figures.replies.keys()


def test_a_seed_makes_the_same_frames_again() -> None:
    """A finding can be looked at again by its seed."""
    first, second, other = (list(itertools.islice(Frames(seed), 200)) for seed in (5, 5, 6))
    assert first == second != other


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * DEEP, "bad_frame"),
        (b'{"id": 7, "type": "jobs", "limit": NaN}', "bad_frame"),
        (b'{"id": 7, "type": "jobs", "limit": 1e999}', "bad_request"),
        (b'{"id": 7, "type": "lookup", "urls": ["https://\xff.example/"]}', "bad_request"),
        (b'{"id": 7, "type": "\\ud800"}', "unknown_type"),
        (b'{"id": 7, "type": "no_session", "request_id": 9223372036854775808, "reason": "no_cookies"}', "bad_request"),
    ],
    ids=["deep", "NaN", "1e999", "invalid UTF-8", "half a pair", "beyond 64 bits"],
)
def test_a_hostile_frame_is_told_what_it_is(host: Host, body: bytes, code: str) -> None:
    """Depth, numbers without end, and broken text have their code, in one reply."""
    assert host.answer_to(body)["error"]["code"] == code
    assert host.is_alive()


def test_seventy_megabytes_are_refused(host: Host) -> None:
    """A frame above what a browser may send is read past, told as `too_large`, and costs no memory."""
    before = _resident(host)
    host.write(struct.pack("=I", 70 << 20))
    for _ in range(70):
        host.write(b"x" * (1 << 20))
    assert host.reply()["error"]["code"] == "too_large"
    assert host.is_alive()
    assert _resident(host) - before < 16 << 20


def _resident(host: Host) -> int:
    import psutil

    return int(psutil.Process(host.process.pid).memory_info().rss)


@pytest.mark.parametrize(
    "raw", [b"\x01\x00", struct.pack("=I", 400) + b'{"id": 1'], ids=["half a header", "half a body"]
)
def test_a_truncated_frame_ends_the_host(tmp_path: Path, raw: bytes) -> None:
    """A browser that dies in the middle of a frame gets no reply to it, and leaves no host behind."""
    with own_host(tmp_path) as own:
        own.write(raw)
        own.hang_up()
        assert own.read() is None
        assert own.process.wait(10) == 0

"""Hostile frames: one reply each, and the host lives."""

from __future__ import annotations

import json
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bowerbird.errors import REQUEST_ADVICE
from bowerbird.messages.conversation import answer
from bowerbird.messages.desk import Desk
from bowerbird.messages.presence import Presence
from bowerbird.queue.waker import Waker
from bowerbird.settings import Settings
from tests.messages.client import Host, a_capture, framed

DEEP = 100_000
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"hello there",
    "half an object": b'{"id": 1, "type":',
    "NaN": b'{"id": 1, "type": "jobs", "limit": NaN}',
    "deep": b"[" * DEEP,
    "deep and closed": b'{"id": 1, "type": "jobs", "x": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"id": 1, "x": ' + b'{"x": ' * DEEP + b"1" + b"}" * DEEP + b"}",
    "NUL bytes": b"\0" * 1000,
    "invalid UTF-8 in its type": b'{"id": 1, "type": "\xff\xfe"}',
    "byte order mark": "\ufeff{}".encode(),
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "two objects": b'{"id": 1, "type": "jobs"}{"id": 2, "type": "jobs"}',
    "infinite id": b'{"id": 1e999, "type": "jobs"}',
}
UNUSABLE_IDS = [None, "7", True, -1, 1.5, 2**53 + 1, 10**400, [], {}, "x" * 1_000_000]
WRONG = {
    "infinite number": b'{"id": 7, "type": "jobs", "limit": 1e999}',
    "page beyond all numbers": b'{"id": 7, "type": "jobs", "after": 99999999999999999999999999}',
    "page before the first": b'{"id": 7, "type": "jobs", "after": 0}',
    "invalid UTF-8 in a URL": b'{"id": 7, "type": "lookup", "urls": ["https://\xff.example/"]}',
    "no such row": b'{"id": 7, "type": "no_session", "request_id": 9223372036854775808, "reason": "no_cookies"}',
    "a job as number": b'{"id": 7, "type": "job", "jobs": [7], "action": "cancel"}',
    "long word for a status": b'{"id": 7, "type": "jobs", "status": "' + b"x" * 2_000_000 + b'"}',
    "captures that is empty": b'{"id": 7, "type": "capture", "captures": []}',
    "captures that are an object": b'{"id": 7, "type": "capture", "captures": {}}',
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in UNREADABLE.items()])
def test_a_frame_that_is_no_message_is_a_bad_frame(host: Host, body: bytes) -> None:
    """What can't be read at all is answered with id null, and the next frame as if nothing had been."""
    reply = host.answer_to(body)
    assert (reply["id"], reply["error"]["code"]) == (None, "bad_frame")
    assert host.is_alive()


@pytest.mark.parametrize("number", UNUSABLE_IDS, ids=lambda value: str(value)[:20])
def test_an_id_that_no_reply_can_carry_is_answered_with_null(host: Host, number: Any) -> None:
    """Ids are whole numbers that JavaScript can hold."""
    reply = host.answer_to(json.dumps({"id": number, "type": "jobs"}).encode())
    assert (reply["id"], reply["error"]["code"]) == (None, "bad_request")
    assert host.is_alive()


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in WRONG.items()])
def test_a_request_of_the_wrong_form_is_refused_by_its_id(host: Host, body: bytes) -> None:
    """A request whose fields are of wrong type or size is refused in one short sentence, and the host lives."""
    reply = host.answer_to(body)
    assert (reply["id"], reply["error"]["code"]) == (7, "bad_request")
    assert len(reply["error"]["message"]) < 400
    assert host.is_alive()


@pytest.mark.parametrize("url", [b"https://\xff.example/", b"https://\xed\xa0\x80.example/"])
def test_a_capture_in_broken_text_is_rejected_alone(host: Host, url: bytes) -> None:
    """Text that is not Unicode costs its own capture only, and its key is named where it can be read."""
    bad = b'{"key": "bad", "url": "' + url + b'", "source": "toolbar", "captured_at": "2026"}'
    good = json.dumps(a_capture()).encode()
    reply = host.answer_to(b'{"id": 7, "type": "capture", "captures": [' + bad + b"," + good + b"]}")
    assert [one["status"] for one in reply["captures"]] == ["rejected", "queued"]


@pytest.mark.parametrize(
    ("escaped", "kept"),
    [
        (rb"cut \ud83d", "cut \ufffd"),
        (rb"\uDE00 cut", "\ufffd cut"),
        (rb"\ude00\ud83d", "\ufffd\ufffd"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"whole \ud83d\uDE00", "whole \U0001f600"),
        (rb"a backslash \\\\ud83d", "a backslash \\\\ud83d"),
    ],
)
def test_half_an_emoji_in_a_title_costs_that_half_only(host: Host, rows: Any, escaped: bytes, kept: str) -> None:
    """JavaScript cuts strings within a character: the half is replaced and the capture is kept."""
    body = json.dumps({"id": 7, "type": "capture", "captures": [a_capture(page_title="TITLE")]}).encode()
    [receipt] = host.answer_to(body.replace(b"TITLE", escaped))["captures"]
    assert receipt["status"] == "queued"
    assert rows("SELECT page_title FROM captures") == [(kept,)]


def test_seventy_megabytes_are_skipped_and_refused(host: Host) -> None:
    """A frame above 63 MiB is read past without being kept: `too_large`, and the next frame is answered."""
    length = 70 * 1024 * 1024
    host.write(struct.pack("=I", length))
    for _ in range(70):
        host.write(b"x" * 1024 * 1024)
    reply = host.reply()
    assert (reply["id"], reply["error"]["code"]) == (None, "too_large")
    assert host.is_alive()


def test_sixty_megabytes_are_read(host: Host) -> None:
    """The largest message that a browser may send is read."""
    host.send({"id": 7, "type": "identify", "urls": [], "ignored": "x" * (60 * 1024 * 1024)})
    assert host.reply() == {"id": 7, "ok": True, "targets": []}


def test_an_answer_that_no_browser_would_take_is_an_error_instead(host: Host) -> None:
    """More than 1 MiB from the host would end the connection: the reply says `too_large`."""
    urls = [f"https://example.com/{'x' * 4000}/{number}" for number in range(400)]
    assert host.ask("identify", urls=urls)["error"]["code"] == "too_large"
    assert host.is_alive()


def test_a_page_of_jobs_is_as_long_as_fits(host: Host, rows: Any) -> None:
    """Jobs with long texts come in shorter pages, and following `next` finds each once."""
    host.ask("capture", captures=[a_capture(number) for number in range(30)])
    rows("UPDATE jobs SET error_code = 'gone', error_message = ?", "x" * 100_000)
    seen: list[str] = []
    page = host.ask("jobs")
    while page["jobs"]:
        seen += [job["id"] for job in page["jobs"]]
        if "next" not in page:
            break
        page = host.ask("jobs", after=page["next"])
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x01\x00", framed(b'{"id": 1}')[:-3], struct.pack("=I", 70 * 1024 * 1024) + b"x" * 100],
    ids=["nothing", "half a length", "half a body", "some of far too much"],
)
def test_a_pipe_that_ends_in_the_middle_ends_the_host(host: Host, raw: bytes) -> None:
    """A browser that dies while it writes leaves no host behind, and what it had not finished is not answered."""
    host.write(raw)
    host.hang_up()
    assert host.read() is None
    assert host.process.wait() == 0


def test_a_browser_that_does_not_read_ends_the_host(host: Host) -> None:
    """When nobody reads the answers any more the host ends, without a trace."""
    assert host.process.stdout
    host.process.stdout.close()
    host.send({"id": 1, "type": "identify", "urls": []})
    assert host.process.wait() == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["protocol", "extension", "browser", "captures", "urls", "jobs", "action", "status", "after", "limit", "what",
          "ref", "key", "url", "source", "captured_at", "options", "transcripts", "max_items", "quality"]  # fmt: skip
LIKELY = JSON | st.sampled_from(["cancel", "delete", "dashboard", "item", "1", 1, "running", ["https://a.example/"]])
CAPTURES = st.lists(st.dictionaries(st.sampled_from(FIELDS), LIKELY, max_size=8) | JSON, max_size=3)
REQUESTS = st.builds(
    lambda number, kind, fields, captures: {**fields, **captures, "id": number, "type": kind},
    st.integers(0, 9) | JSON,
    st.sampled_from(["hello", "capture", "lookup", "identify", "jobs", "job", "watch"]) | JSON,
    st.dictionaries(st.sampled_from(FIELDS), LIKELY, max_size=6),
    st.builds(lambda captures: {"captures": captures}, CAPTURES) | st.just({}),
)
BODIES = st.binary(max_size=200) | (REQUESTS | JSON).map(lambda value: json.dumps(value).encode())


@pytest.fixture
def desk(settings: Settings) -> Any:
    """A desk in this process; nothing is watched or woken."""
    desk = Desk(settings, lambda wanted: None, Waker(settings), Presence(settings, lambda event: None))
    yield desk
    desk.drop_archive()


@how(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=BODIES)
def test_any_frame_gets_one_answer_that_can_be_sent(desk: Desk, body: bytes) -> None:
    """Whatever a frame holds, there is one reply: it can be written as JSON and is no `internal` error."""
    reply = answer(desk, body)
    msgspec.json.encode(reply)
    assert reply["ok"] or reply["error"]["code"] in REQUEST_ADVICE.keys() - {"internal", "archive_unavailable", "busy"}


def test_a_fault_of_our_own_is_told_and_logged_and_the_next_request_works(desk: Desk, settings: Settings) -> None:
    """An error that nobody foresaw is `internal` for the browser, its trace is in the log, no path in the reply."""
    desk.watch = lambda wanted: 1 // 0  # type: ignore[assignment, return-value]
    for _ in range(2):
        reply = answer(desk, b'{"id": 7, "type": "watch", "jobs": true}')
        assert reply["error"]["code"] == "internal"
        assert "/" not in json.dumps(reply)
    assert (settings.home / "logs" / "host.log").read_text().count("ZeroDivisionError") == 2
    assert answer(desk, b'{"id": 8, "type": "jobs"}')["ok"]

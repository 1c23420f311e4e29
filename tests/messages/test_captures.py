"""What the host promises for captures: acknowledged means on disk, and sent again means nothing new."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bowerbird.queue.wake import worker_is_running
from tests.messages.client import PATIENCE, Host, Message, a_capture, eventually
from tests.messages.conftest import StartHost

Rows = Callable[..., list[tuple[Any, ...]]]


def keys_of(reply: Message) -> set[str]:
    """The keys that a reply names with a job."""
    return {one["key"] for one in reply["captures"] if one["job_id"]}


def test_the_same_key_again_gets_the_same_receipt_and_no_second_job(host: Host, rows: Rows) -> None:
    """Sending a capture again, in the same frame or a later one, has no effect and the same answer."""
    capture = a_capture()
    first, twin = host.ask("capture", captures=[capture, capture])["captures"]
    [again] = host.ask("capture", captures=[{**capture, "page_title": "another"}])["captures"]
    assert first == twin == again
    assert rows("SELECT count(*) FROM captures") == rows("SELECT count(*) FROM jobs") == [(1,)]


def test_one_bad_capture_does_not_cost_the_others(host: Host, rows: Rows) -> None:
    """Captures that can't be read are rejected by their keys, in their places; the rest is kept."""
    captures = [
        a_capture(1),
        a_capture(2, url=7),
        "nonsense",
        a_capture(3, options={"quality": "lots"}),
        a_capture(4, options={"transcripts": ["en", 5]}),
        a_capture(5, options={"max_items": -1}),
        a_capture(6, key="x" * 300),
        a_capture(7, playback_seconds="soon"),
        a_capture(8),
    ]
    receipts = host.ask("capture", captures=captures)["captures"]
    assert [one["status"] for one in receipts] == ["queued", *["rejected"] * 7, "queued"]
    assert receipts[1]["key"] == captures[1]["key"]  # type: ignore[index]
    assert rows("SELECT count(*) FROM jobs") == [(2,)]


@pytest.mark.parametrize(
    ("word", "stored"), [("none", "[]"), ("all", '["all"]'), (["de"], '["de"]'), ([], "[]")], ids=str
)
def test_languages_come_as_a_list_or_as_a_word(host: Host, rows: Rows, word: Any, stored: str) -> None:
    """`transcripts` takes a list of languages, or one of the words all and none."""
    host.ask("capture", captures=[a_capture(options={"transcripts": word})])
    assert rows("SELECT options ->> 'transcripts' FROM jobs") == [(stored,)]


@pytest.mark.parametrize("seed", range(8))
def test_what_was_acknowledged_is_stored_when_the_host_is_killed(start_host: StartHost, rows: Rows, seed: int) -> None:
    """Kill -9 at a random moment of a stream of captures loses none that was acknowledged."""
    chance = random.Random(seed)
    host = start_host()
    acknowledged: set[str] = set()
    for _ in range(chance.randrange(1, 25)):
        captures = [a_capture(chance.randrange(10**9)) for _ in range(chance.randrange(1, 4))]
        acknowledged |= keys_of(host.ask("capture", captures=captures))
    host.send({"id": 999, "type": "capture", "captures": [a_capture(n) for n in range(chance.randrange(1, 200))]})
    threading.Event().wait(chance.random() / 50)
    host.kill()
    stored = {key for (key,) in rows("SELECT key FROM captures")}
    assert acknowledged
    assert acknowledged <= stored
    assert rows("SELECT count(*) FROM captures WHERE job_id NOT IN (SELECT id FROM jobs)") == [(0,)]
    assert rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("count", range(1, 9))
def test_what_was_acknowledged_is_stored_when_the_host_is_killed_at_once(
    start_host: StartHost, rows: Rows, count: int
) -> None:
    """The commit is before the answer: who reads the answer may end the host in that moment."""
    host = start_host()
    acknowledged = keys_of(host.ask("capture", captures=[a_capture(number) for number in range(count)]))
    host.kill()
    assert {key for (key,) in rows("SELECT key FROM captures")} == acknowledged


def test_ten_thousand_captures_in_single_frames_are_all_acknowledged_and_none_twice(host: Host, rows: Rows) -> None:
    """Ten thousand clicks that arrive at once all get their own job."""
    captures = [a_capture(number) for number in range(10_000)]
    frames = ({"id": number, "type": "capture", "captures": [one]} for number, one in enumerate(captures))
    sender = threading.Thread(target=lambda: [host.send(frame) for frame in frames])
    sender.start()
    named = [key for _ in captures for key in keys_of(host.reply())]
    sender.join(PATIENCE)
    assert len(named) == len(set(named)) == 10_000
    assert rows("SELECT count(*), count(DISTINCT key) FROM captures") == [(10_000, 10_000)]
    assert rows("SELECT count(*), count(DISTINCT target_key) FROM jobs") == [(10_000, 10_000)]


def test_ten_thousand_captures_in_one_frame_are_named_as_an_answer_can_hold_them(host: Host, rows: Rows) -> None:
    """One frame of ten thousand is kept whole; an outbox that sends again what was not named yet learns of all."""
    outbox = {one["key"]: one for one in (a_capture(number) for number in range(10_000))}
    rounds = 0
    while outbox:
        for key in keys_of(host.ask("capture", captures=list(outbox.values()))):
            del outbox[key]
        rounds += 1
        assert rows("SELECT count(*) FROM jobs") == [(10_000,)]
    assert rounds == 2


def test_two_hosts_with_the_same_outbox_make_each_job_once(start_host: StartHost, rows: Rows) -> None:
    """Two browsers that send the same keys at the same time get the same jobs."""
    captures = [a_capture(number) for number in range(200)]
    answers: list[list[Message]] = [[], []]

    def send_all(host: Host, answer: list[Message]) -> None:
        for one in captures:
            answer += host.ask("capture", captures=[one])["captures"]

    threads = [threading.Thread(target=send_all, args=(start_host(), answer)) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers[0] == answers[1]
    assert rows("SELECT count(*) FROM jobs") == rows("SELECT count(*) FROM captures") == [(200,)]


def test_a_capture_wakes_a_worker_that_outlives_the_host(
    environment: dict[str, str], rows: Rows, settings: Any
) -> None:
    """A browser that takes its process group with it ends the host, not the work: the job is done all the same."""
    unreachable = {**environment, "BOWERBIRD_PROXY": "http://127.0.0.1:9", "BOWERBIRD_MAX_RETRIES": "0"}
    with Host(unreachable, before=("setsid", "--")) as host:
        host.ask("capture", captures=[a_capture()])
        host.ask("identify", urls=[])
        os.killpg(host.process.pid, signal.SIGKILL)
    assert eventually(lambda: rows("SELECT status, error_code FROM jobs") == [("failed", "network")]), rows(
        "SELECT * FROM jobs"
    )


def test_a_hello_wakes_the_worker_for_what_was_left(environment: dict[str, str], rows: Rows, settings: Any) -> None:
    """Jobs that ran when the machine went off go on when a browser comes back."""
    unreachable = {**environment, "BOWERBIRD_PROXY": "http://127.0.0.1:9", "BOWERBIRD_MAX_RETRIES": "0"}
    with Host(unreachable) as host:
        host.ask("hello", protocol=1, extension="0.1.0", browser="Chromium 156")
        assert host.is_alive()
        assert not worker_is_running(settings)
    assert rows("SELECT count(*) FROM jobs") == [(0,)]
    rows(
        "INSERT INTO jobs (id, url, target_key, target, platform, kind, status, created_at, updated_at) VALUES "
        "('j', 'https://example.com/', 'k', ?, 'web', 'page', 'running', '2026', '2026')",
        '{"url":"https://example.com/","platform":"web","kind":"page","canonical_url":"https://example.com/"}',
    )
    with Host(unreachable) as host:
        host.ask("hello", protocol=1, extension="0.1.0", browser="Chromium 156")
    assert eventually(lambda: rows("SELECT status FROM jobs") == [("failed",)]), rows("SELECT * FROM jobs")

"""Every example of the wire against a real host."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.messages.client import Host, a_capture

WIRE = Path(__file__).parents[1] / "wire"
# one of its captures is a file of this computer
REJECTED = {"several at once": ["unsupported_url"]}
JOB = "0b9f3c52-6a34-4a0e-9d0e-6f0f5a1c7e11"
# the state of the job before an action that is not for what failed
BEFORE = {
    "continue": "status = 'waiting', wait_reason = 'confirm'",
    "pause": "status = 'pending'",
    "resume": "status = 'paused', paused_from = 'pending'",
    "raise": "status = 'pending'",
    "lower": "status = 'pending'",
}
Rows = Callable[..., list[tuple[Any, ...]]]

Example = dict[str, Any]
EXAMPLES = [(path.stem, example) for path in sorted(WIRE.glob("*.json")) for example in json.loads(path.read_text())]


def examples(direction: str) -> Any:
    """The examples of one direction, as parameters."""
    chosen = [(file, one) for file, one in EXAMPLES if one["direction"] == direction]
    return pytest.mark.parametrize("example", [pytest.param(one, id=f"{file}: {one['name']}") for file, one in chosen])


@pytest.fixture
def known_job(host: Host, rows: Rows) -> None:
    """The job and the item that the examples speak of."""
    host.ask("capture", captures=[a_capture()])
    rows("UPDATE jobs SET id = ?, status = 'failed', error_code = 'gone'", JOB)
    rows(
        "INSERT INTO items (id, platform, platform_id, kind, url, folder, captured_at, updated_at) "
        "VALUES (812, 'web', 'x', 'page', 'https://example.com/', 'x', '2026', '2026')"
    )


def signed_in() -> dict[str, Any]:
    """The session that the examples speak of."""
    message = next(one["message"] for file, one in EXAMPLES if file == "session" and one["direction"] == "to_host")
    return {name: value for name, value in message.items() if name not in ("id", "type")}


@examples("to_host")
@pytest.mark.usefixtures("known_job")
def test_each_request_is_answered_as_its_example_says(host: Host, rows: Rows, example: Example) -> None:
    """A request of the examples succeeds, or is refused with the code that its example names."""
    before = BEFORE.get(example["name"]) if example["message"].__class__ is dict else None
    if before and example["message"].get("type") == "job":
        rows(f"UPDATE jobs SET {before}")
    if example["message"].__class__ is dict and example["message"].get("type") == "sessions":
        host.ask("session", **signed_in())
    host.send(example["message"])
    reply = host.reply()
    assert reply["id"] == (example["answered_id"] if "answered_id" in example else example["message"]["id"])
    code = reply["error"]["code"] if "error" in reply else None
    assert code == example.get("refused_with")
    rejected = [one["error"]["code"] for one in reply.get("captures", ()) if one["status"] == "rejected"]
    assert rejected == REJECTED.get(example["name"], [example["rejected_with"]] if "rejected_with" in example else [])
    assert host.is_alive()


def shape(value: Any) -> Any:
    """The names in a value, and nothing of what it says."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "…"


RECEIPT = {"key", "job_id", "status"}


def test_a_hello_has_the_shape_of_its_example(host: Host) -> None:
    """What `hello` answers has the names of the example, no more and no fewer."""
    reply = host.ask("hello", protocol=1, extension="0.1.0", browser="Chromium 156")
    example = next(one for file, one in EXAMPLES if one["name"] == "an archive with work in it")
    assert shape(reply) == shape(example["message"])


def test_sessions_and_their_events_have_the_shape_of_their_examples(host: Host, rows: Rows) -> None:
    """What is told of a session has the names of the examples, no more and no fewer."""
    shapes = {one["name"]: shape(one["message"]) for _, one in EXAMPLES}
    host.ask("hello", protocol=1, extension="0.1.0", browser="Chromium 156")
    accepted = host.ask("session", **signed_in())
    assert shape(accepted) == shapes["accepted"]
    rows("INSERT INTO requests (kind, payload, created_at) VALUES ('session', '{\"platform_host\": \"x\"}', '2026')")
    assert shape(host.event("session_needed")) == shapes["any account"]
    listed = host.ask("sessions", action="list")
    assert shape(listed["sessions"][0]) == shapes["two of them"]["sessions"][0]
    host.ask("sessions", action="forget", platform="instagram")
    assert shape(host.event("session")) == shapes["removed by the person"]


@pytest.mark.parametrize("name", ["in the queue", "failed"])
def test_a_job_has_the_shape_of_its_examples(host: Host, rows: Rows, name: str) -> None:
    """The job object on the wire has exactly the names that the examples show."""
    host.ask("capture", captures=[a_capture()])
    if name == "failed":
        rows("UPDATE jobs SET status = 'failed', error_code = 'gone', error_message = 'Gone.', hint = 'Nothing.'")
    example = next(one for file, one in EXAMPLES if file == "event_job" and one["name"] == name)
    [job] = host.ask("jobs")["jobs"]
    assert shape(job) == shape(example["message"]["job"])


def test_receipts_have_the_shape_of_their_examples(host: Host) -> None:
    """Each receipt names key, job and status; one that is rejected has no job and says why."""
    queued, again, rejected = host.ask("capture", captures=[a_capture(), a_capture(), a_capture(url="file:///x")])[
        "captures"
    ]
    assert (set(queued), queued["status"]) == (RECEIPT, "queued")
    assert (set(again), again["status"], again["job_id"]) == (RECEIPT, "already_queued", queued["job_id"])
    assert (set(rejected), rejected["job_id"]) == ({*RECEIPT, "error"}, None)
    assert set(rejected["error"]) == {"code", "message", "hint"}


def test_what_is_archived_comes_with_its_page(host: Host, rows: Rows) -> None:
    """A capture of an archived target is `already_saved` with the item's page, and `lookup` finds it."""
    rows(
        "INSERT INTO items (id, platform, platform_id, kind, url, folder, captured_at, updated_at) VALUES "
        "(812, 'youtube', 'jNQXAC9IVRw', 'video', 'https://www.youtube.com/watch?v=jNQXAC9IVRw', 'x', '2026', '2026')"
    )
    rows("INSERT INTO item_targets VALUES ('youtube:jNQXAC9IVRw', 812)")
    [receipt] = host.ask("capture", captures=[a_capture()])["captures"]
    assert (receipt["status"], receipt["item_url"].endswith("/item/812")) == ("already_saved", True)
    saved = host.ask("lookup", urls=["https://youtu.be/jNQXAC9IVRw", "https://example.com/new", "nonsense"])["saved"]
    assert saved["https://youtu.be/jNQXAC9IVRw"]["item_id"] == 812
    assert saved["https://example.com/new"] is saved["nonsense"] is None


def test_a_queue_has_the_shape_of_its_examples(host: Host) -> None:
    """What an action on the whole queue answers, and what is told of it, has the names of the examples."""
    shapes = {one["name"]: shape(one["message"]) for _, one in EXAMPLES}
    host.ask("watch", jobs=True)
    assert shape(host.event("queue")) == shapes["the whole queue is paused"]
    assert shape(host.ask("queue", action="resume")) == shapes["resumed"]


def test_a_setting_has_the_shape_of_its_examples(host: Host) -> None:
    """What was changed is told with the names of the example, and from then on counts."""
    examples = next(one["message"]["settings"] for _, one in EXAMPLES if one["name"] == "some of them")
    told = {one["name"]: one for one in host.ask("settings", set={"max_concurrent": 4})["settings"]}
    assert [told[one["name"]] for one in examples[:2]] == examples[:2]
    assert set(told["proxy"]) == set(examples[2])
    assert "max_concurrent" in host.ask("settings", set={"max_concurrent": 0})["error"]["message"]


def test_nobody_waits_for_the_doctor(host: Host) -> None:
    """While the doctor looks at everything the host answers others; asked again meanwhile it is busy."""
    host.send({"id": 9001, "type": "doctor"})
    assert host.ask("doctor")["error"]["code"] == "busy"
    assert host.is_alive()
    reply = host.reply()
    checks = {one["name"]: one for one in reply["checks"]}
    assert (reply["id"], reply["ok"], checks["archive.db"]["state"]) == (9001, True, "ok")
    assert all(set(one) <= {"name", "state", "message", "fix"} for one in checks.values())
    assert {one.get("state") for one in checks.values()} <= {"ok", "warn", "fail"}

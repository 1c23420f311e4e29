"""Sessions on the wire: what comes in from a browser, what it is asked for."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import later
from bowerbird.messages.presence import HEARTBEAT, INTERVAL
from bowerbird.queue.browsers import FRESH_SECONDS
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from tests.messages.client import Host, a_capture, eventually
from tests.messages.conftest import StartHost
from tests.sessions.conftest import AGENT, CANARY, a_cookie, a_jar

Rows = Callable[..., list[tuple[Any, ...]]]
STORY = "https://www.instagram.com/stories/garden/"


def greet(host: Host, browser: str = "Chromium 156") -> None:
    """What every extension says first."""
    assert host.ask("hello", protocol=1, extension="0.1.0", browser=browser)["ok"]


def give(host: Host, account: str = "1001", value: str = CANARY, **fields: Any) -> dict[str, Any]:
    """Send a session of Instagram."""
    given = {"platform_host": "www.instagram.com", "cookies": a_jar(account, value), "user_agent": AGENT, **fields}
    return host.ask("session", **given)


@pytest.fixture
def result(rows: Rows) -> Callable[[int], str | None]:
    """`result(request)`: what came of a request."""

    def look(number: int) -> str | None:
        found: str | None = rows("SELECT result FROM requests WHERE id = ?", number)[0][0]
        return found

    return look


@pytest.fixture
def waiting(host: Host, rows: Rows) -> str:
    """A job that waits for a session of Instagram; its id."""
    [receipt] = host.ask("capture", captures=[a_capture(url=STORY)])["captures"]
    rows(
        "UPDATE jobs SET status = 'waiting', wait_reason = 'session', error_code = 'login_needed', "
        "error_message = 'Why.', hint = 'How.'"
    )
    return str(receipt["job_id"])


def status(host: Host) -> tuple[str, str | None]:
    """State and reason of the one job."""
    [job] = host.ask("jobs")["jobs"]
    return job["status"], job["wait_reason"]


# --- what comes in


def test_a_session_is_in_the_vault_when_it_is_accepted(host: Host, settings: Settings) -> None:
    """Encrypted, with the browser's user agent and its container."""
    assert give(host, store_id="firefox-container-2")["accepted"] is True
    lent = Vault(settings).lend("instagram", "1001")
    assert lent is not None
    assert (CANARY in lent.cookies, lent.user_agent) == (True, AGENT)
    [state] = Vault(settings).listed()
    assert state.store_id == "firefox-container-2"


def test_what_waits_for_a_session_goes_on_when_it_comes(host: Host, waiting: str) -> None:
    """Whether the host had asked for it or not."""
    assert status(host) == ("waiting", "session")
    give(host)
    assert status(host) == ("pending", None)


def test_a_session_of_another_site_wakes_nothing(host: Host, waiting: str) -> None:
    """Each job waits for its own platform."""
    assert host.ask(
        "session", platform_host="forum.example.org", cookies=[a_cookie(domain="forum.example.org")], user_agent=AGENT
    )["ok"]
    assert status(host) == ("waiting", "session")


REFUSED: dict[str, dict[str, Any]] = {
    "another site among them": {"cookies": [*a_jar(), a_cookie(domain=".facebook.com")]},
    "a line end": {"cookies": [*a_jar(), a_cookie("mid", "a\r\nb")]},
    "NUL": {"cookies": [*a_jar(), a_cookie("mid", "a\0b")]},
    "five thousand": {"cookies": [a_cookie(f"c{n}") for n in range(5000)]},
    "expired": {"cookies": [a_cookie(expirationDate=1)]},
    "not signed in": {"cookies": [a_cookie("csrftoken")]},
    "none": {"cookies": []},
    "no cookie objects": {"cookies": [CANARY, {"value": CANARY}, None]},
    "a private window": {"incognito": True},
    "a user agent with a line end": {"user_agent": f"x\r\nCookie: {CANARY}"},
    "no host": {"platform_host": "https://www.instagram.com/"},
}


@pytest.mark.parametrize("fields", [pytest.param(fields, id=name) for name, fields in REFUSED.items()])
def test_what_is_no_session_is_refused_and_nothing_stored(
    host: Host, settings: Settings, fields: dict[str, Any]
) -> None:
    """`bad_session` with a sentence and a next step that quote nothing; the host lives on."""
    reply = give(host, **fields)
    assert reply["error"]["code"] == "bad_session"
    assert reply["error"]["hint"]
    assert CANARY not in json.dumps(reply)
    assert not Vault(settings).is_there or Vault(settings).listed() == []
    assert host.is_alive()


def test_a_private_windows_session_is_kept_when_the_person_chose_so(host: Host, settings: Settings) -> None:
    """For a day at most."""
    assert give(host, incognito=True, keep_incognito=True)["ok"]
    [state] = Vault(settings).listed()
    assert state.expires_at is not None
    assert state.expires_at <= later(24 * 3600)


# --- what the browser is asked for


def test_a_need_reaches_every_browser_that_is_connected_once(start_host: StartHost, need: Callable[..., int]) -> None:
    """Also one that does not watch, and one that comes later; nobody who has not been greeted."""
    first, second, silent = start_host(), start_host(), start_host()
    greet(first)
    greet(second)
    number = need("1001")
    wanted = {
        "event": "session_needed", "request_id": number, "platform_host": "www.instagram.com", "account": "1001",
        "reason": "Why.",
    }  # fmt: skip
    assert first.event("session_needed") == second.event("session_needed") == wanted
    late = start_host()
    greet(late)
    assert late.event("session_needed") == wanted
    time.sleep(3 * INTERVAL)
    for host in (first, second, late, silent):
        host.ask("identify", urls=[])
        assert [event for event in host.events if event["event"] == "session_needed"] == []


def test_the_answer_marks_the_request(
    host: Host, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """A session of the account that was asked for, or of any where none was."""
    greet(host)
    of_any, of_this, of_other = need(), need("1001"), need("2002")
    assert give(host, request_id=of_any)["ok"]
    assert [result(one) for one in (of_any, of_this, of_other)] == ["stored", "stored", None]


def test_a_session_that_comes_by_itself_answers_too(
    host: Host, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """A click on the same site brings what another job asked for."""
    number = need()
    give(host)
    assert result(number) == "stored"


def test_another_account_is_stored_and_told(
    host: Host, settings: Settings, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """The browser is signed in as somebody else: the worker learns that its account is not there."""
    number = need("2002")
    assert give(host, "1001", request_id=number)["ok"]
    assert result(number) == "other_account"
    assert Vault(settings).lend("instagram", "1001") is not None


@pytest.mark.parametrize("reason", ["not_allowed", "no_cookies"])
def test_no_session_is_an_answer(
    host: Host, need: Callable[..., int], result: Callable[[int], str | None], reason: str
) -> None:
    """The worker need not wait any longer; saying it again, or of what is done, changes nothing."""
    greet(host)
    number = need()
    host.event("session_needed")
    assert host.ask("no_session", request_id=number, reason=reason)["accepted"] is True
    assert result(number) == "no_session"
    assert host.ask("no_session", request_id=number, reason=reason)["accepted"] is True
    assert host.ask("no_session", request_id=9999, reason=reason)["accepted"] is True


def test_one_browsers_no_is_not_the_others(
    start_host: StartHost, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """While another browser is connected it is asked; its session counts."""
    one, other = start_host(), start_host()
    greet(one)
    greet(other, "Firefox 140")
    number = need()
    other.event("session_needed")
    one.ask("no_session", request_id=number, reason="no_cookies")
    assert result(number) is None
    give(other, request_id=number)
    assert result(number) == "stored"


def test_when_all_browsers_have_none_that_is_the_answer(
    start_host: StartHost, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """The last no counts."""
    one, other = start_host(), start_host()
    greet(one)
    greet(other)
    number = need()
    other.event("session_needed")
    for host in (one, other):
        assert result(number) is None
        host.ask("no_session", request_id=number, reason="no_cookies")
    assert result(number) == "no_session"


def test_cookies_that_are_refused_count_as_none(
    host: Host, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """A browser in which nobody is signed in can't make the worker wait."""
    greet(host)
    number = need()
    host.event("session_needed")
    assert give(host, cookies=[a_cookie("csrftoken")], request_id=number)["error"]["code"] == "bad_session"
    assert result(number) == "no_session"


def test_the_sign_in_that_died_is_not_taken_again(
    host: Host, settings: Settings, waiting: str, need: Callable[..., int], result: Callable[[int], str | None]
) -> None:
    """A browser that does not know it yet can't send the job round in circles; a new sign-in can go on."""
    greet(host)
    give(host)
    Vault(settings).set_state("instagram", "1001", "expired")
    number = need("1001")
    assert give(host, request_id=number)["error"]["code"] == "bad_session"
    assert result(number) == "no_session"
    assert give(host, value="a new sign-in")["ok"]
    assert status(host) == ("pending", None)


# --- who is there


def present(rows: Rows) -> list[Any]:
    """The browsers of the hosts that count as there."""
    return sorted(row[0] for row in rows("SELECT browser FROM hosts WHERE seen_at >= ?", later(-FRESH_SECONDS)))


def test_a_host_says_that_it_is_there_until_its_browser_ends(start_host: StartHost, rows: Rows) -> None:
    """From the greeting on, and no longer than the pipe."""
    host, other = start_host(), start_host()
    assert present(rows) == []
    greet(host, "Chromium 156")
    greet(other, "Firefox 140")
    assert eventually(lambda: present(rows) == ["Chromium 156", "Firefox 140"])
    host.hang_up()
    host.process.wait(60)
    assert present(rows) == ["Firefox 140"]


def test_a_host_stays_there_while_a_worker_runs(host: Host, rows: Rows) -> None:
    """Its row is written again before it is too old."""
    greet(host)
    eventually(lambda: present(rows))
    rows("UPDATE hosts SET seen_at = ?", later(-FRESH_SECONDS))
    assert present(rows) == []
    assert eventually(lambda: present(rows), 3 * HEARTBEAT)


def test_a_host_writes_nothing_while_no_worker_could_read_it(
    environment: dict[str, str], settings: Settings, rows: Rows
) -> None:
    """Only the worker checkpoints: a browser that stays open for days must not lengthen the log."""
    with Host(environment) as host:
        greet(host)
        assert eventually(lambda: present(rows))
        size = Path(f"{settings.database}-wal").stat().st_size
        time.sleep(HEARTBEAT + 3 * INTERVAL)
        assert Path(f"{settings.database}-wal").stat().st_size == size


def test_what_a_killed_host_left_goes_after_a_day(host: Host, rows: Rows, start_host: StartHost) -> None:
    """The next greeting removes it."""
    greet(host)
    eventually(lambda: present(rows))
    host.process.send_signal(signal.SIGKILL)
    host.process.wait(60)
    rows("UPDATE hosts SET seen_at = ?", later(-25 * 3600))
    greet(start_host())
    assert eventually(lambda: rows("SELECT count(*) FROM hosts") == [(1,)])


# --- what there is


def test_sessions_are_listed_without_a_cookie(host: Host) -> None:
    """Platform, account, state and times; an empty vault is an empty list."""
    assert host.ask("sessions", action="list")["sessions"] == []
    give(host)
    reply = host.ask("sessions", action="list")
    [one] = reply["sessions"]
    assert (one["platform"], one["account"], one["state"], one["used_at"]) == ("instagram", "1001", "ok", None)
    assert set(one) == {"platform", "account", "username", "state", "used_at", "expires_at"}
    assert CANARY not in json.dumps(reply)


def test_forgetting_is_told_to_what_waits(host: Host, waiting: str) -> None:
    """The job says that its session was removed, and what to do; others' sessions stay."""
    give(host)
    host.ask("session", platform_host="example.org", cookies=[a_cookie(domain="example.org")], user_agent=AGENT)
    with contextlib.closing(sqlite3.connect(_database(host))) as db, db:
        db.execute("UPDATE jobs SET status = 'waiting', wait_reason = 'session'")
    left = host.ask("sessions", action="forget", platform="instagram")["sessions"]
    assert [one["platform"] for one in left] == ["example.org"]
    [job] = host.ask("jobs")["jobs"]
    assert (job["status"], job["wait_reason"]) == ("waiting", "session")
    assert "removed the sign-in of Instagram" in job["error"]["message"]
    assert "www.instagram.com" in job["error"]["hint"]


def _database(host: Host) -> str:
    return f"{host._environment['BOWERBIRD_ARCHIVE']}/archive.db"


def test_a_check_is_asked_of_the_worker(host: Host, rows: Rows) -> None:
    """The host itself never goes to the network: the reply says `requested`."""
    give(host)
    assert host.ask("sessions", action="check", platform="www.instagram.com", account="1001")["requested"] is True
    [(kind, payload)] = rows("SELECT kind, payload FROM requests")
    assert (kind, json.loads(payload)) == ("check_session", {"platform": "instagram", "account": "1001"})


@pytest.mark.parametrize("action", ["forget", "check"])
def test_what_there_is_not_is_not_found(host: Host, action: str) -> None:
    """A session of another account is none."""
    assert host.ask("sessions", action=action, platform="instagram")["error"]["code"] == "not_found"
    give(host)
    reply = host.ask("sessions", action=action, platform="instagram", account="2002")
    assert reply["error"]["code"] == "not_found"


def test_what_becomes_of_a_session_is_an_event(host: Host, settings: Settings) -> None:
    """Whoever does it: the worker, a check, the command line. Using it is none."""
    give(host, "9999")
    greet(host)
    time.sleep(2 * INTERVAL)
    vault = Vault(settings)
    give(host)
    vault.lend("instagram")
    vault.set_state("instagram", "1001", "expired")
    vault.set_state("instagram", "1001", "challenge")
    vault.set_state("instagram", "1001", "ok", username="garden")
    vault.forget("instagram", "1001")
    told = [host.event("session") for _ in range(5)]
    assert [one["state"] for one in told] == ["ok", "expired", "challenge", "ok", "forgotten"]
    assert {(one["platform"], one["account"]) for one in told} == {("instagram", "1001")}


def test_a_vault_that_others_could_read_is_a_warning(host: Host, settings: Settings) -> None:
    """It is closed to them by then; the sentence says what to do."""
    give(host)
    greet(host)
    time.sleep(2 * INTERVAL)
    (settings.home / "vault.key").chmod(0o644)
    host.ask("sessions", action="list")
    assert "Other people" in host.event("warning")["message"]
    assert (settings.home / "vault.key").stat().st_mode & 0o777 == 0o600

"""`bowerbird sessions` through the real program: import, list, check against the stand-in, forget."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bowerbird.clock import later
from bowerbird.queue import browsers
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from tests.cli.conftest import Run
from tests.evidence import files_of, files_with
from tests.messages.client import Host
from tests.messages.test_sessions import greet
from tests.platforms import StandIn, instagram
from tests.sessions.conftest import AGENT, SOON
from tests.sessions.test_browsers import a_firefox

Rows = Callable[..., list[tuple[Any, ...]]]
ACCOUNT = str(instagram.ME.pk)
SECRET = instagram.ME.secret
held = pytest.mark.usefixtures("no_worker")


@pytest.fixture(autouse=True)
def _nobody_is_refused(platforms: StandIn) -> Iterator[None]:
    """Whatever a test makes Instagram say of the account ends with it."""
    platforms.reset_log()
    yield
    platforms.accept(instagram.ME.username)


@pytest.fixture
def jar_file(tmp_path: Path) -> Path:
    """A cookies.txt of somebody who is signed in to Instagram and to a site that nobody asked for."""
    until = int(time.time()) + SOON
    lines = [
        f".instagram.com\tTRUE\t/\tTRUE\t{until}\t{name}\t{value}" for name, value in instagram.ME.cookies().items()
    ]
    lines += [f".facebook.com\tTRUE\t/\tTRUE\t{until}\tc_user\t77"]
    path = tmp_path / "cookies.txt"
    path.write_text("\r\n".join(["# Netscape HTTP Cookie File", *lines, ""]))
    return path


@pytest.fixture
def imported(run: Run, jar_file: Path) -> None:
    """The session of the file is in the vault."""
    assert run("sessions", "import", str(jar_file), "--user-agent", AGENT).status == 0


def test_a_cookies_txt_becomes_a_session(run: Run, jar_file: Path, settings: Settings) -> None:
    """Only what we know to be a sign-in is taken; nothing that is printed has a value in it."""
    done = run("sessions", "import", str(jar_file), "--user-agent", AGENT, "--json")
    assert (done.status, done.stderr) == (0, "")
    assert done.lines == [{"platform": "instagram", "account": ACCOUNT, "cookies": 5}]
    lent = Vault(settings).lend("instagram")
    assert lent is not None
    assert (instagram.ME.sessionid() in lent.cookies, lent.user_agent) == (True, AGENT)
    assert "c_user" not in lent.cookies
    listed = run("sessions", "list", "--json")
    assert [(one["platform"], one["account"], one["state"]) for one in listed.lines] == [("instagram", ACCOUNT, "ok")]
    assert SECRET not in f"{done}{listed}{run('sessions', 'list')}"


def test_only_the_named_site_is_imported(run: Run, jar_file: Path, settings: Settings) -> None:
    """`--site` takes any site; one of which there is nothing is told, and ends with 1."""
    done = run("sessions", "import", str(jar_file), "--site", "facebook.com", "--json")
    assert done.lines == [{"platform": "facebook.com", "account": "unnamed", "cookies": 1}]
    assert [one.platform for one in Vault(settings).listed()] == ["facebook.com"]
    none = run("sessions", "import", str(jar_file), "--site", "youtube.com")
    assert (none.status, none.stdout) == (1, "")
    assert "YouTube" in none.stderr


def test_a_firefox_is_imported_from(run: Run, settings: Settings) -> None:
    """What an ordinary window has of the sites that we know."""
    jar = [("", ".instagram.com", name, value) for name, value in instagram.ME.cookies().items()]
    a_firefox(settings.home, *jar)
    done = run("sessions", "import", "--from", "firefox")
    assert (done.status, done.stderr) == (0, "")
    assert f"account {ACCOUNT}" in done.stdout


WRONG = [
    (("import",), 2, "Name one source"),
    (("import", "cookies.txt", "--from", "firefox"), 2, "Name one source"),
    (("import", "--from", "netscape"), 2, "no browser netscape"),
    (("import", "--from", "chromium"), 1, "no Chromium with cookies"),
    (("import", "missing.txt"), 1, "can't be read"),
    (("check", "instagram"), 2, "no such sign-in of Instagram"),
    (("forget", "instagram"), 2, "no such sign-in of Instagram"),
    (("forget", "two words"), 2, "neither a platform nor a site"),
    ((), 2, "required"),
]


@pytest.mark.parametrize(("arguments", "status", "part"), WRONG)
def test_what_can_not_be_done_is_told(run: Run, arguments: tuple[str, ...], status: int, part: str) -> None:
    """One sentence and the next step, to people and to programs."""
    said = run("sessions", *arguments)
    assert (said.status, part in said.stderr) == (status, True), said.stderr
    if arguments:
        told = run("sessions", *arguments, "--json")
        assert [set(line) for line in told.lines] == [{"code", "message", "hint"}]


def test_an_empty_vault_says_how_to_fill_it(run: Run) -> None:
    """A person reads the next step, a program nothing."""
    assert "sessions import" in run("sessions", "list").stdout
    assert run("sessions", "list", "--json").stdout == ""


def test_a_key_that_others_can_read_is_said(run: Run, imported: None, settings: Settings) -> None:
    """It is closed, and the person hears of it once."""
    (settings.home / "vault.key").chmod(0o644)
    assert "Other people on this computer" in run("sessions", "list").stderr
    assert (settings.home / "vault.key").stat().st_mode & 0o777 == 0o600
    assert run("sessions", "list").stderr == ""


def test_a_lost_key_is_told_and_breaks_nothing(run: Run, imported: None, jar_file: Path, settings: Settings) -> None:
    """The session is asked for again; importing brings it back."""
    (settings.home / "vault.key").unlink()
    assert [one["state"] for one in run("sessions", "list", "--json").lines] == ["lost"]
    assert run("jobs").status == 0
    assert run("sessions", "check", "instagram").status == 2
    assert run("sessions", "import", str(jar_file)).status == 0
    assert [one["state"] for one in run("sessions", "list", "--json").lines] == ["ok"]


def test_a_new_key(run: Run, imported: None, settings: Settings) -> None:
    """Everything is encrypted with it, the old one goes, and the trail says when; what was lost is told."""
    old = (settings.home / "vault.key").read_bytes()
    done = run("sessions", "rotate", "--json")
    assert (done.status, done.lines) == (0, [{"kept": 1, "lost": 0}])
    assert [one["state"] for one in run("sessions", "list", "--json").lines] == ["ok"]
    assert Vault(settings).audit()[-1].event == "rotated"
    assert "1 of your sign-ins encrypted" in run("sessions", "rotate").stdout
    (settings.home / "vault.key").write_bytes(old)
    again = run("sessions", "rotate")
    assert (again.status, "1 could not be read" in again.stderr) == (1, True)


def test_a_check_asks_the_platform(
    run: Run, imported: None, platforms: StandIn, settings: Settings, rows: Rows
) -> None:
    """Through a scraper child; afterwards the account has its name, and the requests count against its budget."""
    done = run("sessions", "check", "instagram", "--json")
    assert (done.status, done.stderr) == (0, "")
    [state] = done.lines
    assert (state["state"], state["username"]) == ("ok", instagram.ME.username)
    assert any(instagram.carried(one) for one in platforms.log)
    assert not instagram.sent_astray(platforms.log)
    [(platform, account, spent)] = rows("SELECT platform, account, spent FROM budgets")
    assert (platform, account, spent > 0) == ("instagram", ACCOUNT, True)
    assert instagram.ME.username in run("sessions", "list").stdout


REFUSALS = [("expired", "expired"), ("checkpoint", "challenge"), ("challenge", "challenge")]


@pytest.mark.parametrize(("how", "state"), REFUSALS)
def test_a_check_finds_out_what_is_wrong(run: Run, imported: None, platforms: StandIn, how: str, state: str) -> None:
    """It ends with 1, and the session is not used until it is renewed."""
    platforms.refuse(instagram.ME.username, how)
    done = run("sessions", "check", "instagram", "--json")
    assert (done.status, [one["state"] for one in done.lines]) == (1, [state])


def test_a_check_that_is_told_to_wait_says_nothing_of_the_session(
    run: Run, imported: None, platforms: StandIn, rows: Rows
) -> None:
    """The pause holds for the account: the next check asks nothing until it is over."""
    platforms.refuse(instagram.ME.username, "rate limited")
    done = run("sessions", "check", "instagram", "--json")
    assert (done.status, done.lines[0]["code"]) == (1, "rate_limited")
    assert [one["state"] for one in run("sessions", "list", "--json").lines] == ["ok"]
    platforms.accept(instagram.ME.username)
    platforms.reset_log()
    again = run("sessions", "check", "instagram", "--json")
    assert (again.status, again.lines[0]["code"]) == (1, "busy")
    assert platforms.log == []


def test_where_nobody_can_check_that_is_said(run: Run, jar_file: Path) -> None:
    """A platform without a checker is named."""
    run("sessions", "import", str(jar_file), "--site", "facebook.com")
    done = run("sessions", "check", "facebook.com")
    assert (done.status, "facebook.com" in done.stderr) == (2, True)


@held
def test_forgetting_is_told_to_what_waits(run: Run, imported: None, settings: Settings, rows: Rows) -> None:
    """The session is gone; the job that waits for one says so."""
    run("save", f"https://www.instagram.com/stories/{instagram.GARDEN}/")
    rows("UPDATE jobs SET status = 'waiting', wait_reason = 'session', error_code = 'login_needed'")
    done = run("sessions", "forget", "instagram", "--json")
    assert (done.status, done.lines) == (0, [{"forgotten": 1, "waiting": 1}])
    assert Vault(settings).listed() == []
    [job] = run("jobs", "--json").lines
    assert "removed the sign-in of Instagram" in job["error"]["message"]


@held
def test_what_waits_goes_on_after_an_import(run: Run, jar_file: Path, rows: Rows) -> None:
    """As after a visit with the extension."""
    run("save", f"https://www.instagram.com/stories/{instagram.GARDEN}/")
    rows("UPDATE jobs SET status = 'waiting', wait_reason = 'session', error_code = 'login_needed'")
    run("sessions", "import", str(jar_file))
    assert [job["status"] for job in run("jobs", "--json").lines] == ["pending"]


def test_a_check_from_the_browser_comes_back_as_an_event(
    environment: dict[str, str], run: Run, imported: None, settings: Settings
) -> None:
    """The host asks, the worker carries out, and every browser that is connected hears the answer."""
    run("jobs")
    with Host(environment) as host:
        greet(host)
        time.sleep(1)
        assert host.ask("sessions", action="check", platform="instagram")["requested"] is True
        event = host.event("session")
    assert (event["platform"], event["account"], event["state"]) == ("instagram", ACCOUNT, "ok")
    assert Vault(settings).listed()[0].username == instagram.ME.username


def test_a_check_that_fails_is_a_warning(
    environment: dict[str, str], run: Run, imported: None, platforms: StandIn, settings: Settings, rows: Rows
) -> None:
    """What says nothing of the session is told to whoever watches, and asked once."""
    platforms.refuse(instagram.ME.username, "rate limited")
    run("jobs")
    with Host(environment) as host:
        greet(host)
        host.ask("watch", jobs=True)
        host.ask("sessions", action="check", platform="instagram")
        assert host.event("warning")["code"] == "rate_limited"
    assert rows("SELECT count(*) FROM requests WHERE done_at IS NULL") == [(0,)]


def test_a_session_is_in_no_byte_that_a_check_leaves(
    run: Run, imported: None, platforms: StandIn, settings: Settings
) -> None:
    """After good and bad checks no file of home or archive, and nothing that was printed, holds a part of it."""
    said = [run("sessions", "check", "instagram", BOWERBIRD_LOG_LEVEL="debug")]
    for how in ("expired", "checkpoint", "please wait"):
        platforms.refuse(instagram.ME.username, how)
        said.append(run("sessions", "check", "instagram", BOWERBIRD_LOG_LEVEL="debug"))
        platforms.accept(instagram.ME.username)
    assert SECRET not in str(said)
    assert "scrapers.log" in {path.name for path in files_of(settings.home)}
    assert files_with(SECRET.encode(), settings.home, settings.archive) == []
    assert not list(settings.home.rglob("check-*"))


def test_a_host_that_connects_asks_for_what_waits(
    environment: dict[str, str], run: Run, settings: Settings, rows: Rows, no_worker: None
) -> None:
    """A job that no browser could help is told to the next one that comes."""
    run("save", f"https://www.instagram.com/stories/{instagram.GARDEN}/")
    rows("UPDATE jobs SET status = 'waiting', wait_reason = 'session', error_message = 'Sign in.'")
    with Host(environment) as host:
        greet(host)
        event = host.event("session_needed")
    assert (event["platform_host"], event["reason"]) == ("www.instagram.com", "Sign in.")
    with contextlib.closing(sqlite3.connect(settings.database)) as db:
        db.row_factory = sqlite3.Row
        assert [one.request_id for one in browsers.needed(db)] == [event["request_id"]]
        assert browsers.hosts(db) == frozenset()
    assert rows("SELECT count(*) FROM hosts WHERE seen_at > ?", later(-60)) == [(0,)]

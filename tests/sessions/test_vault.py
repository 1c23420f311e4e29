"""The vault: what is in it, who may read it, and what happens when its key is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bowerbird import clock
from bowerbird.errors import RequestError
from bowerbird.sessions.keys import key_path
from bowerbird.sessions.vault import Vault
from bowerbird.sessions.vault_file import MOST_NOTES
from bowerbird.settings import Settings
from tests.sessions.conftest import AGENT, CANARY, a_cookie, a_jar, checked, states, store, trail


def test_what_is_stored_is_lent(vault: Vault) -> None:
    """The cookies as Netscape text, with the browser's own user agent."""
    store(vault)
    lent = vault.lend("instagram")
    assert lent is not None
    assert (lent.platform, lent.account, lent.user_agent) == ("instagram", "1001", AGENT)
    assert f"\tsessionid\t{CANARY}\n" in lent.cookies
    assert lent.cookies.startswith("# Netscape HTTP Cookie File\n")
    assert vault.lend("tiktok") is None


def test_each_account_has_its_own_session_and_the_newest_is_lent(vault: Vault) -> None:
    """Two containers, two accounts; storing an account again replaces its session."""
    store(vault, "1001", "first", store_id="firefox-container-1")
    store(vault, "1002", "second", store_id="firefox-container-2")
    assert {(one.account, one.store_id) for one in vault.listed()} == {
        ("1001", "firefox-container-1"), ("1002", "firefox-container-2"),
    }  # fmt: skip
    assert vault.lend("instagram", "1001") != vault.lend("instagram", "1002")
    store(vault, "1001", "third")
    lent = vault.lend("instagram")
    assert lent is not None
    assert "third" in lent.cookies
    assert "first" not in lent.cookies
    assert len(vault.listed()) == 2


def test_no_value_is_on_the_disk(vault: Vault, settings: Settings) -> None:
    """Not in the vault, its journal, the key, or any other file; nor in what the objects print."""
    store(vault)
    told = f"{vault.lend('instagram')!r} {vault.listed()!r} {vault.audit()!r}"
    assert CANARY not in told
    for path in settings.home.rglob("*"):
        assert CANARY.encode() not in path.read_bytes(), path.name


def test_the_audit_trail_says_when_and_never_what(vault: Vault) -> None:
    """Stored, used, checked, expired and forgotten, each with its time."""
    store(vault)
    vault.lend("instagram")
    vault.set_state("instagram", "1001", "ok", username="garden")
    vault.set_state("instagram", "1001", "expired")
    vault.forget("instagram")
    assert trail(vault) == ["stored", "used", "checked", "expired", "forgotten"]
    assert all(clock.seconds_until(note.at) <= 0 for note in vault.audit())
    assert trail(vault)[3:] == [note.event for note in vault.audit(after=3)]
    assert vault.newest_note() == 5


def test_the_audit_trail_does_not_grow_without_end(vault: Vault, settings: Settings) -> None:
    """Of more than it keeps the oldest go, also where a session is used for years without being stored anew."""
    store(vault)
    with sqlite3.connect(settings.home / "vault.db") as db:
        db.executemany(
            "INSERT INTO audit (at, platform, account, event) VALUES ('2026', 'instagram', '1001', ?)",
            [("used",)] * MOST_NOTES,
        )
    db.close()
    assert vault.lend("instagram")
    assert len(vault.audit(most=2 * MOST_NOTES)) == MOST_NOTES


def test_a_session_that_the_site_refused_is_lent_to_a_check_only(vault: Vault) -> None:
    """Neither an expired nor a challenged one is used until it is stored anew or a check says that it holds."""
    for state in ("expired", "challenge"):
        store(vault, value=state)
        vault.set_state("instagram", "1001", state)  # type: ignore[arg-type]
        assert states(vault) == {"1001": state}
        assert vault.lend("instagram") is None
        assert vault.lend_for_check("instagram") is not None
        vault.set_state("instagram", "1001", "ok", username="garden")
        assert vault.lend("instagram", "garden") is not None


def test_the_very_sign_in_that_was_refused_is_not_believed_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that does not know that it was signed out would be asked for ever; a new sign-in is taken at once."""
    store(vault)
    vault.set_state("instagram", "1001", "expired")
    with pytest.raises(RequestError) as refused:
        store(vault)
    assert refused.value.code == "bad_session"
    assert vault.lend("instagram") is None
    store(vault, value="a new sign-in")
    assert vault.lend("instagram") is not None
    vault.set_state("instagram", "1001", "expired")
    monkeypatch.setattr("bowerbird.sessions.vault.REFUSED_SECONDS", 0)
    store(vault, value="a new sign-in")
    assert states(vault) == {"1001": "ok"}


def test_after_a_challenge_the_same_sign_in_is_taken(vault: Vault) -> None:
    """Who answered the site's question in the browser has the same cookies as before."""
    store(vault)
    vault.set_state("instagram", "1001", "challenge")
    store(vault)
    assert vault.lend("instagram") is not None


def test_a_session_ends_with_its_login_cookie(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """After that it counts as expired and is not lent, whatever other cookies still hold."""
    objects = [*a_jar()[1:], a_cookie(expirationDate=clock.parse(clock.later(1000)).timestamp())]
    vault.store("instagram", "1001", checked(objects), AGENT)
    assert states(vault) == {"1001": "ok"}
    after = clock.later(2000)
    monkeypatch.setattr("bowerbird.sessions.vault.now", lambda: after)
    assert states(vault) == {"1001": "expired"}
    assert vault.lend("instagram") is None


def test_a_session_of_a_private_window_is_there_for_a_day(vault: Vault) -> None:
    """However long its cookies would hold."""
    store(vault, incognito=True)
    [state] = vault.listed()
    assert state.expires_at is not None
    assert 0 < clock.seconds_until(state.expires_at) <= 24 * 3600


def test_a_private_window_and_an_ordinary_one_are_apart(vault: Vault) -> None:
    """The same account in both: each session is lent to its own kind of job, refused and forgotten by itself."""
    store(vault, value="ordinary")
    store(vault, value="private", incognito=True)
    lent, privately = vault.lend("instagram"), vault.lend("instagram", incognito=True)
    assert lent is not None
    assert privately is not None
    assert ("ordinary" in lent.cookies, "private" in privately.cookies) == (True, True)
    assert [lent.incognito, privately.incognito] == [False, True]
    vault.set_state("instagram", "1001", "expired", incognito=True)
    assert vault.lend("instagram", incognito=True) is None
    assert vault.lend("instagram") == lent
    assert vault.has_private()
    assert vault.forget_private("instagram", "another") == 0
    assert vault.forget_private("instagram") == 1
    assert not vault.has_private()
    assert [one.incognito for one in vault.listed()] == [False]
    store(vault, value="private", incognito=True)
    assert vault.forget("instagram") == 2


def test_what_was_clicked_in_a_private_window_gets_no_ordinary_session(vault: Vault) -> None:
    """And the other way round."""
    store(vault)
    assert vault.lend("instagram", incognito=True) is None
    vault.forget("instagram")
    store(vault, incognito=True)
    assert (vault.lend("instagram"), vault.lend_for_check("instagram")) == (None, None)


def test_a_vault_of_the_first_version_is_taken_over(vault: Vault, settings: Settings) -> None:
    """An account had one session in it, of whichever window."""
    store(vault, "1001")
    store(vault, "1002", incognito=True)
    columns = (
        "platform, account, username, state, state_at, sealed, store_id, incognito, stored_at, used_at, expires_at"
    )
    with contextlib.closing(sqlite3.connect(settings.home / "vault.db")) as db:
        db.execute("ALTER TABLE sessions RENAME TO newer")
        db.execute(f"CREATE TABLE sessions ({columns}, PRIMARY KEY (platform, account)) WITHOUT ROWID")
        db.execute(f"INSERT INTO sessions ({columns}) SELECT {columns} FROM newer")
        db.execute("DROP TABLE newer")
        db.execute("PRAGMA user_version=0")
        db.commit()
    assert {one.account: one.incognito for one in vault.listed()} == {"1001": False, "1002": True}
    store(vault, "1001", incognito=True)
    assert len(vault.listed()) == 3


def test_forgetting_removes_one_account_or_all(vault: Vault, settings: Settings) -> None:
    """It says how many there were, and nothing of them stays in the file."""
    store(vault, "1001")
    store(vault, "1002")
    store(vault, "1003")
    with sqlite3.connect(settings.home / "vault.db") as db:
        sealed = [bytes(row[0]) for row in db.execute("SELECT sealed FROM sessions")]
    db.close()
    assert vault.forget("instagram", "1001") == 1
    assert states(vault).keys() == {"1002", "1003"}
    assert vault.forget("instagram") == 2
    assert vault.forget("instagram") == 0
    left = (settings.home / "vault.db").read_bytes()
    assert not any(one[:60] in left for one in sealed)


def test_a_damaged_vault_is_told_with_the_next_step(vault: Vault, settings: Settings) -> None:
    """A file that is no database is an error in words, without a path."""
    settings.home.mkdir()
    (settings.home / "vault.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(RequestError) as told:
        vault.listed()
    assert (told.value.code, str(settings.home) in str(told.value.as_dict())) == ("internal", False)
    assert "vault.db" in told.value.hint


posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")


@posix
def test_everything_is_made_for_its_owner_only(vault: Vault, settings: Settings) -> None:
    """Folder 0700, files 0600, also under a careless umask."""
    before = os.umask(0)
    try:
        store(vault)
    finally:
        os.umask(before)
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in settings.home.iterdir()} == {
        "vault.db": 0o600, "vault.key": 0o600,
    }  # fmt: skip


@posix
@pytest.mark.parametrize("name", ["vault.key", "vault.db"])
def test_a_file_that_others_can_read_is_closed_and_said(vault: Vault, settings: Settings, name: str) -> None:
    """Whatever is done next with the vault takes it out of their reach, and the trail remembers it once."""
    store(vault)
    (settings.home / name).chmod(0o644)
    assert vault.lend("instagram") is not None
    assert (settings.home / name).stat().st_mode & 0o777 == 0o600
    assert trail(vault) == ["stored", "exposed", "used"]
    (settings.home / name).chmod(0o640)
    assert vault.close_to_others()
    assert not vault.close_to_others()


def test_a_vault_that_another_holds_is_busy(vault: Vault, settings: Settings) -> None:
    """A lock that stays is told after some seconds; nothing is lost."""
    store(vault)
    with sqlite3.connect(settings.home / "vault.db", isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RequestError) as told:
            store(vault, "1002")
        db.execute("ROLLBACK")
    db.close()
    assert told.value.code == "busy"
    assert states(vault) == {"1001": "ok"}


def test_many_may_store_at_once(settings: Settings) -> None:
    """Threads that begin with an empty home end with one key and every session readable."""
    accounts = [str(number) for number in range(8)]
    threads = [threading.Thread(target=store, args=(Vault(settings), account)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(Vault(settings)) == dict.fromkeys(accounts, "ok")
    assert len(key_path(settings).read_bytes().split()) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from bowerbird.sessions import vault
from bowerbird.settings import Settings
from tests.sessions.conftest import a_jar, checked
settings = Settings(archive=Path(sys.argv[1]), home=Path(sys.argv[1]))
vault.note = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
vault.Vault(settings).store("instagram", "1001", checked(a_jar(value="half")), "x")
"""


@posix
def test_a_kill_while_storing_leaves_the_session_before(vault: Vault, settings: Settings) -> None:
    """The row is replaced wholly or not at all."""
    store(vault, value="whole")
    arguments = [sys.executable, "-c", KILLED, str(settings.home)]
    killed = subprocess.run(arguments, check=False, timeout=60, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    lent = vault.lend("instagram")
    assert lent is not None
    assert "whole" in lent.cookies

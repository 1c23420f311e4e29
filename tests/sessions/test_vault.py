"""The vault: what is in it, who may read it, and what happens when its key is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bowerbird import clock
from bowerbird.errors import RequestError
from bowerbird.sessions import vault as vault_module
from bowerbird.sessions.keys import key_path, read_keys, write_keys
from bowerbird.sessions.vault import Vault
from bowerbird.sessions.vault_file import MOST_NOTES
from bowerbird.settings import Settings
from tests.sessions.conftest import AGENT, CANARY, a_cookie, a_jar, checked


def store(vault: Vault, account: str = "1001", value: str = CANARY, **fields: Any) -> None:
    """A session of Instagram in the vault."""
    vault.store("instagram", account, checked(a_jar(account, value)), AGENT, **fields)


def states(vault: Vault) -> dict[str, str]:
    """The state of each account."""
    return {one.account: one.state for one in vault.listed()}


def trail(vault: Vault) -> list[str]:
    """What was noted."""
    return [note.event for note in vault.audit()]


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


def test_a_lost_key_costs_the_sessions_and_nothing_else(vault: Vault, settings: Settings) -> None:
    """They are `lost` and not lent; a new visit stores them again."""
    store(vault, "1001")
    store(vault, "1002")
    key_path(settings).unlink()
    assert states(vault) == {"1001": "lost", "1002": "lost"}
    assert vault.lend("instagram") is None
    store(vault, "1001")
    assert states(vault) == {"1001": "ok", "1002": "lost"}
    assert vault.lend("instagram") is not None
    assert vault.forget("instagram", "1002") == 1


@pytest.mark.parametrize("damage", [b"", b"nonsense\n", b"\0" * 44, b"QUJD\n"])
def test_a_damaged_key_is_a_lost_one(vault: Vault, settings: Settings, damage: bytes) -> None:
    """Whatever is in the file, it ends in sessions that are asked for again."""
    store(vault)
    key_path(settings).write_bytes(damage)
    assert states(vault) == {"1001": "lost"}
    store(vault)
    assert states(vault) == {"1001": "ok"}


def test_a_row_that_was_tampered_with_is_lost(vault: Vault, settings: Settings) -> None:
    """What was not encrypted with the key is never lent."""
    store(vault)
    with sqlite3.connect(settings.home / "vault.db") as db:
        db.execute("UPDATE sessions SET sealed = substr(sealed, 1, 80) || 'AAAA' || substr(sealed, 85)")
    db.close()
    assert states(vault) == {"1001": "lost"}
    assert vault.lend("instagram") is None


def test_a_damaged_vault_is_told_with_the_next_step(vault: Vault, settings: Settings) -> None:
    """A file that is no database is an error in words, without a path."""
    settings.home.mkdir()
    (settings.home / "vault.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(RequestError) as told:
        vault.listed()
    assert (told.value.code, str(settings.home) in str(told.value.as_dict())) == ("internal", False)
    assert "vault.db" in told.value.hint


def test_a_new_key_takes_all_sessions_along(vault: Vault, settings: Settings) -> None:
    """After a rotation the old key opens nothing, and what was stored is lent as before."""
    store(vault, "1001")
    store(vault, "1002")
    before, old = vault.lend("instagram", "1001"), key_path(settings).read_bytes()
    assert vault.rotate() == 2
    assert vault.lend("instagram", "1001") == before
    new = key_path(settings).read_bytes()
    assert (new == old, len(new.split())) == (False, 1)
    key_path(settings).write_bytes(old)
    assert states(vault) == {"1001": "lost", "1002": "lost"}


def test_a_rotation_that_is_cut_short_loses_nothing(
    vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the new key was written, both keys are there and the sessions are read with the old one."""
    import cryptography.fernet

    store(vault)

    def stop(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cryptography.fernet.MultiFernet, "rotate", stop)
        with pytest.raises(KeyboardInterrupt):
            vault.rotate()
    assert len(key_path(settings).read_bytes().split()) == 2
    assert states(vault) == {"1001": "ok"}
    assert vault.rotate() == 1
    assert states(vault) == {"1001": "ok"}


def test_a_rotation_beside_one_that_was_cut_short_keeps_its_key(
    vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process wrote its new key and died: whoever ends a rotation then leaves that key and the own one."""
    store(vault)
    reseal, other = vault_module._reseal, Fernet.generate_key()

    def then_another_begins(*given: Any) -> int:
        kept = reseal(*given)
        write_keys(settings, [other, *read_keys(settings)])
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(vault_module, "_reseal", then_another_begins)
        assert vault.rotate() == 1
    assert (states(vault), read_keys(settings)[0]) == ({"1001": "ok"}, other)
    assert vault.rotate() == 1
    assert (states(vault), len(read_keys(settings))) == ({"1001": "ok"}, 1)


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


class Ring:
    """The `keyring` library as far as it is used: a backend that keeps what it is given."""

    def __init__(self, priority: float = 5) -> None:
        self.priority = priority
        self.kept: dict[tuple[str, str], str] = {}

    def get_keyring(self) -> Ring:
        """Itself."""
        return self

    def get_password(self, place: str, name: str) -> str | None:
        """What is kept there."""
        return self.kept.get((place, name))

    def set_password(self, place: str, name: str, text: str) -> None:
        """Keep it there."""
        self.kept[place, name] = text


def as_library(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put it where `import keyring` finds it."""
    library = types.ModuleType("keyring")
    for name in ("get_keyring", "get_password", "set_password"):
        setattr(library, name, getattr(ring, name))
    monkeypatch.setitem(sys.modules, "keyring", library)


def test_where_there_is_a_keyring_the_key_is_there(
    vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is made, each home has a key of its own, and a rotation replaces it there."""
    ring = Ring()
    as_library(ring, monkeypatch)
    store(vault)
    assert not key_path(settings).exists()
    [(place, before)] = ring.kept.items()
    assert place == ("bowerbird sessions", str(settings.home))
    vault.rotate()
    assert ring.kept[place] != before
    assert vault.lend("instagram") is not None


@pytest.mark.parametrize("trouble", ["no backend", "locked"])
def test_a_keyring_that_keeps_nothing_is_replaced_by_a_file(
    vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """A machine without a desktop, or a keyring that stays locked, is no reason to fail."""
    ring = Ring(priority=0 if trouble == "no backend" else 5)

    def locked(*_: str) -> str:
        raise Exception("locked")

    ring.set_password = ring.get_password = locked  # type: ignore[assignment, method-assign]
    as_library(ring, monkeypatch)
    store(vault)
    assert key_path(settings).exists()
    assert vault.lend("instagram") is not None


def test_a_key_file_stays_in_use_when_the_keyring_comes(
    vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever installs the extra later keeps the sessions that there are."""
    store(vault)
    ring = Ring()
    as_library(ring, monkeypatch)
    store(vault, "1002")
    assert states(vault) == {"1001": "ok", "1002": "ok"}
    assert ring.kept == {}

"""The vault's key: lost, changed for a new one, and kept by the desktop's keyring."""

from __future__ import annotations

import sqlite3
import sys
import types
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bowerbird.sessions import vault as vault_module
from bowerbird.sessions.keys import key_path, read_keys, write_keys
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from tests.sessions.conftest import states, store


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

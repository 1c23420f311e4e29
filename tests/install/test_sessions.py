"""What the doctor says of stored sessions."""

from __future__ import annotations

from bowerbird.install.checks.sessions import check_sessions
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from tests.sessions.conftest import AGENT, a_jar, checked


def findings(settings: Settings) -> list[tuple[str, str]]:
    """State and sentence of each finding."""
    return [(found.state, found.message) for found in check_sessions(settings)]


def test_nothing_is_said_where_there_never_was_a_session(settings: Settings) -> None:
    """Nor is a vault made by looking."""
    assert findings(settings) == []
    assert not Vault(settings).is_there


def test_the_doctor_says_how_the_vault_is(settings: Settings) -> None:
    """How many there are; that others could read them, once; that a key is gone; that the file is damaged."""
    Vault(settings).store("instagram", "1001", checked(a_jar()), AGENT)
    assert findings(settings) == [("ok", "1 stored")]
    key = settings.home / "vault.key"
    key.chmod(0o644)
    [(state, message)] = findings(settings)
    assert (state, "could read" in message) == ("warn", True)
    assert findings(settings) == [("ok", "1 stored")]
    key.unlink()
    [(state, message)] = findings(settings)
    assert (state, "instagram" in message) == ("warn", True)
    (settings.home / "vault.db").write_bytes(b"no database" * 1000)
    [(state, message)] = findings(settings)
    assert (state, "can't be opened" in message) == ("fail", True)

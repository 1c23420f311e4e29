"""A home of its own, and cookies as browsers tell them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from bowerbird.sessions.cookies import Cookie, read_cookies
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings

CANARY = "c4n4ry-5e55ion-v4lue"
SOON = 30 * 24 * 3600
IN_A_MONTH = time.time() + SOON + 0.25  # one moment for all: cookies are compared
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def a_cookie(name: str = "sessionid", value: str = CANARY, **fields: Any) -> dict[str, Any]:
    """One cookie object of Instagram, good for a month."""
    return {
        "name": name, "value": value, "domain": ".instagram.com", "hostOnly": False, "path": "/", "secure": True,
        "httpOnly": True, "sameSite": "no_restriction", "session": False, "expirationDate": IN_A_MONTH,
        "storeId": "0", **fields,
    }  # fmt: skip


def a_jar(account: str = "1001", value: str = CANARY) -> list[dict[str, Any]]:
    """The cookie objects of somebody who is signed in to Instagram."""
    return [a_cookie(value=value), a_cookie("ds_user_id", account), a_cookie("csrftoken", "t0ken")]


def checked(objects: list[dict[str, Any]]) -> tuple[Cookie, ...]:
    """The cookies of Instagram among these."""
    return read_cookies(objects, "www.instagram.com")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose folders are not there yet."""
    return Settings(archive=tmp_path / "archive", home=tmp_path / "home")


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """An empty vault."""
    return Vault(settings)


def store(vault: Vault, account: str = "1001", value: str = CANARY, **fields: Any) -> None:
    """A session of Instagram in the vault."""
    vault.store("instagram", account, checked(a_jar(account, value)), AGENT, **fields)


def states(vault: Vault) -> dict[str, str]:
    """The state of each account."""
    return {one.account: one.state for one in vault.listed()}


def trail(vault: Vault) -> list[str]:
    """What was noted."""
    return [note.event for note in vault.audit()]

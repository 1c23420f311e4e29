"""People who are signed in somewhere: their sessions as the host stores them, and what attempts were made with them."""

from __future__ import annotations

from typing import Any

from bowerbird.sessions.cookies import Cookie
from bowerbird.sessions.vault import Vault
from tests.platforms import instagram, tiktok
from tests.worker.machine import Machine

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
YOUTUBE_CANARY = "c4n4ryYouTube"
ME = str(instagram.ME.pk)


def jar(domain: str, values: dict[str, str]) -> tuple[Cookie, ...]:
    """Cookies of a domain and all below it."""
    return tuple(Cookie(name=name, value=value, domain=domain, secure=True) for name, value in values.items())


def store_youtube(machine: Machine) -> None:
    """Somebody who is signed in to YouTube."""
    values = {"LOGIN_INFO": YOUTUBE_CANARY, "SAPISID": YOUTUBE_CANARY + "2"}
    Vault(machine.settings).store("youtube", "tuber", jar(".youtube.com", values), AGENT)


def store_instagram(machine: Machine, renewals: int = 0, account: Any = instagram.ME) -> None:
    """Somebody who is signed in to Instagram."""
    cookies = jar(".instagram.com", account.cookies(renewals))
    Vault(machine.settings).store("instagram", str(account.pk), cookies, AGENT)


def store_tiktok(machine: Machine) -> None:
    """Somebody who is signed in to TikTok."""
    Vault(machine.settings).store("tiktok", "watcher", jar(".tiktok.com", tiktok.WATCHER.cookies()), AGENT)


def turns(machine: Machine) -> list[tuple[str, str, str | None]]:
    """Scraper, account and error code of each turn, in their order."""
    rows = machine.rows("SELECT scraper, account, error_code FROM attempts ORDER BY id")
    return [(row["scraper"], row["account"], row["error_code"]) for row in rows]


def state_of(machine: Machine) -> list[str]:
    """What is known of the stored sessions."""
    return [one.state for one in Vault(machine.settings).listed()]

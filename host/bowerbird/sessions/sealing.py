"""What is kept of a session, sealed with the newest key: MultiFernet (cryptography.io/en/latest/fernet)."""

from __future__ import annotations

from typing import Any

import msgspec

from bowerbird.sessions import keys
from bowerbird.sessions.cookies import Cookie
from bowerbird.settings import Settings


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    cookies: tuple[Cookie, ...]
    user_agent: str

    def __repr__(self) -> str:
        """Says how much; never what."""
        return f"Contents({len(self.cookies)} cookies)"


def sealed(settings: Settings, contents: Contents) -> bytes:
    """With the newest key, which is made where there is none. The caller holds the vault's transaction."""
    found: bytes = _fernet(keys.make_key(settings)).encrypt(msgspec.json.encode(contents))
    return found


def unsealed(settings: Settings, closed: bytes) -> Contents | None:
    """What was sealed, or None where no key opens it."""
    from cryptography.fernet import InvalidToken

    known = keys.read_keys(settings)
    try:
        return msgspec.json.decode(_fernet(known).decrypt(closed), type=Contents) if known else None
    except (InvalidToken, msgspec.MsgspecError):
        return None


def resealed(known: list[bytes], closed: bytes) -> bytes | None:
    """The same, sealed with the first of these keys; None where none of them opens it."""
    from cryptography.fernet import InvalidToken

    try:
        found: bytes = _fernet(known).rotate(closed)
    except InvalidToken:
        return None
    return found


def new_key() -> bytes:
    """A key that nobody has."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key()


def _fernet(known: list[bytes]) -> Any:
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in known])

"""The keys that stored sessions are encrypted with, newest first: in the system's keyring, else in a private file.

The keyring is asked only where the `keyring` extra is installed and there is no key file: what was stored before the
extra came stays readable, and where the keyring can't be opened a file takes its place.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

from bowerbird.errors import RequestError
from bowerbird.settings import Settings

KEY_FILE = "vault.key"
PLACE = "bowerbird sessions"  # the name of our entries in the keyring


def key_path(settings: Settings) -> Path:
    """The private file of keys, one a line."""
    return settings.home / KEY_FILE


def read_keys(settings: Settings) -> list[bytes]:
    """Every key there is, newest first; none where they were lost. Raises RequestError `internal`."""
    try:
        return _from_file(key_path(settings)) or _from_keyring(settings)
    except OSError:
        raise _unreadable() from None


def make_key(settings: Settings) -> list[bytes]:
    """The keys, after making the first one where there is none. The caller holds the vault's transaction."""
    from cryptography.fernet import Fernet

    found = read_keys(settings)
    if found:
        return found
    write_keys(settings, [Fernet.generate_key()])
    return read_keys(settings)


def write_keys(settings: Settings, keys: list[bytes]) -> None:
    """Keep these keys and no others. Raises RequestError `internal`."""
    text = b"\n".join(keys) + b"\n"
    path = key_path(settings)
    if not path.exists() and _to_keyring(settings, text):
        return
    try:
        _to_file(path, text)
    except OSError:
        raise _unreadable() from None


def close_to_others(settings: Settings) -> bool:
    """Take the key file out of the reach of others; whether it was within. Raises RequestError `internal`."""
    path = key_path(settings)
    try:
        if os.name == "nt" or not path.exists() or not path.stat().st_mode & 0o077:
            return False
        path.chmod(0o600)
    except OSError:
        raise _unreadable() from None
    return True


def _unreadable() -> RequestError:
    return RequestError(
        "internal", "The key of the stored sign-ins can't be read or made.", "Check the folder of config.toml."
    )


def _from_file(path: Path) -> list[bytes]:
    try:
        return [line.strip() for line in path.read_bytes().splitlines() if _is_key(line.strip())]
    except FileNotFoundError:
        return []


def _is_key(line: bytes) -> bool:
    """32 bytes in base64, as github.com/fernet/spec wants them; a damaged line is as good as a lost key."""
    import base64
    import binascii

    with contextlib.suppress(binascii.Error):
        return len(base64.urlsafe_b64decode(line)) == 32
    return False


def _to_file(path: Path, text: bytes) -> None:
    """Whole under another name first: a crash in between leaves the keys as they were."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _keyring() -> Any:
    """The system's keyring. Raises where there is none that could keep a key."""
    import keyring

    if keyring.get_keyring().priority <= 0:
        raise LookupError
    return keyring


def _from_keyring(settings: Settings) -> list[bytes]:
    # backends raise whatever their desktop does: locked, not there, no bus
    with contextlib.suppress(Exception):
        kept = _keyring().get_password(PLACE, str(settings.home)) or ""
        return [line for line in kept.encode().split() if _is_key(line)]
    return []


def _to_keyring(settings: Settings, text: bytes) -> bool:
    with contextlib.suppress(Exception):
        _keyring().set_password(PLACE, str(settings.home), text.decode())
        return True
    return False

"""Getting into the site: one-use links that last a minute, and the session that such a link opens.

The secret is a private file in BOWERBIRD_HOME, shared by whoever may hand out links (command line, host) and the site.
That a link is used only once, also across restarts, is the site's part: it notes the nonce in the archive.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Any

import msgspec

from bowerbird.errors import RequestError
from bowerbird.settings import Settings

LINK_SECONDS = 60
SESSION_SECONDS = 30 * 24 * 3600
SECRET_BYTES = 32
SIGN_IN_PATH = "/sign-in"
# Among the noted nonces: a session that was ended before its time.
ENDED_SESSION = "out:"


class Invitation(msgspec.Struct, frozen=True):
    """What a genuine link says: its nonce, and the page of the site to go to, such as `/item/5`."""

    nonce: str
    what: str


def sign_in_link(settings: Settings, what: str = "/") -> str:
    """An address that opens the site at `what` and signs in; good once, for a minute.

    Raises RequestError `internal` where the secret can't be read or made.
    """
    token = _serializer(settings, "link").dumps([secrets.token_urlsafe(12), _local(what)])
    return f"http://127.0.0.1:{settings.port}{SIGN_IN_PATH}?token={token}"


def check(settings: Settings, token: str) -> Invitation:
    """The invitation of a link's token. Raises RequestError `bad_request` for one that is forged or too old."""
    read = _loaded(_serializer(settings, "link"), token, LINK_SECONDS)
    if read is None:
        raise not_good()
    nonce, what = read
    return Invitation(nonce, _local(what))


def not_good() -> RequestError:
    """What is said about a link that is forged, too old, or used."""
    return RequestError(
        "bad_request",
        "This way in is not good any more: it works once, and only for a minute.",
        "Click the Bowerbird button in your browser, or run: bowerbird open",
    )


def new_session(settings: Settings) -> str:
    """The value of a fresh session's cookie."""
    return str(_serializer(settings, "session").dumps(secrets.token_urlsafe(12)))


def session_of(settings: Settings, cookie: str) -> str | None:
    """The session's id, or None where the cookie is not ours or too old."""
    session, began = _session(_secret(settings), settings.port, cookie)
    return session if 0 <= time.time() - began <= SESSION_SECONDS else None


# every picture of a page is asked for with the same cookie, and to check it takes a quarter of what all else does
@functools.lru_cache(maxsize=64)
def _session(secret: bytes, port: int, cookie: str) -> tuple[str | None, float]:
    """What the cookie says, whenever it was made, and when that was (seconds since 1970)."""
    from itsdangerous import BadData

    try:
        read, made = _signed(secret, "session", port).loads(cookie, return_timestamp=True)
    except BadData:
        return None, 0.0
    return (read if isinstance(read, str) else None), made.timestamp()


def cookie_name(settings: Settings) -> str:
    """Cookies of 127.0.0.1 are shared by all ports, so each port has a name of its own."""
    return f"bowerbird_{settings.port}"


def proof(settings: Settings, challenge: str) -> str:
    """What only a site with the same secret can answer to a challenge."""
    return hmac.new(_secret(settings), f"alive {settings.port} {challenge}".encode(), hashlib.sha256).hexdigest()


def _serializer(settings: Settings, purpose: str) -> Any:
    return _signed(_secret(settings), purpose, settings.port)


def _signed(secret: bytes, purpose: str, port: int) -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(secret, salt=f"bowerbird {purpose} {port}")


def _loaded(serializer: Any, text: str, max_age: int) -> Any:
    from itsdangerous import BadData

    try:
        return serializer.loads(text, max_age=max_age)
    except BadData:
        return None


def _local(what: str) -> str:
    r"""The page to go to, if it is one of ours: browsers take `//host` and `/\host` for another site."""
    return what if what.startswith("/") and what[1:2] not in ("/", "\\") else "/"


def _secret(settings: Settings) -> bytes:
    path = settings.home / "signin.key"
    try:
        return _read(path) or _make(path)
    except OSError as error:
        raise RequestError(
            "internal", "The secret for signing in can't be read or made.", "Check the folder of config.toml."
        ) from error


def _read(path: Path) -> bytes | None:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return None
    return secret if len(secret) >= SECRET_BYTES else None


def _make(path: Path) -> bytes:
    """Write it whole under another name first; whoever links it to its place first has made the one that counts."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
    try:
        if path.exists() and _read(path) is None:
            draft.replace(path)
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()


def _link(draft: Path, path: Path) -> None:
    """Raises FileExistsError where another process was first, but on disks that know no hard links."""
    try:
        os.link(draft, path)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        draft.replace(path)

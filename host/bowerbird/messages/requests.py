"""The requests of the wire as typed, frozen values. Unknown fields are ignored; PROTOCOL.md has the words for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from bowerbird.errors import RequestError
from bowerbird.model import Capture, Status

# What decoders raise for what others wrote.
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

PROTOCOL = 1
MOST_URLS = 500
MOST_CAPTURES = 10_000
LARGEST_ID = 2**53

RowId = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
Urls = Annotated[list[str], Meta(max_length=MOST_URLS)]


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The first message of a connection."""

    protocol: int
    extension: str
    browser: str
    profile: str | None = None


class CaptureRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Things to keep. Each is read by itself, so that one bad capture does not cost the others."""

    captures: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MOST_CAPTURES)]


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """Which of these URLs are archived."""

    urls: Urls


class Identify(msgspec.Struct, frozen=True, kw_only=True):
    """What these URLs are."""

    urls: Urls


class Jobs(msgspec.Struct, frozen=True, kw_only=True):
    """A page of jobs, newest first; `after` is the `next` of the page before."""

    status: Status | None = None
    after: RowId | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class JobAction(msgspec.Struct, frozen=True, kw_only=True):
    """Do something with jobs."""

    jobs: Annotated[list[str], Meta(min_length=1, max_length=500)]
    action: Literal["cancel", "retry", "continue", "delete", "pause", "resume", "raise", "lower"]


class QueueAction(msgspec.Struct, frozen=True, kw_only=True):
    """Do something with the whole queue; `platform` and `error_code` choose among what failed."""

    action: Literal["pause", "resume", "retry_failed", "clear_completed"]
    platform: Annotated[str, Meta(max_length=100)] | None = None
    error_code: Annotated[str, Meta(max_length=100)] | None = None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Whether events are wanted."""

    jobs: bool


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A link into the site."""

    what: Literal["dashboard", "item", "job", "settings"]
    ref: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One account's cookies, as the browser tells them. `keep_incognito`: the person chose to keep private ones too."""

    platform_host: Annotated[str, Meta(max_length=300)]
    cookies: list[Any]
    user_agent: str
    store_id: Annotated[str, Meta(max_length=200)] | None = None
    incognito: bool = False
    keep_incognito: bool = False
    request_id: RowId | None = None

    def __repr__(self) -> str:
        """Says whose; what opens it is in no log."""
        return f"Session({self.platform_host[:60]!r})"


class NoSession(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `session_needed` of a browser that has none to give."""

    request_id: RowId
    reason: Literal["not_allowed", "no_cookies"]


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """What sessions there are, and what to do with one; `platform` is a name such as `instagram` or a host."""

    action: Literal["list", "forget", "check"]
    platform: Annotated[str, Meta(max_length=300)] | None = None
    account: Annotated[str, Meta(max_length=300)] | None = None


class SettingsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """All settings; with `set` those are changed before, all or none. None is back to the default."""

    set: Annotated[dict[str, Any], Meta(max_length=100)] | None = None


class Doctor(msgspec.Struct, frozen=True, kw_only=True):
    """What the doctor finds."""


class Envelope(msgspec.Struct, frozen=True):
    """What every request has; both are checked by hand, to answer with the id wherever there is one."""

    id: Any = None
    type: Any = None


REQUESTS: dict[str, type[msgspec.Struct]] = {
    "hello": Hello,
    "capture": CaptureRequest,
    "lookup": Lookup,
    "identify": Identify,
    "jobs": Jobs,
    "job": JobAction,
    "queue": QueueAction,
    "watch": Watch,
    "open": Open,
    "session": Session,
    "no_session": NoSession,
    "sessions": Sessions,
    "settings": SettingsRequest,
    "doctor": Doctor,
}

_DECODERS = {name: msgspec.json.Decoder(shape) for name, shape in REQUESTS.items()}
_envelope = msgspec.json.Decoder(Envelope)
_fields = msgspec.json.Decoder(dict[str, Any])
# The words that a capture's options may say in place of a list of languages.
_TRANSCRIPTS = {"all": ["all"], "none": []}


# Each escape of a JSON text from left to right, pairs of surrogates as one.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)", re.DOTALL)


def well_formed(body: bytes) -> bytes:
    """The body with U+FFFD for each half of a surrogate pair.

    JavaScript cuts titles within an emoji, and JSON.stringify writes the half as an escape that is no Unicode.
    """
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPE.sub(lambda found: found[0] if len(found[0]) != 6 else rb"\ufffd", body)


def read_envelope(body: bytes) -> Envelope:
    """Who asks for what. Raises RequestError `bad_frame` for a body that is no JSON object."""
    try:
        return _envelope.decode(body)
    except _UNREADABLE as error:
        raise RequestError("bad_frame") from error


def usable_id(envelope: Envelope) -> int | None:
    """The id, or None for one that no reply can carry."""
    number = envelope.id
    usable = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST_ID
    return number if usable else None


def read_request(kind: Any, body: bytes) -> msgspec.Struct:
    """The typed request. Raises RequestError `unknown_type` or `bad_request`."""
    if not isinstance(kind, str):
        raise RequestError("bad_request", "The request does not say its type.")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise RequestError("unknown_type")
    request: msgspec.Struct = _read(decoder.decode, body)
    return request


def read_capture(raw: msgspec.Raw) -> Capture:
    """One capture of a request. Raises RequestError `bad_request`."""
    fields = _read(_fields.decode, bytes(raw))
    options = fields.get("options")
    if isinstance(options, dict) and isinstance(options.get("transcripts"), str):
        options["transcripts"] = _TRANSCRIPTS.get(options["transcripts"], options["transcripts"])
    capture: Capture = _read(_as_capture, fields)
    return capture


def _as_capture(fields: Any) -> Capture:
    return msgspec.convert(fields, Capture)


class _Key(msgspec.Struct):
    key: str = ""


def read_key(raw: msgspec.Raw) -> str:
    """The key of a capture that can't be read otherwise, so that its outbox learns of it; '' where there is none."""
    try:
        return msgspec.json.decode(raw, type=_Key).key
    except _UNREADABLE:
        return ""


def _read(read: Callable[[Any], Any], source: Any) -> Any:
    try:
        return read(source)
    except _UNREADABLE as error:
        said = str(error)[:200]
        raise RequestError("bad_request", f"The request is not of the expected form: {said}.") from error

"""Transcripts as text: the lines that are stored and searched, and the WebVTT file beside the video."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bowerbird.archive.names import safe_id
from bowerbird.scraping import Cue, TranscriptReady

_ENDINGS = {"manual": "", "automatic": ".auto", "translated": ".translated"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\s*\n\s*")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def file_name(transcript: TranscriptReady, extension: str) -> str:
    """`transcript.<lang>[.auto].<extension>`."""
    # A dot would make `en.auto` the automatic transcript of `en`; a slash is changed by `safe_id` for certain.
    language = safe_id(transcript.language.replace(".", "/"))
    return f"transcript.{language}{_ENDINGS[transcript.origin]}.{extension}"


def clean_cues(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues in the order of their start, without control characters, blank lines, and cues that say nothing."""
    cleaned = (Cue(max(0.0, cue.start), max(0.0, cue.duration), _clean(cue.text)) for cue in cues)
    return tuple(sorted((cue for cue in cleaned if cue.text), key=lambda cue: cue.start))


def _clean(text: str) -> str:
    plain = _CONTROLS.sub("", unicodedata.normalize("NFC", text.replace("\r", "\n")))
    return _BLANK_LINES.sub("\n", plain.strip())


def as_line(cue: Cue) -> str:
    """What a cue says, on one line."""
    return " ".join(cue.text.split())


def as_text(cues: Iterable[Cue]) -> str:
    """What is said: line n is cue n."""
    return "\n".join(map(as_line, cues))


def as_webvtt(cues: Iterable[Cue]) -> str:
    """The cues as WebVTT (w3.org/TR/webvtt1), by hand because it is one line for each cue."""
    return "\n".join(("WEBVTT\n", *map(_block, cues)))


def _block(cue: Cue) -> str:
    end = cue.start + max(cue.duration, 0.001)
    return f"{_time(cue.start)} --> {_time(end)}\n{cue.text.translate(_ESCAPES)}\n"


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"

"""Cues in and out of text: YouTube's json3 and WebVTT are read, WebVTT and plain text are written. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from bowerbird.scraping import Cue

_TIMES = re.compile(r"(?:(\d{1,9}):)?(\d{2}):(\d{2})[.,](\d{3})\s*-->\s*(?:(\d{1,9}):)?(\d{2}):(\d{2})[.,](\d{3})")
_TAG = re.compile(r"</?(?:c|v|b|i|u|ruby|rt|lang|font)\b[^>]*>|<\d[\d:.]*>|\{\\an\d\}", re.IGNORECASE)
LATEST = 1e7  # seconds, a third of a year: a later time is a mistake, and an endless one can't be sent
_SPACE = re.compile(r"\s+")


def cues_of(text: str, ending: str) -> tuple[Cue, ...]:
    """The cues of a subtitle file; `ending` is json3, vtt or srt. Raises ValueError for what can't be read."""
    return with_places(from_json3(text) if ending == "json3" else from_vtt(text))


def with_places(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Those that a video can have, by their times."""
    return tuple(cue for cue in cues if 0 <= cue.start < LATEST and 0 <= cue.duration < LATEST)


def from_json3(text: str) -> list[Cue]:
    """YouTube's own format: events in milliseconds, each of segments."""
    try:
        events: list[dict[str, Any]] = msgspec.json.decode(text)["events"]
        return [cue for event in events if (cue := _event(event)).text]
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("not json3") from error


def _event(event: dict[str, Any]) -> Cue:
    words = "".join(str(segment.get("utf8", "")) for segment in event.get("segs") or ())
    return Cue(event.get("tStartMs", 0) / 1000, event.get("dDurationMs", 0) / 1000, plain(words))


def from_vtt(text: str) -> list[Cue]:
    """WebVTT, and SubRip, which differs only in the comma and in its counters."""
    cues: list[Cue] = []
    for block in re.split(r"\r?\n[ \t]*\r?\n|\r\r", text.lstrip("\ufeff")):
        found = _TIMES.search(block)
        if not found:
            continue
        start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
        words = block[found.end() :].partition("\n")[2]
        cues.append(Cue(start, round(max(0.0, end - start), 3), plain(html.unescape(_TAG.sub("", words)))))
    return [cue for cue in cues if cue.text]


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def plain(text: str) -> str:
    """One line without needless space and control characters."""
    visible = "".join(one for one in text if one.isprintable() or one.isspace())
    return _SPACE.sub(" ", visible.encode("utf-8", "replace").decode()).strip()


def without_rolling(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Automatic captions roll: each cue repeats the line before it. Every line is kept once, at its first time."""
    kept: list[Cue] = []
    for cue in cues:
        before = kept[-1] if kept else None
        overlaps = before is not None and cue.start <= before.start + before.duration + 0.05
        if before is None or not overlaps:
            kept.append(cue)
            continue
        words = _new_words(before.text, cue.text)
        if words:
            kept.append(Cue(cue.start, cue.duration, words))
    return tuple(kept)


def _new_words(before: str, now: str) -> str:
    """What `now` says beyond the end of `before`."""
    if now == before or before.endswith(f" {now}"):
        return ""
    return now[len(before) :].strip() if now.startswith(f"{before} ") else now

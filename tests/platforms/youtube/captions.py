"""Caption tracks: how the player answer lists them, and each text format that a library asks for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from tests.platforms.exchange import Answer, Request, compact, text
from tests.platforms.youtube.world import Captions, Video, find

_TRANSLATIONS = {"fr": "French", "es": "Spanish"}

Cues = list[tuple[float, float, str]]


def listed(video: Video) -> dict[str, Any]:
    """The `captions` of the player answer."""
    return {
        "playerCaptionsTracklistRenderer": {
            "captionTracks": [_track(video, one) for one in video.captions],
            "translationLanguages": [
                {"languageCode": code, "languageName": {"runs": [{"text": name}]}}
                for code, name in _TRANSLATIONS.items()
            ],
        }
    }


def _track(video: Video, captions: Captions) -> dict[str, Any]:
    kind = "&kind=asr" if captions.automatic else ""
    url = (
        f"https://www.youtube.com/api/timedtext?v={quote(video.id)}&lang={captions.language}{kind}{video.caption_query}"
    )
    track = {
        "baseUrl": url,
        "name": {"runs": [{"text": captions.name}]},
        "vssId": f"{'a' if captions.automatic else ''}.{captions.language}",
        "languageCode": captions.language,
        "isTranslatable": True,
    }
    return {**track, "kind": "asr"} if captions.automatic else track


def timedtext(request: Request) -> Answer | None:
    """Answer with a track; a track that needs a token, or isn't there, is an empty file, as on the real platform."""
    query = request.query
    video = find(query.get("v", ""), request.changes)
    wanted = (query.get("lang"), query.get("kind") == "asr")
    track = next((one for one in video.captions if (one.language, one.automatic) == wanted), None)
    if track is None or "exp" in query:
        return text("", "text/html")
    writer, content_type = _WRITERS[query.get("fmt", "srv1")]
    return text(writer(_translated(track, query.get("tlang", ""))), content_type)


def _translated(track: Captions, language: str) -> Cues:
    mark = f"[{language}] " if language else ""
    return [(start, length, mark + words) for start, length, words in track.cues]


def _plain(cues: Cues) -> str:
    lines = (
        f'<text start="{start:g}" dur="{length:g}">{escape(escape(words))}</text>' for start, length, words in cues
    )
    return f'<?xml version="1.0" encoding="utf-8" ?><transcript>{"".join(lines)}</transcript>'


def _srv3(cues: Cues) -> str:
    lines = (f'<p t="{start * 1000:.0f}" d="{length * 1000:.0f}">{escape(words)}</p>' for start, length, words in cues)
    return f'<?xml version="1.0" encoding="utf-8" ?><timedtext format="3"><body>{"".join(lines)}</body></timedtext>'


def _json3(cues: Cues) -> str:
    events = [
        {"tStartMs": int(start * 1000), "dDurationMs": int(length * 1000), "segs": [{"utf8": words}]}
        for start, length, words in cues
    ]
    return compact({"wireMagic": "pb3", "events": events})


def _clock(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{thousandths:03d}"


def _vtt(cues: Cues) -> str:
    blocks = (
        f"{_clock(start, '.')} --> {_clock(start + length, '.')}\n{escape(words)}\n" for start, length, words in cues
    )
    return "WEBVTT\nKind: captions\nLanguage: en\n\n" + "\n".join(blocks)


def _srt(cues: Cues) -> str:
    blocks = (
        f"{place}\n{_clock(start, ',')} --> {_clock(start + length, ',')}\n{words}\n"
        for place, (start, length, words) in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def _ttml(cues: Cues) -> str:
    lines = (
        f'<p begin="{_clock(start, ".")}" end="{_clock(start + length, ".")}">{escape(words)}</p>'
        for start, length, words in cues
    )
    return f'<?xml version="1.0" encoding="utf-8" ?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>{"".join(lines)}</div></body></tt>'


_WRITERS: dict[str, tuple[Callable[[Cues], str], str]] = {
    "srv1": (_plain, "text/xml"),
    "srv2": (_srv3, "text/xml"),
    "srv3": (_srv3, "text/xml"),
    "json3": (_json3, "application/json"),
    "vtt": (_vtt, "text/vtt"),
    "srt": (_srt, "text/plain"),
    "ttml": (_ttml, "application/ttml+xml"),
}

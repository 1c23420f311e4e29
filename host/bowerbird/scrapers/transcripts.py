"""Transcripts: youtube-transcript-api is the first way, the subtitles that yt-dlp found the second.

Each way gives tracks; which of them are wanted is decided in one place. No failure here loses the item.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from bowerbird.errors import JobError
from bowerbird.model import Origin
from bowerbird.scrapers import captions
from bowerbird.scrapers.classify import classify, evidence_of
from bowerbird.scraping import Cue, Noted, ScraperEvent, TranscriptReady, Warned

TIMEOUT = (10.0, 20.0)  # seconds to connect and between two bytes; the library has none of its own
LARGEST = 20 << 20  # bytes of one subtitle file; a day of speech has about 2 MB
ENDINGS = ("json3", "vtt", "srt")


class Track(NamedTuple):
    """One language that can be had; `fetch` raises JobError."""

    language: str
    origin: Origin
    fetch: Callable[[], tuple[Cue, ...]]


class Transcript(NamedTuple):
    """One language as it came."""

    language: str
    origin: Origin
    cues: tuple[Cue, ...]


class Outcome(NamedTuple):
    """What one way gave: transcripts, the languages that it offered, and the error that ended it."""

    transcripts: tuple[Transcript, ...] = ()
    offered: tuple[str, ...] = ()
    error: JobError | None = None


def wanted_tracks(tracks: Iterable[Track], languages: tuple[str, ...]) -> list[Track]:
    """The tracks to fetch, in the order of the languages.

    A language means its variants too (`en` takes `en-GB`); manual goes before automatic. `all` means every manual track
    and the first automatic one, which is what was spoken.
    """
    offered = [track for track in tracks if track.origin != "translated"]
    if "all" in languages:
        manual = [track for track in offered if track.origin == "manual"]
        return manual + [track for track in offered if track.origin == "automatic"][:1]
    found = (_best(offered, language) for language in languages)
    return list(dict.fromkeys(track for track in found if track))


def _best(tracks: list[Track], language: str) -> Track | None:
    fitting = [track for track in tracks if track.language == language or track.language.startswith(f"{language}-")]
    return min(fitting, key=lambda track: (track.origin != "manual", track.language != language), default=None)


def collect(way: Callable[[], list[Track]], languages: tuple[str, ...]) -> Outcome:
    """Go one way; what was fetched before an error stays."""
    got: list[Transcript] = []
    offered: tuple[str, ...] = ()
    try:
        tracks = way()
        offered = tuple(dict.fromkeys(track.language for track in tracks if track.origin != "translated"))
        for track in wanted_tracks(tracks, languages):
            got.append(Transcript(track.language, track.origin, _fetched(track)))  # noqa: PERF401 - an error keeps these
    except JobError as error:
        return Outcome(tuple(got), offered, error)
    return Outcome(tuple(got), offered)


def _fetched(track: Track) -> tuple[Cue, ...]:
    cues = track.fetch()
    if not cues:
        raise JobError("scraper_outdated", "The platform sent an empty transcript.")
    return captions.without_rolling(cues) if track.origin == "automatic" else cues


class FirstWay:
    """youtube-transcript-api in a thread of its own, while the media is fetched."""

    def __init__(self, video_id: str, languages: tuple[str, ...], session: Any) -> None:
        self._outcome = Outcome()
        self._thread = threading.Thread(
            target=self._run, args=(video_id, languages, session), name="transcript", daemon=True
        )
        self._thread.start()

    def _run(self, video_id: str, languages: tuple[str, ...], session: Any) -> None:
        self._outcome = collect(lambda: tracks_of_youtube(video_id, session), languages)

    def outcome(self) -> Outcome:
        """Wait for it."""
        self._thread.join()
        return self._outcome


def new_session() -> Any:
    """A requests session whose every request has a timeout."""
    import requests
    from requests.adapters import HTTPAdapter

    class Timely(HTTPAdapter):
        def send(self, *arguments: Any, **named: Any) -> Any:
            return super().send(*arguments, **{**named, "timeout": named.get("timeout") or TIMEOUT})

    session = requests.Session()
    session.mount("https://", Timely())
    session.mount("http://", Timely())
    return session


def tracks_of_youtube(video_id: str, session: Any) -> list[Track]:
    """What youtube-transcript-api lists; nothing where the video has no captions. Raises JobError."""
    from youtube_transcript_api import NoTranscriptFound, TranscriptsDisabled, YouTubeTranscriptApi

    try:
        listed = list(YouTubeTranscriptApi(http_client=session).list(video_id))
    except (TranscriptsDisabled, NoTranscriptFound):
        return []
    except Exception as error:
        raise as_job_error(error) from error
    return [Track(one.language_code, "automatic" if one.is_generated else "manual", _fetcher(one)) for one in listed]


def _fetcher(listed: Any) -> Callable[[], tuple[Cue, ...]]:
    def fetch() -> tuple[Cue, ...]:
        try:
            snippets = listed.fetch().snippets
        except Exception as error:
            raise as_job_error(error) from error
        cues = (Cue(one.start, one.duration, captions.plain(one.text)) for one in snippets)
        return captions.with_places(cue for cue in cues if cue.text)

    return fetch


# exceptions of youtube-transcript-api by name, most special first
_CODES = {
    "IpBlocked": "rate_limited",
    "RequestBlocked": "blocked",
    "PoTokenRequired": "blocked",
    "AgeRestricted": "age_restricted",
    "VideoUnavailable": "gone",
    "YouTubeRequestFailed": "network",
    "YouTubeDataUnparsable": "scraper_outdated",
}


def as_job_error(error: Exception) -> JobError:
    """An error of youtube-transcript-api, of requests, or of its reading of an answer that changed."""
    names = [kind.__name__ for kind in type(error).__mro__]
    code = next((_CODES[name] for name in names if name in _CODES), None)
    if code:
        return JobError(code, detail=str(error))
    if isinstance(error, KeyError | AttributeError | TypeError | ParseError):
        return JobError("scraper_outdated", detail=repr(error))
    return classify(evidence_of(error))


def tracks_of_subtitles(found: Mapping[str, Any], read: Callable[[str], bytes]) -> list[Track]:
    """The tracks that yt-dlp's info dict names; `read` fetches an address."""
    manual = [_track(code, "manual", rows, read) for code, rows in _readable(found.get("subtitles"))]
    spoken = [(code, rows) for code, rows in _readable(found.get("automatic_captions")) if _is_spoken(code, found)]
    automatic = [_track(code.removesuffix("-orig"), "automatic", rows, read) for code, rows in spoken]
    return manual + automatic


def _is_spoken(code: str, found: Mapping[str, Any]) -> bool:
    """YouTube lists a translation into every language beside what was spoken, which alone ends in -orig."""
    return code.endswith("-orig") or found.get("extractor_key") != "Youtube"


def _readable(listed: Any) -> Iterator[tuple[str, dict[str, str]]]:
    for code, rows in (listed or {}).items():
        by_ending = {row.get("ext"): row["url"] for row in rows if row.get("url")}
        kept = {ending: by_ending[ending] for ending in ENDINGS if ending in by_ending}
        if kept and code != "live_chat":
            yield code, kept


def _track(code: str, origin: Origin, rows: dict[str, str], read: Callable[[str], bytes]) -> Track:
    ending, url = next(iter(rows.items()))

    def fetch() -> tuple[Cue, ...]:
        try:
            text = read(url).decode("utf-8", "replace")
            return captions.cues_of(text, ending) if text.strip() else ()
        except ValueError as error:
            raise JobError("scraper_outdated", detail=repr(error)) from error
        except Exception as error:
            raise as_job_error(error) from error

    return Track(code, origin, fetch)


def events_of(outcome: Outcome, languages: tuple[str, ...]) -> Iterator[ScraperEvent]:
    """What came, and a sentence about what did not. The archive writes the files (archive/captions.py)."""
    for one in outcome.transcripts:
        yield TranscriptReady(language=one.language, origin=one.origin, cues=one.cues)
    if outcome.error:
        yield Warned(code=outcome.error.code, message=f"Transcript: {outcome.error.message}")
        if not outcome.transcripts:
            yield Noted(f"No transcript: {_lower(outcome.error.message)}")
    elif not outcome.transcripts:
        yield Noted(_none_sentence(outcome.offered, languages))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _none_sentence(offered: tuple[str, ...], languages: tuple[str, ...]) -> str:
    if not offered:
        return "No transcript: the site has none for this."
    return f"No transcript in {', '.join(languages)}: the site has {', '.join(offered[:12])}."

"""The scraper on yt-dlp: YouTube, and every other site that yt-dlp knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bowerbird.errors import JobError
from bowerbird.scrapers import comments, lists, media, signed_in, transcripts
from bowerbird.scrapers.attempt import Attempt
from bowerbird.scrapers.classify import classify, evidence_of
from bowerbird.scrapers.clean import write_metadata
from bowerbird.scrapers.describe import describe, identity
from bowerbird.scrapers.environment import read_surroundings
from bowerbird.scrapers.interface import Report
from bowerbird.scrapers.library import Library, landed
from bowerbird.scraping import (
    Assignment,
    FileReady,
    Noted,
    Operation,
    Requested,
    ScraperEvent,
    SessionCheck,
    SessionChecked,
    Warned,
)

LIVE_AGAIN = 900.0  # seconds until a running live stream is looked at again
_SPOILED = frozenset(("incomplete", "unsafe_file"))  # what lies in the folder is worth nothing
# yt-dlp's words where the site cleared a cookie of the sign-in; it goes on as a visitor
_SIGNED_OUT = re.compile(r"cookies are no longer valid")
# TikTok's words, by yt-dlp: to somebody who is signed in they say that the session is dead; to a visitor, to sign in
_LOGIN_AGAIN = re.compile(r"is requiring login")
_FOR_SOME = re.compile(r"Log into an account that has access")
# what such a visitor is told, and the person who was signed in would not be
_ASKED_OF_VISITORS = frozenset(("login_needed", "age_restricted", "private", "members_only", "blocked"))
_MEDIA_REFUSED = re.compile(r"unable to download video data: HTTP Error (?:403|404)")
_OF_THE_PAGE = ("extractor", "extractor_key", "webpage_url", "original_url", "id", "title")
_UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


class YtDlpScraper:
    """Items and lists through one warm yt-dlp."""

    name = "yt_dlp"

    def __init__(self) -> None:
        self._library = Library(read_surroundings())
        self._session: Any = None

    def scrape(self, assignment: Assignment, report: Report) -> Iterator[ScraperEvent]:
        """Yield an item with its files, or the pages of a list. Raises JobError."""
        attempt = Attempt(assignment, report)
        self._library.begin(assignment, attempt)
        yield Operation("Reading the page")
        try:
            found = self._library.read(assignment.target.canonical_url)
            if lists.is_list(found) and not _is_one_video(found):
                yield from lists.pages_of(found, assignment)
            elif assignment.target.is_list:
                yield lists.single_page(
                    str(found.get("webpage_url") or assignment.target.canonical_url), found.get("title")
                )
            else:
                yield from self._item(_the_video(found), attempt)
            yield from _session_ended(attempt)
        except Exception as error:
            known = error if isinstance(error, JobError) else classify(evidence_of(error, attempt.warnings))
            if known.code in _SPOILED:
                attempt.forget_files()
            known = _as_seen_by(known, attempt)
            if known.code != "session_expired":
                yield from _session_ended(attempt)
            raise _with_time(known, str(error)) from error

    def check(self, check: SessionCheck, report: Report) -> Iterator[ScraperEvent]:
        """Yield whose session it is: one request. Raises JobError as `signed_in.ask` does."""
        self._library.sign_in(check.session)
        yield Requested(1)
        try:
            yield SessionChecked(account=signed_in.ask(self._library, check.session.platform))
        except Exception as error:
            raise error if isinstance(error, JobError) else classify(evidence_of(error)) from error

    def _item(self, found: dict[str, Any], attempt: Attempt) -> Iterator[ScraperEvent]:
        assignment = attempt.assignment
        _refuse_live(found)
        _refuse_pictures(found, assignment)
        if not assignment.media:
            described = self._library.process(found, download=False)
            yield describe(described, assignment.target)
            yield from comments.of_yt_dlp(described.get("comments"))
            yield self._metadata(described, attempt)
            return
        self._start_transcripts(found, attempt)
        fetched = self._fetched(found, attempt)
        yield Operation("Checking the file")
        yield self._media(fetched, attempt)
        yield from _thumbnail(attempt.folder)
        yield from self._transcripts(fetched, attempt)
        yield from comments.of_yt_dlp(fetched.get("comments"))
        yield self._metadata(fetched, attempt)
        if fetched.get("live_status") == "post_live":
            yield Noted("The stream had just ended: its start may be missing. Save it again later.")

    def _fetched(self, found: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
        """Fetch the media; addresses that the platform already forgot are asked for once more."""
        try:
            return self._library.process(found, download=True)
        except Exception as error:
            if not _MEDIA_REFUSED.search(str(error)):
                raise
        again = self._library.read(attempt.assignment.target.canonical_url)
        return self._library.process(_the_video(again), download=True)

    def _media(self, fetched: dict[str, Any], attempt: Attempt) -> FileReady:
        path = landed(fetched)
        if path is None or not path.is_file() or path.resolve().parent != attempt.folder.resolve():
            raise JobError("incomplete", detail="yt-dlp left no file in the folder")
        tell = media.telling(attempt.report)
        shape = media.examine(path, tell)
        return media.ready(media.named_by_kind(path), shape.file_type, shape, tell=tell)

    def _start_transcripts(self, found: dict[str, Any], attempt: Attempt) -> None:
        wanted = attempt.assignment.transcripts
        platform, video_id = identity(found, attempt.assignment.target)
        if wanted and platform == "youtube" and self._library.may_have_captions(found):
            self._session = self._session or transcripts.new_session()
            attempt.first_way = lambda: transcripts.FirstWay(video_id, wanted, self._session)

    def _transcripts(self, fetched: dict[str, Any], attempt: Attempt) -> Iterator[ScraperEvent]:
        wanted = attempt.assignment.transcripts
        if not wanted:
            return
        yield Operation("Fetching transcript")
        outcome = attempt.transcripts.outcome() if attempt.transcripts else transcripts.Outcome()
        if not outcome.transcripts and not (outcome.error and outcome.error.code == "rate_limited"):
            outcome = self._second_way(fetched, wanted, outcome)
        yield from transcripts.events_of(outcome, wanted)

    def _second_way(
        self, fetched: dict[str, Any], wanted: tuple[str, ...], first: transcripts.Outcome
    ) -> transcripts.Outcome:
        def read(url: str) -> bytes:
            return self._library.fetch_text(url, transcripts.LARGEST)

        second = transcripts.collect(lambda: transcripts.tracks_of_subtitles(fetched, read), wanted)
        if second.transcripts or second.error:
            return second
        return first if first.error else transcripts.Outcome(offered=first.offered or second.offered)

    def _metadata(self, described: dict[str, Any], attempt: Attempt) -> FileReady:
        path = write_metadata(self._library.plain(described), attempt.folder)
        return media.ready(path, "metadata")


def _as_seen_by(error: JobError, attempt: Attempt) -> JobError:
    """What a refusal means for whoever is signed in, or is not."""
    has_session = attempt.assignment.session is not None
    if has_session and (_LOGIN_AGAIN.search(error.detail) or _was_signed_out(attempt)):
        return JobError("session_expired", detail=error.detail) if error.code in _ASKED_OF_VISITORS else error
    if not has_session and _FOR_SOME.search(error.detail):
        return JobError("login_needed", detail=error.detail)
    return error


def _was_signed_out(attempt: Attempt) -> bool:
    """Whether the site ended the session while it was used."""
    return any(_SIGNED_OUT.search(text) for text in attempt.warnings)


def _session_ended(attempt: Attempt) -> Iterator[Warned]:
    """What came did not need the session; the next one may."""
    if _was_signed_out(attempt):
        yield Warned(code="session_expired", message="The site ended the sign-in.")


def _is_one_video(found: dict[str, Any]) -> bool:
    """A page with one embedded video is that video."""
    entries = found.get("entries")
    return isinstance(entries, list) and len(entries) == 1 and not lists.is_list(entries[0]) and "formats" in entries[0]


def _the_video(found: dict[str, Any]) -> dict[str, Any]:
    if not lists.is_list(found):
        return found
    # the entry's own title would be the page's with a number behind it
    return {**found["entries"][0], **{name: found[name] for name in _OF_THE_PAGE if found.get(name)}}


def _refuse_live(found: dict[str, Any]) -> None:
    if found.get("live_status") == "is_live" or found.get("is_live"):
        raise JobError("upcoming", "This is live now: it is saved when it has ended.", retry_after=LIVE_AGAIN)


def _refuse_pictures(found: dict[str, Any], assignment: Assignment) -> None:
    """Of TikTok's photo posts yt-dlp knows the music alone; their address may be one of a video, too."""
    streams = found.get("formats") or ()
    has_sound_alone = streams and all(one.get("vcodec") == "none" for one in streams)
    if assignment.target.platform == "tiktok" and has_sound_alone and not assignment.audio_only:
        raise JobError("not_supported", detail="a photo post: yt-dlp would bring its music alone")


def _with_time(error: JobError, text: str) -> JobError:
    """When what has not begun will begin, by the platform's own words: `Premieres in 3 hours`."""
    if error.code != "upcoming" or error.retry_after:
        return error
    named = re.search(r"in (\d+|an?) (second|minute|hour|day|week)s?", text)
    seconds = _UNIT_SECONDS[named[2]] * (int(named[1]) if named[1].isdigit() else 1) if named else LIVE_AGAIN
    when = (
        f"This has not begun yet: it begins in {named[1]} {named[2]}{'s' if named[1] not in ('1', 'a', 'an') else ''}."
        if named
        else ""
    )
    return JobError("upcoming", when, retry_after=float(max(seconds, 60)), detail=error.detail)


def _thumbnail(folder: Path) -> Iterator[FileReady]:
    """The picture that yt-dlp left; something else under its name is not kept."""
    for path in sorted(folder.glob("thumbnail.*")):
        kind = media.kind_of_file(path)
        if kind is None or kind.file_type != "image":
            path.unlink()
            continue
        named = media.named_by_kind(path)
        yield media.ready(named, "thumbnail", media.picture_shape(named))
        return

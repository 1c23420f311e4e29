"""The one door to yt-dlp: a YoutubeDL that is kept for a series of attempts, and what it calls back.

Kept, because connections, extractors and solved challenges are what makes the second video cheap. Between two attempts
only the folder, the order of formats and the callbacks' target change; the cookies are those of the one session.
"""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from yt_dlp import YoutubeDL
from yt_dlp.downloader.common import FileDownloader
from yt_dlp.downloader.external import FFmpegFD
from yt_dlp.extractor import gen_extractor_classes
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.postprocessor.common import PostProcessor
from yt_dlp.postprocessor.ffmpeg import FFmpegExtractAudioPP, FFmpegThumbnailsConvertorPP

from bowerbird.errors import JobError
from bowerbird.redact import redact
from bowerbird.scrapers import options
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.programs import ffmpeg_program
from bowerbird.scraping import Assignment, LentSession

Info = Mapping[str, Any]

REDIRECTS = 5  # results that only name another address, one after the other
COMMENTS = 1000  # of one item
_WITHHELD = "missing subtitles languages"  # yt-dlp's words for captions that need a proof-of-origin token


class Listener(Protocol):
    """An attempt, as far as yt-dlp calls back."""

    def chosen(self, found: Info) -> None:
        """The streams are chosen and nothing is fetched yet; raises JobError to stop."""

    def progressed(self, step: Info) -> None:
        """Bytes arrived, or a stream is there."""

    def processed(self, step: Info) -> None:
        """A step after the fetching started or ended."""

    def warned(self, text: str) -> None:
        """yt-dlp said something that may be the only trace of a cause."""


class _Silent(YoutubeDL):  # type: ignore[misc]  # yt-dlp carries no types
    """yt-dlp without what only options of its command line need, and what costs a fifth of a small video's time."""

    withholds_captions = False
    _picture: threading.Thread | None = None

    def _forceprint(self, key: str, info_dict: Info | None) -> None: ...

    def add_default_info_extractors(self) -> None:
        """All of them in their order; choosing them by patterns of names takes 35 ms (measured)."""
        for extractor in gen_extractor_classes():
            if extractor._ENABLED:
                self.add_info_extractor(extractor)

    def write_debug(self, message: str, only_once: bool = False) -> None:
        """Nobody reads these lines; but captions that need a token are told only here."""
        self.withholds_captions = self.withholds_captions or _WITHHELD in message

    def _write_thumbnails(self, _label: str, info_dict: Info, _first: str, place: str) -> list[tuple[str, str]]:
        """Let a thread fetch the picture, and try the next where one is missing, while the media comes.

        The thread has its own copy of what it changes; yt-dlp itself is told that there is no picture.
        """
        own = {**info_dict, "thumbnails": [dict(one) for one in info_dict.get("thumbnails") or ()]}
        self._picture = threading.Thread(target=self._fetch_picture, args=(own, place), name="picture")
        self._picture.start()
        return []

    def _fetch_picture(self, own: dict[str, Any], place: str) -> None:
        try:
            own["__files_to_move"] = dict(super()._write_thumbnails("video", own, place, place) or ())
            replaced, _ = FFmpegThumbnailsConvertorPP(self, options.THUMBNAIL_KINDS).run(own)
            for path in replaced:
                Path(path).unlink()
        except Exception as error:  # noqa: BLE001 - whatever a picture does, the media comes
            self.report_warning(f"thumbnail: {error}")

    def await_picture(self) -> None:
        """Return when no thread works for the present attempt."""
        if self._picture:
            self._picture.join()
        self._picture = None


class Library:
    """yt-dlp for one attempt after the other."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._listener: Listener | None = None
        self._audio_only = False
        self._session: LentSession | None = None
        self._yt_dlp = _Silent(
            {
                **options.library_options(surroundings, ffmpeg_program()),
                "logger": _Logger(self),
                "progress_hooks": [self._progressed],
                "postprocessor_hooks": [self._processed],
                "format": self._choose,
            }
        )
        self._yt_dlp.add_post_processor(_Chosen(self), when="video")

    def begin(self, assignment: Assignment, listener: Listener) -> None:
        """Point yt-dlp at an attempt's folder and wishes."""
        self.sign_in(assignment.session)
        self._listener = listener
        self._audio_only = assignment.audio_only
        self._yt_dlp.params.update(
            paths={"home": assignment.folder},
            format_sort=options.format_order(assignment.quality),
            getcomments=assignment.comments,
            extractor_args={"youtube": {"max_comments": [str(COMMENTS)]}},
        )
        # or a warning, and a list, would count once for the whole series
        self._yt_dlp.withholds_captions = False
        self._yt_dlp._printed_messages.clear()
        self._yt_dlp._playlist_urls.clear()

    def sign_in(self, session: LentSession | None) -> None:
        """Take a session before the first request; a child has the same one, or none, for all its attempts."""
        if session is None or self._session is not None:
            return
        self._session = session
        # read when yt-dlp first needs its jar, which is with the first request
        self._yt_dlp.params["cookiefile"] = io.StringIO(session.cookies)
        self._yt_dlp.params["http_headers"]["User-Agent"] = session.user_agent

    def read(self, url: str) -> dict[str, Any]:
        """What is at an address, without its media: an item, or a list whose entries are read as they are asked for."""
        if not url.startswith(("http://", "https://")):
            # a prefix such as ytsearch: is yt-dlp's own language, not an address
            raise JobError("not_supported")
        found = self._yt_dlp.extract_info(url, download=False, process=False)
        for _ in range(REDIRECTS):
            if found is None or found.get("_type") != "url":
                break
            found = self._yt_dlp.extract_info(found["url"], download=False, process=False, ie_key=found.get("ie_key"))
        if not found:
            raise JobError("scraper_outdated", detail="yt-dlp returned nothing")
        return dict(found)

    def page(self, url: str) -> tuple[str, str]:
        """A page as yt-dlp gets it, disguised where it can, and the address that it came from: one request."""
        asking = self.extractor("Generic")
        text, answer = asking._download_webpage_handle(url, "start", note=False, impersonate=True)
        return str(text), str(answer.url)

    def extractor(self, name: str) -> Any:
        """yt-dlp's reader of a site, by its key; what it knows of pages is not written here again."""
        return self._yt_dlp.get_info_extractor(name)

    def process(self, found: dict[str, Any], download: bool) -> dict[str, Any]:
        """Choose streams and, where asked, fetch and join them; the info dict as yt-dlp leaves it."""
        try:
            return dict(self._yt_dlp.process_ie_result(found, download=download) or {})
        finally:
            self._yt_dlp.await_picture()

    def may_have_captions(self, found: Info) -> bool:
        """Whether captions are listed, or are kept from yt-dlp alone: another library may be given them."""
        listed = found.get("subtitles") or found.get("automatic_captions")
        return bool(listed) or self._yt_dlp.withholds_captions

    def fetch_text(self, url: str, largest: int) -> bytes:
        """A small file, with yt-dlp's cookies and headers."""
        with self._yt_dlp.urlopen(url) as answer:
            return bytes(answer.read(largest))

    def plain(self, found: Info) -> dict[str, Any]:
        """The info dict without yt-dlp's own objects."""
        return dict(self._yt_dlp.sanitize_info(found, remove_private_keys=True))

    def _choose(self, offered: Info) -> Iterator[dict[str, Any]]:
        chosen = options.choose_streams(offered["formats"], self._audio_only)
        if chosen:
            yield chosen

    def tell_chosen(self, found: dict[str, Any]) -> None:
        """Called by yt-dlp between choosing and fetching."""
        if self._audio_only and found.get("vcodec") != "none":
            found.setdefault("__postprocessors", []).append(FFmpegExtractAudioPP(self._yt_dlp, "best"))
        if self._listener:
            self._listener.chosen(found)

    def tell_warning(self, text: str) -> None:
        """Called by yt-dlp's logger."""
        sys.stderr.write(f"{redact(text)}\n")
        if self._listener:
            self._listener.warned(text)

    def _progressed(self, step: Info) -> None:
        if self._listener:
            self._listener.progressed(step)

    def _processed(self, step: Info) -> None:
        if self._listener:
            self._listener.processed(step)


class _Logger:
    """yt-dlp's three doors for text; normal lines arrive as debug."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def debug(self, text: str) -> None: ...

    def warning(self, text: str) -> None:
        self._library.tell_warning(text)

    def error(self, text: str) -> None:
        self._library.tell_warning(text)


class _Chosen(PostProcessor):  # type: ignore[misc]  # yt-dlp carries no types
    """yt-dlp's documented place between choosing the streams and fetching anything."""

    def __init__(self, library: Library) -> None:
        super().__init__(None)
        self._library = library

    def run(self, information: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Tell it; nothing is to be deleted."""
        self._library.tell_chosen(information)
        return [], information


def _refuse_network(_self: Any, _filename: str, information: Info) -> bool:
    raise JobError(
        "not_supported", "This stream can't be fetched safely.", detail=f"protocol {information.get('protocol')}"
    )


# yt-dlp hands live and odd HLS to ffmpeg, past the connect guard and with cookies in its argv; no option prevents it
FFmpegFD.real_download = _refuse_network
# the name of an encoding without quotes, as minified pages have it
_UNQUOTED = re.compile(rb"<meta[^>]+charset=([\w-]+)[\s/>]", re.IGNORECASE)
_guess_encoding: Any = getattr(InfoExtractor, "_guess_encoding_from_content", None)


def _encoding_of(content_type: str, page: bytes) -> str:
    """As yt-dlp guesses, which reads such a name on to the next quote, and fails at a letter that is not ASCII."""
    if "charset=" not in content_type and (named := _UNQUOTED.search(page[:1024])):
        return named[1].decode()
    try:
        return str(_guess_encoding(content_type, page))
    except UnicodeDecodeError:
        return "utf-8"


if _guess_encoding:
    InfoExtractor._guess_encoding_from_content = staticmethod(_encoding_of)
# yt-dlp makes lines and titles of its progress, though nobody is shown any; our own hook gets the figures
FileDownloader.report_progress = lambda _self, _step: None


def landed(found: Info) -> Path | None:
    """The file that yt-dlp says it made."""
    made = found.get("requested_downloads") or ()
    path = made[0].get("filepath") if made else None
    return Path(path) if path else None

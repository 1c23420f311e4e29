"""Which options reach a library: those of a committed list, with these values, whatever a request says.

`options.tsv` is that list. A new option, or another value, needs a line there, and so somebody who looks at it.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as some

from bowerbird.errors import RequestError
from bowerbird.messages.requests import read_capture
from bowerbird.model import CaptureOptions
from bowerbird.queue.intake import check_options
from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.gallery import program as gallery_program
from bowerbird.scrapers.gallery.configuration import configuration
from bowerbird.scrapers.gallery.targets import PLANS
from bowerbird.scrapers.instagram import library as instagram_library
from bowerbird.scrapers.library import Library, _Silent
from bowerbird.scrapers.transcripts import tracks_of_youtube
from bowerbird.scraping import Assignment, Pace
from tests.scrapers.conftest import web
from tests.scrapers.instagram.conftest import lent

LIST = Path(__file__).with_name("options.tsv")
VARIES = "varies"
Reached = dict[tuple[str, str], set[str]]

# as different as settings and assignments can be
AROUND = (Surroundings(), Surroundings(proxy="http://p.example:1", ca_bundle="/ca.pem", allow_private_hosts=True))
PAGE = web("https://a.example/")
ASSIGNED = (
    Assignment(job_id="a", folder="/a", target=PAGE),
    Assignment(
        job_id="b", folder="/b", target=PAGE, quality="720", audio_only=True, comments=True, media=False, max_items=3,
        max_bytes=1, free_bytes=2, transcripts=("en",), session=lent(), pace=Pace(delay_min=1, delay_max=2),
    ),
)  # fmt: skip


def said(value: Any) -> str:
    """A value as the list has it."""
    if isinstance(value, str) and value.startswith(sys.prefix):
        return "a program of ours"
    return json.dumps(value, default=lambda one: sorted(one) if isinstance(one, set | frozenset) else "object")


def note(reached: Reached, library: str, options: dict[str, Any]) -> None:
    """Add options with their values; what is inside of an option has the option's name before it."""
    for name, value in options.items():
        if isinstance(value, dict) and value:
            note(reached, library, {f"{name}.{inner}": one for inner, one in value.items()})
        else:
            reached.setdefault((library, name), set()).add(said(value))


def of_yt_dlp(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    """The constructor's options, and what each attempt changes."""
    construct = _Silent.__init__

    def noting(self: Any, params: dict[str, Any], *rest: Any, **named: Any) -> None:
        note(reached, "yt_dlp", params | {f"{name} (argument)": one for name, one in named.items()})
        assert not rest
        construct(self, params, *rest, **named)

    monkeypatch.setattr(_Silent, "__init__", noting)
    for around in AROUND:
        for assigned in ASSIGNED:
            library = Library(around)
            before: Reached = {}
            after: Reached = {}
            note(before, "yt_dlp", library._yt_dlp.params)
            library.begin(assigned, Nobody())
            note(after, "yt_dlp", library._yt_dlp.params)
            for name in (name for name, values in after.items() if before.get(name) != values):
                reached.setdefault(name, set()).update(after[name])


class Nobody:
    """Who hears nothing of an attempt."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def of_gallery_dl(reached: Reached, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The configuration of each kind of target, and the command line."""
    for around in AROUND:
        for assigned in ASSIGNED:
            for plan in PLANS.values():
                for wish in (plan.wish, plan.wish._replace(start_at="cursor")):
                    note(reached, "gallery_dl", configuration(assigned, wish, around, "MARK", "/dev/fd/9"))

    def noting(argv: list[str], **_: Any) -> None:
        note(reached, "gallery_dl (command)", dict.fromkeys((one for one in argv[5:] if one.startswith("-")), True))
        raise InterruptedError

    monkeypatch.setattr(gallery_program.subprocess, "Popen", noting)
    with pytest.raises(InterruptedError):
        gallery_program.Program("https://a.example/", lambda mark, cookies: {}, "", folder)


def of_instaloader(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its two constructors are given by us."""
    for kind in (instagram_library.Instaloader, instagram_library.InstaloaderContext):
        construct = kind.__init__

        def noting(
            self: Any, *given: Any, _construct: Any = construct, _name: str = kind.__name__, **named: Any
        ) -> None:
            ours = "bowerbird" in inspect.stack()[1].filename
            if ours:
                bound = inspect.signature(_construct).bind(self, *given, **named).arguments
                note(reached, f"instaloader ({_name})", {name: one for name, one in bound.items() if name != "self"})
            _construct(self, *given, **named)

        monkeypatch.setattr(kind, "__init__", noting)
    for session in (None, lent()):
        instagram_library.Library(session).close()


def of_youtube_transcript_api(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its constructor, its list and each transcript are given."""
    import youtube_transcript_api as library

    class Fetched:
        language_code, is_generated = "en", False

        def fetch(self, *given: Any, **named: Any) -> Any:
            assert not given
            note(reached, "youtube_transcript_api (fetch)", named)
            return type("Snippets", (), {"snippets": ()})

    def construct(_self: Any, *given: Any, **named: Any) -> None:
        assert not given
        note(reached, "youtube_transcript_api", named)

    def listed(_self: Any, *given: Any, **named: Any) -> Iterator[Fetched]:
        note(reached, "youtube_transcript_api (list)", {"video_id": given[0], **named})
        assert len(given) == 1
        return iter([Fetched()])

    monkeypatch.setattr(library.YouTubeTranscriptApi, "__init__", construct)
    monkeypatch.setattr(library.YouTubeTranscriptApi, "list", listed)
    for video in ("a", "b"):
        for track in tracks_of_youtube(video, object()):
            track.fetch()


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Reached:
    """All options of all libraries, with the values that they took."""
    found: Reached = {}
    of_yt_dlp(found, monkeypatch)
    of_instaloader(found, monkeypatch)
    of_youtube_transcript_api(found, monkeypatch)
    of_gallery_dl(found, monkeypatch, tmp_path)
    return found


def lines(reached: Reached) -> list[str]:
    """The list as it should be."""
    return [
        f"{library}\t{name}\t{next(iter(values)) if len(values) == 1 else VARIES}"
        for (library, name), values in sorted(reached.items())
    ]


def test_only_listed_options_reach_a_library(reached: Reached) -> None:
    """Every option of every library is in options.tsv, with its value or that it varies; none is there without use."""
    assert lines(reached) == LIST.read_text("utf-8").splitlines()[1:]


SHAPES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=12)
    | some.sampled_from(("best", "720", "en", "pt-BR", "all", "none", "--exec=id", "../x", "en\n", "a;b", "%(title)s")),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
FIELDS = ("quality", "audio_only", "transcripts", "max_items", "comments", "force", "exec", "outtmpl", "postprocessors",
          "cookiefile", "config_locations", "proxy", "base-directory", "paths")  # fmt: skip
TRICKS = ("en", "all", "--exec=id", "../x", "en\n", "a;b", "%(title)s", "", "-en")
LANGUAGES = some.fixed_dictionaries({"transcripts": some.lists(some.sampled_from(TRICKS), min_size=1, max_size=2)})
SEEN = Library(Surroundings())


def options_of(asked: dict[str, Any]) -> CaptureOptions | None:
    """What of a capture's options comes through, as the host takes them in; None where it is refused."""
    body = {"key": "k", "url": "https://a.example/", "source": "cli", "captured_at": "", "options": asked}
    try:
        options = read_capture(msgspec.Raw(msgspec.json.encode(body))).options
        check_options(options)
    except RequestError:
        return None
    return options


@trying(max_examples=150)
@given(some.dictionaries(some.sampled_from(FIELDS), SHAPES, max_size=5) | LANGUAGES)
def test_any_json_sets_only_what_can_be_chosen(asked: dict[str, Any]) -> None:
    """Whatever JSON stands for a capture's options: refused, or a choice of ours; no other key and no text comes by."""
    options = options_of(asked)
    if options is None:
        return
    assert options.quality in (None, "best", "2160", "1440", "1080", "720", "480")
    assert {type(options.audio_only), type(options.comments), type(options.force)} == {bool}
    assert options.max_items is None or 1 <= options.max_items <= 1_000_000
    assert all(one.replace("-", "").isalnum() and one.isascii() and one[0] != "-" for one in options.transcripts or ())
    before = {name: said(one) for name, one in SEEN._yt_dlp.params.items()}
    SEEN.begin(
        Assignment(
            job_id="j", folder="/a", target=PAGE, quality=options.quality or "best", audio_only=options.audio_only,
            comments=options.comments, transcripts=options.transcripts or (),
        ),
        Nobody(),
    )  # fmt: skip
    changed = {name for name, one in SEEN._yt_dlp.params.items() if before.get(name) != said(one)}
    assert changed <= {"paths", "format_sort", "getcomments", "extractor_args"}

"""The unmodified libraries, led to the stand-in and to nothing else."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.platforms import StandIn
from tests.platforms.gallery import Run, gallery_dl

_INHERITED = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_DIR", "CURL_CA_BUNDLE")

# yt-dlp leaves sockets of failed requests to the garbage collector
LEAVES_SOCKETS = pytest.mark.filterwarnings("ignore::ResourceWarning")

Extract = Callable[..., dict[str, Any]]
Gallery = Callable[..., Run]


@pytest.fixture(scope="module", autouse=True)
def _collect_sockets_left_open() -> Iterator[None]:
    """What a library left open is closed before tests that don't expect it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def platforms(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in that nothing unforeseen was asked of; the environment leads libraries to it."""
    with StandIn() as stand_in:
        for name in _INHERITED:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.setenv("HTTPS_PROXY", stand_in.url)
        monkeypatch.setenv("HTTP_PROXY", stand_in.url)
        monkeypatch.setenv("SSL_CERT_FILE", stand_in.ca_file)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", stand_in.ca_file)
        yield stand_in
    assert not stand_in.flagged


class Messages:
    """A yt-dlp logger that keeps the warnings: some causes are only there."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Drop it."""

    def warning(self, message: str) -> None:
        """Keep it."""
        self.warnings.append(message)

    def error(self, message: str) -> None:
        """Keep it too."""
        self.warnings.append(message)


@pytest.fixture
def messages() -> Messages:
    """What yt-dlp warned of."""
    return Messages()


@pytest.fixture
def extract(platforms: StandIn, tmp_path: Path, messages: Messages) -> Extract:
    """`extract(url, download=False, **options)`: what yt-dlp makes of a URL; files land in tmp_path."""
    import imageio_ffmpeg
    import yt_dlp

    def run(url: str, download: bool = False, **options: Any) -> dict[str, Any]:
        defaults = {
            "paths": {"home": str(tmp_path)},
            "outtmpl": {"default": "%(id)s.%(ext)s"},
            "logger": messages,
            "noprogress": True,
            "cachedir": False,
            "extractor_retries": 0,
            "socket_timeout": 5,
            "proxy": platforms.url,
            "compat_opts": {"no-certifi"},
            "ffmpeg_location": imageio_ffmpeg.get_ffmpeg_exe(),
        }
        with yt_dlp.YoutubeDL({**defaults, **options}) as library:
            found = library.extract_info(url, download=download)
            return dict(library.sanitize_info(found))

    return run


@pytest.fixture
def gallery(platforms: StandIn, tmp_path: Path) -> Gallery:
    """`gallery(url, cookies=None, **options)`: what gallery-dl makes of a URL; files land in tmp_path/files."""

    def run(url: str, cookies: dict[str, dict[str, str]] | None = None, **options: Any) -> Run:
        return gallery_dl(url, platforms, tmp_path / "files", cookies, **options)

    return run

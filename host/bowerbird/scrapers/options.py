"""Every option that reaches yt-dlp, and which streams are chosen. Nothing from outside adds to this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from bowerbird.model import Quality
from bowerbird.scrapers.environment import Surroundings

Format = Mapping[str, Any]

# what yt-dlp fetches itself; everything else would hand the address to another program, past the connect guard
PROTOCOLS = frozenset(("http", "https", "m3u8", "m3u8_native", "http_dash_segments", "http_dash_segments_generator"))

# codecs that Debian's Chromium and Firefox ESR both play, by the start of their names (RFC 6381)
VIDEO_CODECS = ("avc1", "avc3", "h264", "vp8", "vp08", "vp9", "vp09", "av01", "av1")
AUDIO_CODECS = ("mp4a", "aac", "opus", "vorbis", "mp3", "flac")
CONTAINERS = ("mp4", "webm")

# what ffmpeg may open: files of this disk, and none that name others (lists, playlists); its names of media.py's kinds
_LOCAL_MEDIA = (
    "-protocol_whitelist", "file",
    "-format_whitelist", "mov,matroska,mp3,aac,ogg,flac,wav,avi,flv,mpegts",
)  # fmt: skip
# yt-dlp's steps that read a stream, as its option spells them
_READERS = ("merger", "extractaudio", "fixupm3u8", "fixupm4a", "fixupstretched", "fixuptimestamp", "fixupduration",
            "fixupduplicatemoov")  # fmt: skip

# below this nothing else is promised; a picture of a kind that no browser shows becomes a jpg
THUMBNAIL_KINDS = "jpg>jpg/jpeg>jpg/webp>webp/png>png/jpg"


def library_options(surroundings: Surroundings, ffmpeg: str | None) -> dict[str, Any]:
    """The options that hold for every attempt of a child."""
    return {
        "noprogress": True,
        "quiet": True,
        "color": "never",
        "cachedir": False,
        "usenetrc": False,
        "enable_file_urls": False,
        "overwrites": False,
        "continuedl": True,
        "retries": 3,
        "fragment_retries": 3,
        "extractor_retries": 1,
        "file_access_retries": 1,
        "socket_timeout": 20,
        "skip_unavailable_fragments": False,
        "external_downloader": {"default": "native"},
        "hls_prefer_native": True,
        "outtmpl": {"default": "media.%(ext)s", "thumbnail": "thumbnail.%(ext)s"},
        "writethumbnail": True,
        "postprocessor_args": {f"{reader}+ffmpeg_i": list(_LOCAL_MEDIA) for reader in _READERS},
        **({"ffmpeg_location": ffmpeg} if ffmpeg else {}),
        **({"proxy": surroundings.proxy} if surroundings.proxy else {}),
        **({"compat_opts": {"no-certifi"}} if surroundings.ca_bundle else {}),
    }


def format_order(quality: Quality) -> list[str]:
    """yt-dlp's order of formats: the shorter edge up to the wished one (a short of 1080 by 1920 counts as 1080)."""
    return ["res"] if quality == "best" else [f"res:{quality}"]


def choose_streams(formats: Iterable[Format], audio_only: bool) -> dict[str, Any] | None:
    """The one file, or the pair to join, out of formats that are ordered from worst to best; None where nothing fits.

    The best picture that browsers play decides, the sound follows it into the same container.
    """
    best_first = [one for one in reversed(list(formats)) if _can_be_fetched(one)]
    groups = ([one for one in best_first if _plays(one)], best_first)
    pictures = () if audio_only else (_picture(group, best_first) for group in groups)
    sounds = (_sound(group) for group in groups)
    return next((chosen for chosen in chain(pictures, sounds) if chosen), None)


def _can_be_fetched(one: Format) -> bool:
    return one.get("protocol", "https") in PROTOCOLS and not one.get("has_drm") and one.get("ext") != "mhtml"


def _plays(one: Format) -> bool:
    return _known(one.get("vcodec"), VIDEO_CODECS) and _known(one.get("acodec"), AUDIO_CODECS)


def _known(codec: str | None, names: tuple[str, ...]) -> bool:
    return codec in (None, "none") or str(codec).lower().startswith(names)


def _has(one: Format, codec: str) -> bool:
    return one.get(codec) != "none"


def _sound(group: list[Format]) -> dict[str, Any] | None:
    alone = (one for one in group if not _has(one, "vcodec") and _has(one, "acodec"))
    together = (one for one in group if _has(one, "acodec"))
    found = next(alone, None) or next(together, None)
    return dict(found) if found else None


def _picture(group: list[Format], everything: list[Format]) -> dict[str, Any] | None:
    video = next((one for one in group if _has(one, "vcodec")), None)
    if video is None:
        return None
    if _has(video, "acodec"):
        return dict(video)
    sounds = [one for one in everything if not _has(one, "vcodec") and _has(one, "acodec")]
    audio, container = _matching(video, sounds)
    return _joined(video, audio, container) if audio else dict(video)


def _matching(video: Format, sounds: list[Format]) -> tuple[Format | None, str]:
    """The first sound that fits the picture's container, and that; else the best sound, and whatever holds both."""
    for audio in sounds:
        container = _container(video, audio)
        if container in CONTAINERS:
            return audio, container
    return (sounds[0], _container(video, sounds[0])) if sounds else (None, "")


def _container(video: Format, audio: Format) -> str:
    from yt_dlp.utils import get_compatible_ext

    return str(
        get_compatible_ext(
            vcodecs=[video.get("vcodec")],
            acodecs=[audio.get("acodec")],
            vexts=[video["ext"]],
            aexts=[audio["ext"]],
        )
    )


def _joined(video: Format, audio: Format, container: str) -> dict[str, Any]:
    """A format of two streams, in the shape that yt-dlp documents for format functions."""
    kept = ("width", "height", "fps", "vcodec", "dynamic_range", "resolution")
    return {
        "format_id": f"{video['format_id']}+{audio['format_id']}",
        "format": f"{video.get('format')}+{audio.get('format')}",
        "ext": container,
        "requested_formats": [video, audio],
        "protocol": f"{video.get('protocol')}+{audio.get('protocol')}",
        "acodec": audio.get("acodec"),
        **{name: video[name] for name in kept if video.get(name) is not None},
    }


def expected_bytes(chosen: Format) -> tuple[int | None, ...]:
    """How many bytes each stream will have, as far as the platform tells or the bit rate lets guess."""
    duration = chosen.get("duration")
    return tuple(_size_of(one, duration) for one in streams_of(chosen))


def streams_of(chosen: Format) -> Iterator[Format]:
    """The streams that are fetched for a chosen format."""
    yield from chosen.get("requested_formats") or (chosen,)


def _size_of(one: Format, duration: Any) -> int | None:
    known = one.get("filesize") or one.get("filesize_approx")
    if known:
        return int(known)
    rate = one.get("tbr")
    return int(rate * duration * 125) if rate and duration else None

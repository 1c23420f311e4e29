"""The streams of a video: what the player answer says of them, and the bytes behind their URLs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.platforms import media
from tests.platforms.exchange import Answer, Request, text
from tests.platforms.exchange import media as media_answer
from tests.platforms.youtube.world import Video, find

MEDIA_HOST = "rr1---sn-standin.googlevideo.com"
MANIFEST_HOST = "manifest.googlevideo.com"

# the player script turns both strings around (see script.py)
_N, _N_SOLVED = "abcdef", "fedcba"
_SIGNATURE, _SIGNATURE_SOLVED = "0123456789", "9876543210"


@dataclass(frozen=True)
class Format:
    """One row of the platform's format table; `clip` is the medium, for `seconds` of it."""

    mime: str
    clip: str
    kbits: int
    height: int = 0
    width: int = 0

    def recipe(self, seconds: int) -> str:
        """The name of the medium."""
        stem, _, ending = self.clip.partition(".")
        return f"{stem}-{seconds}.{ending}"


_AVC, _VP9 = 'video/mp4; codecs="avc1.4d401e"', 'video/webm; codecs="vp9"'
_AAC, _OPUS = 'audio/mp4; codecs="mp4a.40.2"', 'audio/webm; codecs="opus"'

# heights, widths and containers as the real itags have them
FORMATS = {
    18: Format('video/mp4; codecs="avc1.42001E, mp4a.40.2"', "both.mp4", 500, 360, 640),
    160: Format(_AVC, "video.mp4", 100, 144, 256),
    133: Format(_AVC, "video.mp4", 240, 240, 426),
    134: Format(_AVC, "video.mp4", 400, 360, 640),
    135: Format(_AVC, "video.mp4", 800, 480, 854),
    136: Format(_AVC, "video.mp4", 1500, 720, 1280),
    137: Format(_AVC, "video.mp4", 3000, 1080, 1920),
    278: Format(_VP9, "video.webm", 90, 144, 256),
    243: Format(_VP9, "video.webm", 350, 360, 640),
    247: Format(_VP9, "video.webm", 1200, 720, 1280),
    248: Format(_VP9, "video.webm", 2400, 1080, 1920),
    271: Format(_VP9, "video.webm", 6000, 1440, 2560),
    313: Format(_VP9, "video.webm", 12000, 2160, 3840),
    139: Format(_AAC, "audio.m4a", 48),
    140: Format(_AAC, "audio.m4a", 128),
    250: Format(_OPUS, "audio.webm", 64),
    251: Format(_OPUS, "audio.webm", 130),
}


def streaming(video: Video) -> dict[str, Any]:
    """The `streamingData` of the player answer."""
    if video.live:
        master = f"https://{MANIFEST_HOST}/api/manifest/hls_variant/id/{video.id}/file/index.m3u8"
        return {"hlsManifestUrl": master}
    listed = [_listed(video, itag) for itag in video.itags]
    both = [one for one in listed if one["itag"] == 18]
    return {"expiresInSeconds": "21540", "formats": both, "adaptiveFormats": [one for one in listed if one not in both]}


def _listed(video: Video, itag: int) -> dict[str, Any]:
    shape = FORMATS[itag]
    row: dict[str, Any] = {
        "itag": itag,
        "mimeType": shape.mime,
        "bitrate": shape.kbits * 1000,
        "contentLength": str(media.size(shape.recipe(video.seconds), _mark(video.id, itag))),
        "approxDurationMs": str(video.seconds * 1000),
        "lastModified": "1790000000000000",
        **_CHALLENGES[video.challenge](_url(video.id, itag)),
    }
    if shape.height:
        return {**row, "width": shape.width, "height": shape.height, "fps": 12, "qualityLabel": f"{shape.height}p"}
    return {**row, "audioSampleRate": "44100", "audioChannels": 1, "audioQuality": "AUDIO_QUALITY_MEDIUM"}


def _url(video_id: str, itag: int) -> str:
    return f"https://{MEDIA_HOST}/videoplayback?" + urlencode({"id": video_id, "itag": itag, "expire": 1900000000})


_CHALLENGES: dict[str, Callable[[str], dict[str, str]]] = {
    "": lambda url: {"url": url},
    "n": lambda url: {"url": f"{url}&n={_N}"},
    "sig": lambda url: {"signatureCipher": urlencode({"s": _SIGNATURE, "sp": "sig", "url": url})},
    "sabr": lambda _: {},
}

_SOLVED = {"": ("", ""), "n": ("n", _N_SOLVED), "sig": ("sig", _SIGNATURE_SOLVED), "sabr": ("", "")}


def _mark(video_id: str, itag: int) -> str:
    return f"{video_id} {itag}"


def videoplayback(request: Request) -> Answer | None:
    """Answer the media host: 403 for an unsolved challenge, else the file with Range."""
    query = request.query
    video, itag = find(query.get("id", ""), request.changes), int(query.get("itag", 0))
    if itag not in video.itags:
        return None
    name, solved = _SOLVED[video.challenge]
    if name and query.get(name) != solved:
        return text("forbidden", status=403)
    shape = FORMATS[itag]
    body = media.unique(shape.recipe(video.seconds), _mark(video.id, itag))
    return media_answer(request, body, shape.mime.partition(";")[0])


def hls(request: Request) -> Answer | None:
    """Answer the manifest host: a master playlist with one variant, and that variant of two segments."""
    parts = request.path.strip("/").split("/")
    if "id" not in parts:
        return None
    video_id = parts[parts.index("id") + 1]
    if parts[2] == "hls_variant":
        variant = f"https://{MANIFEST_HOST}/api/manifest/hls_playlist/id/{video_id}/itag/91/playlist/index.m3u8"
        shape = 'BANDWIDTH=290000,CODECS="avc1.42c00b,mp4a.40.5",RESOLUTION=256x144,FRAME-RATE=12'
        return _m3u8("#EXT-X-INDEPENDENT-SEGMENTS", f"#EXT-X-STREAM-INF:{shape}", variant)
    segments = [f"#EXTINF:2.0,\nhttps://{MEDIA_HOST}/segment/{video_id}/{number}.ts" for number in (0, 1)]
    return _m3u8("#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", *segments, "#EXT-X-ENDLIST")


def _m3u8(*lines: str) -> Answer:
    return text("\n".join(("#EXTM3U", *lines, "")), "application/vnd.apple.mpegurl")


def segment(request: Request) -> Answer | None:
    """Answer a piece of a live stream."""
    video_id, name = request.path.split("/")[2:4]
    recipe = f"segment-{name}"
    if recipe not in media.RECIPES:
        return None
    return media_answer(request, media.unique(recipe, video_id), "video/mp2t")

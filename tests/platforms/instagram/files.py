"""The CDN: signed addresses, real bytes of its own for each file, and no business with any login."""

from __future__ import annotations

import hashlib
import re
from html import escape

from tests.platforms import media
from tests.platforms.exchange import Answer, Request, text
from tests.platforms.exchange import media as media_answer

CDN = "scontent.cdninstagram.com"
_PICTURES, _CLIPS = "v/t51.2885-15", "o1/v/t2/f2/m86"
_FOLDERS = {".jpg": _PICTURES, ".mp4": _CLIPS, ".v.mp4": _CLIPS, ".a.mp4": _CLIPS}
# .v.mp4 and .a.mp4 are the streams of a DASH manifest
_RECIPES = {".jpg": "picture.jpg", ".mp4": "both-4.mp4", ".v.mp4": "video-4.mp4", ".a.mp4": "audio-4.m4a"}
_FILE = re.compile(r"/(?:v/t51\.2885-1[59]|o1/v/t2/f2/m86)/(?P<name>\d+)_n(?P<ending>\.jpg|(?:\.[va])?\.mp4)")


def url(pk: int, ending: str, surface: str = "www", folder: str = "") -> str:
    """The address of a file; web and app sign it differently, so that their addresses differ for the same bytes."""
    path = f"/{folder or _FOLDERS[ending]}/{pk}_n{ending}"
    return f"https://{CDN}{path}?_nc_ht={CDN}&_nc_sid={surface}&oe=7F000000&oh={_signature(path, surface)}"


def avatar(pk: int, surface: str = "www") -> str:
    """The address of a profile's picture."""
    return url(pk, ".jpg", surface, "v/t51.2885-19")


def manifest(pk: int, surface: str) -> str:
    """The DASH manifest (ISO 23009-1) that the platform gives along with every video."""
    streams = (
        _stream("video", 'codecs="avc1.42c00d" width="1080" height="1080"', url(pk, ".v.mp4", surface)),
        _stream("audio", 'codecs="mp4a.40.2" audioSamplingRate="44100"', url(pk, ".a.mp4", surface)),
    )
    return (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S">'
        f"<Period>{''.join(streams)}</Period></MPD>"
    )


def _stream(kind: str, about: str, address: str) -> str:
    return (
        f'<AdaptationSet contentType="{kind}">'
        f'<Representation id="{kind}" bandwidth="90000" mimeType="{kind}/mp4" {about}>'
        f"<BaseURL>{escape(address)}</BaseURL></Representation></AdaptationSet>"
    )


def _signature(path: str, surface: str) -> str:
    return "00_" + hashlib.sha256(f"{path} {surface}".encode()).hexdigest()[:24]


def content(pk: int, ending: str) -> bytes:
    """The bytes of a file."""
    return media.unique(_RECIPES[ending], f"instagram {pk}")


def serve(request: Request) -> Answer | None:
    """Answer for a file; 403 without the right signature, as the real CDN does."""
    wanted = _FILE.fullmatch(request.path)
    if not wanted:
        return None
    query = request.query
    if query.get("oh") != _signature(request.path, query.get("_nc_sid", "")):
        return text("Bad URL hash", status=403)
    ending = wanted["ending"]
    return media_answer(request, content(int(wanted["name"]), ending), media.TYPES[ending[-4:]])

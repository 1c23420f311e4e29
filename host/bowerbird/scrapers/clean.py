"""What a library said of an item, whole, without what must not be kept: cookies, headers, signed URLs, local paths."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

METADATA_NAME = "metadata.json"
DEPTH = 40  # levels of nesting; a platform needs about eight

# keys that carry a login, a signed address or a place on this computer, in yt-dlp's and other libraries' spelling
_DROPPED = frozenset(
    ("cookies", "cookie", "http_headers", "headers", "authorization", "filepath", "filename", "tmpfilename", "proxy",
     "infojson_filename", "requested_downloads", "requested_subtitles", "fragments", "fragment_base_url",
     "manifest_url", "downloader_options", "hls_aes", "hls_media_playlist_data", "extra_param_to_segment_url",
     "extra_param_to_key_url", "impersonate")
)  # fmt: skip
# below these a `url` is the address of the bytes, good for some hours and for whoever holds it
_MEDIA_LISTS = frozenset(("formats", "requested_formats", "subtitles", "automatic_captions"))
_SIGNATURE = re.compile(
    r"^(?:l?sig|signature|.*token|auth|.*key|key-pair-id|policy|expires?|hash|hmac|st|e|oh|oe|_nc_\w+|rs|sqp|x-\w+-.*|"
    r"session.*|password|secret|code|ticket)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def cleaned(described: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """A copy that may be kept and shown; only what JSON knows, and never the attempt's folder."""
    # the media's own address stands at the top as well, once a format is chosen
    top = {key: value for key, value in described.items() if key != "url"}
    value = _clean(top, folder, DEPTH, in_media=False)
    return dict(value)


def write_metadata(described: Mapping[str, Any], folder: Path) -> Path:
    """Write `metadata.json` and return its path."""
    path = folder / METADATA_NAME
    path.write_bytes(msgspec.json.format(msgspec.json.encode(cleaned(described, str(folder))), indent=1))
    return path


def _clean(value: Any, folder: str, depth: int, in_media: bool) -> Any:
    if isinstance(value, str):
        return _clean_text(value, folder)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return _clean_mapping(value, folder, depth, in_media)
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one, folder, depth - 1, in_media) for one in value]
    return None


def _clean_mapping(value: Mapping[Any, Any], folder: str, depth: int, in_media: bool) -> dict[str, Any]:
    kept = {str(key): one for key, one in value.items() if _is_kept(str(key), in_media)}
    return {
        _clean_text(key, ""): _clean(one, folder, depth - 1, in_media or key in _MEDIA_LISTS)
        for key, one in kept.items()
    }


def _is_kept(key: str, in_media: bool) -> bool:
    return not key.startswith("_") and key.lower() not in _DROPPED and not (in_media and key == "url")


def _clean_text(text: str, folder: str) -> str:
    whole = text.encode("utf-8", "replace").decode()
    without = whole.replace(folder, "") if folder else whole
    return unsigned(without) if _ADDRESS.fullmatch(without) else without


def unsigned(url: str) -> str:
    """The address without password and, where any part of its query looks like a signature, without its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    query = "" if any(_SIGNATURE.match(name) for name in names) else parts.query
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, parts.fragment))

"""Any other place on the web: a page or a media file; which library can take it is found out by the scraper."""

from __future__ import annotations

from bowerbird.model import Target
from bowerbird.targets.address import Address

EXTENSIONS = """
3gp avi flv m2ts m3u8 m4v mkv mov mp4 mpd mpeg mpg ogv webm wmv
aac aif aiff flac m4a mka mp3 oga ogg opus wav wma
apng avif bmp gif heic heif jfif jpeg jpg jxl png tif tiff webp
"""
MEDIA_EXTENSIONS = frozenset(EXTENSIONS.split())

# Parameters that say where a click came from and nothing else, of the networks and mailers that most pages meet.
TRACKING = """
fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid _ga _gl _hsenc
_hsmi mkt_tok vero_id oly_enc_id oly_anon_id srsltid epik
"""
TRACKING_NAMES = frozenset(TRACKING.split())
TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_")


def web_target(address: Address, url: str) -> Target:
    """The target of an address that no platform's table knows."""
    path = address.path or "/"
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return Target(
        url=url,
        platform="web",
        kind="file" if dot and extension.lower() in MEDIA_EXTENSIONS else "page",
        canonical_url=address.origin + path + _query(address.query) + _fragment(address.fragment),
    )


def _query(query: str) -> str:
    kept = "&".join(part for part in query.split("&") if not _is_tracking(part.partition("=")[0].lower()))
    return f"?{kept}" if kept else ""


def _is_tracking(name: str) -> bool:
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)


def _fragment(fragment: str) -> str:
    """Kept where it names the page, as it does in pages that are programs (`#/a`, `#!a`); else a place in it."""
    return f"#{fragment}" if fragment[:1] in ("/", "!") and len(fragment) > 1 else ""

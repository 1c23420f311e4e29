"""Which scraper takes which target. To add a library is to add its file, a line in SCRAPERS, and its name in ROUTES.

Nothing here imports a library: the worker reads these tables, only a child loads what they name.
"""

from __future__ import annotations

from bowerbird.model import Target

# name of a scraper → where its class is, as "module:class"; every class is made without arguments in a child of its own
SCRAPERS: dict[str, str] = {
    "files": "bowerbird.scrapers.files:FilesScraper",
    "gallery_dl": "bowerbird.scrapers.gallery.scraper:GalleryScraper",
    "instaloader": "bowerbird.scrapers.instagram.scraper:InstagramScraper",
    "thumbnails": "bowerbird.scrapers.thumbnails:Thumbnails",
    "yt_dlp": "bowerbird.scrapers.ytdlp:YtDlpScraper",
}

# name of a scraper → the distribution (packaging.python.org) whose version says with what something came
DISTRIBUTIONS: dict[str, str] = {"gallery_dl": "gallery-dl", "instaloader": "instaloader", "yt_dlp": "yt-dlp"}

# (platform, kind), each may be "*" → names in the order in which they are tried; the first row that fits counts.
# Named collections and guides are known to gallery-dl alone. Of a TikTok photo post yt-dlp would bring only the music.
# Of Instagram yt-dlp brings one video at a time: its lists lack all pictures, and their entries have no page.
ROUTES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("instagram", "collection", ("gallery_dl",)),
    ("instagram", "guide", ("gallery_dl",)),
    ("instagram", "post", ("instaloader", "gallery_dl", "yt_dlp")),
    ("instagram", "reel", ("instaloader", "gallery_dl", "yt_dlp")),
    ("instagram", "video", ("instaloader", "gallery_dl", "yt_dlp")),
    ("instagram", "story", ("instaloader", "gallery_dl", "yt_dlp")),
    ("instagram", "*", ("instaloader", "gallery_dl")),
    ("tiktok", "post", ("gallery_dl",)),
    ("tiktok", "video", ("yt_dlp", "gallery_dl")),
    ("tiktok", "live", ("yt_dlp", "gallery_dl")),
    ("tiktok", "*", ("gallery_dl", "yt_dlp")),
    ("*", "thread", ("gallery_dl", "yt_dlp")),
    ("*", "board", ("gallery_dl", "yt_dlp")),
    ("web", "file", ("files", "yt_dlp")),
    ("web", "*", ("yt_dlp", "gallery_dl", "files")),
    ("*", "*", ("yt_dlp",)),
)

# An attempt that fails with one of these codes says more of the library than of the target: the next one is tried.
NEXT_SCRAPER_ON = frozenset(("not_supported", "scraper_outdated", "blocked"))


def scrapers_for(target: Target) -> tuple[str, ...]:
    """Names of the scrapers that may know a target, in the order in which to try them."""
    return next(
        names for platform, kind, names in ROUTES if platform in (target.platform, "*") and kind in (target.kind, "*")
    )

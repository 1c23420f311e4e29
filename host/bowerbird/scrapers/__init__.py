"""Which scraper takes which target. To add a library is to add its file, a line in SCRAPERS, and its name in ROUTES.

Nothing here imports a library: the worker reads these tables, only a child loads what they name.
"""

from __future__ import annotations

from bowerbird.model import Target

# name of a scraper → where its class is, as "module:class"; every class is made without arguments in a child of its own
SCRAPERS: dict[str, str] = {
    "files": "bowerbird.scrapers.files:FilesScraper",
    "yt_dlp": "bowerbird.scrapers.ytdlp:YtDlpScraper",
}

# name of a scraper → the distribution (packaging.python.org) whose version says with what something came
DISTRIBUTIONS: dict[str, str] = {"yt_dlp": "yt-dlp"}

# (platform, kind), each may be "*" → names in the order in which they are tried; the first row that fits counts
ROUTES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("web", "file", ("files", "yt_dlp")),
    ("web", "*", ("yt_dlp", "files")),
    ("*", "*", ("yt_dlp",)),
)

# an attempt that fails with one of these codes says nothing about the target: the next scraper of the route is tried
NEXT_SCRAPER_ON = frozenset(("not_supported",))


def scrapers_for(target: Target) -> tuple[str, ...]:
    """Names of the scrapers that may know a target, in the order in which to try them."""
    return next(
        names for platform, kind, names in ROUTES if platform in (target.platform, "*") and kind in (target.kind, "*")
    )

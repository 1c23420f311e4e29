"""Which library, in which version, a scraper works with: a page that came by an old one can be told from the others."""

from __future__ import annotations

import functools

from bowerbird.scrapers import DISTRIBUTIONS


@functools.cache
def library_of(scraper: str) -> str | None:
    """Such as `yt-dlp 2026.10.26`; None for a scraper that is all our own, or a library that is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    distribution = DISTRIBUTIONS.get(scraper)
    try:
        return f"{distribution} {version(distribution)}" if distribution else None
    except PackageNotFoundError:
        return None

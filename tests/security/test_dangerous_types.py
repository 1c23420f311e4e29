"""Files that a double click would run: whatever name, ending, type or disposition a server gives them, none lands."""

from __future__ import annotations

import pytest

from bowerbird.scraping import Failed
from tests.platforms import StandIn, faults
from tests.platforms import web as sites
from tests.scrapers.conftest import Scrape, platforms, scrape, settings, stand_in, warm_child, web

__all__ = ["platforms", "scrape", "settings", "stand_in", "warm_child"]

OFFERED = {
    "exe": ("application/x-msdownload", "MZ\x90 a program"),
    "desktop": ("application/x-desktop", "[Desktop Entry]\nType=Application\nExec=touch x\n"),
    "url": ("application/internet-shortcut", "[InternetShortcut]\nURL=file:///etc/passwd\n"),
    "webloc": ("application/xml", '<?xml version="1.0"?><plist><dict><key>URL</key></dict></plist>'),
    "html": ("text/html", "<script>window.hacked=1</script>"),
    "svg": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    "js": ("text/javascript", "window.hacked=1"),
    "sh": ("application/x-sh", "#!/bin/sh\nid\n"),
}


@pytest.mark.parametrize("scraper", ["yt_dlp", "files", "gallery_dl"])
@pytest.mark.parametrize("told", ["as it is", "as a film"])
def test_no_dangerous_file_lands(scraper: str, told: str, scrape: Scrape, platforms: StandIn) -> None:
    """Offered openly, or as a film by its address, its type and its file name: what came is looked at, and refused."""
    for ending, (kind, content) in OFFERED.items():
        platforms.clear()
        name = f"one.{ending}" if told == "as it is" else "one.mp4"
        shown = kind if told == "as it is" else "video/mp4"
        headers = (("Content-Type", shown), ("Content-Disposition", f'attachment; filename="one.mp4.{ending}"'))
        platforms.fault(faults.status(200, content, headers, host="media.example"))
        events = scrape(web(f"{sites.MEDIA}/clips/{name}", "file"), scraper)
        assert isinstance(events[-1], Failed), (ending, events)
        assert events[-1].code in ("unsafe_file", "not_supported", "incomplete"), (ending, events)
        left = [path for path in scrape.folder.rglob("*") if path.is_file()]
        assert [path.name for path in left if path.suffix == f".{ending}"] == []
        assert [path.name for path in left if path.stat().st_mode & 0o111] == []

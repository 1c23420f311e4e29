"""How a browser names itself to sites, for sessions that came without it: one whose browser has no name looks stolen.

Chrome's major version is one of the last half year, as yt-dlp keeps it up to date with its releases; Firefox's is that
of the profile which was used last (its compatibility.ini), else of an ESR. Of the system they tell no more than these
words (chromium.org/updates/ua-reduction).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ESR = 140  # Firefox's long-supported version of 2025-2026
FIREFOXES = frozenset(("firefox", "librewolf"))
# what these add to Chrome's words; the others say that they are Chrome
_ADDED = {"edge": " Edg/{version}.0.0.0", "opera": " OPR/{version}.0.0.0", "opera_gx": " OPR/{version}.0.0.0"}
_SYSTEMS = {"win32": "Windows NT 10.0; Win64; x64", "darwin": "Macintosh; Intel Mac OS X 10_15_7"}
_LINUX = "X11; Linux x86_64"
_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Safari/605.1.15"
)
_VERSION = re.compile(r"^LastVersion=(\d{2,3})\.", re.MULTILINE)


def believable(browser: str | None) -> str:
    """The words of an installed browser, named as in browsers.BROWSERS; of a cookies.txt (None) those of Chrome."""
    if browser == "safari":
        return _SAFARI
    return _firefox() if browser in FIREFOXES else _chrome(browser or "chrome")


def _chrome(browser: str) -> str:
    from yt_dlp.utils.networking import random_user_agent

    told = random_user_agent()
    version = re.search(r"Chrome/(\d+)", told)
    added = _ADDED.get(browser, "").format(version=version[1] if version else "")
    return re.sub(r"\([^)]*\)", f"({_system()})", told, count=1) + added


def _firefox() -> str:
    version = _newest_version() or ESR
    system = _system().replace("10_15_7", "10.15")
    return f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"


def _system() -> str:
    return _SYSTEMS.get(sys.platform, _LINUX)


def _newest_version() -> int | None:
    """The major version that last opened the profile which was used last."""
    from yt_dlp.cookies import _firefox_browser_dirs

    try:
        told = [one for root in _firefox_browser_dirs() for one in Path(root).glob("*/compatibility.ini")]
        newest = max(told, key=lambda path: path.stat().st_mtime, default=None)
        found = _VERSION.search(newest.read_text("utf-8", "replace")) if newest else None
    except OSError:
        return None
    return int(found[1]) if found else None

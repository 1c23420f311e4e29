"""Which folders held an archive before. A disk that is not mounted must not get a second, empty one."""

from __future__ import annotations

import contextlib

from bowerbird.archive.migrations import ensure_archive
from bowerbird.errors import RequestError
from bowerbird.settings import Settings

_NOTES = "archives.txt"


def open_place(settings: Settings) -> None:
    """Make the archive where there never was one, or bring it to this version.

    Raises RequestError `archive_unavailable` where one was and is gone, else as `ensure_archive`.
    """
    if not settings.database.exists() and str(settings.archive) in _noted(settings):
        raise RequestError(
            "archive_unavailable",
            "The folder of your archive is not there, or empty.",
            "Is its disk connected? To begin a new, empty archive at that place, run: bowerbird install",
        )
    make_place(settings)


def make_place(settings: Settings) -> None:
    """Make the archive, or bring it to this version, and remember the place. Raises as `ensure_archive`."""
    ensure_archive(settings.database)
    noted = _noted(settings)
    if str(settings.archive) in noted:
        return
    # A home that can't be written is told by whoever needs it; the note is for later.
    with contextlib.suppress(OSError, UnicodeEncodeError):
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(f"{place}\n" for place in (*noted, str(settings.archive)))
        (settings.home / _NOTES).write_text(text, "utf-8")


def _noted(settings: Settings) -> list[str]:
    try:
        return (settings.home / _NOTES).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []

"""instaloader, unmodified, with its own pauses and tries off; the environment leads it to the stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.platforms.instagram import Account


def loader(folder: Path, account: Account | None = None, renewals: int = 0, **options: Any) -> Any:
    """Return an instaloader that keeps files in `folder`, logged in with the session after so many renewals.

    `options` are those of `instaloader.Instaloader`.
    """
    import instaloader

    defaults = {
        "sleep": False,
        "quiet": True,
        "max_connection_attempts": 1,
        "request_timeout": 5.0,
        "fatal_status_codes": [302],
        "save_metadata": False,
        "post_metadata_txt_pattern": "",
        "download_video_thumbnails": False,
        "dirname_pattern": str(folder),
        "filename_pattern": "{shortcode}",
    }
    made = instaloader.Instaloader(**{**defaults, **options})
    if account:
        made.load_session(account.username, account.cookies(renewals))
    return made


def posts(made: Any, username: str) -> list[Any]:
    """All posts of a profile, the newest first."""
    import instaloader

    return list(instaloader.Profile.from_username(made.context, username).get_posts())

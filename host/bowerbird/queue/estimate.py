"""How much disk the members of a list will need, before anything of them is fetched. A guess: sizes are not told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bowerbird.archive.space import free_bytes
from bowerbird.errors import JobError
from bowerbird.model import Quality
from bowerbird.settings import Settings

# Bytes a second of picture and sound at each height: what YouTube's VP9 streams of ordinary videos have, in the middle
# (yt-dlp --list-formats shows them). Few videos have more than 1080 lines, so that `best` counts as these.
BYTES_A_SECOND: dict[Quality, int] = {
    "best": 350_000, "2160": 1_900_000, "1440": 900_000, "1080": 350_000, "720": 200_000, "480": 100_000,
}  # fmt: skip
SOUND_BYTES_A_SECOND = 17_000

_OPEN = """
    SELECT coalesce(sum(bytes_total), 0) FROM jobs
    WHERE parent_id = ? AND status IN ('pending', 'running', 'waiting', 'paused')
"""


def expected_bytes(duration: float | None, quality: Quality, *, audio_only: bool) -> int | None:
    """What a video of so many seconds will take; None where the list does not tell how long it is."""
    if not duration:
        return None
    return int(duration * (SOUND_BYTES_A_SECOND if audio_only else BYTES_A_SECOND[quality]))


def check_room(db: sqlite3.Connection, settings: Settings, parent_id: str, more: Iterable[int | None]) -> None:
    """Raise JobError `disk_full` where a list's open members and these new ones do not fit above its floor."""
    needed = db.execute(_OPEN, (parent_id,)).fetchone()[0] + sum(size or 0 for size in more)
    room = max(0, free_bytes(settings.archive) - settings.disk_floor)
    if needed <= room:
        return
    raise JobError(
        "disk_full",
        f"The next ones of this list need about {_shown(needed)}, and {_shown(room)} can be used.",
        "Free some space, or cancel this and save it in a lower quality: it goes on by itself when there is room.",
    )


def _shown(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"

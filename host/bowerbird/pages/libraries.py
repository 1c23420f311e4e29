"""Which libraries do the fetching, in which version, how old they are, and what came of their last update."""

from __future__ import annotations

import functools
import sqlite3
import sysconfig
from datetime import date, datetime, timezone
from pathlib import Path
from typing import NamedTuple

from bowerbird.clock import seconds_until
from bowerbird.install.checks.programs import check_bowerbird, check_libraries, check_yt_dlp
from bowerbird.queue import updates
from bowerbird.settings import Settings

# For so long the page tells what came of an update.
FRESH_SECONDS = 24 * 3600


class Library(NamedTuple):
    """One library; `age` is in days where its version tells it. `state` is ok, warn or fail, `fix` the next step."""

    name: str
    version: str
    state: str
    fix: str
    age: int | None


def libraries(settings: Settings) -> tuple[Library, ...]:
    """All that matter, this program first."""
    changed = Path(sysconfig.get_path("purelib")).stat().st_mtime_ns
    return _libraries(settings, datetime.now(timezone.utc).date(), changed)


# to read what is installed takes 15 ms, and is of no use until something else is
@functools.lru_cache(maxsize=1)
def _libraries(settings: Settings, today: date, _changed: int) -> tuple[Library, ...]:
    found = [check for look in (check_bowerbird, check_yt_dlp, check_libraries) for check in look(settings)]
    return tuple(Library(one.name, one.message, one.state, one.fix, age_in_days(one.message, today)) for one in found)


def last_update(db: sqlite3.Connection) -> updates.Asked | None:
    """The last update of them that is over, unless that was long ago."""
    found = updates.last(db)
    return found if found and found.done_at and seconds_until(found.done_at) > -FRESH_SECONDS else None


def age_in_days(version: str, today: date) -> int | None:
    """The age of a version that is the day on which it came out, such as `2026.10.26`; None for any other."""
    try:
        year, month, day = (int(part) for part in version.partition(" ")[0].split(".")[:3])
        return (today - date(year, month, day)).days if year > 2000 else None
    except ValueError:
        return None

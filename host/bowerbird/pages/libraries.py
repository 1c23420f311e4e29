"""Which libraries do the fetching, in which version, and how old they are: as the doctor finds them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import NamedTuple

from bowerbird.install.checks.programs import check_bowerbird, check_libraries, check_yt_dlp
from bowerbird.settings import Settings


class Library(NamedTuple):
    """One library; `age` is in days where its version tells it. `state` is ok, warn or fail, `fix` the next step."""

    name: str
    version: str
    state: str
    fix: str
    age: int | None


def libraries(settings: Settings) -> tuple[Library, ...]:
    """All that matter, this program first."""
    found = [check for look in (check_bowerbird, check_yt_dlp, check_libraries) for check in look(settings)]
    today = datetime.now(timezone.utc).date()
    return tuple(Library(one.name, one.message, one.state, one.fix, age_in_days(one.message, today)) for one in found)


def age_in_days(version: str, today: date) -> int | None:
    """The age of a version that is the day on which it came out, such as `2026.10.26`; None for any other."""
    try:
        year, month, day = (int(part) for part in version.partition(" ")[0].split(".")[:3])
        return (today - date(year, month, day)).days if year > 2000 else None
    except ValueError:
        return None

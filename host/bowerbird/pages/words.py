"""How times, sizes and counts are said to a person. Times are those of this computer, which is the person's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from bowerbird.archive import space
from bowerbird.clock import now, parse
from bowerbird.errors import JOB_ADVICE

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# Farther than a week in any zone, in seconds.
_FAR = 8 * 86_400
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

PLATFORMS = {"youtube": "YouTube", "instagram": "Instagram", "tiktok": "TikTok", "4chan": "4chan", "web": "Other sites"}
KINDS = {"page": "web page", "live": "live stream", "short": "Short", "post": "post", "file": "file"}

# How an attempt ended, by what `attempts.outcome` says.
OUTCOMES = {
    None: "under way", "done": "done", "listed": "the list was read", "cancelled": "cancelled", "paused": "paused",
    "givenback": "given back when the worker ended", "rested": "the site asked for a pause",
    "needssession": "it needs you to sign in", "cutoff": "there was no connection", "failed": "failed",
    "lost": "cut short when the worker died",
}  # fmt: skip

# How a capture was asked for; others are named as they are.
SOURCES = {
    "toolbar": "from the toolbar", "popup": "from the popup", "page": "from the page's menu",
    "link": "from a link's menu", "image": "from a picture's menu", "video": "from a video's menu",
    "audio": "from a sound's menu", "selection": "from what you had selected", "shortcut": "with the keyboard",
    "batch": "with a batch of links", "site": "on this site", "cli": "from the command line",
}  # fmt: skip


def size(count: float | None) -> str:
    """Bytes in decimal units: `486 MB`, `1.9 GB`."""
    return "" if count is None else space.size(count)


def so_far(done: int | None, total: int | None) -> str:
    """How much of how much: `312 of 486 MB`."""
    if not done:
        return ""
    whole, part = size(total), size(done)
    same_unit = whole.partition(" ")[2] == part.partition(" ")[2]
    if not whole:
        return part
    return f"{part.partition(' ')[0] if same_unit else part} of {whole}"


def amount(number: int | None) -> str:
    """A count in full: `18,204`."""
    return "" if number is None else f"{number:,}"


def rough(number: int | None) -> str:
    """A count where its size is enough: `4.7 M`, `211 K`, `870`."""
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
        if number is not None and number >= limit:
            scaled = number / (limit if unit != "K" else 1000)
            return f"{scaled:.1f} {unit}" if scaled < 9.95 else f"{scaled:,.0f} {unit}"
    return amount(number)


def playtime(seconds: float | None) -> str:
    """A duration or a place in a video: `24:31`, `1:02:17`."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(seconds: float | None) -> str:
    """How long something takes: `20 s`, `4 min`, `2 h`."""
    if seconds is None:
        return ""
    for limit, divisor, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{max(0, round(seconds / divisor))} {unit}"
    return f"{round(seconds / 86400)} days"


def when(text: str | None) -> str:
    """A stored time: `21:40` today, `Tue 21:40` within a week, `14 November 2026` beyond."""
    return _when(local(text)) if text else ""


def upcoming(text: str) -> str:
    """A stored time ahead, as `when`; `soon` for one that has come: what is due waits for a free place or a worker."""
    return when(text) if text > now() else "soon"


def _when(moment: datetime) -> str:
    if _is_far(moment):
        return long_day(moment.date())
    today = datetime.now().astimezone()
    days = abs((moment.date() - today.date()).days)
    if not days:
        return f"{moment:%H:%M}"
    return f"{_DAYS[moment.weekday()]} {moment:%H:%M}" if days < 7 else long_day(moment.date())


def _is_far(moment: datetime) -> bool:
    # asked first, and in UTC: most times of an archive are far, and what day it is here takes as long as all the rest
    return abs((datetime.now(timezone.utc) - moment).total_seconds()) > _FAR


def ago(text: str | None) -> str:
    """A stored time of the past, near ones by their distance: `4 min ago`, `2 h ago`, `yesterday`."""
    if not text:
        return ""
    moment = local(text)
    if _is_far(moment):
        return long_day(moment.date())
    today = datetime.now().astimezone()
    seconds = (today - moment).total_seconds()
    if 0 <= seconds < 60:
        return "just now"
    if 0 <= seconds < 6 * 3600:
        return f"{span(seconds)} ago"
    if moment.date() == today.date() - timedelta(days=1):
        return "yesterday"
    return "today" if moment.date() == today.date() else _when(moment)


def long_day(day: date) -> str:
    """`14 November 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def day(moment: datetime) -> str:
    """A day where there is little room: `2 Dec 2025`."""
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]} {moment.year}"


def upload_day(text: str | None) -> str:
    """yt-dlp's `20251202` as `2 December 2025`; what is no day stays as it is."""
    digits = (text or "").replace("-", "")
    if not (len(digits) == 8 and digits.isdecimal()):
        return text or ""
    try:
        return long_day(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    except ValueError:
        return text or ""


def full_day(text: str) -> str:
    """The day of a stored time: `14 November 2026`."""
    return full_time(text).partition(" at ")[0]


def month(text: str) -> str:
    """The month of a stored time: `November 2026`; '' for what is none."""
    year, _, number = text[:7].partition("-")
    return f"{_MONTHS[int(number) - 1]} {year}" if number.isdecimal() and 1 <= int(number) <= 12 else ""


def full_time(text: str | None) -> str:
    """A time to the minute: `14 November 2026 at 21:14`. What is none stays as it is: a browser may have said it."""
    if not text:
        return ""
    try:
        moment = local(text)
    except (ValueError, OverflowError):
        return text
    return f"{long_day(moment.date())} at {moment:%H:%M}"


def clock(text: str) -> str:
    """A stored time to the second: `21:40:07` today, `20 Nov 21:40:07` on other days."""
    moment, today = local(text), datetime.now().astimezone()
    day_said = "" if moment.date() == today.date() else f"{moment.day} {_MONTHS[moment.month - 1][:3]} "
    return f"{day_said}{moment:%H:%M:%S}"


def local(text: str) -> datetime:
    """A stored time in this computer's own zone."""
    return parse(text).astimezone()


def platform(name: str) -> str:
    """A platform as people write it."""
    return PLATFORMS.get(name, name)


def kind(name: str) -> str:
    """A kind as people say it."""
    return KINDS.get(name, name)


def called(title: str | None, kind_name: str, published: str | None, captured_at: str) -> str:
    """What an item is called: its title, or what it is and of which day."""
    if title and title.strip():
        return title
    return f"Untitled {kind(kind_name)}, {upload_day(published) or full_time(captured_at).partition(' at ')[0]}"


def outcome(name: str | None) -> str:
    """How an attempt ended."""
    return OUTCOMES.get(name, name or "")


def said_of(code: str) -> str:
    """What an error's code says, wherever it came from: a plain sentence."""
    return JOB_ADVICE[code].message if code in JOB_ADVICE else code


def source(name: str) -> str:
    """How a capture was asked for."""
    return SOURCES.get(name, f"from: {name}")


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 item`, `18,204 items`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

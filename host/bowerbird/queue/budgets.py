"""How much may be asked of a platform, and when: kept per platform and account, across restarts, for all scrapers.

Two times hold work back: `not_before` is what the platform asked for (it ends what runs there, too), `rests_until` is
our own rest, taken before the platform has to ask. The decisions are pure; the rest is one row read and written.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec

from bowerbird.clock import as_text, now, parse
from bowerbird.database import transaction
from bowerbird.model import Target
from bowerbird.queue.retry import FIRST_PAUSE, LONGEST_ASKED, LONGEST_PAUSE, spread
from bowerbird.scraping import Pace
from bowerbird.settings import Settings
from bowerbird.targets import PLATFORM_NAMES

# Platforms that count each account by itself; elsewhere the address of this computer is what counts. `web` is no
# platform but all other sites: there each host counts by itself, and its name takes the account's place.
PER_ACCOUNT = frozenset(("instagram", "tiktok"))
WEB = "web"
# Where two jobs at the same time would look like two people in one account.
ONE_AT_A_TIME = frozenset(("instagram",))
PER_ACCOUNT_SQL = ", ".join(f"'{name}'" for name in sorted(PER_ACCOUNT))
# Of a row of `jobs`: whether its account, where that counts and is known, its host, or else its platform, has to wait.
# {moment} is a place for the present time; it comes twice.
HELD = f"""
    EXISTS (SELECT 1 FROM budgets WHERE budgets.platform = jobs.platform
            AND budgets.account = CASE WHEN jobs.platform IN ({PER_ACCOUNT_SQL}) THEN coalesce(jobs.account, '')
                                       WHEN jobs.platform = '{WEB}' THEN coalesce(jobs.host, '') ELSE '' END
            AND (budgets.not_before > {{moment}} OR budgets.rests_until > {{moment}}))
"""
# Whoever did not ask for so long has rested: what was asked before no longer counts as one stretch.
RESTED = timedelta(minutes=30)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one account may do on a platform. Delays in seconds; None: no limit.

    `requests` in each `window`; after a `stretch` of requests without a rest of RESTED, one is taken.
    """

    delay_min: float = 0.0
    delay_max: float = 0.0
    requests: int | None = None
    window: timedelta = timedelta(minutes=11)
    stretch: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one account did, as it is stored. `spent` counts in the window that began at `window_at`."""

    not_before: str | None = None
    rests_until: str | None = None
    strikes: int = 0
    window_at: str | None = None
    spent: int = 0
    streak: int = 0
    used_at: str | None = None


# instaloader paces itself to 200 requests for each kind of query and 75 others in 11 minutes (its RateController); a
# whole profile asks two or three kinds. With the default delays a window holds 88 requests, so that the window is for
# those who shorten them, and the stretch of an hour and a quarter for everybody.
INSTAGRAM_REQUESTS = 150
INSTAGRAM_STRETCH = 600
# TikTok says nothing of limits; a person scrolls a page in a second or two.
_FIXED: dict[str, Limits] = {"tiktok": Limits(delay_min=1.0, delay_max=2.0)}
_NONE = Limits()


def limits_of(settings: Settings, platform: str) -> Limits:
    """The limits of each account of a platform."""
    if platform != "instagram":
        return _FIXED.get(platform, _NONE)
    low = settings.instagram_delay_min
    # whoever raises the least pause alone means it: an account is never asked more often
    high = max(low, settings.instagram_delay_max)
    if high == 0:
        return _NONE
    return Limits(delay_min=low, delay_max=high, requests=INSTAGRAM_REQUESTS, stretch=INSTAGRAM_STRETCH)


def payer(target: Target, account: str | None) -> str:
    """Who pays for the requests of an attempt: the account, the host of a page of the web, '' for a whole platform."""
    return target.host if target.platform == WEB else account_key(target.platform, account)


def account_key(platform: str, account: str | None) -> str:
    """Under which name the requests of a payer are counted; '' for all of a platform together."""
    return account or "" if platform == WEB or platform in PER_ACCOUNT else ""


# --- pure


def held_until(usage: Usage, moment: datetime) -> datetime | None:
    """Until when nothing may be asked; None where it may."""
    asked = _ahead(usage.not_before, moment, timedelta(seconds=LONGEST_ASKED))
    rest = _ahead(usage.rests_until, moment, RESTED)
    return max(filter(None, (asked, rest)), default=None)


def pace(usage: Usage, limits: Limits, moment: datetime) -> Pace:
    """How fast, and how much, the next attempt may ask."""
    used = _renewed(usage, limits, moment)
    left = [
        most - so_far
        for most, so_far in ((limits.requests, used.spent), (limits.stretch, used.streak))
        if most is not None
    ]
    return Pace(delay_min=limits.delay_min, delay_max=limits.delay_max, requests=max(0, min(left)) if left else None)


def after_requests(usage: Usage, limits: Limits, requests: int, moment: datetime) -> Usage:
    """What is stored when so many requests were made; a rest begins where a limit is reached."""
    before = _renewed(usage, limits, moment)
    used = msgspec.structs.replace(
        before, spent=before.spent + requests, streak=before.streak + requests, used_at=as_text(moment)
    )
    rest = _rest(used, limits, moment)
    return msgspec.structs.replace(used, rests_until=as_text(rest)) if rest else used


def after_refusal(usage: Usage, asked: float | None, moment: datetime, chance: float) -> Usage:
    """What is stored when the platform said "too fast": twice as long with each strike, or as long as it asked.

    `asked` in seconds; `chance` from 0 to 1 spreads what it did not ask for.
    """
    backoff = spread(min(FIRST_PAUSE * 2.0 ** min(usage.strikes, 20), LONGEST_PAUSE), chance)
    until = moment + timedelta(seconds=min(max(asked or 0.0, backoff), LONGEST_ASKED))
    known = _ahead(usage.not_before, moment, timedelta(seconds=LONGEST_ASKED))
    return msgspec.structs.replace(usage, strikes=usage.strikes + 1, not_before=as_text(max(until, known or until)))


def _renewed(usage: Usage, limits: Limits, moment: datetime) -> Usage:
    """Without what was used in a window that is over, or before a rest. A time to come is that of another clock."""
    if not _is_within(usage.window_at, limits.window, moment):
        usage = msgspec.structs.replace(usage, window_at=as_text(moment), spent=0)
    if not _is_within(usage.used_at, RESTED, moment):
        usage = msgspec.structs.replace(usage, streak=0)
    return usage


def _rest(usage: Usage, limits: Limits, moment: datetime) -> datetime | None:
    if limits.stretch is not None and usage.streak >= limits.stretch:
        return moment + RESTED
    if limits.requests is not None and usage.spent >= limits.requests and usage.window_at:
        return parse(usage.window_at) + limits.window
    return None


def _is_within(text: str | None, span: timedelta, moment: datetime) -> bool:
    return text is not None and timedelta(0) <= moment - parse(text) < span


def _ahead(text: str | None, moment: datetime, most: timedelta) -> datetime | None:
    """A stored time that is still to come, at most so far away: a clock may have been set back meanwhile."""
    if text is None or (until := parse(text)) <= moment:
        return None
    return min(until, moment + most)


# --- stored


def usage_of(db: sqlite3.Connection, platform: str, account: str | None) -> Usage:
    """What an account did on a platform so far."""
    row = db.execute(
        f"SELECT {', '.join(Usage.__struct_fields__)} FROM budgets WHERE platform = ? AND account = ?",
        (platform, account_key(platform, account)),
    ).fetchone()
    return Usage(**dict(row)) if row else Usage()


def held(db: sqlite3.Connection, platform: str, account: str | None) -> str | None:
    """Until when an account may not be used; None where it may be."""
    until = held_until(usage_of(db, platform, account), _now())
    return as_text(until) if until else None


def pace_of(db: sqlite3.Connection, settings: Settings, platform: str, account: str | None) -> Pace:
    """The pace of the next attempt with an account."""
    return pace(usage_of(db, platform, account), limits_of(settings, platform), _now())


def spend(db: sqlite3.Connection, settings: Settings, platform: str, account: str | None, requests: int) -> None:
    """Count requests that were made. Raises as `transaction`."""
    with transaction(db):
        usage = usage_of(db, platform, account)
        _store(db, platform, account, after_requests(usage, limits_of(settings, platform), requests, _now()))


def refuse(db: sqlite3.Connection, platform: str, account: str | None, asked: float | None, chance: float) -> str:
    """The platform said "too fast": no request before the time that is returned, restarts included."""
    with transaction(db):
        usage = after_refusal(usage_of(db, platform, account), asked, _now(), chance)
        _store(db, platform, account, usage)
    return str(usage.not_before)


def forgive(db: sqlite3.Connection, platform: str, account: str | None) -> None:
    """An attempt went well: the next refusal is a first one again."""
    key = (platform, account_key(platform, account))
    sql = "SELECT 1 FROM budgets WHERE platform = ? AND account = ? AND strikes > 0"
    if db.execute(sql, key).fetchone():
        with transaction(db):
            db.execute("UPDATE budgets SET strikes = 0 WHERE platform = ? AND account = ?", key)


def refused(db: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Platforms and accounts (as in `account_key`) that were told to wait: what runs there has to end."""
    rows = db.execute("SELECT platform, account FROM budgets WHERE not_before > ?", (as_text(_now()),))
    return frozenset((row["platform"], row["account"]) for row in rows)


def said(platform: str) -> str:
    """The sentence for a job that waits because of our own rest; the time is in its `not_before`."""
    return f"{PLATFORM_NAMES.get(platform, platform)} gets a pause, so that it does not lock the account."


def _store(db: sqlite3.Connection, platform: str, account: str | None, usage: Usage) -> None:
    values = {**msgspec.structs.asdict(usage), "platform": platform, "account": account_key(platform, account),
              "updated_at": as_text(_now())}  # fmt: skip
    names = tuple(values)
    db.execute(
        f"INSERT INTO budgets ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        f" ON CONFLICT (platform, account) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}",
        values,
    )


def _now() -> datetime:
    return parse(now())

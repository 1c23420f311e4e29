"""All settings: what each means, how it is now and why, and forms for those that may be changed here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from datasette.utils.asgi import Response

from bowerbird.pages import devices, sessions
from bowerbird.pages.appearance import CHOICES
from bowerbird.pages.devices import Device
from bowerbird.pages.libraries import Library, last_update, libraries
from bowerbird.pages.queue_acts import told
from bowerbird.pages.visit import Visit, go_to
from bowerbird.queue import preferences
from bowerbird.queue.updates import Asked
from bowerbird.setting_kinds import as_text
from bowerbird.settings import BY_NAME, Settings, SettingState, shown_place

# Headings and what stands below each; a setting that is in none of them stands below the last one.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("saving", "What is saved", ("quality", "transcripts", "max_items", "max_job_gb")),
    ("pace", "How fast", ("max_concurrent", "max_per_platform", "instagram_delay_min", "instagram_delay_max")),
    ("tries", "Tries", ("max_retries", "retry_delay", "retry_delays", "stall_seconds", "attempt_hours")),
    ("keeping", "Disk and history", ("disk_floor_mb", "retention_days", "retention_jobs")),
    ("fixed", "Places, network and safety", ()),
)
NAMES = {
    "max_concurrent": "Jobs at the same time", "max_per_platform": "Jobs of one platform",
    "quality": "Greatest picture height", "transcripts": "Transcripts", "max_items": "Members of a list",
    "max_job_gb": "Size of one job", "instagram_delay_min": "Instagram, least pause",
    "instagram_delay_max": "Instagram, greatest pause", "max_retries": "Tries by itself",
    "retry_delay": "Time before the first", "retry_delays": "Times of your own", "stall_seconds": "When nothing comes",
    "attempt_hours": "Longest attempt", "disk_floor_mb": "Space that stays free",
    "retention_days": "History, by age", "retention_jobs": "History, by number", "archive": "Archive folder",
    "home": "Settings folder", "port": "Port", "proxy": "Proxy", "ca_bundle": "Certificates",
    "allow_private_hosts": "Your own network", "log_level": "Detail of the log",
}  # fmt: skip
SOURCES = {
    "environment": "from the environment", "site": "changed here", "config": "from config.toml", "default": "default",
}  # fmt: skip
DONE = {"saved": "Nothing was changed.", "signed_out": "It is signed out."}
OF_SETTINGS = {"saved": "Changed, from the next job on", "reset": "Back to its default"}


class Field(NamedTuple):
    """One setting on the page, as `shown` now: `text` is what its field holds, `wrong` what is wrong with that."""

    state: SettingState
    name: str
    text: str
    shown: str
    default: str
    takes: str
    wrong: str


class Group(NamedTuple):
    """Settings below one heading."""

    id: str
    heading: str
    fields: tuple[Field, ...]


class Found(NamedTuple):
    """What is read of the archive."""

    states: tuple[SettingState, ...]
    sessions: tuple[sessions.SessionLine, ...]
    devices: tuple[Device, ...]
    last: Asked | None
    libraries: tuple[Library, ...]


async def settings(visit: Visit) -> Response:
    """The page."""
    return await _page(visit, {}, {})


async def live(visit: Visit) -> Response:
    """The sign-ins, for the page to take in."""
    frame, found = await visit.read(sessions.lines)
    return visit.part("settings-live.html", frame, sessions=found)


async def live_libraries(visit: Visit) -> Response:
    """The libraries, and the update that is under way, for the page to take in."""
    now = visit.site.settings
    frame, (last, installed) = await visit.read(lambda db: (last_update(db), libraries(now)))
    return visit.part("libraries-live.html", frame, libraries=installed, last=last)


async def change(visit: Visit) -> Response:
    """Keep what the form says. What can't be is said at its field, and nothing of the form is kept then."""
    form = await visit.form()
    _, found = await visit.read(lambda db: preferences.states(db, visit.site.settings))
    typed = {one.name: form[one.name].strip() for one in found if one.changeable and one.name in form}
    changed = {one.name: typed[one.name] for one in found if one.name in typed and _is_changed(one, form)}
    if "reset" in form:
        return await _reset(visit, form["reset"], changed)
    wrong = {name: said for name, text in changed.items() if (said := _wrong(name, text))}
    wrong = wrong or _crossed({one.name: text_of(one.value) for one in found} | changed, changed)
    if wrong:
        return await _page(visit, typed, wrong)
    if changed:
        await visit.write(lambda db: preferences.change(db, changed))
    return _back_to("saved", form.get("part") or _part_of(changed), changed)


def _crossed(then: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    """What is said at a least value that would be above its greatest, where either is changed."""
    least, most = "instagram_delay_min", "instagram_delay_max"
    if changed.keys().isdisjoint((least, most)):
        return {}
    if BY_NAME[least].read(then[least]) <= BY_NAME[most].read(then[most]):
        return {}
    return {least: f"It can't be more than “{NAMES[most]}”."}


def _is_changed(one: SettingState, form: Mapping[str, str]) -> bool:
    """Whether somebody typed another value than the page had shown: what was changed elsewhere since then stays."""
    now = text_of(one.value)
    typed, shown = form[one.name].strip(), form.get(f"shown.{one.name}", now)
    if typed in (shown, now):
        return False
    return bool(_wrong(one.name, typed)) or text_of(BY_NAME[one.name].read(typed)) != now


async def _reset(visit: Visit, name: str, changed: Mapping[str, str]) -> Response:
    """Give a setting its default again. What else was typed and not saved stays in its field, and is said."""
    await visit.write(lambda db: preferences.change(db, {name: None}))
    unsaved = {other: text for other, text in changed.items() if other != name}
    if unsaved:
        return await _page(visit, unsaved, {}, "reset", [name])
    return _back_to("reset", _part_of([name]), [name])


def _part_of(names: Iterable[str]) -> str:
    """The part in which the first of these settings stands; '' for none."""
    return next((mark for name in names for mark, _, group in GROUPS if name in group), "")


def _back_to(done: str, part: str, changed: Iterable[str] = ()) -> Response:
    known = part if any(part == mark for mark, _, _ in GROUPS) else ""
    names = ",".join(changed)
    more = f"&changed={names}" if names else ""
    return go_to(f"/settings?done={done}{more}#{known}".rstrip("#"))


def _wrong(name: str, text: str) -> str:
    try:
        BY_NAME[name].read(text)
    except ValueError as error:
        return f"It takes {error}."
    return ""


async def _page(
    visit: Visit, typed: Mapping[str, str], wrong: Mapping[str, str], done: str = "", changed: Iterable[str] = ()
) -> Response:
    now = visit.site.settings
    await devices.note_own(visit)
    frame, found = await visit.read(lambda db: _look(db, now))
    return visit.page(
        "settings.html", frame, status=422 if wrong else 200, groups=groups(found.states, typed, wrong),
        unsaved=() if wrong else tuple(typed),
        sources=SOURCES, sessions=found.sessions, devices=found.devices, wrong=wrong, names=NAMES,
        libraries=found.libraries, last=found.last, choices=CHOICES,
        config=shown_place(now.home / "config.toml"), said=_said(visit, done, changed),
    )  # fmt: skip


def _look(db: sqlite3.Connection, now: Settings) -> Found:
    return Found(
        preferences.states(db, now), sessions.lines(db), devices.listed(db), last_update(db), libraries(now)
    )  # fmt: skip


def _said(visit: Visit, done: str, changed: Iterable[str]) -> str:
    done = done or visit.query.get("done", "")
    names = [NAMES[name] for name in changed or visit.query.get("changed", "").split(",") if name in NAMES]
    if names and done in OF_SETTINGS:
        return f"{OF_SETTINGS[done]}: {', '.join(names)}."
    return DONE.get(done) or told(done)


def groups(states: tuple[SettingState, ...], typed: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[Group, ...]:
    """All settings below their headings."""
    known = {name for _, _, names in GROUPS for name in names}
    rest = tuple(one.name for one in states if one.name not in known)
    fields = {one.name: _field(one, typed, wrong) for one in states}
    return tuple(Group(mark, heading, tuple(fields[name] for name in names or rest)) for mark, heading, names in GROUPS)


def _field(one: SettingState, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Field:
    shown = text_of(one.value)
    text = typed.get(one.name, shown)
    default = f"{text_of(one.default) or 'none'} {one.unit}".rstrip()
    name, takes = NAMES.get(one.name, one.name), BY_NAME[one.name].range
    return Field(one, name, text, shown, default, takes, wrong.get(one.name, ""))


def text_of(value: Any) -> str:
    """A value as the text that a field holds, and that reads as the same."""
    return as_text(tuple(value) if isinstance(value, list) else value)

"""Settings that were changed on the site: rows of the table `settings`. Only behaviour can be changed there.

What counts is environment > site > config.toml > default.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from bowerbird.clock import now
from bowerbird.database import transaction
from bowerbird.errors import RequestError
from bowerbird.queue.events import note
from bowerbird.setting_kinds import Setting, as_text
from bowerbird.settings import BY_NAME, SETTINGS, Settings, SettingState, default_archive, default_home

_DEFAULTS = {field.name: field.default for field in msgspec.structs.fields(Settings)}
# Who may use a proxy stands between // and @ of its address.
_USER = re.compile(r"^(https?://).*@")


def stored(db: sqlite3.Connection) -> dict[str, str]:
    """What was changed on the site, as text, by name."""
    return {row["name"]: row["value"] for row in db.execute("SELECT name, value FROM settings")}


def effective(db: sqlite3.Connection, settings: Settings) -> Settings:
    """The settings that count now: those of the process, with what was changed on the site since.

    Whoever decides something by a setting that is behaviour asks here first; it costs one look at a small table.
    """
    changed = {name: value for name, value in _read(stored(db)).items() if name not in settings.from_environment}
    return msgspec.structs.replace(settings, **changed) if changed else settings


def _read(texts: Mapping[str, str]) -> dict[str, Any]:
    """What another version wrote and this one can't read has no effect."""
    values = {}
    for name, text in texts.items():
        setting = BY_NAME.get(name)
        if setting and setting.behaviour:
            with contextlib.suppress(ValueError):
                values[name] = setting.read(text)
    return values


def change(db: sqlite3.Connection, changes: Mapping[str, object | None]) -> None:
    """Change these settings, all or none; None is back to what counts without the site.

    Raises RequestError `bad_request` for what is no setting of behaviour, or is out of its range.
    """
    texts = {name: _text(name, value) for name, value in changes.items()}
    with transaction(db):
        before = stored(db)
        for name, text in texts.items():
            if text != before.get(name):
                _write(db, name, text)


def _text(name: str, value: object | None) -> str | None:
    setting = BY_NAME.get(name)
    if setting is None:
        raise RequestError("bad_request", f"There is no setting {name[:60]!r}.", "Look at the list of the settings.")
    if not setting.behaviour:
        raise RequestError(
            "bad_request",
            f"{name} can't be changed here: it is a {_WHY[setting.about]}.",
            f"Write {name} into config.toml.",
        )
    if value is None:
        return None
    try:
        return as_text(setting.read(value))
    except ValueError as error:
        message = f"{name} can't be {str(value)[:60]!r}: it takes {error}."
        raise RequestError("bad_request", message, "Choose another value.") from error


_WHY = {"place": "place", "network": "matter of the network", "safety": "matter of safety"}


def _write(db: sqlite3.Connection, name: str, text: str | None) -> None:
    if text is None:
        db.execute("DELETE FROM settings WHERE name = ?", (name,))
    else:
        db.execute(
            "INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
            (name, text, now()),
        )
    said = "is no longer changed here" if text is None else f"is {text} now"
    note(db, "info", "site", "settings", f"{name} {said}.")


def states(db: sqlite3.Connection, settings: Settings) -> tuple[SettingState, ...]:
    """Every setting as it is now, where its value comes from, and what it takes, in the order of the table."""
    known = _read(stored(db))
    now_counts = effective(db, settings)
    return tuple(_state(setting, settings, now_counts, known) for setting in SETTINGS)


def _state(setting: Setting, settings: Settings, now_counts: Settings, known: Mapping[str, Any]) -> SettingState:
    source = _source(setting.name, settings, known)
    return SettingState(
        name=setting.name, kind=setting.kind, about=setting.about, meaning=setting.meaning,
        value=_shown(getattr(now_counts, setting.name)), default=_shown(default_of(setting)), source=source,
        changeable=setting.behaviour and source != "environment", minimum=setting.minimum, maximum=setting.maximum,
        unit=setting.unit, choices=setting.choices,
    )  # fmt: skip


def _source(
    name: str, settings: Settings, known: Mapping[str, Any]
) -> Literal["environment", "site", "config", "default"]:
    if name in settings.from_environment:
        return "environment"
    if name in known:
        return "site"
    return "config" if name in settings.from_config else "default"


def default_of(setting: Setting) -> Any:
    """The value that counts where nobody says anything."""
    folders = {"archive": default_archive, "home": default_home}
    return folders[setting.name]() if setting.name in folders else _DEFAULTS[setting.name]


def _shown(value: Any) -> Any:
    """A value as its owner may see it: of a proxy no password."""
    if isinstance(value, Path):
        return _below_home(value)
    if isinstance(value, tuple):
        return list(value)
    return _USER.sub(r"\1", value) if isinstance(value, str) else value


def _below_home(path: Path) -> str:
    with contextlib.suppress(RuntimeError, ValueError):
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    return str(path)

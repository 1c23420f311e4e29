"""One setting as a value, and how its text is read: a function for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from bowerbird.errors import JOB_ADVICE, RequestError

Kind = Literal["whole", "number", "choice", "flag", "languages", "folder", "file", "proxy", "delays"]
About = Literal["behaviour", "place", "network", "safety"]

# BCP 47 in the forms that platforms use: en, pt-BR, zh-Hans, es-419 (rfc-editor.org/rfc/rfc5646#section-2.1)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
MOST_LANGUAGES = 20
_UNITS = {"h": 3600, "m": 60, "s": 1}
LONGEST_DELAY = 24 * 3600
MOST_DELAYS = 20
# The codes after which a job is tried again by itself.
TRIED_AGAIN = frozenset(code for code, advice in JOB_ADVICE.items() if advice.retry or advice.waits == "rate_limit")
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?\Z")
_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")
_PRIVATE = frozenset(("folder", "file", "proxy"))


class Setting(NamedTuple):
    """One setting. Behaviour may be changed on the site; places, network and safety where it starts only.

    `minimum`, `maximum` and `unit` are of numbers, `choices` of what is one of few.
    """

    name: str
    kind: Kind
    about: About
    meaning: str
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()

    @property
    def behaviour(self) -> bool:
        """Whether it may be changed on the site."""
        return self.about == "behaviour"

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"BOWERBIRD_{self.name.upper()}"

    @property
    def range(self) -> str:
        """From where to where a number goes, as it is shown; '' for what is no number."""
        if self.minimum is None or self.maximum is None:
            return ""
        return f"{self.minimum:g} to {self.maximum:,.15g}"

    @property
    def is_private(self) -> bool:
        """Whether a value may be a path or hold a password, which no sentence repeats."""
        return self.kind in _PRIVATE

    def read(self, value: Any) -> Any:
        """The value that a text, or a value of config.toml or JSON, stands for. Raises ValueError: what it takes."""
        return _READ[self.kind](self, value)


def as_text(value: Any) -> str:
    """A value as the text that reads as the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _whole(setting: Setting, value: Any) -> int:
    number = _in_range(setting, value, int)
    if isinstance(value, float) and value != number:
        raise ValueError(_takes(setting))
    return int(number)


def _number(setting: Setting, value: Any) -> float:
    return _in_range(setting, value, float)


def _in_range(setting: Setting, value: Any, kind: Callable[[Any], float]) -> float:
    try:
        number = kind(_ungrouped(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(_takes(setting)) from error
    low, high = setting.minimum, setting.maximum
    if isinstance(value, bool) or low is None or high is None or not low <= number <= high:
        raise ValueError(_takes(setting))
    return number


def _ungrouped(value: Any) -> Any:
    """Numbers are shown as 10,000, so they may be typed so; `2,5` and `0,500` stay no numbers."""
    return value.replace(",", "") if isinstance(value, str) and _GROUPED.match(value.strip()) else value


def _takes(setting: Setting) -> str:
    if setting.kind == "whole":
        return f"a whole number from {setting.range}"
    return f"a number from {setting.range}, with a point as in 2.5"


def _choice(setting: Setting, value: Any) -> str:
    text = str(value).strip().lower()
    if text not in setting.choices:
        raise ValueError(f"one of {', '.join(setting.choices)}")
    return text


def _flag(_setting: Setting, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in (*_YES, *_NO):
        raise ValueError("true or false")
    return text in _YES


def _languages(_setting: Setting, value: Any) -> tuple[str, ...]:
    parts = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    takes = f"at most {MOST_LANGUAGES} language codes such as en,de; all; or none"
    if not isinstance(parts, list | tuple) or len(parts) > MOST_LANGUAGES or parts == [""]:
        raise ValueError(takes)
    named = tuple(text for text in (str(part).strip() for part in parts) if text and text != "none")
    if not all(name == "all" or LANGUAGE.match(name) for name in named):
        raise ValueError(takes)
    return named


def _folder(_setting: Setting, value: Any) -> Path:
    """By its whole path: what is meant must not depend on where somebody stands."""
    try:
        folder = Path(str(value)).expanduser()
    except RuntimeError as error:
        raise ValueError("a folder whose ~ leads to a home") from error
    if not folder.is_absolute():
        raise ValueError("the whole path of a folder, such as /media/disk/Bowerbird or ~/Bowerbird")
    return folder


def _file(_setting: Setting, value: Any) -> str:
    """A file of certificates; '' for none. What is in it is used much later, by libraries that say little."""
    text = str(value).strip()
    if not text:
        return ""
    try:
        path = Path(text).expanduser().absolute()
        has_some = b"CERTIFICATE-----" in path.read_bytes()
    except (OSError, RuntimeError, ValueError):
        has_some = False
    if not has_some:
        raise ValueError("a file with certificates (PEM) that can be read")
    return str(path)


def _proxy(_setting: Setting, value: Any) -> str:
    """An HTTP proxy: only of those the connect guard sees what they are asked for. Raises RequestError."""
    text = str(value).strip()
    if text and not text.lower().startswith(("http://", "https://")):
        raise RequestError(
            "bad_request",
            "The proxy must be an http:// address.",
            "Change it in config.toml or in the variable BOWERBIRD_PROXY.",
        )
    return text


def delays_of(text: str) -> dict[str, tuple[float, ...]]:
    """What a value of this kind says: job error code -> seconds before each try that is made by itself."""
    parts = (part.partition("=") for part in text.split())
    return {code: tuple(_seconds(one) for one in times.split(",") if one != "never") for code, _, times in parts}


def _delays(_setting: Setting, value: Any) -> str:
    """Such as `network=30s,2m,10m internal=never`; in config.toml also a table. '' for none."""
    takes = f"for any of {', '.join(sorted(TRIED_AGAIN))} some times, as in network=30s,2m,10m internal=never"
    try:
        said = delays_of(_joined(value) if isinstance(value, Mapping) else str(value))
    except ValueError as error:
        raise ValueError(takes) from error
    if not all(code in TRIED_AGAIN and len(times) <= MOST_DELAYS for code, times in said.items()):
        raise ValueError(takes)
    return " ".join(f"{code}={','.join(map(_shown, times)) or 'never'}" for code, times in said.items())


def _joined(table: Mapping[str, Any]) -> str:
    """A table of config.toml as one text."""
    rows = ((code, times if isinstance(times, list) else [times]) for code, times in table.items())
    return " ".join(f"{code}={','.join(map(str, times))}" for code, times in rows)


def _seconds(text: str) -> float:
    """`90`, `90s`, `2m` or `1h`. Raises ValueError for what is no time, or longer than a day."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    seconds = float(number) * _UNITS[unit]
    if not 0 < seconds <= LONGEST_DELAY:
        raise ValueError(text)
    return seconds


def _shown(seconds: float) -> str:
    unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0 or unit == "s")
    return f"{seconds / _UNITS[unit]:g}{unit}"


_READ: dict[Kind, Callable[[Setting, Any], Any]] = {
    "whole": _whole,
    "number": _number,
    "choice": _choice,
    "flag": _flag,
    "languages": _languages,
    "folder": _folder,
    "file": _file,
    "proxy": _proxy,
    "delays": _delays,
}

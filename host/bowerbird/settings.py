"""Frozen settings, and the one reader of the environment.

Environment > config.toml > default.
Every setting is a row of `SETTINGS`; its environment variable is `BOWERBIRD_` and its name in capitals.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bowerbird import __version__
from bowerbird.errors import RequestError

QUALITIES = ("best", "2160", "1440", "1080", "720", "480")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one process. Folders are absolute; sizes in MB are 1024 * 1024 bytes; delays in seconds."""

    archive: Path
    home: Path
    port: int = 8463
    proxy: str = ""
    ca_bundle: str = ""
    allow_private_hosts: bool = False
    log_level: str = "info"
    max_concurrent: int = 2
    max_per_platform: int = 2
    quality: str = "best"
    transcripts: tuple[str, ...] = ("en",)
    max_items: int = 500
    max_job_gb: float = 0.0
    instagram_delay_min: float = 5.0
    instagram_delay_max: float = 10.0
    max_retries: int = 3
    retry_delay: float = 30.0
    disk_floor_mb: int = 1024
    stall_seconds: float = 120.0
    attempt_hours: float = 12.0

    @property
    def database(self) -> Path:
        """The archive's database file."""
        return self.archive / "archive.db"

    @property
    def partial(self) -> Path:
        """Where attempts put what is not whole yet; on the media's file system, so that a rename is enough."""
        return self.archive / ".partial"

    @property
    def max_job_bytes(self) -> int | None:
        """Bytes that one job may save without asking; None: as many as there are."""
        return int(self.max_job_gb * 1024**3) or None

    @property
    def disk_floor(self) -> int:
        """Bytes that stay free on the archive's disk."""
        return self.disk_floor_mb * 1024 * 1024


class Setting(NamedTuple):
    """One setting: how its text is read, what it means, and whether it is behaviour (no place, network or safety)."""

    name: str
    read: Callable[[Any], Any]
    meaning: str
    behaviour: bool


def _number(low: float, high: float, kind: type[int] | type[float]) -> Callable[[Any], Any]:
    takes = f"a {'whole ' if kind is int else ''}number from {low} to {high}"

    def read(value: Any) -> Any:
        try:
            number = kind(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(takes) from error
        if not low <= number <= high:
            raise ValueError(takes)
        return number

    return read


def _choice(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = str(value).strip().lower()
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return read


def _flag(value: Any) -> bool:
    return _choice("1", "0", "true", "false", "yes", "no", "on", "off")(value) in ("1", "true", "yes", "on")


def _words(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("language codes such as en,de; all; or none")
    return tuple(text for text in (str(part).strip() for part in parts) if text and text != "none")


def _folder(value: Any) -> Path:
    try:
        return Path(str(value)).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("a folder whose ~ leads to a home") from error


def _text(value: Any) -> str:
    return str(value).strip()


def _proxy(value: Any) -> str:
    """An HTTP proxy: only of those the connect guard sees what they are asked for. Raises RequestError."""
    text = _text(value)
    if text and not text.lower().startswith(("http://", "https://")):
        # the value is not repeated: there may be a password in it
        raise RequestError(
            "bad_request",
            "The proxy must be an http:// address.",
            "Change it in config.toml or in the variable BOWERBIRD_PROXY.",
        )
    return text


_HOME = Setting("home", _folder, "Folder of config.toml, secrets and logs; nothing of it is ever served.", False)
SETTINGS: tuple[Setting, ...] = (
    Setting("archive", _folder, "Folder of archive.db and all media.", False),
    _HOME,
    Setting("port", _number(1, 65535, int), "Port of the site on 127.0.0.1.", False),
    Setting("proxy", _proxy, "Proxy for every library and program, as http://host:port; no SOCKS.", False),
    Setting("ca_bundle", _text, "File with the certificates to trust instead of the usual ones.", False),
    Setting(
        "allow_private_hosts",
        _flag,
        "Whether addresses in your own computer or network may be archived.",
        False,
    ),
    Setting("log_level", _choice("debug", "info", "warning", "error"), "How much the log says.", False),
    Setting("max_concurrent", _number(1, 32, int), "How many jobs run at the same time.", True),
    Setting("max_per_platform", _number(1, 32, int), "How many of them may be of one platform.", True),
    Setting("quality", _choice(*QUALITIES), "Best picture height that is fetched.", True),
    Setting("transcripts", _words, "Languages of transcripts, in order; all, or none.", True),
    Setting("max_items", _number(1, 1_000_000, int), "How many members of a list are saved before it asks.", True),
    Setting("max_job_gb", _number(0, 1_000_000, float), "Gigabytes that one job saves before it asks; 0: any.", True),
    Setting("instagram_delay_min", _number(0, 600, float), "Least seconds between two requests to Instagram.", True),
    Setting("instagram_delay_max", _number(0, 600, float), "Most seconds between two of them; both 0: no pace.", True),
    Setting("max_retries", _number(0, 20, int), "How often a failed job is tried again by itself.", True),
    Setting(
        "retry_delay",
        _number(0, 86400, float),
        "Seconds before the first of these tries; doubled each time.",
        True,
    ),
    Setting("disk_floor_mb", _number(0, 10_000_000, int), "Megabytes that stay free on the disk.", True),
    Setting(
        "stall_seconds",
        _number(1, 86400, float),
        "Seconds without anything new after which an attempt is ended.",
        True,
    ),
    Setting(
        "attempt_hours",
        _number(0.001, 240, float),
        "Hours after which an attempt is ended in any case.",
        True,
    ),
)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process. Raises RequestError `bad_request` naming the one that can't be read."""
    environ = os.environ if environ is None else environ
    home = _read_home(environ)
    config = _read_config(home / "config.toml")
    chosen: dict[str, Any] = {"home": home}
    for setting in SETTINGS:
        value = _chosen(setting, environ, config)
        if value is not None:
            chosen[setting.name] = _parsed(setting, value, home)
    chosen.setdefault("archive", default_archive())
    return Settings(**chosen)


def _chosen(setting: Setting, environ: Mapping[str, str], config: Mapping[str, Any]) -> Any:
    from_environment = environ.get(f"BOWERBIRD_{setting.name.upper()}")
    if from_environment is not None and from_environment != "":
        return from_environment
    return config.get(setting.name) if setting.name != "home" else None


def _parsed(setting: Setting, value: Any, home: Path) -> Any:
    try:
        return setting.read(value)
    except ValueError as error:
        raise RequestError(
            "bad_request",
            f"The setting {setting.name} can't be {str(value)[:60]!r}: it takes {error}.",
            f"Change it in {_shown(home / 'config.toml')} or in the variable BOWERBIRD_{setting.name.upper()}.",
        ) from error


def _read_home(environ: Mapping[str, str]) -> Path:
    given = environ.get("BOWERBIRD_HOME")
    return _parsed(_HOME, given, default_home()) if given else default_home()


def _shown(path: Path) -> str:
    """The file below ~, or its name alone: no sentence holds an absolute path."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (RuntimeError, ValueError):
        return path.name


def default_home() -> Path:
    """The user's configuration folder, where BOWERBIRD_HOME names no other."""
    from platformdirs import user_config_path

    return user_config_path("bowerbird", appauthor=False)


def _read_config(path: Path) -> Mapping[str, Any]:
    try:
        return _toml(path.read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise RequestError(
            "bad_request", f"{_shown(path)} can't be read: {error.strerror}.", "Mend or remove it."
        ) from error
    except ValueError as error:
        raise RequestError(
            "bad_request", f"{_shown(path)} can't be read: {error}.", "Mend or remove that file."
        ) from error


def _toml(text: str) -> Mapping[str, Any]:
    if not text.strip():
        return {}
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    loaded: dict[str, Any] = tomllib.loads(text)
    return loaded


def default_archive() -> Path:
    """`downloads/` of the checkout that was installed, else the user's data folder."""
    checkout = installed_checkout()
    if checkout:
        return checkout / "downloads"
    from platformdirs import user_data_path

    # Not the folder itself: on macOS and Windows that one is also the home of settings and keys.
    return user_data_path("bowerbird", appauthor=False) / "archive"


def installed_checkout() -> Path | None:
    """The project folder that this package was installed from, if it is still there.

    An installed package remembers it in direct_url.json (PEP 610, packaging.python.org/specifications/direct-url).
    """
    here = Path(__file__).resolve()
    for folder in (here.parents[2], _direct_url(here.parents[1])):
        if folder and (folder / "extension" / "manifest.json").is_file():
            return folder
    return None


def _direct_url(site_packages: Path) -> Path | None:
    try:
        raw = (site_packages / f"bowerbird-{__version__}.dist-info" / "direct_url.json").read_bytes()
    except OSError:
        return None
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(str(msgspec.json.decode(raw).get("url", "")))
    return Path(unquote(parts.path)) if parts.scheme == "file" else None

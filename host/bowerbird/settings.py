"""Frozen settings, and the one reader of the environment.

Environment > site > config.toml > default; what was changed on the site is in the archive, and comes on top in
queue/preferences.py. Every setting is a row of `SETTINGS`; its variable is `BOWERBIRD_` and its name in capitals.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from bowerbird import __version__
from bowerbird.errors import RequestError
from bowerbird.setting_kinds import About, Kind, Setting

QUALITIES = ("best", "2160", "1440", "1080", "720", "480")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one process. Folders are absolute; MB and GB are decimal as on every page; delays in seconds.

    `from_environment` and `from_config` name those that were set there; `unknown` what config.toml names and is none.
    """

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
    retry_delays: str = ""
    retention_days: int = 0
    retention_jobs: int = 0
    disk_floor_mb: int = 1024
    stall_seconds: float = 120.0
    attempt_hours: float = 12.0
    from_environment: frozenset[str] = frozenset()
    from_config: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()

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
        return int(self.max_job_gb * 10**9) or None

    @property
    def disk_floor(self) -> int:
        """Bytes that stay free on the archive's disk."""
        return self.disk_floor_mb * 10**6


class SettingState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One setting as it is now: for pages, `settings` of the wire and the doctor. No value here tells a password.

    `value` and `default` are numbers, texts, booleans or lists of texts; `source` is where the value comes from. What
    is not `changeable` is no behaviour, or named by the environment, which counts more than the site.
    """

    name: str
    kind: Kind
    about: About
    meaning: str
    value: Any
    default: Any
    source: Literal["environment", "site", "config", "default"]
    changeable: bool
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()


# All settings, and the only place that says what each is. The table of the README is compared with it.
_HOME = Setting("home", "folder", "place", "Folder of config.toml, secrets and logs; nothing of it is ever served.")
SETTINGS: tuple[Setting, ...] = (
    Setting("archive", "folder", "place", "Folder of archive.db and all media."),
    _HOME,
    Setting("port", "whole", "network", "Port of the site on 127.0.0.1.", 1, 65535),
    Setting("proxy", "proxy", "network", "Proxy for every library and program, as http://host:port; no SOCKS."),
    Setting("ca_bundle", "file", "network", "File with the certificates to trust instead of the usual ones."),
    Setting(
        "allow_private_hosts", "flag", "safety", "Whether addresses in your own computer or network may be archived."
    ),
    Setting(
        "log_level", "choice", "safety", "How much the log says.", choices=("debug", "info", "warning", "error")
    ),
    Setting("max_concurrent", "whole", "behaviour", "How many jobs run at the same time.", 1, 32),
    Setting("max_per_platform", "whole", "behaviour", "How many of them may be of one platform.", 1, 32),
    Setting("quality", "choice", "behaviour", "Best picture height that is fetched.", choices=QUALITIES),
    Setting("transcripts", "languages", "behaviour", "Languages of transcripts, in order; all, or none."),
    Setting(
        "max_items", "whole", "behaviour", "How many members of a list are saved before it asks.", 1, 1_000_000
    ),
    Setting(
        "max_job_gb", "number", "behaviour", "How much one job saves before it asks; 0: any.", 0, 1_000_000, "GB"
    ),
    Setting(
        "instagram_delay_min", "number", "behaviour", "Least time between two requests to Instagram.", 0, 600,
        "seconds",
    ),
    Setting(
        "instagram_delay_max", "number", "behaviour",
        "Most time between two of them, no less than the least; both 0: no pace.", 0, 600, "seconds",
    ),
    Setting("max_retries", "whole", "behaviour", "How often a failed job is tried again by itself.", 0, 20),
    Setting(
        "retry_delay", "number", "behaviour", "Time before the first of these tries; doubled each time.", 0, 86400,
        "seconds",
    ),
    Setting(
        "retry_delays", "delays", "behaviour",
        "Times before each try after certain errors: network=30s,2m timeout=never.",
    ),
    Setting(
        "retention_days", "whole", "behaviour", "How long ended jobs stay in the history; 0: for ever. Items stay.", 0,
        36_500, "days",
    ),
    Setting(
        "retention_jobs", "whole", "behaviour", "How many ended jobs stay in the history; 0: any number. Items stay.",
        0, 10_000_000,
    ),
    Setting("disk_floor_mb", "whole", "behaviour", "Space that stays free on the disk.", 0, 10_000_000, "MB"),
    Setting(
        "stall_seconds", "number", "behaviour", "Time without anything new after which an attempt is ended.", 1,
        86400, "seconds",
    ),
    Setting(
        "attempt_hours", "number", "behaviour", "Time after which an attempt is ended in any case.", 0.001, 240,
        "hours",
    ),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process. Raises RequestError `bad_request` naming all that can't be read."""
    environ = os.environ if environ is None else environ
    home = _read_home(environ)
    config = _read_config(home / "config.toml")
    named = {one.name: environ[one.variable] for one in SETTINGS if environ.get(one.variable)}
    written = {name: value for name, value in config.items() if name in BY_NAME and name != "home"}
    chosen = _all_parsed({**written, **named}, home)
    # a default costs an import, so it is looked up only where it counts
    archive = {} if "archive" in chosen else {"archive": default_archive()}
    return Settings(
        **{**archive, **chosen, "home": home},
        from_environment=frozenset(named), from_config=frozenset(written),
        unknown=tuple(sorted(set(config) - set(written))),
    )  # fmt: skip


def _all_parsed(named: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """Raises RequestError `bad_request` that names every one that can't be, not the first alone."""
    chosen: dict[str, Any] = {}
    refused: list[RequestError] = []
    for name, value in named.items():
        with _collected(refused):
            chosen[name] = _parsed(BY_NAME[name], value, home)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        messages = " ".join(error.message for error in refused)
        place = shown_place(home / "config.toml")
        raise RequestError("bad_request", messages, f"Change them in {place} or in their variables.")
    return chosen


@contextlib.contextmanager
def _collected(refused: list[RequestError]) -> Iterator[None]:
    try:
        yield
    except RequestError as error:
        refused.append(error)


def _parsed(setting: Setting, value: Any, home: Path) -> Any:
    try:
        return setting.read(value)
    except ValueError as error:
        what = "what is set" if setting.is_private else repr(str(value)[:60])
        raise RequestError(
            "bad_request",
            f"The setting {setting.name} can't be {what}: it takes {error}.",
            f"Change it in {shown_place(home / 'config.toml')} or in the variable {setting.variable}.",
        ) from error


def _read_home(environ: Mapping[str, str]) -> Path:
    given = environ.get("BOWERBIRD_HOME")
    return _parsed(_HOME, given, Path(given)) if given else default_home()


def shown_place(path: Path) -> str:
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
            "bad_request", f"{shown_place(path)} can't be read: {error.strerror}.", "Mend or remove it."
        ) from error
    except ValueError as error:
        raise RequestError(
            "bad_request", f"{shown_place(path)} can't be read: {error}.", "Mend or remove that file."
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

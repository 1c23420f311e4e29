"""The environment of a scraper child: built from the settings, never inherited.

A caller's HOME, proxy and CA variables change what the libraries do, so all of them are set, or none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bowerbird.settings import Settings

_PROXY_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
# yt-dlp and plain ssl read the first, requests the second, curl_cffi the third
_CA_NAMES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SYSTEM_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin")
# Windows starts no program without these; they tell nothing about the user
_PASSED_ON = ("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")
# what libraries import where it is installed and no scraper uses: other browsers' keyrings, and cffi, without which
# Cryptodome takes ctypes; 40 ms of a child's start (measured)
_UNUSED = ("secretstorage", "cffi")


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a child reads back out of its environment; empty texts where nothing is set."""

    proxy: str = ""
    ca_bundle: str = ""
    allow_private_hosts: bool = False


def child_command(name: str, settings: Settings) -> tuple[list[str], dict[str, str]]:
    """The argv and the whole environment of a child that runs the scraper `name`."""
    # -I: no PYTHON* variable, no user site and no working folder decides what is imported
    return [sys.executable, "-I", "-m", "bowerbird.scrapers.child", name], child_environment(settings)


def child_environment(settings: Settings, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of every scraper child; of what is inherited only what the system itself needs."""
    home = settings.home / "scrapers"
    return {
        **{name: inherited[name] for name in _PASSED_ON if name in inherited},
        **_folders(home),
        **_network(settings),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), *_SYSTEM_FOLDERS)),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "YTDLP_NO_PLUGINS": "1",
        # requests would send what a .netrc says, in place of the session
        "NETRC": os.devnull,
        "BOWERBIRD_ALLOW_PRIVATE_HOSTS": "1" if settings.allow_private_hosts else "0",
    }


def _folders(home: Path) -> dict[str, str]:
    """An empty private home, so that no configuration, plugin, netrc or cache of the user's is found."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CONFIG_DIRS": str(home / "config"),
        "TMPDIR": str(home / "tmp"),
    }


def _network(settings: Settings) -> dict[str, str]:
    proxies = dict.fromkeys(_PROXY_NAMES, settings.proxy) if settings.proxy else {}
    lower = {name.lower(): value for name, value in proxies.items()}
    bundles = dict.fromkeys(_CA_NAMES, settings.ca_bundle) if settings.ca_bundle else {}
    return {**proxies, **lower, **bundles}


def read_surroundings(environ: Mapping[str, str] = os.environ) -> Surroundings:
    """What `child_environment` put there."""
    return Surroundings(
        proxy=environ.get("HTTPS_PROXY", ""),
        ca_bundle=environ.get("SSL_CERT_FILE", ""),
        allow_private_hosts=environ.get("BOWERBIRD_ALLOW_PRIVATE_HOSTS") == "1",
    )


def make_private_folders(environ: Mapping[str, str] = os.environ) -> None:
    """Create the child's home and its folder for temporary files, readable by nobody else."""
    for name in ("HOME", "TMPDIR"):
        Path(environ[name]).mkdir(mode=0o700, parents=True, exist_ok=True)


def leave_out_unused() -> None:
    """Import nothing that no scraper uses. To be called before the libraries are imported."""
    sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]  # None is the documented way to hide a module

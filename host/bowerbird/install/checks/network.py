"""The site's port, and what stands between us and the network."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bowerbird.errors import RequestError
from bowerbird.install import site
from bowerbird.install.checks.check import Check
from bowerbird.install.files import shown
from bowerbird.settings import BY_NAME, Settings, load_settings

_PLACES = ("port", "proxy", "ca_bundle", "allow_private_hosts", "log_level")


def check_site_port(settings: Settings) -> Iterator[Check]:
    """Whether the site's port is free, ours, or taken by another program. Says nothing before the install."""
    if not settings.home.is_dir():
        return
    name, address = "site", f"127.0.0.1:{settings.port}"
    try:
        running = site.is_running(settings)
    except RequestError as error:
        yield Check(name, "fail", f"Another program uses {address}.", f"End that program. {error.hint}")
        return
    told = f"running at {address}" if running else f"not running, {address} is free; `bowerbird open` starts it"
    yield Check(name, "ok", told)


def check_proxy(settings: Settings) -> Iterator[Check]:
    """Whether the proxy that is set is one, and answers."""
    if not settings.proxy:
        return
    parts = urlsplit(settings.proxy)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme not in ("http", "https"):
        yield Check("proxy", "fail", "The proxy is not of the form http://host:port.", "Correct it in config.toml.")
        return
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        yield Check("proxy", "fail", f"Nothing answers at {host}:{port}.", "Start the proxy, or take the setting out.")
        return
    yield Check("proxy", "ok", f"{host}:{port}")


def check_ca_bundle(settings: Settings) -> Iterator[Check]:
    """Whether the file of certificates that is set can be used."""
    if not settings.ca_bundle:
        return
    place = shown(Path(settings.ca_bundle))
    try:
        ssl.create_default_context(cafile=settings.ca_bundle)
    except (OSError, ssl.SSLError):
        yield Check("certificates", "fail", f"{place} holds no certificates that can be read.", "Correct ca_bundle.")
        return
    yield Check("certificates", "ok", place)


_CURE_UNKNOWN = "Correct the name, or take the line out; the README lists all settings."


def _named(unknown: Sequence[str]) -> str:
    """The names, each with the setting that was probably meant."""
    from difflib import get_close_matches

    meant = {name: get_close_matches(name, BY_NAME, n=1) for name in unknown}
    return ", ".join(f"{name[:40]} ({found[0]}?)" if found else name[:40] for name, found in meant.items())


def check_environment(settings: Settings) -> Iterator[Check]:
    """Settings that only this terminal knows: what the browser starts goes without them."""
    try:
        kept = load_settings({"BOWERBIRD_HOME": str(settings.home)})
    except RequestError as error:
        yield Check("config.toml", "fail", error.message, error.hint)
        return
    if settings.unknown:
        yield Check("config.toml", "warn", f"It says what is no setting: {_named(settings.unknown)}.", _CURE_UNKNOWN)
    names = [name for name in _PLACES if getattr(settings, name) != getattr(kept, name)]
    if settings.archive != kept.archive:
        names.insert(0, "archive")
    for name in names:
        yield Check(
            "settings",
            "warn",
            f"BOWERBIRD_{name.upper()} is set in this terminal only; what the browser starts does not see it.",
            "Run: bowerbird install" if name == "archive" else f"Write {name} into config.toml.",
        )

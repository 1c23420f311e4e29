"""Which processes of ours run in the background, so that they can be asked to end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from bowerbird.errors import RequestError
from bowerbird.install.files import write_file
from bowerbird.queue.wake import worker_is_running
from bowerbird.settings import Settings

Name = Literal["worker", "site"]
# The worker gives its attempts 30 seconds to come to an end.
END_SECONDS = 40.0


def note_process(settings: Settings, name: Name) -> None:
    """Write down that this process is the worker, or the site, of this home. Where that fails it works all the same."""
    with contextlib.suppress(OSError):
        write_file(_pid_path(settings, name), f"{os.getpid()}\n".encode(), mode=0o600)


def _pid_path(settings: Settings, name: Name) -> Path:
    return settings.home / f"{name}.pid"


def stop_processes(settings: Settings) -> list[str]:
    """Ask worker and site to end and wait for it. The names of those that did."""
    return [name for name, is_alive in _ALIVE.items() if _stop(settings, name, is_alive)]


def _site_is_running(settings: Settings) -> bool:
    # The worker, which notes itself here, need not import what asks for the site.
    from bowerbird.install import site

    try:
        return settings.home.is_dir() and site.is_running(settings)
    except RequestError:
        return False


_ALIVE: dict[Name, Callable[[Settings], bool]] = {"worker": worker_is_running, "site": _site_is_running}


def _stop(settings: Settings, name: Name, is_alive: Callable[[Settings], bool]) -> bool:
    """End one process. A number that was left behind by a dead one is not used: whoever has it now is a stranger."""
    if not is_alive(settings):
        return False
    try:
        os.kill(int(_pid_path(settings, name).read_text()), signal.SIGTERM)
    except (OSError, ValueError):
        return False
    until = time.monotonic() + END_SECONDS
    while is_alive(settings) and time.monotonic() < until:
        time.sleep(0.1)
    return not is_alive(settings)

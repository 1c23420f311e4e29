"""The log files of one process, rotated, below BOWERBIRD_HOME. Cookies, tokens and signed URLs never get here."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bowerbird.settings import Settings

LOG_BYTES = 2_000_000
LOG_FILES = 5


def logs_folder(settings: Settings) -> Path:
    """Where the logs are; made private where it is not there."""
    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def start_log(settings: Settings, name: str) -> None:
    """Send this process's log lines to `<name>.log`."""
    handler = RotatingFileHandler(
        logs_folder(settings) / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger("bowerbird")
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    root.propagate = False

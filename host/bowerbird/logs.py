"""The log files of one process, rotated, below BOWERBIRD_HOME: a JSON object a line.

    {"at": "…Z", "level": "warning", "from": "worker", "job": "0b9f…", "message": "…", "traceback": "…"}

Cookies, tokens and signed URLs never get here, and tracebacks get nowhere else.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime, timezone
from logging.handlers import RotatingFileHandler
from pathlib import Path

import msgspec

from bowerbird.clock import as_text
from bowerbird.redact import redact
from bowerbird.settings import Settings

LOG_BYTES = 2_000_000
LOG_FILES = 5
# What libraries print of their own accord, and the children's last words.
CHILD_LOG = "scrapers.log"
# Characters of a traceback that are kept, from its end: there stands what happened.
TRACEBACK = 6000

_job: ContextVar[str | None] = ContextVar("job", default=None)


def logs_folder(settings: Settings) -> Path:
    """Where the logs are; made private where it is not there. Raises OSError."""
    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def start_log(settings: Settings, name: str, *others: str) -> None:
    """Send this process's log lines, and warnings of these `others`, to `<name>.log`. Raises OSError."""
    path = logs_folder(settings) / f"{name}.log"
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_Lines())
    for logger, level in (("bowerbird", settings.log_level.upper()), *((other, "WARNING") for other in others)):
        found = logging.getLogger(logger)
        found.addHandler(handler)
        found.setLevel(level)
        found.propagate = False
    if settings.unknown:
        unknown = ", ".join(settings.unknown)
        logging.getLogger("bowerbird.settings").warning("config.toml says what is no setting: %s", unknown)


@contextlib.contextmanager
def about_job(job_id: str) -> Iterator[None]:
    """Lines that this thread logs meanwhile carry the job's id."""
    token = _job.set(job_id)
    try:
        yield
    finally:
        _job.reset(token)


class _Lines(logging.Formatter):
    """A record as a line: whole, since a line break within JSON is escaped, and without what must not be kept."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": as_text(datetime.fromtimestamp(record.created, timezone.utc)),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix("bowerbird."),
            "job": getattr(record, "job_id", None) or _job.get(),
            "message": redact(record.getMessage()),
            "traceback": redact(self.formatException(record.exc_info)[-TRACEBACK:]) if record.exc_info else None,
        }
        return msgspec.json.encode({name: value for name, value in line.items() if value is not None}).decode()


def keep_small(path: Path, most: int = LOG_BYTES) -> None:
    """Begin a file anew to which others append, where it grew beyond so many bytes; the one before is kept."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > most:
            shutil.copyfile(path, path.with_suffix(f"{path.suffix}.1"))
            os.truncate(path, 0)

"""The worker. `work` is how everybody runs it in this process."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import BinaryIO

from bowerbird.errors import RequestError
from bowerbird.logs import CHILD_LOG, keep_small, logs_folder, start_log
from bowerbird.settings import Settings


def work(settings: Settings, linger: float | None = None) -> None:
    """Run the worker until it is told to stop or nothing can go on.

    `linger` is for how many seconds it then still waits for more. Raises RequestError `busy` where another worker runs,
    `archive_unavailable` where archive or settings folder can't be used.
    """
    from bowerbird.worker.ahead import start_ahead

    with _logs(settings) as child_log:
        child = start_ahead(settings, child_log)
        from bowerbird.worker.loop import LINGER, Worker, stop_on_signals

        worker = Worker(settings, child_log, LINGER if linger is None else linger)
        before = stop_on_signals(worker)
        if child:
            worker.adopt(child)
        try:
            worker.run()
        except RequestError as error:
            logging.getLogger("bowerbird.worker").warning("code=%s %s", error.code, error.message)
            # whoever waits for another worker then can be told to end as before
            for number, handler in before.items():
                signal.signal(number, handler)
            raise


def _logs(settings: Settings) -> BinaryIO:

    try:
        start_log(settings, "worker")
        return _child_log(logs_folder(settings) / CHILD_LOG)
    except OSError as error:
        raise RequestError(
            "archive_unavailable", "The folder for settings and logs can't be written.", "Run: bowerbird doctor"
        ) from error


def _child_log(path: Path) -> BinaryIO:
    keep_small(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(handle, "ab", buffering=0)

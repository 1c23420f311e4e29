"""Requests about the installation itself: its settings, and what the doctor finds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from bowerbird.errors import RequestError
from bowerbird.messages import requests
from bowerbird.messages.desk import Desk
from bowerbird.model import to_builtins
from bowerbird.queue import preferences

Answer = dict[str, Any]
# The doctor greets each browser's host, starts programs, and reads the database for some seconds.
DOCTOR_SECONDS = 180.0
_one_at_a_time = threading.Lock()


def settings(desk: Desk, request: requests.SettingsRequest) -> Answer:
    """Every setting as it is now, after those that are to be changed."""
    if request.set:
        preferences.change(desk.db, request.set)
        # Less may be enough now: what waits for space or a turn is looked at again.
        desk.later(desk.waker.wake_if_due)
    return {"settings": to_builtins(preferences.states(desk.db, desk.settings))}


def doctor(_desk: Desk, _request: requests.Doctor) -> Callable[[], Answer]:
    """What the doctor says, as work to be done beside the conversation: nobody's capture waits for it."""
    if not _one_at_a_time.acquire(blocking=False):
        raise RequestError("busy", "The doctor is at work already.", "Wait for its answer.")
    return _examine


def _examine() -> Answer:
    try:
        found = _findings()
    finally:
        _one_at_a_time.release()
    refused = next((one for one in found if "code" in one), None)
    if refused:
        raise RequestError(refused["code"], refused["message"], refused["hint"])
    return {"checks": found}


def _findings() -> list[dict[str, str]]:
    """In a process of its own: what the checks import and start never becomes part of the host."""
    import subprocess

    try:
        # -I: as for the worker, the folder in which the browser runs is no place to import from
        ended = subprocess.run(
            [sys.executable, "-I", "-m", "bowerbird", "doctor", "--json"], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=DOCTOR_SECONDS, check=False,
        )  # fmt: skip
        return [msgspec.json.decode(line) for line in ended.stdout.splitlines()]
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        raise RequestError("internal", "The doctor could not be started.", "Run: bowerbird doctor") from error

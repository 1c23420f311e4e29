"""Who starts the host without being our extension gets one frame that says so, and nothing of what it asked is done."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from bowerbird.install.origins import CHROMIUM_ORIGIN, FIREFOX_ID
from bowerbird.settings import Settings
from tests.messages.client import a_capture, framed
from tests.messages.conftest import StartHost, environment, no_worker, rows, settings, start_host

__all__ = ["environment", "no_worker", "rows", "settings", "start_host"]

FOREIGN = {
    "nobody": (),
    "another extension": ("chrome-extension://abcdefghijklmnopabcdefghijklmnop/",),
    "a web page": ("https://bowerbird.org/",),
    "ours with more behind": (CHROMIUM_ORIGIN + "evil",),
    "another one for Firefox": ("/manifest.json", "evil@example.com"),
    "ours, in Firefox' first place": (FIREFOX_ID,),
}


@pytest.mark.parametrize("arguments", FOREIGN.values(), ids=FOREIGN)
def test_a_wrong_caller_gets_an_error_and_an_end(
    start_host: StartHost, rows: Callable[..., list[tuple[Any, ...]]], settings: Settings, arguments: tuple[str, ...]
) -> None:
    """Captures and questions that lie in its pipe already are not read: one frame, exit code 1, no row, no new file."""
    before = sorted(path.name for path in settings.home.iterdir())
    host = start_host(arguments)
    for number, asked in enumerate(
        ({"type": "capture", "captures": [a_capture()]}, {"type": "open", "what": "dashboard"})
    ):
        with contextlib.suppress(BrokenPipeError):  # it has left already
            host.write(framed(json.dumps({"id": number, **asked}).encode()))
    refusal = host.read()
    assert refusal is not None
    assert (refusal["id"], refusal["ok"], refusal["error"]["code"]) == (None, False, "forbidden_origin")
    assert host.read() is None
    assert host.process.wait(20) == 1
    assert rows("SELECT count(*) FROM captures") == [(0,)]
    assert sorted(path.name for path in settings.home.iterdir()) == before

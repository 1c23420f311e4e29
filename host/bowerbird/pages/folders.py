"""Shows a folder of the archive in the file manager of this computer.

The site answers on loopback alone, so the person who is signed in sits at the desktop on which it opens.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from bowerbird.errors import RequestError
from bowerbird.queue.wake import start_detached

_OPENERS = {"darwin": "open", "win32": "explorer"}
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def show_folder(folder: Path) -> None:
    """Open it. Raises RequestError `not_found` where it is gone, `wrong_state` where there is no desktop."""
    if not folder.is_dir():
        raise RequestError("not_found", "The folder is not where it was.", "Choose Fetch again to have it back.")
    program = opener(sys.platform, os.environ)
    if program is None:
        raise RequestError(
            "wrong_state",
            "There is no desktop on which the folder could be opened.",
            "Its place in the archive stands below Files.",
        )
    start_detached([program, str(folder)])


def opener(system: str, environment: Mapping[str, str]) -> str | None:
    """The program that opens folders here; None where there is none, or no desktop."""
    if system not in _OPENERS and not any(environment.get(name) for name in _DISPLAYS):
        return None
    return shutil.which(_OPENERS.get(system, "xdg-open"), path=environment.get("PATH"))

"""Where ffmpeg and deno are: the system's own, else those that came with the Python dependencies."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from pathlib import Path


def ffmpeg_program() -> str | None:
    """The path of ffmpeg, or None.

    The bundled one is looked up by its place: imageio_ffmpeg itself starts the program only to see that it runs.
    """
    return shutil.which("ffmpeg") or _bundled_ffmpeg()


def _bundled_ffmpeg() -> str | None:
    try:
        folder = Path(str(files("imageio_ffmpeg"))) / "binaries"
    except ModuleNotFoundError:
        return None
    return next((str(path) for path in sorted(folder.glob("ffmpeg-*"))), None)


def deno_program() -> str | None:
    """The path of deno, which solves the challenges of some sites, or None."""
    return shutil.which("deno") or shutil.which("deno", path=str(Path(sys.executable).parent))

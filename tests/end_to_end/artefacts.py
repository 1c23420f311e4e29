"""Where pictures of what a test saw are kept."""

from __future__ import annotations

import os
from pathlib import Path

_OTHERWISE = Path(__file__).resolve().parents[1] / "artefacts"


def artefact(name: str) -> Path:
    """The path for one kept file, its folder made. The folder is BOWERBIRD_TEST_ARTEFACTS, else tests/artefacts."""
    folder = Path(os.environ.get("BOWERBIRD_TEST_ARTEFACTS") or _OTHERWISE)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name

"""How much memory a scraper and all that it started hold: a limit for one process does not bound ten of them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# A machine that is left with less than this half becomes so slow that its person ends things by hand.
_SHARE = 0.5
_LEAST, _MOST = 1 << 30, 3 << 30
_PROCESSES = Path("/proc")


def allowed() -> int:
    """Bytes that one attempt may hold: half of this machine's memory, but 1 GB at least and 3 GB at most."""
    return max(_LEAST, min(_MOST, int(_of_this_machine() * _SHARE)))


def _of_this_machine() -> int:
    if sys.platform == "win32":
        return _MOST * 2
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return _MOST * 2


def held(session: int) -> int:
    """Bytes in memory of all processes of a session (in the system's sense); 0 where the system does not tell."""
    return sum(_resident(session)) if _PROCESSES.is_dir() else 0


def _resident(session: int) -> Iterator[int]:
    """Of `/proc/PID/stat` the 6th field is the session and the 24th the resident pages (man 5 proc)."""
    page = os.sysconf("SC_PAGE_SIZE")
    for process in _PROCESSES.iterdir():
        if not process.name.isdigit():
            continue
        # whatever ends meanwhile holds nothing
        with contextlib.suppress(OSError, IndexError, ValueError):
            # a program's name, the 2nd field, may hold blanks and brackets
            fields = (process / "stat").read_bytes().rpartition(b")")[2].split()
            if int(fields[3]) == session:
                yield int(fields[21]) * page

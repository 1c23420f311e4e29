"""The processes that a run has started, also those that their starters left behind, and killing one of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
from collections.abc import Collection

import psutil

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)

# what it is → a word of its command line
WORDS = {
    "host": "bowerbird-host",
    "worker": "bowerbird.worker",
    "child": "bowerbird.scrapers.child",
    "site": "bowerbird.pages",
}


def adopt_orphans() -> None:
    """From now on whatever our processes leave behind is a child of ours, so that it can be found. Linux only."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def alive(kind: str) -> list[psutil.Process]:
    """Our living processes of that kind."""
    return [one for one in psutil.Process().children(recursive=True) if _is(kind, one)]


def _is(kind: str, process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(WORDS[kind] in word for word in process.cmdline())  # a zombie has none
    return False


def kill_one(kind: str, chance: random.Random) -> bool:
    """SIGKILL one of that kind; whether there was one."""
    found = alive(kind)
    if not found:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        chance.choice(found).kill()
        return True
    return False


def bury(known: Collection[int]) -> None:
    """Ask for orphans that ended, so that none stays in the process table; `known` are those that others ask for."""
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.Error, ChildProcessError):
            if one.pid not in known and one.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(one.pid, os.WNOHANG)

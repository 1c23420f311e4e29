"""Runs an installed program's module behind the network guard: `python -I -m bowerbird.scrapers.guarded MODULE ARGS…`.

A program that a scraper starts has sockets of its own, which the guard of the scraper's process can't see. This one is
in place before the program's first line runs; nothing of the program is read, called or changed from here.
"""

from __future__ import annotations

import runpy
import sys

from bowerbird.scrapers import guard
from bowerbird.scrapers.environment import read_surroundings


def main(arguments: list[str]) -> None:
    """Become the program; its exit code is this process's."""
    guard.install(read_surroundings())
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""The long form of the kills: `python -m tests.faults [--kills N --captures N --jobs N --pause SECONDS --seed N]`.

Says now and then how far it is, and at the end its figures; 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields

from tests.faults.matrix import LONG, Plan, matrix


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill everything, again and again.")
    for one in fields(Plan):
        value = getattr(LONG, one.name)
        parser.add_argument(f"--{one.name}", type=type(value), default=value)
    plan = Plan(**vars(parser.parse_args()))
    print(plan, flush=True)
    with matrix(plan, lambda line: print(line, flush=True)) as run:
        figures = run.run()
    for name, value in figures.counts.items():
        print(f"{name:42} {value}")
    for sentence in figures.broken:
        print("BROKEN", sentence)
    print("All promises held." if not figures.broken else f"{len(figures.broken)} promises were broken.")
    return int(bool(figures.broken))


if __name__ == "__main__":
    sys.exit(main())

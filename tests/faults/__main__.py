"""The long form of the faults: `python -m tests.faults`; fewer with `--cuts 50 --kills 100 --captures 1000 --jobs 250`.

First power cuts, then kills. Says now and then how far it is, and at the end its figures; 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

from tests.faults.matrix import LONG, Plan, matrix
from tests.faults.power import record


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill everything, again and again.")
    for one in fields(Plan):
        value = getattr(LONG, one.name)
        parser.add_argument(f"--{one.name}", type=type(value), default=value)
    parser.add_argument("--cuts", type=int, default=400)
    given = vars(parser.parse_args())
    cuts = given.pop("cuts")
    lost, damaged = _power_cuts(cuts, given["seed"])
    print(f"{cuts} power cuts: {lost} lost what was acknowledged, {damaged} damaged the database", flush=True)
    plan = Plan(**given)
    print(plan, flush=True)
    with matrix(plan, lambda line: print(line, flush=True)) as run:
        figures = run.run()
    for name, value in figures.counts.items():
        print(f"{name:42} {value}")
    for sentence in figures.broken:
        print("BROKEN", sentence)
    broken = len(figures.broken) + bool(lost) + bool(damaged)
    print("All promises held." if not broken else f"{broken} promises were broken.")
    return int(bool(broken))


def _power_cuts(cuts: int, seed: int) -> tuple[int, int]:
    """How many of them lost something, and how many damaged something; each hundred meets another recording."""
    lost = damaged = 0
    for round_ in range(0, cuts, 100):
        with tempfile.TemporaryDirectory(prefix="bowerbird-power-") as folder:
            recording = record(Path(folder, "recorded"), "FULL", seed + round_)
            one = recording.cut(Path(folder, "after"), min(100, cuts - round_), seed + round_)
            lost, damaged = lost + one[0], damaged + one[1]
    return lost, damaged


if __name__ == "__main__":
    sys.exit(main())

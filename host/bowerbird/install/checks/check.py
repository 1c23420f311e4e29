"""One finding of the doctor."""

from __future__ import annotations

from typing import Literal

import msgspec


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was looked at, how it is, and the next step where something is not right.

    The doctor speaks to the owner, on the owner's own screen: places are named, below the home folder as `~/…`.
    """

    name: str
    state: Literal["ok", "warn", "fail"]
    message: str
    fix: str = ""

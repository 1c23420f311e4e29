"""`bowerbird`: the command line. It reads arguments, calls one function and says what came out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bowerbird.cli.parser import build_parser
from bowerbird.errors import BowerbirdError

__all__ = ["build_parser", "main"]

# Codes that say that the command itself can't be meant so; everything else is work that failed.
WRONG_USE = frozenset(
    ("bad_request", "bad_url", "unsupported_url", "private_host", "too_large", "not_found", "wrong_state")
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: the work failed or waits; 2: wrong use."""
    os.umask(0o077)
    given = [_whole_text(one) for one in (sys.argv[1:] if arguments is None else arguments)]
    try:
        parser = build_parser()
        if not given:
            parser.print_help()
            return 2
        chosen = parser.parse_args(given)
        status: int = chosen.run(chosen)
        sys.stdout.flush()
    except BowerbirdError as error:
        say_error(error, as_json="--json" in given)
        return 2 if error.code in WRONG_USE else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _whole_text(argument: str) -> str:
    """An argument as Unicode: a terminal may hand over bytes that are none."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def say_error(error: BowerbirdError, *, as_json: bool) -> None:
    """Tell an error: to a program on stdout, to a person on stderr."""
    from bowerbird.cli import show

    if as_json:
        show.line(error.as_dict())
        return
    show.complain(error.message, error.hint)

"""Run the site: `python -m bowerbird.pages [PORT]`."""

from __future__ import annotations

import sys

import msgspec

from bowerbird.errors import BowerbirdError
from bowerbird.settings import load_settings


def main() -> int:
    """Serve until told to stop; 1 with a sentence where that can't be."""
    from bowerbird.pages.server import serve

    try:
        settings = load_settings()
        if len(sys.argv) > 1:
            settings = msgspec.structs.replace(settings, port=int(sys.argv[1]))
        serve(settings)
    except BowerbirdError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

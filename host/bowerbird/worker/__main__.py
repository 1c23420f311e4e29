"""`python -m bowerbird.worker`: how host, site and command line start the worker in the background."""

from __future__ import annotations

import os
import sys

from bowerbird.errors import RequestError
from bowerbird.install.processes import adopt
from bowerbird.settings import load_settings
from bowerbird.worker import work


def main() -> int:
    """Work until idle; 1 where that is not possible, with the reason in the log."""
    os.umask(0o077)
    try:
        settings = load_settings()
        for name in sys.argv[1:2]:
            adopt(settings, name)
        work(settings)
    except RequestError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

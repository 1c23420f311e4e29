"""How fast Instagram is asked: the one place in which this scraper waits, and where its requests are counted."""

from __future__ import annotations

import random
import time

from bowerbird.errors import JobError
from bowerbird.scrapers.interface import Report
from bowerbird.scraping import Pace, Requested

TELL_EVERY = 4  # requests between two reports of their number: what a kill may leave uncounted


class Turn:
    """The requests of one attempt. Files from the CDN are none: nobody counts them against an account."""

    def __init__(self, pace: Pace, report: Report, last: float | None = None) -> None:
        self.last = last  # when the last request of this process was made, on the monotonic clock
        self._pace = pace
        self._report = report
        self._made = 0
        self._untold = 0

    def take(self) -> None:
        """Wait until the next request may be made, and count it. Raises JobError `rate_limited` at the budget's end."""
        if self._pace.requests is not None and self._made >= self._pace.requests:
            raise JobError(
                "rate_limited", "The hourly budget of requests to Instagram is used up, so that the account stays safe."
            )
        self._wait()
        self.last = time.monotonic()
        self._made += 1
        self._untold += 1
        if self._untold >= TELL_EVERY:
            self.tell()

    def _wait(self) -> None:
        # what was spent on files since the last request is a pause too
        pause = random.uniform(self._pace.delay_min, max(self._pace.delay_min, self._pace.delay_max))  # noqa: S311 - no secret
        since = float("inf") if self.last is None else time.monotonic() - self.last
        if since < pause:
            time.sleep(pause - since)

    def tell(self) -> None:
        """Report what was not yet told."""
        if self._untold:
            self._report(Requested(self._untold))
        self._untold = 0

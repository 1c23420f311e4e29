"""In which order scrapers are tried for a job, and which of their failures is told: pure."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.queue.rows import ClaimedJob
from bowerbird.scrapers import NEXT_SCRAPER_ON, scrapers_for
from bowerbird.scraping import Failed
from bowerbird.worker.outcome import Outcome

# A scraper that is told to wait so often, and gets nowhere in between, is what the site refuses.
REFUSALS = 2


def order(job: ClaimedJob) -> tuple[str, ...]:
    """Names of scrapers, first the one that goes on at the job's cursor.

    Where the site said "too fast" again and again without one member saved in between, the next scraper begins, and
    the one behind it when that one was refused as often.
    """
    names = scrapers_for(job.target)
    first = names.index(job.scraper) if job.streamed and job.scraper in names else 0
    if job.trouble == "rate_limited":
        first += job.tries // REFUSALS
    return tuple(names[(first + step) % len(names)] for step in range(len(names)))


def goes_on(outcome: Outcome) -> bool:
    """Whether the next scraper may know better."""
    return isinstance(outcome, Failed) and outcome.code in NEXT_SCRAPER_ON


def most_telling(failures: Sequence[Failed]) -> Failed:
    """What a person is told when all failed: the first reason that is more than not to know the page."""
    return next((one for one in failures if one.code != "not_supported"), failures[-1])

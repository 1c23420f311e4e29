"""What several jobs failed by, or wait for, told once: a sentence, the cure, and what is done with all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from bowerbird.errors import JOB_ADVICE
from bowerbird.model import Job
from bowerbird.pages import words
from bowerbird.pages.cures import Cure, cure, shared_cure
from bowerbird.queue.causes import Cause


class WithAll(NamedTuple):
    """A button for all jobs of a cause: the act of `/queue/` that it posts, its words and icon."""

    act: str
    label: str
    icon: str


class CauseLine(NamedTuple):
    """A cause as a page tells it; `link` leads to its jobs in the history, `hint` is the next step in words.

    `says` is a sentence without its full stop.
    """

    platform: str
    code: str
    jobs: int
    says: str
    hint: str
    cure: Cure | None
    link: str
    with_all: WithAll | None = None

    @property
    def counted(self) -> str:
        """How many jobs it is."""
        return words.counted(self.jobs, "job")


def failed_by(cause: Cause) -> CauseLine:
    """What jobs failed by."""
    query = {"status": "failed", "platform": cause.platform, "error": cause.code}
    return CauseLine(
        platform=cause.platform,
        code=cause.code,
        jobs=cause.jobs,
        says=_sentence(cause.platform, cause.code),
        hint=JOB_ADVICE[cause.code].hint if cause.code in JOB_ADVICE else "",
        cure=shared_cure(cause.platform, cause.code),
        link=f"/history?{urlencode(query)}",
        with_all=_take_out(cause.jobs) if cause.code in _FINAL else _try_again(cause.jobs),
    )


def waiting_for(jobs: Sequence[Job], otherwise: str) -> CauseLine:
    """What these jobs of one platform wait for; `otherwise` is said where they have no error."""
    job = jobs[0]
    return CauseLine(
        platform=job.platform,
        code=job.error.code if job.error else "",
        jobs=len(jobs),
        says=(job.error.message if job.error else otherwise).removesuffix("."),
        hint=job.error.hint if job.error else "",
        cure=cure(job),
        link=f"/history?{urlencode({'status': 'waiting', 'platform': job.platform})}",
    )


def _try_again(jobs: int) -> WithAll:
    return WithAll("retry_failed", f"Try all {jobs:,} again" if jobs > 1 else "Try it again", "retry")


def _take_out(jobs: int) -> WithAll:
    return WithAll("clear_failed", f"Take {'them' if jobs > 1 else 'it'} out of the list", "trash")


# Another try would end the same way.
_FINAL = frozenset(("gone", "not_supported", "unsafe_file"))


def _sentence(platform: str, code: str) -> str:
    site = "a site" if platform == "web" else words.platform(platform)
    said = _SENTENCES.get(code, "Something went wrong with {site}").format(site=site)
    return said[0].upper() + said[1:] if platform == "web" else said


_SENTENCES = {
    "login_needed": "{site} wants you to sign in",
    "session_expired": "{site} no longer accepts your sign-in",
    "challenge": "{site} asks for a check by a person",
    "rate_limited": "{site} asks for a pause",
    "blocked": "{site} refuses requests from here",
    "private": "{site} says that it is private",
    "gone": "{site} says that it is gone",
    "geo_blocked": "{site} does not show it in your country",
    "age_restricted": "{site} shows it only to adults who are signed in",
    "members_only": "{site} shows it only to paying members",
    "upcoming": "{site} has not shown it yet",
    "not_supported": "{site} has pages that no library here can save",
    "scraper_outdated": "{site} changed, and the library here no longer understands it",
    "missing_tool": "A program that is needed for {site} is missing",
    "network": "The connection to {site} failed",
    "timeout": "{site} stopped answering",
    "disk_full": "The disk was full for what {site} sent",
    "too_large": "{site} has it only larger than your limit",
    "unsafe_file": "{site} sent a kind of file that is not kept",
    "limit_reached": "{site} has more than your limit",
    "incomplete": "{site} sent only a part of it",
    "cancelled": "You cancelled what {site} had",
    "internal": "Something went wrong inside Bowerbird with {site}",
}

"""What cures an error, beside trying again: a place to go to, or an act. One table; the sentence comes from the job."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from bowerbird.model import Job

_SITES = {"youtube": "www.youtube.com", "instagram": "www.instagram.com", "tiktok": "www.tiktok.com"}


class Cure(NamedTuple):
    """A link in the words of what one does there; one that leads out of the archive begins with `http`.

    Where `act` is not empty it is no link but a button: an act of the queue, with the job's id.
    """

    label: str
    link: str = ""
    act: str = ""


def cure(job: Job) -> Cure | None:
    """The cure of what a job failed by or waits for; None where there is none but trying again."""
    if job.error is None or job.status not in ("failed", "waiting", "pending"):
        return None
    find = _CURES.get(job.error.code)
    return find(job) if find else None


def _log_in(job: Job) -> Cure | None:
    host = _host(job)
    return Cure(f"Open {host.removeprefix('www.')} to log in", f"https://{host}/") if host else None


def _answer(job: Job) -> Cure | None:
    host = _host(job)
    return Cure(f"Open {host.removeprefix('www.')}", job.url if _is_web(job) else f"https://{host}/") if host else None


def _look_back(job: Job) -> Cure | None:
    if not _is_web(job):
        return None
    return Cure("Look in the Web Archive", f"https://web.archive.org/web/*/{quote(job.url, safe=':/?&=%')}")


def _update(job: Job) -> Cure:
    return Cure("Update and try again", act="update")


def _host(job: Job) -> str:
    return _SITES.get(job.platform) or ((urlsplit(job.url).hostname or "") if _is_web(job) else "")


def _is_web(job: Job) -> bool:
    return job.url.lower().startswith(("https://", "http://"))


_CURES: dict[str, Callable[[Job], Cure | None]] = {
    "login_needed": _log_in,
    "session_expired": _log_in,
    "age_restricted": _log_in,
    "members_only": _log_in,
    "blocked": _log_in,
    "challenge": _answer,
    "private": _answer,
    "gone": _look_back,
    "scraper_outdated": _update,
}

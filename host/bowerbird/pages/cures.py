"""What cures an error, beside trying again: a place to go to, or an act. One table; the sentence comes from the job."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from bowerbird.model import Job
from bowerbird.pages.addresses import web_url
from bowerbird.targets.hosts import is_private_host

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
    return _found(job.error.code, job.platform, job.url)


def shared_cure(platform: str, code: str) -> Cure | None:
    """The cure of what several jobs of a platform failed by; None where each has its own, or there is none."""
    return _found(code, platform, "")


def _found(code: str, platform: str, url: str) -> Cure | None:
    find = _CURES.get(code)
    return find(platform, url) if find else None


def _log_in(platform: str, url: str) -> Cure | None:
    host = _host(platform, url)
    return Cure(f"Open {host.removeprefix('www.')} to log in", f"https://{host}/") if host else None


def _answer(platform: str, url: str) -> Cure | None:
    host = _host(platform, url)
    return Cure(f"Open {host.removeprefix('www.')}", url if web_url(url) else f"https://{host}/") if host else None


def _look_back(platform: str, url: str) -> Cure | None:
    # what only this network has is in no archive of the web
    if not web_url(url) or is_private_host(urlsplit(url).hostname or ""):
        return None
    return Cure("Look in the Web Archive", f"https://web.archive.org/web/*/{quote(url, safe=':/?&=%')}")


def _update(platform: str, url: str) -> Cure:
    return Cure("Update and try again", act="update") if url else Cure("Update the libraries", "/settings#libraries")


def _host(platform: str, url: str) -> str:
    return _SITES.get(platform) or ((urlsplit(url).hostname or "") if web_url(url) else "")


# What finds the cure by platform and address; of several jobs the address is ''.
_CURES: dict[str, Callable[[str, str], Cure | None]] = {
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

"""The program's configuration for one run: fixed, but for the pace, the session and what a kind of target needs.

Options are those of gallery-dl 1.32, docs/configuration.rst. No option of a person's reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bowerbird.scrapers.environment import Surroundings
from bowerbird.scrapers.gallery.lines import ASK, EVENTS, LOG, MOVED, PAGE
from bowerbird.scraping import Assignment

Options = Mapping[str, Any]

TIMEOUT = 30.0  # seconds without a byte
TRIES_AGAIN = 1  # of a request that was cut or met a fault of the server; the job itself is tried again later
FILE_TRIES_AGAIN = 2  # of a file, which goes on where it was cut
PATH, ADDRESS = (
    "bowerbird_path",
    "bowerbird_address",
)  # what is added to a file's metadata: where it lies, whence it came

NONE: Options = MappingProxyType({})

_HOOKS = {"post": "post", "file": "after", "kept": "skip", "failed": "error"}
# files are named by what lasts: the next attempt goes on with what this one leaves. Of a site that nobody here knows
# the address has to do.
_BY_ADDRESS = f"\fE hash_sha1({ADDRESS})[:20] + '.' + (extension or 'bin')"
_SITES: Options = {
    "instagram": {"filename": "{media_id}.{extension}", "videos": "merged", "previews": "video", "warn-videos": False},
    # a page without data is waited for as long as the timeout is, at each try
    "tiktok": {"filename": "{id}_{num}_{type}.{extension}", "covers": True, "retries": 0},
    "4chan": {"filename": "{no}.{extension}"},
    "vichan": {"filename": "{no}_{num}.{extension}"},
    "xenforo": {"filename": "{post[id]}_{num:>03}.{extension}", "order-posts": "asc"},
}


class Wish(NamedTuple):
    """What a kind of target needs: options for all sites, and the expressions that name what is asked about."""

    options: Options = NONE
    ask_post: str = ""
    ask_file: str = ""
    start_at: str | None = None
    media: bool = True


def configuration(assignment: Assignment, wish: Wish, around: Surroundings, mark: str, cookies: str) -> dict[str, Any]:
    """The whole configuration. `mark` begins each of the program's lines, `cookies` is the path of a cookies.txt."""
    return {
        "extractor": _extractor(assignment, wish, around, mark, cookies),
        "downloader": _downloader(assignment),
        "output": _output(mark),
        "cache": {"file": None},
    }


def _extractor(assignment: Assignment, wish: Wish, around: Surroundings, mark: str, cookies: str) -> dict[str, Any]:
    agent = assignment.session.user_agent if assignment.session else ""
    spoken = {"user-agent": agent, "browser": "firefox" if "Firefox/" in agent else "chrome"} if agent else {}
    sites = {name: {**options, **spoken} for name, options in _SITES.items()}
    if wish.start_at:
        sites["instagram"]["cursor"] = wish.start_at
    return {
        "base-directory": assignment.folder,
        "directory": [],
        "parent-directory": False,
        "filename": _BY_ADDRESS,
        "metadata-path": PATH,
        "metadata-url": ADDRESS,
        "postprocessors": _tellers(mark),
        "actions": {"debug:^Cursor: ": [f"print {mark}{PAGE}", "wait"]},
        "write-pages": "all",
        "input": False,
        "netrc": False,
        "proxy": around.proxy or None,
        "verify": around.ca_bundle or True,
        "timeout": TIMEOUT,
        "retries": TRIES_AGAIN,
        "sleep-request": [assignment.pace.delay_min, max(assignment.pace.delay_min, assignment.pace.delay_max)],
        "sleep-429": 0,
        "download": assignment.media and wish.media,
        "cookies": cookies or None,
        "cookies-update": False,
        "whitelist": ["directlink"],
        **spoken,
        **_questions(wish, mark),
        **sites,
        **wish.options,
    }


def _questions(wish: Wish, mark: str) -> dict[str, str]:
    asked = {"post-filter": wish.ask_post, "file-filter": wish.ask_file}
    # the program prints the question, and waits for a line
    return {name: f"input('{mark}{ASK}|' + str({key}) + '\\n') == 'y'" for name, key in asked.items() if key}


def _tellers(mark: str) -> list[dict[str, Any]]:
    """For each event a line that says which it is, then one with all that is known."""
    marks = [
        {"name": "metadata", "mode": "print", "event": _HOOKS[event], "format": f"{mark}{event}"} for event in EVENTS
    ]
    told = {"name": "metadata", "mode": "jsonl", "filename": "-"}
    return [one for first in marks for one in (first, {**told, "event": first["event"]})]


def _downloader(assignment: Assignment) -> dict[str, Any]:
    limits = [one for one in (assignment.max_bytes, assignment.free_bytes) if one is not None]
    return {
        "part": True,
        "mtime": False,
        "progress": 0.5,
        "retries": FILE_TRIES_AGAIN,
        "filesize-max": str(min(limits)) if limits else None,
        "ytdl": {"enabled": False},
    }


def _output(mark: str) -> dict[str, Any]:
    moved = f"\n{mark}{MOVED}\n"
    return {
        "shorten": False,
        "progress": False,
        "mode": {"start": "", "skip": "", "success": "", "progress": moved, "progress-total": moved},
        "log": {"level": "debug", "format": f"{mark}{LOG}|{{levelname}}|{{name}}|{{message}}"},
        "colors": False,
    }
